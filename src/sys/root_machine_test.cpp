#include "sys/root_machine.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;

// A folder with secrets in it, and inside of it the root that must never lead to them.
class RootFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "gpuwhy-root-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    outside_ = name;
    root_ = outside_ + "/root";
    fs::create_directories(root_ + "/etc");
    fs::create_directories(root_ + "/usr/lib/deep");
    write(outside_ + "/secret", "secret");
    write(root_ + "/etc/passwd", "inner");
    write(root_ + "/usr/lib/libx.so.1", "library");
    machine_ = make_root_machine(root_, {{"LD_LIBRARY_PATH", "/usr/lib"}, {"EMPTY", ""}});
  }
  void TearDown() override {
    machine_.reset();
    fs::remove_all(outside_);
  }

  static void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
  void link(const std::string& target, const std::string& at) { fs::create_symlink(target, root_ + at); }
  std::string read(const std::string& path) {
    auto text = machine_->read(path);
    return text ? *text : "error: " + text.error().detail;
  }
  template <class T>
  static AccessProblem problem(const Access<T>& answer) {
    EXPECT_FALSE(answer.has_value());
    return answer ? AccessProblem::too_large : answer.error().problem;
  }

  std::string outside_, root_;
  std::unique_ptr<Machine> machine_;
};

TEST_F(RootFolder, absolute_links_begin_at_the_root) {
  link("/etc/passwd", "/usr/lib/a");
  EXPECT_EQ(read("/usr/lib/a"), "inner");
  EXPECT_EQ(*machine_->real_path("/usr/lib/a"), "/etc/passwd");
  EXPECT_EQ(*machine_->read_link("/usr/lib/a"), "/etc/passwd");
  EXPECT_EQ(machine_->lstat("/usr/lib/a")->kind, FileKind::symlink);
  EXPECT_EQ(machine_->stat("/usr/lib/a")->kind, FileKind::regular);
}

TEST_F(RootFolder, nothing_leads_out) {
  link("../../../../../../../../../../../../etc/passwd", "/usr/lib/up");
  link(outside_ + "/secret", "/usr/lib/absolute");
  link("/../secret", "/usr/lib/above");
  link("..", "/folder-above");
  link("/proc/self/root", "/magic");
  EXPECT_EQ(read("/usr/lib/up"), "inner");
  EXPECT_EQ(problem(machine_->read("/usr/lib/absolute")), AccessProblem::not_found);
  EXPECT_EQ(problem(machine_->read("/usr/lib/above")), AccessProblem::not_found);
  for (const char* path : {"/../secret", "../secret", "/etc/../../secret", "/folder-above/secret", "/usr/lib/../../../secret",
                           "/magic/etc/passwd", "/./..//../secret", "/usr/lib/deep/../../../../secret"})
    EXPECT_EQ(problem(machine_->stat(path)), AccessProblem::not_found) << path;
  EXPECT_EQ(*machine_->real_path("/folder-above"), "/");
  EXPECT_EQ(*machine_->real_path("/../../etc/.."), "/");
}

TEST_F(RootFolder, dot_dot_after_a_link_leaves_the_folder_behind_the_link) {
  link("/usr/lib/deep", "/etc/to-deep");
  EXPECT_EQ(read("/etc/to-deep/../libx.so.1"), "library");
}

TEST_F(RootFolder, relative_paths_and_chains_of_links_resolve) {
  link("b", "/usr/lib/a");
  link("deep/../c", "/usr/lib/b");
  link("libx.so.1", "/usr/lib/c");
  EXPECT_EQ(read("/usr/lib/a"), "library");
  EXPECT_EQ(read("usr/lib/a"), "library");
  EXPECT_EQ(*machine_->real_path("/usr/lib/a"), "/usr/lib/libx.so.1");
}

TEST_F(RootFolder, loops_and_too_many_links_end) {
  link("loop", "/loop");
  link("two", "/one");
  link("one", "/two");
  link("/etc/passwd", "/l0");
  for (int i = 1; i <= 45; ++i) link("l" + std::to_string(i - 1), "/l" + std::to_string(i));
  EXPECT_EQ(problem(machine_->read("/loop")), AccessProblem::link_loop);
  EXPECT_EQ(problem(machine_->stat("/one/x")), AccessProblem::link_loop);
  EXPECT_EQ(read("/l39"), "inner");
  EXPECT_EQ(problem(machine_->read("/l40")), AccessProblem::link_loop);
  EXPECT_TRUE(machine_->lstat("/loop").has_value());
  EXPECT_EQ(*machine_->read_link("/loop"), "loop");
}

TEST_F(RootFolder, a_fifo_a_socket_and_a_folder_are_refused_at_once) {
  ASSERT_EQ(::mkfifo((root_ + "/fifo").c_str(), 0600), 0);
  int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string path = root_ + "/socket";
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  for (const char* name : {"/fifo", "/socket", "/etc"}) {
    EXPECT_EQ(problem(machine_->read(name)), AccessProblem::io_error) << name;
    EXPECT_EQ(problem(machine_->open(name)), AccessProblem::io_error) << name;
  }
  EXPECT_EQ(machine_->stat("/fifo")->kind, FileKind::other);
  EXPECT_EQ(machine_->read("/etc").error().detail, "is a folder");
  EXPECT_EQ(machine_->read("/fifo").error().detail, "is a FIFO, not opened");
  ::close(fd);
}

