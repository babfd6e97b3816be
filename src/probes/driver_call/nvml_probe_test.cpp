// The built probe against a management library that this test makes: what it asks of each card, and what it does with odd answers.
#include <fmt/format.h>

#include "probes/driver_call/driver_answers.h"
#include "support/child_test_fixture.h"

namespace gpuwhy {
namespace {

// Card 0 is in MIG mode with two instances and two processes, card 1 is a vGPU without a licence that knows little, card 2 is lost.
constexpr const char* library_source = R"(
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <stdlib.h>
typedef uintptr_t H;
static int text(char* out, unsigned size, const char* value) { snprintf(out, size, "%s", value); return 0; }
int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char* out, unsigned size) { return text(out, size, "570.124.06"); }
int nvmlDeviceGetCount_v2(unsigned* count) { *count = 3; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, H* h) { if (i == 2) return 15; *h = i + 1; return 0; }
int nvmlDeviceGetUUID(H h, char* out, unsigned size) { return text(out, size, h == 1 ? "GPU-a" : h == 2 ? "GPU-b" : h == 11 ? "MIG-1" : "MIG-2"); }
int nvmlDeviceGetName(H h, char* out, unsigned size) { return text(out, size, h < 10 ? "CARD\nX" : "SLICE Y"); }
int nvmlDeviceGetMemoryInfo(H h, unsigned long long* m) { if (h == 2) return 3; m[0] = 1000; m[1] = 400; m[2] = 600; return 0; }
int nvmlDeviceGetComputeMode(H h, int* mode) { *mode = h == 1 ? 3 : 0; return 0; }
int nvmlDeviceGetCudaComputeCapability(H h, int* a, int* b) { (void)h; *a = 8; *b = 6; return 0; }
int nvmlDeviceGetMigMode(H h, unsigned* now, unsigned* then) { if (h == 2) return 3; *now = 1; *then = 0; return 0; }
int nvmlDeviceGetMigDeviceHandleByIndex(H h, unsigned i, H* d) { (void)h; if (i == 1 || i == 3) { *d = 10 + (i + 1) / 2; return 0; } return i < 7 ? 6 : 2; }
struct process { unsigned pid; unsigned long long bytes; unsigned g, c; };
int nvmlDeviceGetComputeRunningProcesses_v2(H h, unsigned* count, struct process* p) {
  if (getenv("HANG")) sleep(60);
  if (h == 2) { *count = 500; return 7; }
  *count = 2; p[0] = (struct process){4711, 12345, 0, 0}; p[1] = (struct process){4712, ~0ull, 0, 0}; return 0;
}
int nvmlDeviceGetTotalEccErrors(H h, int kind, int counter, unsigned long long* n) { (void)h; *n = kind == 1 && counter == 0 ? 7 : 0; return 0; }
int nvmlDeviceGetRemappedRows(H h, unsigned* a, unsigned* b, unsigned* c, unsigned* d) { (void)h; *a = 1; *b = 2; *c = 1; *d = 0; return 0; }
int nvmlDeviceGetVirtualizationMode(H h, int* mode) { *mode = h == 2 ? 2 : 0; return 0; }
int nvmlDeviceGetGridLicensableFeatures_v4(H h, unsigned* f) { (void)h; memset(f, 0, 1000); f[0] = 1; f[1] = 1; f[2] = 1; f[3] = 0; return 0; }
)";

class NvmlProbe : public ProbeChild {
 protected:
  static void SetUpTestSuite() {
    ProbeChild::SetUpTestSuite();
    std::ofstream(folder_ + "/nvml.c") << library_source;
    ASSERT_EQ(std::system(fmt::format("cc -w -shared -fPIC -o {0}/libnvml.so {0}/nvml.c", folder_).c_str()), 0);
  }
  static ProbeRun ask(std::vector<std::string> environment = {}) {
    ProbeRequest request = ProbeChild::request("");
    request.libcuda.clear();
    request.nvml = folder_ + "/libnvml.so";
    request.step_deadline = milliseconds{environment.empty() ? 5000 : 500};
    request.environment = std::move(environment);
    return ProbeChild::run(request);
  }
};

TEST_F(NvmlProbe, asks_every_card_and_keeps_every_refusal) {
  ProbeRun run = ask();
  EXPECT_EQ(run.end, End::finished) << run.detail << run.text;
  for (const char* line : {"fact nvml.0.uuid GPU-a",
                           "fact nvml.0.name CARD X",
                           "fact nvml.0.capability 8.6",
                           "fact nvml.0.memory 1000 600",
                           "fact nvml.0.compute-mode 3",
                           "fact nvml.0.mig-mode 1",
                           "fact nvml.0.mig.0 MIG-1 SLICE Y",
                           "fact nvml.0.mig.1 MIG-2 SLICE Y",
                           "fact nvml.0.mig-count 2",
                           "fact nvml.0.process.0 4711 12345",
                           "fact nvml.0.process.1 4712 0",
                           "fact nvml.0.process-count 2",
                           "fact nvml.0.uncorrected 7",
                           "fact nvml.0.remapped 1 2 1 0",
                           "fact nvml.0.virtualization 0",
                           "fact nvml.1.memory.error 3",
                           "fact nvml.1.mig-mode.error 3",
                           "fact nvml.1.process-count.error 7",
                           "fact nvml.1.virtualization 2",
                           "fact nvml.1.licensed 0",
                           "fact nvml.2.error nvmlDeviceGetHandleByIndex_v2 15",
                           "done"})
    EXPECT_TRUE(has_line(run.text, line)) << line << "\n" << run.text;
  EXPECT_EQ(run.text.find("retirement-pending"), std::string::npos) << "this library has no such function";
}

TEST_F(NvmlProbe, its_lines_become_facts) {
  DriverAnswers answers = parse_driver_answers(ask(), "");
  ASSERT_TRUE(answers.nvml_devices.is_known());
  const std::vector<NvmlDevice>& cards = *answers.nvml_devices;
  ASSERT_EQ(cards.size(), 3u);
  EXPECT_EQ(cards[0].mig_devices->size(), 2u);
  EXPECT_TRUE(cards[0].retirement_pending.is(true));
  EXPECT_TRUE(cards[0].vgpu_licensed.is_absent());
  EXPECT_TRUE(cards[1].memory_used.is_absent());
  EXPECT_TRUE(cards[1].processes.is_unknown());
  EXPECT_TRUE(cards[1].vgpu_licensed.is(false));
  EXPECT_EQ(cards[2].handle, 15);
}

TEST_F(NvmlProbe, a_hang_in_one_question_keeps_the_answers_before) {
  ProbeRun run = ask({"HANG=1"});
  EXPECT_EQ(run.end, End::timed_out);
  EXPECT_TRUE(run.text.ends_with("step nvmlDeviceGetComputeRunningProcesses_v2 0\n")) << run.text;
  EXPECT_TRUE(has_line(run.text, "fact nvml.0.mig-count 2")) << run.text;
}

}  // namespace
}  // namespace gpuwhy
