#include "sys/live_machine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;

class LiveMachineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "gpuwhy-live-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    machine_ = make_live_machine({});
  }
  void TearDown() override { fs::remove_all(folder_); }

  template <class T>
  static AccessProblem problem(const Access<T>& answer) {
    EXPECT_FALSE(answer.has_value());
    return answer ? AccessProblem::too_large : answer.error().problem;
  }

  std::string folder_;
  std::unique_ptr<Machine> machine_;
};

TEST_F(LiveMachineTest, reads_proc_and_sys_whose_files_have_no_size) {
  EXPECT_NE(machine_->read("/proc/self/status")->find("Pid:"), std::string::npos);
  auto maps = machine_->read("/proc/self/maps");
  ASSERT_TRUE(maps.has_value());
  EXPECT_TRUE(maps->ends_with("\n"));
  EXPECT_GT(maps->size(), 500u);
  if (fs::exists("/sys/kernel/uevent_seqnum")) {
    EXPECT_TRUE(machine_->read("/sys/kernel/uevent_seqnum").has_value());
  }
  auto file = machine_->open("/proc/self/status");
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE((*file)->read_at(0, 100)->empty());
}

TEST_F(LiveMachineTest, a_device_a_fifo_and_a_terminal_are_never_opened) {
  ASSERT_EQ(::mkfifo((folder_ + "/fifo").c_str(), 0600), 0);
  for (const std::string& path : {std::string("/dev/null"), std::string("/dev/zero"), folder_ + "/fifo"}) {
    EXPECT_EQ(problem(machine_->read(path)), AccessProblem::io_error) << path;
    EXPECT_EQ(problem(machine_->open(path)), AccessProblem::io_error) << path;
  }
  EXPECT_EQ(machine_->read("/dev/zero").error().detail, "is a character device, not opened");
  auto null_device = machine_->stat("/dev/null");
  EXPECT_EQ(null_device->kind, FileKind::character_device);
  EXPECT_EQ(null_device->device_major, 1u);
  EXPECT_EQ(null_device->device_minor, 3u);
}

TEST_F(LiveMachineTest, a_file_that_has_gone_since_it_was_listed_is_not_found) {
  std::ofstream(folder_ + "/here").put('x');
  EXPECT_EQ(*machine_->list(folder_), std::vector<std::string>{"here"});
  fs::remove(folder_ + "/here");
  EXPECT_EQ(problem(machine_->read(folder_ + "/here")), AccessProblem::not_found);
  EXPECT_EQ(problem(machine_->stat(folder_ + "/here")), AccessProblem::not_found);
}

TEST_F(LiveMachineTest, files_of_a_process_that_has_ended_are_not_found) {
  pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  std::string maps = "/proc/" + std::to_string(child) + "/maps";
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(problem(machine_->read(maps)), AccessProblem::not_found);
}

TEST_F(LiveMachineTest, links_loops_and_real_paths) {
  fs::create_symlink("loop", folder_ + "/loop");
  fs::create_symlink("/etc", folder_ + "/etc");
  EXPECT_EQ(problem(machine_->read(folder_ + "/loop")), AccessProblem::link_loop);
  EXPECT_EQ(problem(machine_->real_path(folder_ + "/loop")), AccessProblem::link_loop);
  EXPECT_EQ(*machine_->read_link(folder_ + "/etc"), "/etc");
  EXPECT_EQ(*machine_->real_path(folder_ + "/etc/.."), "/");
  EXPECT_EQ(machine_->lstat(folder_ + "/etc")->kind, FileKind::symlink);
  EXPECT_TRUE(machine_->is_folder(folder_ + "/etc"));
  EXPECT_EQ(problem(machine_->list("/etc/passwd")), AccessProblem::not_a_directory);
  EXPECT_EQ(problem(machine_->read("/etc/passwd/x")), AccessProblem::not_found);
}

TEST_F(LiveMachineTest, a_mode_that_forbids_reading_is_denied_and_not_absent) {
  if (::getuid() != 0) {
    std::ofstream(folder_ + "/closed").put('x');
    ::chmod((folder_ + "/closed").c_str(), 0);
    EXPECT_EQ(problem(machine_->read(folder_ + "/closed")), AccessProblem::denied);
    return;
  }
  std::ofstream(folder_ + "/closed").put('x');
  ::chmod(folder_.c_str(), 0755);
  ::chmod((folder_ + "/closed").c_str(), 0600);
  fs::create_directory(folder_ + "/closed-folder");
  std::ofstream(folder_ + "/closed-folder/x").put('x');
  ::chmod((folder_ + "/closed-folder").c_str(), 0700);
  pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(9);
    auto file = machine_->read(folder_ + "/closed");
    auto below = machine_->stat(folder_ + "/closed-folder/x");
    auto list = machine_->list(folder_ + "/closed-folder");
    bool good = !file && file.error().problem == AccessProblem::denied && machine_->stat(folder_ + "/closed") && !below &&
                below.error().problem == AccessProblem::denied && !list && list.error().problem == AccessProblem::denied;
    ::_exit(good ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(LiveMachineTest, knows_who_and_where_it_is) {
  const Identity* identity = machine_->identity();
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(identity->uid, ::geteuid());
  EXPECT_TRUE(std::ranges::find(identity->groups, ::getegid()) != identity->groups.end());
  EXPECT_FALSE(identity->kernel_release.empty());
  EXPECT_FALSE(identity->architecture.empty());
}

TEST_F(LiveMachineTest, knows_who_called_sudo) {
  ::setenv("SUDO_USER", "ana", 1);
  EXPECT_EQ(make_live_machine({})->identity()->sudo_user, "ana");
  ::unsetenv("SUDO_USER");
  ::setenv("SUDO_UID", "0", 1);
  EXPECT_EQ(make_live_machine({})->identity()->sudo_user, "root");
  ::setenv("SUDO_UID", "4000000", 1);
  EXPECT_EQ(make_live_machine({})->identity()->sudo_user, "4000000");
  ::unsetenv("SUDO_UID");
  EXPECT_EQ(make_live_machine({})->identity()->sudo_user, "");
}

TEST_F(LiveMachineTest, an_empty_variable_is_set) {
  ::setenv("GPUWHY_TEST_EMPTY", "", 1);
  ::setenv("GPUWHY_TEST_EQUALS", "a=b", 1);
  auto machine = make_live_machine({});
  EXPECT_TRUE(machine->has_variable("GPUWHY_TEST_EMPTY"));
  EXPECT_EQ(machine->variable("GPUWHY_TEST_EQUALS"), "a=b");
  EXPECT_FALSE(machine->has_variable("GPUWHY_TEST_NOT_SET"));
}

TEST_F(LiveMachineTest, reads_go_to_the_same_file_without_proc) {
  // In a root without /proc, links through /proc/self/fd do not work.
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  std::ofstream(folder_ + "/file") << "text";
  pid_t child = ::fork();
  if (child == 0) {
    if (::chroot(folder_.c_str()) != 0 || ::chdir("/") != 0) ::_exit(9);
    auto text = machine_->read("/file");
    auto names = machine_->list("/");
    ::_exit(text && *text == "text" && names && names->size() == 1 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace gpuwhy
