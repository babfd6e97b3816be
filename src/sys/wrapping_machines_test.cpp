// The machines that stand in front of another one: recording and faulty.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sys/faulty_machine.h"
#include "sys/recording_machine.h"
#include "sys/root_machine.h"

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class WrappedMachine : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "gpuwhy-wrap-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    fs::create_directories(folder_ + "/etc/sub");
    std::ofstream(folder_ + "/etc/file") << "0123456789";
    std::ofstream(folder_ + "/etc/sub/other") << "other";
    inner_ = make_root_machine(folder_, {});
  }
  void TearDown() override { fs::remove_all(folder_); }

  template <class T>
  static AccessProblem problem(const Access<T>& answer) {
    EXPECT_FALSE(answer.has_value());
    return answer ? AccessProblem::too_large : answer.error().problem;
  }

  std::string folder_;
  std::unique_ptr<Machine> inner_;
};

TEST_F(WrappedMachine, recording_keeps_every_path_and_what_became_of_it) {
  RecordingMachine machine(*inner_);
  EXPECT_EQ(*machine.read("/etc/file", 100), "0123456789");
  machine.stat("/nowhere");
  machine.run_probe({.nodes = {"/dev/nvidia0"}, .libcuda = "libcuda.so.1"});
  EXPECT_EQ(machine.touches()[0], (Touch{Operation::read, "/etc/file", true}));
  EXPECT_EQ(machine.touches()[1], (Touch{Operation::stat, "/nowhere", false}));
  EXPECT_TRUE(machine.has_touched("/dev/nvidia0"));
  EXPECT_TRUE(machine.has_run_anything());
  EXPECT_FALSE(machine.has_touched("/etc"));
  EXPECT_TRUE(machine.paths().contains("libcuda.so.1"));
  machine.forget();
  EXPECT_TRUE(machine.touches().empty());
}

TEST_F(WrappedMachine, denied_contents_leave_the_name_visible) {
  FaultyMachine machine(*inner_, {fault_at(FaultKind::denied, "/etc/file")});
  EXPECT_EQ(problem(machine.read("/etc/file", 100)), AccessProblem::denied);
  EXPECT_EQ(problem(machine.open("/etc/file")), AccessProblem::denied);
  EXPECT_TRUE(machine.stat("/etc/file").has_value());
  EXPECT_TRUE(machine.read("/etc/sub/other", 100).has_value());
  EXPECT_EQ(machine.faults_met(), 2);
}

TEST_F(WrappedMachine, hidden_denies_the_name_too) {
  FaultyMachine machine(*inner_, {fault_below(FaultKind::hidden, "/etc/sub")});
  EXPECT_EQ(problem(machine.stat("/etc/sub/other")), AccessProblem::denied);
  EXPECT_EQ(problem(machine.list("/etc/sub")), AccessProblem::denied);
  EXPECT_TRUE(machine.stat("/etc/file").has_value());
}

TEST_F(WrappedMachine, an_io_error_is_one) {
  FaultyMachine machine(*inner_, {fault_below(FaultKind::io_error, "/etc")});
  EXPECT_EQ(problem(machine.read("/etc/file", 100)), AccessProblem::io_error);
  EXPECT_EQ(problem(machine.list("/etc")), AccessProblem::io_error);
}

TEST_F(WrappedMachine, truncated_reads_come_back_short_and_say_the_full_size) {
  Fault fault = fault_at(FaultKind::truncated, "/etc/file");
  fault.kept_bytes = 4;
  FaultyMachine machine(*inner_, {fault});
  EXPECT_EQ(*machine.read("/etc/file", 100), "0123");
  auto file = machine.open("/etc/file");
  EXPECT_EQ((*file)->size(), 10u);
  EXPECT_EQ(*(*file)->read_at(2, 100), "23");
  EXPECT_EQ(*(*file)->read_at(4, 100), "");
}

TEST_F(WrappedMachine, vanishing_is_listed_and_then_gone) {
  FaultyMachine machine(*inner_, {fault_at(FaultKind::vanishing, "/etc/file")});
  EXPECT_EQ(*machine.list("/etc"), (std::vector<std::string>{"file", "sub"}));
  EXPECT_EQ(problem(machine.stat("/etc/file")), AccessProblem::not_found);
  EXPECT_EQ(problem(machine.read("/etc/file", 100)), AccessProblem::not_found);
}

TEST_F(WrappedMachine, slow_is_late_and_right) {
  Fault fault = fault_at(FaultKind::slow, "/etc/file");
  fault.delay = milliseconds{30};
  FaultyMachine machine(*inner_, {fault});
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(*machine.read("/etc/file", 100), "0123456789");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds{30});
  EXPECT_EQ(machine.faults_met(), 1);
}

}  // namespace
}  // namespace gpuwhy
