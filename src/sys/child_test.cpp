// How a run of the probe can end.
#include "sys/child.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <functional>
#include <vector>

#include "support/child_test_fixture.h"
#include "sys/program_image.h"

namespace gpuwhy {
namespace {

milliseconds time_of(const std::function<void()>& action) {
  auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

TEST_F(ProbeChild, asks_a_healthy_driver_everything) {
  ProbeRun run = ProbeChild::run(request("", true));
  EXPECT_EQ(run.end, End::finished) << run.detail << run.text;
  for (const char* line :
       {"fact cuInit 0", "fact cuDriverGetVersion 0 12040", "fact cuDeviceGetCount 0 1", "fact device.0.pci 0000:3B:00.0",
        "fact device.0.capability 8.9", "fact device.0.memory 25769803776", "fact device.0.compute-mode 0",
        "fact device.0.uuid GPU-00112233-4455-6677-8899-aabbccddeeff", "fact nvmlInit_v2 0", "fact nvmlSystemGetDriverVersion 0 570.124.06",
        "fact nvmlDeviceGetCount_v2 0 2", "fact nvml.1.uuid GPU-00000002-0000-0000-0000-000000000000", "fact nvmlShutdown 0", "done"})
    EXPECT_TRUE(has_line(run.text, line)) << line << "\n" << run.text;
  EXPECT_TRUE(has_line(run.text, "fact libcuda.path " + fs::canonical(driver()).string())) << run.text;
}

TEST_F(ProbeChild, a_line_end_in_a_device_name_makes_no_second_line) {
  ProbeRun run = ProbeChild::run("");
  EXPECT_TRUE(has_line(run.text, "fact device.0.name test double fact cuInit 3")) << run.text;
}

TEST_F(ProbeChild, a_hang_names_its_step_and_ends_at_the_deadline) {
  ProbeRun run;
  milliseconds time = time_of([&] { run = ProbeChild::run("hang"); });
  EXPECT_EQ(run.end, End::timed_out);
  EXPECT_EQ(run.detail, "300 ms");
  EXPECT_TRUE(run.text.ends_with("step cuInit\n")) << run.text;
  EXPECT_FALSE(run.abandoned);
  EXPECT_GE(time, milliseconds{300});
  EXPECT_LT(time, milliseconds{1500});
}

TEST_F(ProbeChild, a_hang_that_ignores_term_is_killed) {
  ProbeRun run;
  milliseconds time = time_of([&] { run = ProbeChild::run("hang-ignoring-term"); });
  EXPECT_EQ(run.end, End::timed_out);
  EXPECT_FALSE(run.abandoned);
  EXPECT_LT(time, milliseconds{1500});
}

TEST_F(ProbeChild, other_steps_have_the_shorter_deadline) {
  ProbeRequest request = ProbeChild::request("hang-in-constructor");
  request.step_deadline = milliseconds{200};
  request.first_init_deadline = milliseconds{60'000};
  ProbeRun run = ProbeChild::run(request);
  EXPECT_EQ(run.end, End::timed_out);
  EXPECT_EQ(run.detail, "200 ms");
  EXPECT_TRUE(run.text.ends_with("step dlopen " + driver() + "\n")) << run.text;
}

TEST_F(ProbeChild, a_hang_in_nvml_keeps_the_answers_of_cuda) {
  ProbeRun run = ProbeChild::run(request("hang-in-nvml", true));
  EXPECT_EQ(run.end, End::timed_out);
  EXPECT_TRUE(has_line(run.text, "fact cuDeviceGetCount 0 1"));
  EXPECT_TRUE(run.text.ends_with("step nvmlInit_v2\n")) << run.text;
}

TEST_F(ProbeChild, a_crash_names_its_signal_and_its_step) {
  for (auto [word, detail] : {std::pair{"crash", "signal 11"}, {"abort", "signal 6"}, {"exit", "exit status 7"}}) {
    ProbeRun run = ProbeChild::run(word);
    EXPECT_EQ(run.end, End::crashed) << word;
    EXPECT_EQ(run.detail, detail) << word;
    EXPECT_TRUE(run.text.ends_with("step cuInit\n")) << run.text;
  }
}

TEST_F(ProbeChild, noise_on_stdout_is_harmless) {
  ProbeRequest request = ProbeChild::request("noise");
  request.first_init_deadline = milliseconds{20'000};
  ProbeRun run = ProbeChild::run(request);
  EXPECT_EQ(run.end, End::finished) << run.detail;
  EXPECT_EQ(run.text.find("noise"), std::string::npos);
}

TEST_F(ProbeChild, noise_without_end_does_not_hide_the_deadline) {
  ProbeRun run;
  milliseconds time = time_of([&] { run = ProbeChild::run("noise-for-ever"); });
  EXPECT_EQ(run.end, End::timed_out);
  EXPECT_LT(time, milliseconds{2000});
}

TEST_F(ProbeChild, a_grandchild_that_keeps_the_pipes_open_does_not_hold_us_up) {
  ProbeRun run;
  milliseconds time = time_of([&] { run = ProbeChild::run("leave-child"); });
  EXPECT_EQ(run.end, End::finished) << run.detail;
  EXPECT_LT(time, milliseconds{1500});
  time = time_of([&] { run = ProbeChild::run("steal-session"); });
  EXPECT_EQ(run.end, End::finished) << run.detail;
  EXPECT_LT(time, milliseconds{1500});
}

TEST_F(ProbeChild, a_driver_that_closes_our_pipe_does_not_hold_us_up) {
  ProbeRun run = ProbeChild::run("close-all");
  EXPECT_EQ(run.end, End::crashed);
  EXPECT_TRUE(run.text.ends_with("step cuInit\n")) << run.text;
}

TEST_F(ProbeChild, ends_well_when_the_parent_ignores_sigchld) {
  auto before = ::signal(SIGCHLD, SIG_IGN);
  ProbeRun run = ProbeChild::run("crash");
  EXPECT_EQ(::signal(SIGCHLD, before), SIG_IGN);
  EXPECT_EQ(run.detail, "signal 11");
}

TEST_F(ProbeChild, leaves_no_zombie_and_no_descriptor) {
  auto descriptors = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
  auto before = descriptors();
  for (const char* word : {"", "hang", "crash", "leave-child"}) ProbeChild::run(word);
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ProbeChild, a_library_that_is_not_there_is_a_fact) {
  ProbeRequest request;
  request.libcuda = "libcuda-that-is-nowhere.so.1";
  ProbeRun run = ProbeChild::run(request);
  EXPECT_EQ(run.end, End::finished);
  EXPECT_NE(run.text.find("fact libcuda.error libcuda-that-is-nowhere.so.1: cannot open shared object file"), std::string::npos)
      << run.text;
}

TEST_F(ProbeChild, a_library_without_the_interface_is_a_fact) {
  ProbeRequest request;
  request.libcuda = "libc.so.6";
  ProbeRun run = ProbeChild::run(request);
  EXPECT_TRUE(has_line(run.text, "fact libcuda.symbol-missing cuInit")) << run.text;
  EXPECT_EQ(run.end, End::finished);
}

TEST_F(ProbeChild, the_environment_of_the_subject_decides_which_library_is_found) {
  ProbeRequest request;
  request.libcuda = "libcuda.so.1";
  request.environment = {"LD_LIBRARY_PATH=" + folder_};
  ProbeRun run = ProbeChild::run(request);
  EXPECT_TRUE(has_line(run.text, "fact libcuda.path " + fs::canonical(driver()).string())) << run.text;
}

TEST_F(ProbeChild, nodes_are_opened_before_any_library_is_loaded) {
  ProbeRequest request = ProbeChild::request("");
  request.nodes = {"/dev/null", folder_ + "/no such node"};
  ProbeRun run = ProbeChild::run(request);
  EXPECT_TRUE(has_line(run.text, "fact open /dev/null 0"));
  EXPECT_TRUE(has_line(run.text, "fact open " + folder_ + "/no such node 2"));
  EXPECT_LT(run.text.find("no such node 2"), run.text.find("step dlopen"));
}

TEST_F(ProbeChild, the_loader_of_the_interpreter_starts_it) {
  std::string loader;
  for (const char* candidate : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"})
    if (fs::exists(candidate)) loader = folder_ + "/ld.so", fs::copy_file(candidate, loader, fs::copy_options::overwrite_existing);
  ASSERT_FALSE(loader.empty());
  ProbeRequest request = ProbeChild::request("dump-state");
  request.loader = loader;
  ProbeRun run = ProbeChild::run(request);
  EXPECT_EQ(run.end, End::finished) << run.detail;
  EXPECT_NE(run.text.find("nnp=1 caps=0"), std::string::npos) << run.text;
}

TEST_F(ProbeChild, a_loader_that_is_missing_or_refuses_is_said) {
  ProbeRequest request = ProbeChild::request("");
  request.loader = "/nowhere/ld-linux.so.2";
  ProbeRun run = ProbeChild::run(request);
  EXPECT_EQ(run.end, End::not_run);
  EXPECT_EQ(run.detail, "/nowhere/ld-linux.so.2 is not there: no glibc to start the driver probe with");
  EXPECT_EQ(run.text, "");
  request.loader = "/bin/false";
  run = ProbeChild::run(request);
  EXPECT_EQ(run.end, End::not_run);
  EXPECT_EQ(run.detail, "/bin/false did not start the driver probe");
}

TEST_F(ProbeChild, the_words_of_a_loader_that_gives_up_are_kept) {
  ProbeRequest request = ProbeChild::request("");
  request.environment = {"LD_PRELOAD=/nowhere.so"};  // only a warning
  EXPECT_EQ(ProbeChild::run(request).end, End::finished);
  std::string broken = probe_;
  broken.resize(broken.size() / 3);
  ProbeRun run = run_probe_child(broken, ProbeChild::request(""));
  EXPECT_NE(run.end, End::finished);
  run = run_probe_child("not a program", ProbeChild::request(""));
  EXPECT_EQ(run.end, End::not_run);
  EXPECT_NE(run.detail.find("Exec format error"), std::string::npos) << run.detail;
}

TEST_F(ProbeChild, without_a_probe_nothing_runs) { EXPECT_EQ(run_probe_child("", ProbeChild::request("")).end, End::not_run); }

TEST_F(ProbeChild, a_slow_step_is_announced_once) {
  ProbeRequest request = ProbeChild::request("hang");
  request.first_init_deadline = milliseconds{2300};
  std::vector<std::string> heard;
  run_probe_child(probe_, request, [&](std::string_view words) { heard.emplace_back(words); });
  EXPECT_EQ(heard, std::vector<std::string>{"waiting for cuInit"});
}

TEST_F(ProbeChild, is_killed_when_we_die) {
  // A process in between asks a driver that hangs and is killed; the pipe's other end closes only when the driver's process is gone too.
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_t between = ::fork();
  if (between == 0) {
    ::close(ends[0]);
    ProbeRequest request = ProbeChild::request("hang");
    request.first_init_deadline = milliseconds{60'000};
    request.nodes = {folder_ + "/fifo"};
    ::mkfifo((folder_ + "/fifo").c_str(), 0600);
    ProbeChild::run(request);
    ::_exit(0);
  }
  ::usleep(300'000);
  std::string children = file_bytes("/proc/" + std::to_string(between) + "/task/" + std::to_string(between) + "/children");
  ::kill(between, SIGKILL);
  ::waitpid(between, nullptr, 0);
  ASSERT_FALSE(children.empty());
  pid_t grandchild = std::stoi(children);
  bool gone = false;
  for (int i = 0; i < 100 && !gone; ++i) {
    std::string stat = file_bytes("/proc/" + std::to_string(grandchild) + "/stat");
    gone = stat.empty() || stat.find(") Z ") != std::string::npos;
    ::usleep(10'000);
  }
  EXPECT_TRUE(gone);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(ProbeChild, runs_from_a_file_where_memory_may_not_be_executed) {
  auto image = ProgramImage::create(ProgramImage::Kind::file, probe_);
  ASSERT_TRUE(image.has_value()) << image.error().message;
  std::string path = image->path();
  EXPECT_EQ(file_bytes(path), probe_);
  {
    ProgramImage moved = std::move(*image);
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_FALSE(fs::exists(fs::path(path).parent_path()));
}

// Makes the given system calls answer ENOSYS from here on, as a kernel does that does not have them.
TEST_F(ProbeChild, the_stub_of_the_toolkit_answers_34_and_no_version) {
  const char* stub = "/usr/local/cuda/lib64/stubs/libcuda.so";
  if (!fs::exists(stub)) GTEST_SKIP() << "no CUDA toolkit here";
  ProbeRequest request;
  request.libcuda = stub;
  ProbeRun run = ProbeChild::run(request);
  EXPECT_TRUE(has_line(run.text, "fact cuInit 34")) << run.text;
  EXPECT_TRUE(has_line(run.text, "fact cuDriverGetVersion 34")) << run.text;
}

// In a private mount namespace with a made-up /dev.
// Nobody but root is refused by permission bits, so the probe runs as another user here.

}  // namespace
}  // namespace gpuwhy
