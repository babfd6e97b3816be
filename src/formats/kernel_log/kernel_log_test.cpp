#include "formats/kernel_log/kernel_log.h"

#include <gtest/gtest.h>

namespace gpuwhy::kernel_log {
namespace {

const std::vector<std::string> card = {"0000:01:00.0"};

Line parsed(std::string_view text) {
  auto line = parse_line(text);
  EXPECT_TRUE(line) << text;
  return line.value_or(Line{});
}

TEST(KernelLogLine, of_the_ring_buffer_loses_its_priority_and_keeps_its_time) {
  EXPECT_EQ(parsed("<4>[   12.345678] NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus."),
            (Line{"[   12.345678]", "NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus."}));
}

TEST(KernelLogLine, of_dmesg_has_a_time_or_a_date) {
  EXPECT_EQ(parsed("[Fri Mar  3 04:27:08 2023] NVRM: x").time, "[Fri Mar  3 04:27:08 2023]");
  EXPECT_EQ(parsed("[    2.831115] pci 0000:01:00.0: BAR 1: no space").text, "pci 0000:01:00.0: BAR 1: no space");
}

TEST(KernelLogLine, of_syslog_loses_the_host_and_keeps_the_date) {
  EXPECT_EQ(parsed("Dec  2 11:49:53 gpu7 kernel: [  885.242168] NVRM: GPU 0000:0a:00.0: RmInitAdapter failed! (0x24:0x72:1568)"),
            (Line{"Dec  2 11:49:53", "NVRM: GPU 0000:0a:00.0: RmInitAdapter failed! (0x24:0x72:1568)"}));
  EXPECT_EQ(parsed("2024-12-02T11:49:53.123+00:00 gpu7 kernel: PM: suspend exit"),
            (Line{"2024-12-02T11:49:53.123+00:00", "PM: suspend exit"}));
}

TEST(KernelLogLine, of_another_program_is_none) {
  EXPECT_FALSE(parse_line("Dec  2 11:49:53 gpu7 systemd[1]: Starting nvidia-persistenced"));
  EXPECT_FALSE(parse_line("just words"));
}

TEST(KernelLogLine, keeps_a_name_in_brackets_that_is_no_time) {
  EXPECT_EQ(parsed("[   10.0] [drm] [nvidia-drm] [GPU ID 0x00000100] Loading driver").text,
            "[drm] [nvidia-drm] [GPU ID 0x00000100] Loading driver");
}

TEST(KernelLogLine, does_not_name_the_process) {
  EXPECT_EQ(parsed("[1.0] NVRM: Xid (PCI:0000:61:00): 119, pid=13, name=ana-secret, Timeout waiting for RPC").text,
            "NVRM: Xid (PCI:0000:61:00): 119, pid=13, Timeout waiting for RPC");
}

TEST(KernelLogFilter, takes_the_pci_layer_only_where_it_names_the_card) {
  EXPECT_TRUE(concerns_gpu("pci 0000:01:00.0: BAR 1 [mem size 0x10000000 64bit pref]: can't assign; no space", card));
  EXPECT_TRUE(concerns_gpu("pcieport 0000:00:01.0: AER: Uncorrected (Fatal) error received: 0000:01:00.0", card));
  EXPECT_FALSE(concerns_gpu("pci 0000:02:00.0: BAR 1: no space", card));
  EXPECT_FALSE(concerns_gpu("pci 0000:02:00.0: BAR 1: no space", {}));
}

TEST(KernelLogFilter, leaves_out_lists_of_modules_and_programs) {
  EXPECT_FALSE(concerns_gpu("Modules linked in: nvidia_uvm(OE) nvidia(OE)", card));
  EXPECT_FALSE(concerns_gpu("audit: type=1400 profile=\"nvidia_modprobe\"", card));
  EXPECT_FALSE(concerns_gpu("Command line: nvidia-drm.modeset=1", card));
  EXPECT_FALSE(concerns_gpu("usb 1-1: new device", card));
}

TEST(KernelLogLines, are_those_since_the_last_start_of_the_kernel) {
  auto found = parse_lines(
      "Dec  1 10:00:00 h kernel: NVRM: Xid (PCI:0000:01:00): 79, old\n"
      "Dec  2 10:00:00 h kernel: [    0.000000] Linux version 6.8.0-45-generic (buildd@x)\n"
      "Dec  2 10:00:09 h kernel: PM: suspend exit\n",
      card, 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "PM: suspend exit");
}

TEST(KernelLogLines, are_the_newest_when_there_are_too_many) {
  auto found = parse_lines("[1] NVRM: a\n[2] NVRM: b\n[3] NVRM: c\r\n[4] NVRM: d", card, 2);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].text, "NVRM: c");
  EXPECT_EQ(found[1].text, "NVRM: d");
}

TEST(KernelLogLines, make_hostile_text_harmless_and_short) {
  auto found = parse_lines("[1] NVRM: \x1b[2J\xff " + std::string(5000, 'x') + "\n", card, 5);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text.find('\x1b'), std::string::npos);
  EXPECT_LT(found[0].text.size(), 310u);
}

}  // namespace
}  // namespace gpuwhy::kernel_log
