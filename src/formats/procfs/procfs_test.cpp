#include "formats/procfs/procfs.h"

#include <gtest/gtest.h>

namespace gpuwhy::procfs {
namespace {

TEST(Mountinfo, fields_are_found_around_optional_ones) {
  auto mounts = parse_mountinfo(
      "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue\n"
      "37 35 0:22 / /sys ro,nosuid - sysfs sysfs rw\n");
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[0], (Mount{"/mnt1", "/mnt2", "rw,noatime", "ext3", "/dev/root", "rw,errors=continue"}));
  EXPECT_EQ(mounts[1].type, "sysfs");
}

TEST(Mountinfo, octal_escapes_are_undone_and_others_kept) {
  auto mounts = parse_mountinfo("1 2 0:1 /a\\040b /c\\134d\\9 rw - tmpfs none rw\n");
  ASSERT_EQ(mounts.size(), 1u);
  EXPECT_EQ(mounts[0].root, "/a b");
  EXPECT_EQ(mounts[0].mount_point, "/c\\d\\9");
}

TEST(Mountinfo, a_cut_last_line_is_dropped) {
  EXPECT_EQ(parse_mountinfo("1 2 0:1 / / rw - ext4 /dev/vda rw\n2 1 0:2 / /proc rw - pr").size(), 1u);
  EXPECT_TRUE(parse_mountinfo("1 2 0:1 / / rw").empty());
  EXPECT_TRUE(parse_mountinfo(" - - - - - - \n").empty());
}

TEST(Mountinfo, the_deepest_and_last_mount_covers_a_path) {
  auto mounts = parse_mountinfo(
      "1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / /usr rw - ext4 b rw\n3 1 0:3 / /usr ro,nosuid - ext4 c rw\n4 1 0:4 / /usr/binaries rw - ext4 "
      "d rw\n");
  EXPECT_EQ(find_mount_of(mounts, "/usr/bin/nvidia-modprobe")->source, "c");
  EXPECT_EQ(find_mount_of(mounts, "/opt")->source, "a");
  EXPECT_EQ(find_mount_of({}, "/opt"), nullptr);
  EXPECT_TRUE(has_option("ro,nosuid,nodev", "nosuid"));
  EXPECT_FALSE(has_option("ro,nosuidx", "nosuid"));
}

TEST(Modules, names_are_read_and_a_cut_line_is_not) {
  EXPECT_EQ(parse_modules("nvidia_uvm 1527808 0 - Live 0x0\nnvidia 56717312 2 nvidia_uvm, Live 0x0\nnouv"),
            (std::vector<std::string>{"nvidia_uvm", "nvidia"}));
}

TEST(Devices, only_character_devices_count) {
  auto majors = parse_character_majors("Character devices:\n  1 mem\n195 nvidia\n510 nvidia-uvm\n\nBlock devices:\n259 blkext\n");
  ASSERT_TRUE(majors);
  EXPECT_EQ(*majors, (std::map<std::string, std::int64_t>{{"mem", 1}, {"nvidia", 195}, {"nvidia-uvm", 510}}));
  EXPECT_FALSE(parse_character_majors("Block devices:\n259 blkext\n"));
  EXPECT_FALSE(parse_character_majors(""));
}

TEST(Status, the_field_is_matched_as_a_whole) {
  EXPECT_EQ(find_status_field("Name:\tsh\nNoNewPrivs:\t1\n", "NoNewPrivs"), "1");
  EXPECT_EQ(find_status_field("NoNewPrivsX:\t1\n", "NoNewPrivs"), std::nullopt);
  EXPECT_EQ(find_status_field("NoNewPrivs", "NoNewPrivs"), std::nullopt);
}

TEST(Cgroup, the_path_may_hold_colons) {
  EXPECT_EQ(parse_cgroup_paths("5:devices:/docker/ab:c\n0::/\nbad\n"), (std::vector<std::string>{"/docker/ab:c", "/"}));
}

TEST(CommandLine, quotes_keep_blanks) {
  EXPECT_EQ(parse_command_line("quiet dyndbg=\"file a +p\" modprobe.blacklist=nvidia\n"),
            (std::vector<std::string>{"quiet", "dyndbg=file a +p", "modprobe.blacklist=nvidia"}));
  EXPECT_EQ(parse_command_line("a=\"open end"), (std::vector<std::string>{"a=open end "}));
}

struct VersionCase {
  const char* text;
  std::optional<NvidiaVersion> expected;
};

TEST(NvidiaVersionFile, both_flavours_of_many_years) {
  const VersionCase cases[] = {
      {"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build  (dvs-builder@U16)  Wed Feb 26 2025\nGCC "
       "version:  gcc version 13.3.0\n",
       NvidiaVersion{"570.124.06", true}},
      {"NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n", NvidiaVersion{"535.183.01", false}},
      {"NVRM version: NVIDIA UNIX aarch64 Kernel Module  390.157  Wed Oct 12 2022\n", NvidiaVersion{"390.157", false}},
      {"NVRM version: NVIDIA UNIX x86_64 Kernel Module  ", std::nullopt},
      {"GCC version:  gcc version 13.3.0\n", std::nullopt},
      {"", std::nullopt},
  };
  for (const VersionCase& c : cases) EXPECT_EQ(parse_nvidia_version(c.text), c.expected) << c.text;
}

}  // namespace
}  // namespace gpuwhy::procfs
