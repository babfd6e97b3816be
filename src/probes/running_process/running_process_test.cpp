#include "probes/running_process/running_process.h"

#include <gtest/gtest.h>

#include "probes/running_process/process_files.h"
#include "support/invented_machine.h"

namespace gpuwhy {
namespace {

using namespace process_files;

std::unique_ptr<Machine> machine_of(std::string_view text) {
  auto machine = testing::parse_manifest(text);
  EXPECT_TRUE(machine) << (machine ? "" : machine.error().message);
  return std::move(*machine);
}

constexpr std::string_view process = R"(
identity uid=1000 groups=1000 user=ana home=/home/ana host=laptop
elf /usr/bin/python3.12 interp=/lib64/ld-linux-x86-64.so.2
link /home/ana/venv/bin/python -> /usr/bin/python3.12
link /home/ana/other/bin/python -> /usr/bin/python3.12
dir /proc/7 uid=1000
file /proc/7/stat size=0 = 7 (py (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 10 5 0 0 20 0 1 0 12345 900 20
file /proc/stat size=0 <<END
cpu 1
btime 1700000000
END
link /proc/7/exe -> /usr/bin/python3.12
bytes /proc/7/cmdline 707974686f6e00782e707900 size=0
bytes /proc/7/environ 56495254554154454e563d2f7600
file /proc/7/maps size=0 <<END
7f00-7f01 r-xp 00000000 08:01 9 /usr/bin/python3.12
END
dir /proc/7/fd
link /proc/7/fd/3 -> /dev/nvidia0
link /proc/7/fd/4 -> /home/ana/data
link /proc/7/fd/5 -> /dev/nvidia0
)";

std::string with_environment(const std::string& text) {
  std::string hex;
  for (char c : text) {
    constexpr std::string_view digits = "0123456789abcdef";
    auto byte = static_cast<unsigned char>(c == '|' ? '\0' : c);
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return std::string(process) + "bytes /proc/7/environ " + hex + "\n";
}

TEST(ParseMaps, each_file_with_code_is_told_once_and_deleted_ones_are_marked) {
  std::vector<MappedFile> files = parse_maps(
      "7f00-7f01 r--p 00000000 08:01 131090    /usr/lib/libcuda.so.570.124.06\n"
      "7f01-7f02 r-xp 00001000 08:01 131090    /usr/lib/libcuda.so.570.124.06\n"
      "7f02-7f03 r-xp 00001000 08:01 131090    /usr/lib/libcuda.so.570.124.06\n"
      "7f03-7f04 r-xp 00000000 08:01 7         /home/ana/my project/lib a.so (deleted)\n"
      "7f04-7f05 rw-p 00000000 08:01 8         /home/ana/data.bin\n"
      "7f05-7f06 r-xp 00000000 00:00 0         [vdso]\n"
      "7f06-7f07 rwxs 00000000 00:05 3         /dev/nvidia0\n"
      "7f07-7f08 r-xp 00000000 00:05 3         /memfd:doublemapper (deleted)\n"
      "7f08-7f09 r-xp 00000000 00:00 0 \n");
  EXPECT_EQ(files, (std::vector<MappedFile>{{"/usr/lib/libcuda.so.570.124.06", false}, {"/home/ana/my project/lib a.so", true}}));
}

TEST(ParseMaps, lines_of_another_form_are_passed_over) {
  for (std::string_view text : {"", "\n", "x", "7f00-7f01", "7f00-7f01 r", "7f00-7f01 r-xp 0 0 0", "\xff\xfe r-xp \x00"})
    EXPECT_TRUE(parse_maps(text).empty()) << text;
}

TEST(ParseStat, a_name_with_blanks_and_parentheses_does_not_shift_the_fields) {
  auto stat = parse_stat("7 (a) R 1) (b)) S 1 7 7 0 -1 4194560 1 0 0 0 10 5 0 0 20 0 1 0 12345 900 20");
  EXPECT_EQ(stat, (Stat{'S', false, 12345}));
}

TEST(ParseStat, the_flag_of_kernel_threads_is_read) {
  auto stat = parse_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0");
  ASSERT_TRUE(stat);
  EXPECT_TRUE(stat->is_kernel_thread);
}

TEST(ParseStat, what_was_cut_is_no_answer) {
  std::string whole = "7 (python) S 1 7 7 0 -1 4194560 1 0 0 0 10 5 0 0 20 0 1 0 12345";
  for (std::size_t length = 0; length < whole.size() - 5; ++length) EXPECT_FALSE(parse_stat(whole.substr(0, length))) << length;
}

TEST(ParseArguments, empty_arguments_inside_stay_and_the_padding_of_a_rewritten_title_goes) {
  EXPECT_EQ(parse_arguments(std::string_view("python\0\0x\0\0\0", 12)), (std::vector<std::string>{"python", "", "x"}));
}

TEST(OpenRunningProcess, the_virtual_environment_of_the_variable_is_the_interpreter_of_a_bare_name) {
  auto machine = machine_of(with_environment("VIRTUAL_ENV=/home/ana/venv|PATH=/usr/bin|"));
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->interpreter, "/home/ana/venv/bin/python");
}

TEST(OpenRunningProcess, the_first_python_on_its_own_path_beats_a_stale_variable) {
  auto machine = machine_of(with_environment("VIRTUAL_ENV=/home/ana/venv|PATH=/home/ana/other/bin:/usr/bin|"));
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->interpreter, "/home/ana/other/bin/python");
}

TEST(OpenRunningProcess, variables_outside_of_the_allow_list_are_not_kept) {
  auto machine = machine_of(with_environment("CUDA_VISIBLE_DEVICES=0|SECRET_TOKEN=abc|LD_LIBRARY_PATH=/opt|"));
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(opened->observed.variables.is_known());
  EXPECT_EQ(*opened->observed.variables, (std::map<std::string, std::string>{{"CUDA_VISIBLE_DEVICES", "0"}, {"LD_LIBRARY_PATH", "/opt"}}));
}

TEST(OpenRunningProcess, its_start_is_the_boot_and_the_ticks_since) {
  auto machine = machine_of(process);
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->observed.started_at.is(std::int64_t{1700000123}));
}

TEST(OpenRunningProcess, an_open_device_file_is_told_once) {
  auto machine = machine_of(process);
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(opened->observed.device_files.is_known());
  EXPECT_EQ(*opened->observed.device_files, std::vector<std::string>{"/dev/nvidia0"});
}

TEST(OpenRunningProcess, what_may_not_be_read_is_unknown_and_never_absent) {
  auto machine = machine_of(std::string(process) + "deny /proc/7/maps\ndeny /proc/7/environ\ndeny /proc/7/fd\n");
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(opened->observed.mapped.is_unknown());
  EXPECT_TRUE(opened->observed.variables.is_unknown());
  EXPECT_TRUE(opened->observed.device_files.is_unknown());
  Snapshot snapshot;
  snapshot.loader.library_path = Fact<std::string>::absent();
  apply_running_process(*opened, snapshot);
  EXPECT_TRUE(snapshot.loader.library_path.is_unknown());
  EXPECT_TRUE(snapshot.loader.preload.is_unknown());
  EXPECT_GE(snapshot.unread.size(), 3U);
}

TEST(OpenRunningProcess, no_process_a_kernel_thread_and_an_ended_one_are_told_apart) {
  auto message = [](const std::string& stat) {
    auto machine = machine_of(stat.empty() ? "" : "file /proc/9/stat size=0 = " + stat + "\n");
    auto opened = open_running_process(*machine, 9);
    return opened ? std::string("opened") : opened.error().message;
  };
  EXPECT_EQ(message(""), "--pid 9: there is no such process");
  EXPECT_EQ(message("9 (kworker/0:1) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0"),
            "--pid 9: this is a thread of the kernel, not a program");
  EXPECT_EQ(message("9 (python) Z 1 7 7 0 -1 4194560 1 0 0 0 10 5 0 0 20 0 1 0 12345 0 0"), "--pid 9: this process has ended");
  EXPECT_EQ(message("garbage"), "opened") << "it is there; what its file says is unknown";
}

constexpr std::string_view container = R"(
link /proc/self/ns/mnt -> mnt:[1]
link /proc/7/ns/mnt -> mnt:[2]
file /etc/os-release = ours
file /proc/7/root/etc/real = inside
link /proc/7/root/etc/os-release -> /etc/real
link /proc/7/root/etc/loop -> loop
link /proc/7/root/up -> ../../../../etc/os-release
)";

