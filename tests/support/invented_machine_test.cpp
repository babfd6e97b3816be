#include "support/invented_machine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace gpuwhy::testing {
namespace {

std::unique_ptr<Machine> machine(std::string_view text) {
  auto made = parse_manifest(text);
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

std::string problem_of(std::string_view text) {
  auto made = parse_manifest(text, "box.manifest");
  return made ? "" : made.error().message;
}

template <class T>
AccessProblem problem(const Access<T>& answer) {
  EXPECT_FALSE(answer.has_value());
  return answer ? AccessProblem::io_error : answer.error().problem;
}

TEST(InventedMachine, gives_the_content_of_a_file) {
  auto box = machine("file /etc/os-release <<END\nID=debian\n  VERSION_ID=12\nEND\nfile /etc/hostname = laptop");
  EXPECT_EQ(box->read("/etc/os-release"), "ID=debian\n  VERSION_ID=12\n");
  EXPECT_EQ(box->read("/etc/hostname"), "laptop\n");
  EXPECT_EQ(box->stat("/etc/hostname")->size, 7u);
}

TEST(InventedMachine, has_nothing_that_the_manifest_does_not_name) {
  auto box = machine("file /a = x");
  EXPECT_EQ(problem(box->stat("/b")), AccessProblem::not_found);
  EXPECT_EQ(problem(box->read("")), AccessProblem::not_found);
}

TEST(InventedMachine, answers_for_a_child_of_a_file_as_the_live_machine_does) {
  auto box = machine("file /etc/passwd = x");
  EXPECT_EQ(problem(box->stat("/etc/passwd/x")), AccessProblem::not_found);
  EXPECT_EQ(problem(box->stat("/etc/passwd/")), AccessProblem::not_found);
  EXPECT_EQ(problem(box->list("/etc/passwd")), AccessProblem::not_a_directory);
}

TEST(InventedMachine, lists_sorted_names) {
  auto box = machine("file /d/b\nfile /d/a\ndir /d/c");
  EXPECT_EQ(*box->list("/d"), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(InventedMachine, follows_absolute_and_relative_links) {
  auto box = machine("file /opt/cuda-12/lib/libx.so = x\nlink /opt/cuda -> cuda-12\nlink /usr/lib/libx.so -> /opt/cuda/lib/../lib/libx.so");
  EXPECT_EQ(*box->real_path("/usr/lib/libx.so"), "/opt/cuda-12/lib/libx.so");
  EXPECT_EQ(box->lstat("/usr/lib/libx.so")->kind, FileKind::symlink);
  EXPECT_EQ(box->stat("/usr/lib/libx.so")->kind, FileKind::regular);
  EXPECT_EQ(*box->read_link("/opt/cuda"), "cuda-12");
  EXPECT_EQ(problem(box->read_link("/opt/cuda-12")), AccessProblem::io_error);
}

TEST(InventedMachine, resolves_dot_dot_after_the_link_not_by_name) {
  auto box = machine("file /data/venv/bin/python = x\nfile /data/venv/pyvenv.cfg = y\nlink /home/bin -> /data/venv/bin");
  EXPECT_EQ(*box->real_path("/home/bin/../pyvenv.cfg"), "/data/venv/pyvenv.cfg");
}

TEST(InventedMachine, gives_up_on_a_loop_of_links) {
  auto box = machine("link /a -> /b\nlink /b -> /a");
  EXPECT_EQ(problem(box->stat("/a")), AccessProblem::link_loop);
  EXPECT_EQ(box->lstat("/a")->kind, FileKind::symlink);
}

TEST(InventedMachine, knows_a_dangling_link) {
  auto box = machine("link /lib/libcuda.so.1 -> libcuda.so.570");
  EXPECT_EQ(problem(box->stat("/lib/libcuda.so.1")), AccessProblem::not_found);
  EXPECT_TRUE(box->lstat("/lib/libcuda.so.1"));
}

TEST(InventedMachine, makes_an_unreadable_home_real) {
  auto box = machine("dir /home/ana mode=0700 uid=1001\nfile /home/ana/x = 1\nidentity uid=1000 groups=1000");
  EXPECT_EQ(problem(box->list("/home/ana")), AccessProblem::denied);
  EXPECT_EQ(problem(box->stat("/home/ana/x")), AccessProblem::denied);
  EXPECT_TRUE(box->stat("/home/ana"));
}

TEST(InventedMachine, lets_the_owner_the_group_and_root_in) {
  std::string files = "file /x mode=0640 uid=5 gid=44 = secret\n";
  EXPECT_TRUE(machine(files + "identity uid=5 groups=1")->read("/x"));
  EXPECT_TRUE(machine(files + "identity uid=6 groups=1,44")->read("/x"));
  EXPECT_TRUE(machine(files + "identity uid=0 groups=0")->read("/x"));
  EXPECT_EQ(problem(machine(files + "identity uid=6 groups=1")->read("/x")), AccessProblem::denied);
}

TEST(InventedMachine, lets_a_folder_be_searched_that_cannot_be_listed) {
  auto box = machine("dir /d mode=0711\nfile /d/known = x");
  EXPECT_EQ(problem(box->list("/d")), AccessProblem::denied);
  EXPECT_TRUE(box->read("/d/known"));
}

TEST(InventedMachine, denies_to_root_what_the_manifest_denies) {
  auto box = machine("identity uid=0 groups=0\nfile /x = 1\nfile /d/y = 1\ndeny /x\ndeny /d");
  EXPECT_EQ(problem(box->read("/x")), AccessProblem::denied);
  EXPECT_TRUE(box->stat("/x"));
  EXPECT_EQ(problem(box->list("/d")), AccessProblem::denied);
  EXPECT_EQ(problem(box->stat("/d/y")), AccessProblem::denied);
}

TEST(InventedMachine, holds_large_files_sparsely) {
  auto box = machine("bytes /big 7f454c46 size=5000000000");
  auto file = box->open("/big");
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->size(), 5'000'000'000u);
  EXPECT_EQ(*(*file)->read_at(0, 6), std::string("\x7f"
                                                 "ELF\0\0",
                                                 6));
  EXPECT_EQ((*file)->read_at(4'999'999'998, 10)->size(), 2u);
  EXPECT_EQ((*file)->read_at(6'000'000'000, 10)->size(), 0u);
  EXPECT_EQ(problem(box->read("/big")), AccessProblem::too_large);
}

TEST(InventedMachine, reads_files_of_proc_whose_size_is_zero) {
  auto box = machine("file /proc/version size=0 = Linux version 6.8");
  EXPECT_EQ(box->stat("/proc/version")->size, 0u);
  EXPECT_EQ(box->read("/proc/version"), "Linux version 6.8\n");
}

TEST(InventedMachine, opens_regular_files_only) {
  auto box = machine("char /dev/nvidia0 195:0 mode=0660 gid=44\ndir /d");
  EXPECT_EQ(problem(box->open("/dev/nvidia0")), AccessProblem::io_error);
  EXPECT_EQ(problem(box->read("/d")), AccessProblem::io_error);
  auto node = box->stat("/dev/nvidia0");
  EXPECT_EQ(node->kind, FileKind::character_device);
  EXPECT_EQ(node->device_major, 195u);
  EXPECT_EQ(node->mode, 0660u);
}

TEST(InventedMachine, writes_elf_files) {
  auto box = machine(
      "elf /lib/libx.so soname=libx.so.1 needed=libc.so.6 runpath=$ORIGIN size=100000\nelf /lib/cut.so cut=40\n"
      "elf /lib/stub.so stub\nelf /bin/p interp=/lib64/ld-linux-x86-64.so.2 type=exec\nelf /lib/l32.so class=32");
  std::string bytes = *box->read("/lib/libx.so");
  EXPECT_EQ(bytes.size(), 100000u);
  EXPECT_TRUE(
      bytes.starts_with("\x7f"
                        "ELF\x02"));
  EXPECT_NE(bytes.find("libx.so.1"), std::string::npos);
  EXPECT_NE(bytes.find("$ORIGIN"), std::string::npos);
  EXPECT_EQ(box->read("/lib/cut.so")->size(), 40u);
  EXPECT_EQ(box->stat("/lib/stub.so")->size, 16u * 1024);
  EXPECT_EQ(box->read("/bin/p")->at(16), 2);
  EXPECT_EQ(box->read("/lib/l32.so")->at(4), 1);
}

TEST(InventedMachine, removes_whole_trees) {
  auto box = machine("file /a/b/c = 1\nfile /a/d = 1\nremove /a/b\nfile /x = 1\nremove /x\nfile /x = 2");
  EXPECT_FALSE(box->exists("/a/b/c"));
  EXPECT_TRUE(box->exists("/a/d"));
  EXPECT_EQ(box->read("/x"), "2\n");
}

TEST(InventedMachine, has_its_own_environment) {
  auto box = machine("env LD_LIBRARY_PATH=/a:/b c=d\nenv X=1\nenv X=2\nenv GONE=1\nunset GONE\nenv EMPTY=");
  EXPECT_EQ(box->variable("LD_LIBRARY_PATH"), "/a:/b c=d");
  EXPECT_EQ(box->variable("X"), "2");
  EXPECT_FALSE(box->has_variable("GONE"));
  EXPECT_TRUE(box->has_variable("EMPTY"));
}

TEST(InventedMachine, knows_who_asks) {
  auto box = machine("identity uid=1234 groups=1234,44 user=ana host=laptop kernel=5.15 arch=aarch64 sudo_user=bob");
  const Identity& who = *box->identity();
  EXPECT_EQ(who.uid, 1234u);
  EXPECT_EQ(who.groups, (std::vector<std::uint32_t>{1234, 44}));
  EXPECT_EQ(who.host_name, "laptop");
  EXPECT_EQ(who.kernel_release, "5.15");
  EXPECT_EQ(who.architecture, "aarch64");
  EXPECT_EQ(who.sudo_user, "bob");
  EXPECT_NE(box->read("/etc/passwd")->find("ana:x:1234:1234::/home/ana:"), std::string::npos);
}

TEST(InventedMachine, answers_as_its_driver) {
  auto box = machine(
      "char /dev/nvidiactl 195:255\nchar /dev/nvidia0 195:0 mode=0600\nprobe open /dev/nvidia-uvm 5\n"
      "probe <<END\nfact cuInit 0\nfact nvmlInit_v2 0\nEND\n"
      "file /s/libcuda.so = stub\nlink /s/libcuda.so.1 -> libcuda.so\nprobe for=/s/libcuda.so <<END\nstep cuInit\nEND\nprobe-end crashed "
      "signal 11");
  ProbeRequest request;
  request.libcuda = "libcuda.so.1";
  request.nvml = "libnvidia-ml.so.1";
  request.nodes = {"/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia1", "/dev/nvidia-uvm"};
  ProbeRun run = box->run_probe(request);
  EXPECT_EQ(run.end, ProbeRun::End::finished);
  EXPECT_EQ(run.text,
            "start\nstep open /dev/nvidiactl\nfact open /dev/nvidiactl 0\nstep open /dev/nvidia0\nfact open /dev/nvidia0 13\n"
            "step open /dev/nvidia1\nfact open /dev/nvidia1 2\nstep open /dev/nvidia-uvm\nfact open /dev/nvidia-uvm 5\n"
            "fact cuInit 0\nfact nvmlInit_v2 0\ndone\n");
  request.nodes.clear();
  request.nvml.clear();
  request.libcuda = "/s/libcuda.so.1";  // a link to the one that has its own answers
  run = box->run_probe(request);
  EXPECT_EQ(run.end, ProbeRun::End::crashed);
  EXPECT_EQ(run.detail, "signal 11");
  EXPECT_EQ(run.text, "start\nstep cuInit\n");
  request.libcuda = "/nowhere/libcuda.so.1";
  run = box->run_probe(request);
  EXPECT_NE(run.text.find("fact libcuda.error /nowhere/libcuda.so.1: cannot open shared object file"), std::string::npos);
  EXPECT_EQ(run.text.find("cuInit"), std::string::npos);
}

TEST(InventedMachine, has_no_driver_unless_told) {
  ProbeRun run = machine("file /a = 1")->run_probe({});
  EXPECT_EQ(run.end, ProbeRun::End::not_run);
  EXPECT_FALSE(run.detail.empty());
  EXPECT_EQ(machine("probe-end not-run no fork here")->run_probe({}).detail, "no fork here");
}

TEST(InventedMachine, includes_files_with_values) {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / "gpuwhy-invented-machine-test";
  std::filesystem::create_directories(folder / "parts");
  std::ofstream(folder / "parts" / "wheel.manifest")
      << "file $SITE/a-$VERSION.txt <<END\nv${VERSION}.0 $ORIGIN\nEND\ninclude more.manifest N=$VERSION\n";
  std::ofstream(folder / "parts" / "more.manifest") << "file /n = $N\n";
  std::ofstream(folder / "main.manifest") << "include parts/wheel.manifest SITE=/site VERSION=9\n";
  std::ofstream(folder / "loop.manifest") << "include loop.manifest\n";
  std::ofstream(folder / "bad.manifest") << "file /ok = 1\ninclude parts/bad.manifest\n";
  std::ofstream(folder / "parts" / "bad.manifest") << "\n\nfiel /x\n";
  auto box = load_manifest(folder / "main.manifest");
  ASSERT_TRUE(box) << box.error().message;
  EXPECT_EQ((*box)->read("/site/a-9.txt"), "v9.0 $ORIGIN\n");
  EXPECT_EQ((*box)->read("/n"), "9\n");
  EXPECT_NE(load_manifest(folder / "loop.manifest").error().message.find("include each other"), std::string::npos);
  std::string problem = load_manifest(folder / "bad.manifest").error().message;
  EXPECT_TRUE(problem.ends_with("parts/bad.manifest:3: unknown word 'fiel'")) << problem;
  EXPECT_FALSE(load_manifest(folder / "none.manifest"));
  std::filesystem::remove_all(folder);
}

TEST(InventedMachine, names_the_place_of_a_mistake) {
  const std::pair<const char*, const char*> cases[] = {
      {"# a\n\nfiel /a", "box.manifest:3: unknown word 'fiel'"},
      {"file a = 1", "box.manifest:1: 'a' is no absolute path"},
      {"file", "box.manifest:1: the path is missing"},
      {"file /a mod=1 = x", "box.manifest:1: unknown option 'mod'"},
      {"file /a mode=9 = x", "box.manifest:1: 'mode=9' is no number"},
      {"file /a mode=1 mode=2", "box.manifest:1: 'mode' is given twice"},
      {"file /a <<END\nx", "box.manifest:1: the text does not end: no line 'END' follows"},
      {"file /a = x\nfile /a/b = y", "box.manifest:2: '/a/b' lies below something that is no folder"},
      {"link /a b", "box.manifest:1: expected 'link PATH -> TARGET'"},
      {"bytes /a 7f4", "box.manifest:1: the bytes are no pairs of hexadecimal digits"},
      {"char /a 1", "box.manifest:1: '1' is not MAJOR:MINOR"},
      {"remove /a", "box.manifest:1: '/a' is not there, so it cannot be removed"},
      {"deny /a", "box.manifest:1: '/a' is not there, so it cannot be denied"},
      {"env A", "box.manifest:1: expected 'env NAME=VALUE'"},
      {"probe x", "box.manifest:1: unknown option 'x'"},
      {"probe-end exploded", "box.manifest:1: a probe ends finished, crashed, timed-out or not-run"},
      {"elf /a class=16", "box.manifest:1: 'class' is 64 or 32"},
      {"file \"/a b", "box.manifest:1: a quotation mark is not closed"},
      {"include nowhere", "box.manifest:1: cannot open ./nowhere"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(problem_of(text), message) << text;
}

TEST(InventedMachine, takes_blanks_in_quoted_paths) {
  EXPECT_EQ(machine("file \"/home/my project/x\" = 1")->read("/home/my project/x"), "1\n");
}

}  // namespace
}  // namespace gpuwhy::testing