TEST_F(RootFolder, a_file_where_a_folder_is_expected) {
  EXPECT_EQ(problem(machine_->list("/etc/passwd")), AccessProblem::not_a_directory);
  EXPECT_EQ(problem(machine_->read("/etc/passwd/x")), AccessProblem::not_found);
  EXPECT_EQ(problem(machine_->read("/etc/passwd/")), AccessProblem::not_found);
  EXPECT_EQ(problem(machine_->read("/etc/passwd/../passwd")), AccessProblem::not_found);
  EXPECT_EQ(problem(machine_->read_link("/etc/passwd")), AccessProblem::io_error);
  link("passwd", "/etc/to-file");
  EXPECT_EQ(problem(machine_->lstat("/etc/to-file/")), AccessProblem::not_found);
}

TEST_F(RootFolder, a_link_with_a_slash_behind_it_is_followed) {
  link("/usr/lib", "/lib");
  EXPECT_EQ(machine_->lstat("/lib/")->kind, FileKind::directory);
  EXPECT_EQ(machine_->lstat("/lib")->kind, FileKind::symlink);
}

TEST_F(RootFolder, lists_names_sorted) {
  EXPECT_EQ(*machine_->list("/usr/lib"), (std::vector<std::string>{"deep", "libx.so.1"}));
  EXPECT_EQ(*machine_->list("/"), (std::vector<std::string>{"etc", "usr"}));
}

TEST_F(RootFolder, reads_parts_and_respects_the_limit) {
  write(root_ + "/big", std::string(700'000, 'x') + "end");
  auto file = machine_->open("/big");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ((*file)->size(), 700'003u);
  EXPECT_EQ(*(*file)->read_at(700'000, 100), "end");
  EXPECT_EQ(*(*file)->read_at(800'000, 100), "");
  EXPECT_EQ(*(*file)->read_at(UINT64_MAX - 5, 100), "");
  EXPECT_EQ((*file)->read_at(0, SIZE_MAX / 4)->size(), 700'003u);
  EXPECT_EQ(problem(machine_->read("/big", 700'002)), AccessProblem::too_large);
  EXPECT_EQ(machine_->read("/big", 700'003)->size(), 700'003u);
}

TEST_F(RootFolder, odd_names_are_not_found_or_too_long) {
  EXPECT_EQ(problem(machine_->read("")), AccessProblem::not_found);
  EXPECT_EQ(problem(machine_->read(std::string("/etc/passwd\0x", 13))), AccessProblem::not_found);
  EXPECT_EQ(problem(machine_->read("/" + std::string(300, 'a'))), AccessProblem::io_error);
  EXPECT_EQ(problem(machine_->read(std::string(100'000, '/'))), AccessProblem::io_error);
  write(root_ + "/na\nme \xff", "odd");
  EXPECT_EQ(read("/na\nme \xff"), "odd");
}

TEST_F(RootFolder, nothing_is_executed_there) {
  ProbeRun run = machine_->run_probe({});
  EXPECT_EQ(run.end, ProbeRun::End::not_run);
  EXPECT_EQ(run.detail, "another root folder: nothing is executed there");
  EXPECT_EQ(machine_->identity(), nullptr);
  EXPECT_EQ(machine_->basis(), Machine::Basis::root_folder);
}

TEST_F(RootFolder, its_environment_is_the_one_it_was_given) {
  EXPECT_EQ(machine_->variable("LD_LIBRARY_PATH"), "/usr/lib");
  EXPECT_TRUE(machine_->has_variable("EMPTY"));
  EXPECT_FALSE(machine_->has_variable("PATH"));
}

TEST_F(RootFolder, a_root_that_is_not_there_fails_every_read) {
  auto missing = make_root_machine(root_ + "/nowhere", {});
  EXPECT_EQ(problem(missing->read("/etc/passwd")), AccessProblem::not_found);
  EXPECT_EQ(problem(missing->list("/")), AccessProblem::not_found);
}

TEST_F(RootFolder, a_folder_that_turns_into_a_link_while_it_is_walked_leads_nowhere_else) {
  fs::create_directories(root_ + "/a/b");
  write(root_ + "/a/b/secret", "inner");
  fs::create_directories(outside_ + "/b");
  write(outside_ + "/b/secret", "secret");
  std::atomic<bool> stop = false;
  std::thread swapper([&] {
    while (!stop) {
      fs::rename(root_ + "/a", root_ + "/kept");
      fs::create_directory_symlink(outside_, root_ + "/a");
      fs::remove(root_ + "/a");
      fs::rename(root_ + "/kept", root_ + "/a");
    }
  });
  for (int i = 0; i < 3000; ++i) {
    auto text = machine_->read("/a/b/../b/secret");
    EXPECT_TRUE(!text || *text == "inner");
  }
  stop = true;
  swapper.join();
}

}  // namespace
}  // namespace gpuwhy