TEST(ProcessMachine, files_of_a_container_are_read_inside_of_its_root_and_links_do_not_lead_out) {
  auto machine = machine_of(std::string(process) + std::string(container));
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  auto text = opened->machine->read("/etc/os-release");
  ASSERT_TRUE(text) << text.error().detail;
  EXPECT_EQ(*text, "inside\n");
  EXPECT_EQ(opened->machine->real_path("/etc/os-release").value_or(""), "/etc/real");
  EXPECT_EQ(opened->machine->real_path("/up").value_or(""), "/etc/real");
  auto loop = opened->machine->stat("/etc/loop");
  ASSERT_FALSE(loop);
  EXPECT_EQ(loop.error().problem, AccessProblem::link_loop);
}

TEST(ProcessMachine, the_driver_of_a_container_is_not_asked_from_outside) {
  auto machine = machine_of(std::string(process) + std::string(container));
  auto opened = open_running_process(*machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  ProbeRun run = opened->machine->run_probe({});
  EXPECT_EQ(run.end, ProbeRun::End::not_run);
  EXPECT_NE(run.detail.find("container"), std::string::npos);
}

// Passes the request on to nobody and keeps it.
class AskedMachine : public Machine {
 public:
  explicit AskedMachine(Machine& inner) : inner_(inner) {}
  Basis basis() const override { return inner_.basis(); }
  Access<FileInfo> stat(const std::string& path) override { return inner_.stat(path); }
  Access<FileInfo> lstat(const std::string& path) override { return inner_.lstat(path); }
  Access<std::string> read_link(const std::string& path) override { return inner_.read_link(path); }
  Access<std::string> real_path(const std::string& path) override { return inner_.real_path(path); }
  Access<std::vector<std::string>> list(const std::string& folder) override { return inner_.list(folder); }
  Access<std::unique_ptr<File>> open(const std::string& path) override { return inner_.open(path); }
  Access<std::string> read(const std::string& path, std::size_t limit) override { return inner_.read(path, limit); }
  Access<std::string> kernel_log() override { return inner_.kernel_log(); }
  const Identity* identity() const override { return inner_.identity(); }
  const std::vector<Variable>& environment() const override { return inner_.environment(); }
  ProbeRun run_probe(const ProbeRequest& request) override {
    asked = request;
    return {};
  }
  ProbeRequest asked;

 private:
  Machine& inner_;
};

TEST(ProcessMachine, nothing_that_another_user_named_is_started) {
  auto inner = machine_of(std::string(process) + "dir /proc/7 uid=1001\n");
  AskedMachine machine(*inner);
  auto opened = open_running_process(machine, 7);
  ASSERT_TRUE(opened) << opened.error().message;
  ProbeRequest request;
  request.loader = "/home/eve/ld.so";
  request.environment = {"LD_PRELOAD=/home/eve/x.so", "LD_LIBRARY_PATH=/home/eve", "CUDA_VISIBLE_DEVICES=1"};
  request.libcuda = "libcuda.so.1";
  opened->machine->run_probe(request);
  EXPECT_EQ(machine.asked.loader, "");
  EXPECT_EQ(machine.asked.environment, std::vector<std::string>{"CUDA_VISIBLE_DEVICES=1"});
}

}  // namespace
}  // namespace gpuwhy
