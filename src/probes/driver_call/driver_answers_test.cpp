#include "probes/driver_call/driver_answers.h"

#include <gtest/gtest.h>

#include <iterator>

namespace gpuwhy {
namespace {

using End = ProbeRun::End;

constexpr const char* healthy_text =
    "start\nstep open /dev/nvidia0\nfact open /dev/nvidia0 0\nstep dlopen libcuda.so.1\n"
    "fact libcuda.path /usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06\nstep cuInit\nfact cuInit 0\n"
    "step cuDriverGetVersion\nfact cuDriverGetVersion 0 12080\nstep cuDeviceGetCount\nfact cuDeviceGetCount 0 1\n"
    "step cuDeviceGet 0\nfact device.0.name NVIDIA GeForce RTX 4090\nfact device.0.pci 0000:3B:00.0\nfact device.0.capability 8.9\n"
    "fact device.0.compute-mode 0\nfact device.0.memory 25757220864\nfact device.0.uuid GPU-00112233-4455-6677-8899-aabbccddeeff\n"
    "step dlopen libnvidia-ml.so.1\nfact nvml.path /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.570.124.06\nstep nvmlInit_v2\n"
    "fact nvmlInit_v2 0\nfact nvmlSystemGetDriverVersion 0 570.124.06\nfact nvmlDeviceGetCount_v2 0 2\n"
    "fact nvml.0.uuid GPU-a\nfact nvml.1.uuid GPU-b\nstep nvmlShutdown\nfact nvmlShutdown 0\ndone\n";

DriverAnswers parse(End end, std::string text, std::string detail = {}, std::string libcuda = "libcuda.so.1") {
  return parse_driver_answers({.end = end, .text = std::move(text), .detail = std::move(detail)}, libcuda);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string up_to(const std::string& end) {
  std::string text = healthy_text;
  return text.substr(0, text.find(end) + end.size());
}

TEST(DriverAnswersParser, reads_a_healthy_driver) {
  DriverAnswers answers = parse(End::finished, healthy_text);
  EXPECT_EQ(answers.libcuda, "libcuda.so.1");
  EXPECT_EQ(*answers.loaded_libcuda, "/usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06");
  EXPECT_TRUE(answers.init.is(0));
  EXPECT_TRUE(answers.version.is(12080));
  EXPECT_TRUE(answers.count.is(1));
  ASSERT_EQ(answers.devices->size(), 1u);
  const CudaDevice& device = answers.devices->front();
  EXPECT_EQ(device.name, "NVIDIA GeForce RTX 4090");
  EXPECT_EQ(device.pci_address, "0000:3b:00.0");
  EXPECT_EQ(device.compute_capability, "8.9");
  EXPECT_EQ(device.memory, 25757220864u);
  EXPECT_EQ(device.uuid.reveal(), "GPU-00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_TRUE(answers.nvml_init.is(0));
  EXPECT_TRUE(answers.nvml_count.is(2));
  EXPECT_EQ(*answers.nvml_driver_version, "570.124.06");
  EXPECT_EQ(*answers.nvml_uuids, (std::vector<std::string>{"GPU-a", "GPU-b"}));
  EXPECT_EQ(answers.end, "finished");
  EXPECT_EQ(answers.end_detail, "");
  EXPECT_EQ(answers.init.evidence(), (Evidence{Source::call, "cuInit", "0"}));
}

TEST(DriverAnswersParser, a_hang_makes_only_what_follows_unknown) {
  DriverAnswers answers = parse(End::timed_out, up_to("step cuInit\n"), "30000 ms");
  EXPECT_TRUE(answers.loaded_libcuda.is_known());
  EXPECT_EQ(answers.init.why(), Why::timed_out);
  EXPECT_EQ(answers.init.detail(), "no answer within 30000 ms in cuInit");
  for (const auto* fact : {&answers.version, &answers.count, &answers.nvml_init, &answers.nvml_count})
    EXPECT_EQ(fact->why(), Why::timed_out);
  EXPECT_EQ(answers.devices.why(), Why::timed_out);
  EXPECT_EQ(answers.loaded_nvml.why(), Why::timed_out);
  EXPECT_EQ(answers.end, "timed out");
  EXPECT_EQ(answers.end_detail, "no answer within 30000 ms in cuInit");
}

TEST(DriverAnswersParser, a_crash_keeps_what_was_answered_before) {
  DriverAnswers answers = parse(End::crashed, up_to("step cuDeviceGetCount\n"), "signal 11");
  EXPECT_TRUE(answers.init.is(0));
  EXPECT_TRUE(answers.version.is(12080));
  EXPECT_EQ(answers.count.why(), Why::crashed);
  EXPECT_EQ(answers.count.detail(), "signal 11 in cuDeviceGetCount");
}

TEST(DriverAnswersParser, a_crash_between_devices_leaves_the_list_unknown) {
  DriverAnswers answers = parse(End::crashed, replaced(up_to("fact device.0.capability 8.9\n"), "Count 0 1", "Count 0 2"), "signal 6");
  EXPECT_TRUE(answers.count.is(2));
  EXPECT_EQ(answers.devices.why(), Why::crashed);
}

TEST(DriverAnswersParser, a_crash_before_the_first_step_says_so) {
  EXPECT_EQ(parse(End::crashed, "", "signal 7").end_detail, "signal 7 before the first step");
}

TEST(DriverAnswersParser, no_libcuda_is_absent_and_its_answers_were_not_asked_for) {
  DriverAnswers answers = parse(End::finished,
                                "start\nstep dlopen libcuda.so.1\nfact libcuda.error libcuda.so.1: cannot open shared object file: "
                                "No such file or directory\nstep dlopen libnvidia-ml.so.1\nfact nvml.error no\ndone\n");
  EXPECT_TRUE(answers.loaded_libcuda.is_absent());
  EXPECT_EQ(answers.dlopen_error, "libcuda.so.1: cannot open shared object file: No such file or directory");
  for (const auto* fact : {&answers.init, &answers.version, &answers.count}) {
    EXPECT_EQ(fact->why(), Why::not_probed);
    EXPECT_EQ(fact->detail(), "libcuda was not loaded");
  }
  EXPECT_EQ(answers.devices.detail(), "libcuda was not loaded");
  EXPECT_TRUE(answers.loaded_nvml.is_absent());
  EXPECT_EQ(answers.nvml_init.detail(), "libnvidia-ml was not loaded");
}

TEST(DriverAnswersParser, a_stub_has_no_version) {
  DriverAnswers answers = parse(End::finished,
                                "start\nfact libcuda.path /usr/local/cuda/lib64/stubs/libcuda.so\nfact cuInit 34\n"
                                "fact cuDriverGetVersion 34\ndone\n");
  EXPECT_TRUE(answers.init.is(34));
  EXPECT_TRUE(answers.version.is_unknown());
  EXPECT_EQ(answers.version.detail(), "cuDriverGetVersion answered 34 and gave no number");
  EXPECT_EQ(answers.count.why(), Why::not_probed);
  EXPECT_EQ(answers.count.detail(), "not asked: cuInit answered 34");
  EXPECT_EQ(answers.loaded_nvml.detail(), "NVML was not asked");
}

TEST(DriverAnswersParser, nvml_that_does_not_start_has_no_counts) {
  DriverAnswers answers = parse(End::finished, "start\nfact nvml.path /x\nfact nvmlInit_v2 9\ndone\n");
  EXPECT_TRUE(answers.nvml_init.is(9));
  EXPECT_EQ(answers.nvml_count.detail(), "not asked: nvmlInit_v2 answered 9");
  EXPECT_EQ(answers.nvml_uuids.why(), Why::not_probed);
}

TEST(DriverAnswersParser, a_card_that_does_not_answer_is_named) {
  DriverAnswers answers =
      parse(End::finished, replaced(healthy_text, "fact nvml.1.uuid GPU-b", "fact nvml.1.error nvmlDeviceGetHandleByIndex_v2 15"));
  EXPECT_TRUE(answers.nvml_count.is(2));
  EXPECT_EQ(answers.nvml_uuids.detail(), "nvmlDeviceGetHandleByIndex_v2 answered 15 for device 1");
  answers =
      parse(End::finished, replaced(healthy_text, "fact device.0.name NVIDIA GeForce RTX 4090", "fact device.0.error cuDeviceGetName 101"));
  EXPECT_EQ(answers.devices.detail(), "cuDeviceGetName answered 101 for device 0");
}

TEST(DriverAnswersParser, missing_functions_are_named) {
  DriverAnswers answers = parse(End::finished,
                                "start\nfact libcuda.path /lib/libc.so.6\nfact libcuda.symbol-missing cuInit\n"
                                "fact libcuda.symbol-missing cuDriverGetVersion\ndone\n");
  EXPECT_EQ(answers.init.why(), Why::malformed);
  EXPECT_EQ(answers.init.detail(), "cuInit is not in the loaded library");
  EXPECT_EQ(answers.version.detail(), "cuDriverGetVersion is not in the loaded library");
}

TEST(DriverAnswersParser, a_probe_that_did_not_run_leaves_everything_unknown_with_its_reason) {
  DriverAnswers answers = parse(End::not_run, "", "another root folder: nothing is executed there");
  EXPECT_EQ(answers.end, "not run");
  EXPECT_EQ(answers.end_detail, "another root folder: nothing is executed there");
  EXPECT_EQ(answers.loaded_libcuda.why(), Why::not_probed);
  EXPECT_EQ(answers.init.detail(), "another root folder: nothing is executed there");
  EXPECT_EQ(answers.nvml_init.why(), Why::not_probed);
}

TEST(DriverAnswersParser, a_driver_that_was_not_to_be_asked_is_not_probed) {
  DriverAnswers answers = parse(End::finished, "start\ndone\n", "", "");
  EXPECT_EQ(answers.loaded_libcuda.detail(), "the CUDA driver was not asked");
  EXPECT_EQ(answers.init.why(), Why::not_probed);
}

TEST(DriverAnswersParser, numbers_that_are_none_are_malformed) {
  for (auto [from, to] : {std::pair{"cuInit 0", "cuInit zero"}, {"cuInit 0", "cuInit 99999999999999999999"}, {"cuInit 0", "cuInit "}})
    EXPECT_EQ(parse(End::finished, replaced(healthy_text, from, to)).init.why(), Why::malformed) << to;
  for (auto [from, to] : {std::pair{"Count 0 1", "Count 0 -1"}, {"Count 0 1", "Count 0 100000"}, {"Count 0 1", "Count 0"}})
    EXPECT_EQ(parse(End::finished, replaced(healthy_text, from, to)).count.why(), Why::malformed) << to;
  for (auto [from, to] : {std::pair{"capability 8.9", "capability 8"},
                          {"capability 8.9", "capability .9"},
                          {"memory 2", "memory -2"},
                          {"memory 25757220864", "memory 99999999999999999999999"},
                          {"compute-mode 0", "compute-mode x"}}) {
    DriverAnswers answers = parse(End::finished, replaced(healthy_text, from, to));
    EXPECT_EQ(answers.devices.why(), Why::malformed) << to;
    EXPECT_TRUE(answers.count.is(1));
  }
}

TEST(DriverAnswersParser, a_last_line_that_was_cut_is_not_read) {
  EXPECT_EQ(parse(End::timed_out, up_to("fact cuInit 0"), "10000 ms").init.why(), Why::timed_out);
}

TEST(DriverAnswersParser, the_first_answer_counts) {
  EXPECT_TRUE(parse(End::finished, std::string(healthy_text) + "fact cuInit 3\n").init.is(0));
}

TEST(DriverAnswersParser, nvml_addresses_and_text_of_a_terminal_are_made_harmless) {
  DriverAnswers answers =
      parse(End::finished, replaced(replaced(healthy_text, "0000:3B:00.0", "00000000:3B:00.0"), "GeForce", "\x1b[2J\xff"));
  EXPECT_EQ(answers.devices->front().pci_address, "0000:3b:00.0");
  EXPECT_EQ(answers.devices->front().name, "NVIDIA ?[2J\xef\xbf\xbd RTX 4090");
}

TEST(OpenResults, are_set_by_path_and_unknown_where_there_is_none) {
  std::vector<DeviceNode> nodes(4);
  nodes[0].path = "/dev/nvidia0";
  nodes[1].path = "/dev/a b 1";
  nodes[2].path = "/dev/nvidiactl";
  nodes[3].path = "/dev/nvidia-uvm";
  apply_open_results({.end = End::timed_out,
                      .text = "start\nfact open /dev/nvidia0 0\nfact open /dev/a b 1 13\nstep open /dev/nvidiactl\n",
                      .detail = "10000 ms"},
                     nodes);
  EXPECT_TRUE(nodes[0].open_error.is(0));
  EXPECT_TRUE(nodes[1].open_error.is(13));
  EXPECT_EQ(nodes[1].open_error.evidence(), (Evidence{Source::call, "open(/dev/a b 1)", "13"}));
  EXPECT_EQ(nodes[2].open_error.why(), Why::timed_out);
  EXPECT_EQ(nodes[2].open_error.detail(), "no answer within 10000 ms in open /dev/nvidiactl");
  EXPECT_EQ(nodes[3].open_error.why(), Why::timed_out);
  apply_open_results({.end = End::finished, .text = "start\ndone\n"}, nodes);
  EXPECT_EQ(nodes[0].open_error.why(), Why::not_probed);
}

}  // namespace
}  // namespace gpuwhy
