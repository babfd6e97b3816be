// What the probe's process may not do and does not inherit, on new kernels and old ones.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <cstddef>
#include <vector>

#include "support/child_test_fixture.h"

namespace gpuwhy {
namespace {

TEST_F(ProbeChild, is_confined) {
  ProbeRun run = ProbeChild::run("dump-state");
  bool may_drop_bounding = ::getuid() == 0;
  std::string expected = std::string("fds=0 group=1 core=0 nnp=1 caps=0 bounding=") + (may_drop_bounding ? "0" : "2") +
                         " death=9 stdin=0 writable-stdin=0 blocked=0 pipe=0";
  EXPECT_NE(run.text.find("fact device.0.name " + expected), std::string::npos) << run.text;
}

TEST_F(ProbeChild, does_not_inherit_blocked_or_ignored_signals_or_descriptors) {
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, &before);
  auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
  int leaked = ::open("/", O_RDONLY | O_DIRECTORY);  // deliberately without O_CLOEXEC
  ProbeRun run = ProbeChild::run("dump-state");
  ::close(leaked);
  ::signal(SIGPIPE, pipe_before);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_NE(run.text.find("fds=0 "), std::string::npos) << run.text;
  EXPECT_NE(run.text.find("blocked=0 pipe=0"), std::string::npos) << run.text;
}

TEST_F(ProbeChild, cannot_make_device_nodes_even_as_root) {
  ProbeRequest request = ProbeChild::request("mknod");
  request.environment.push_back("MKNOD_PATH=" + folder_ + "/node");
  ProbeRun run = ProbeChild::run(request);
  EXPECT_TRUE(has_line(run.text, "fact cuInit 1")) << run.text;  // EPERM
  EXPECT_FALSE(fs::exists(folder_ + "/node"));
}

bool forget_system_calls(const std::vector<int>& numbers) {
  std::vector<sock_filter> program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (int number : numbers) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog filter = {static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_F(ProbeChild, works_on_kernels_without_the_newer_system_calls) {
  constexpr int pidfd_open = 434, close_range = 436;
  const std::vector<std::vector<int>> kernels = {
      {pidfd_open, close_range}, {pidfd_open, close_range, SYS_execveat}, {pidfd_open, close_range, SYS_execveat, SYS_memfd_create}};
  for (const auto& missing : kernels) {
    pid_t child = ::fork();
    if (child == 0) {
      if (!forget_system_calls(missing)) ::_exit(9);
      int leaked = ::open("/", O_RDONLY | O_DIRECTORY);
      for (int fd = 200; fd < 500; ++fd) ::dup2(leaked, fd);
      ProbeRun healthy = ProbeChild::run("dump-state"), hung = ProbeChild::run("hang-ignoring-term");
      bool good = healthy.end == End::finished && healthy.text.find("fds=0 ") != std::string::npos;
      ::_exit(good && hung.end == End::timed_out && !hung.abandoned ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 9) GTEST_SKIP() << "no system call filter here";
    EXPECT_EQ(status, 0) << missing.size();
  }
}

TEST_F(ProbeChild, as_root_a_node_may_be_opened_but_dev_not_changed) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) ::_exit(9);
    if (::mount("tmpfs", "/dev", "tmpfs", 0, "mode=755") != 0) ::_exit(9);
    if (::mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3)) != 0) ::_exit(9);
    ::symlink("/proc/self/fd", "/dev/fd");
    ProbeRequest request = ProbeChild::request("dev-write");
    request.nodes = {"/dev/null"};
    ProbeRun run = ProbeChild::run(request);
    bool good = has_line(run.text, "fact open /dev/null 0") && has_line(run.text, "fact cuInit 30");  // EROFS
    ::_exit(good && !fs::exists("/dev/gpuwhy-test-file") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 9) GTEST_SKIP() << "no private mount namespace here";
  EXPECT_EQ(status, 0);
}

TEST_F(ProbeChild, a_node_that_may_not_be_opened_answers_13) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  std::string node = folder_ + "/closed";
  std::ofstream(node).put('x');
  ::chmod(node.c_str(), 0600);
  ::chmod(folder_.c_str(), 0755);
  pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(9);
    ProbeRequest request;
    request.nodes = {node};
    ::_exit(has_line(ProbeChild::run(request).text, "fact open " + node + " 13") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace gpuwhy
