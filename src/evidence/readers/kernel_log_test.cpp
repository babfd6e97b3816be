#include <gtest/gtest.h>

#include "evidence/clean.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues read(std::string_view text) {
  Clues clues;
  std::vector<Line> lines = clean_lines(text, 0);
  read_machine(lines, clues);
  read_kernel_log(lines, clues);
  return clues;
}

std::string first(const Clues& clues, std::string_view name) { return clues.has(name) ? clues.first(name)->value : "(none)"; }

TEST(KernelLog, an_xid_gives_its_number_and_its_card) {
  Clues clues = read("[1.0] NVRM: Xid (PCI:0000:C1:00): 79, pid=1234, GPU has fallen off the bus.");
  EXPECT_EQ(first(clues, "xid"), "79");
  EXPECT_EQ(first(clues, "xid.card"), "0000:c1:00");
  EXPECT_EQ(first(clues, "xid.fault"), "(none)");
}

TEST(KernelLog, an_xid_of_old_drivers_stands_without_pci) {
  EXPECT_EQ(first(read("NVRM: Xid (0000:01:00): 48, An uncorrectable double bit error"), "xid.fault"), "48");
}

TEST(KernelLog, the_device_plugin_writes_xid_with_an_equals_sign) {
  EXPECT_EQ(first(read("XidCriticalError: Xid=95 on Device=GPU-1, the device will go unhealthy."), "xid"), "95");
}

TEST(KernelLog, an_xid_that_programs_cause_blames_no_card) {
  Clues clues = read("NVRM: Xid (PCI:0000:01:00): 31, pid=7, name=python, Ch 00000008, intr 00000000. MMU Fault");
  EXPECT_EQ(first(clues, "xid"), "31");
  EXPECT_FALSE(clues.has("xid.fault"));
}

TEST(KernelLog, an_error_of_a_switch_is_no_xid) {
  EXPECT_FALSE(read("nvidia-nvswitch0: SXid (PCI:0000:07:00.0): 12028, Non-fatal").has("xid"));
}

TEST(KernelLog, the_transaction_id_of_dhcp_is_no_xid) {
  EXPECT_FALSE(read("dhclient: DHCPDISCOVER on eth0 XID 0x4fb3 interval 3").has("xid"));
}

TEST(KernelLog, modprobe_tells_what_is_missing_and_which_kernel_runs) {
  Clues clues = read("modprobe: FATAL: Module nvidia-current not found in directory /lib/modules/4.19.0-9-amd64");
  EXPECT_EQ(first(clues, "module.missing"), "nvidia");
  EXPECT_EQ(first(clues, "kernel"), "4.19.0-9-amd64");
}

TEST(KernelLog, nvidia_uvm_is_told_from_nvidia) {
  Clues clues = read("modprobe: FATAL: Module nvidia-uvm not found.");
  EXPECT_TRUE(clues.has("module.missing", "nvidia-uvm"));
  EXPECT_FALSE(clues.has("module.missing", "nvidia"));
}

TEST(KernelLog, a_missing_display_module_is_not_the_driver) {
  EXPECT_FALSE(read("modprobe: FATAL: Module nvidia_drm not found in directory /lib/modules/6.1.0-9-amd64").has("module.missing"));
}

TEST(KernelLog, each_refusal_of_the_module_is_told_apart) {
  struct Refusal {
    std::string_view text, why;
  };
  for (const Refusal& refusal :
       {Refusal{"modprobe: ERROR: could not insert 'nvidia': Key was rejected by service", "key"},
        Refusal{"modprobe: ERROR: could not insert 'nvidia_current': Required key not available", "key"},
        Refusal{"modprobe: ERROR: could not insert 'nvidia': Exec format error", "format"},
        Refusal{"insmod: ERROR: could not insert module ./nvidia.ko: Invalid module format", "format"},
        Refusal{"modprobe: ERROR: could not insert 'nvidia': Unknown symbol in module, or unknown parameter (see dmesg)", "symbol"},
        Refusal{"FATAL: Error inserting nvidia_current (/lib/modules/3.0.0-12-generic/updates/dkms/nvidia_current.ko): No such device",
                "no-device"},
        Refusal{"systemd-modules-load[402]: Failed to insert module 'nvidia': Operation not permitted", "denied"},
        Refusal{"-> Kernel module load error: No such device", "no-device"}})
    EXPECT_EQ(first(read(refusal.text), "module.refused"), refusal.why) << refusal.text;
}

TEST(KernelLog, another_module_that_is_refused_is_not_ours) {
  EXPECT_FALSE(read("modprobe: ERROR: could not insert 'vboxdrv': Required key not available").has("module.refused"));
}

TEST(KernelLog, refused_nvidia_uvm_has_a_name_of_its_own) {
  Clues clues = read("modprobe: ERROR: could not insert 'nvidia_uvm': Unknown symbol in module");
  EXPECT_EQ(first(clues, "module.refused.uvm"), "symbol");
  EXPECT_FALSE(clues.has("module.refused"));
}

TEST(KernelLog, a_failed_build_names_the_kernel) {
  EXPECT_EQ(first(read("Building module nvidia/470.256.02\nError! Bad return status for module build on kernel: 6.8.0-40-generic (x86_64)"),
                  "module.broken-build"),
            "6.8.0-40-generic");
}

TEST(KernelLog, a_failed_build_of_another_module_is_not_ours) {
  EXPECT_FALSE(read("==> dkms install bbswitch/0.8\nError! Bad return status for module build on kernel: 5.6.2-xanmod1-1-xanmod (x86_64)")
                   .has("module.broken-build"));
}

TEST(KernelLog, missing_headers_name_the_kernel) {
  EXPECT_EQ(first(read("==> ERROR: Missing 6.2.1-zen1-1-zen kernel headers for module nvidia/525.89.02."), "headers.missing"),
            "6.2.1-zen1-1-zen");
}

TEST(KernelLog, a_module_for_another_kernel_makes_a_pair) {
  Clues clues = read(
      "Linux box 5.15.0-41-generic #44-Ubuntu SMP Wed Jun 22 14:20:53 UTC 2022 x86_64 GNU/Linux\nnvidia, 510.73.05, 5.13.0-52-generic, "
      "x86_64: installed");
  EXPECT_EQ(first(clues, "pair.module-of-other-kernel"), "5.13.0-52-generic");
}

TEST(KernelLog, a_module_for_the_running_kernel_makes_none) {
  EXPECT_FALSE(read("uname -r\n6.5.0-44-generic\nnvidia/535.183.01, 6.2.0-26-generic, x86_64: installed\nnvidia/535.183.01, "
                    "6.5.0-44-generic, x86_64: installed")
                   .has("pair.module-of-other-kernel"));
}

TEST(KernelLog, a_window_without_address_is_told_for_cards_of_nvidia_alone) {
  std::string card =
      "[1.0] pci 0000:01:00.0: [10de:2204] type 00 class 0x030000\n[1.1] pci 0000:01:00.0: BAR 1 [mem size 0x10000000 64bit pref]: can't "
      "assign; no space";
  EXPECT_EQ(first(read(card), "bar.unplaced"), "0000:01:00.0");
  EXPECT_FALSE(read("[1.1] pci 0000:02:00.0: BAR 1 [mem size 0x10000000 64bit pref]: can't assign; no space").has("bar.unplaced"));
}

TEST(KernelLog, a_window_that_gets_its_address_later_is_placed) {
  EXPECT_FALSE(
      read("[1.0] pci 0000:01:00.0: [10de:2204] type 00\n[1.1] pci 0000:01:00.0: BAR 1: no space for [mem size 0x10000000 64bit pref]\n"
           "[1.2] pci 0000:01:00.0: BAR 1: assigned [mem 0x4000000000-0x400fffffff 64bit pref]")
          .has("bar.unplaced"));
}

TEST(KernelLog, a_large_window_without_address_is_told_where_no_card_is_named) {
  EXPECT_EQ(first(read("[1.1] pci 0000:06:00.0: BAR 1: no space for [mem size 0x10000000 64bit pref]"), "bar.unplaced.large"),
            "0000:06:00.0");
  EXPECT_FALSE(read("[1.1] pci 0000:06:00.0: BAR 1: no space for [mem size 0x00004000 64bit pref]").has("bar.unplaced.large"));
}

TEST(KernelLog, a_task_hangs_in_the_driver_where_its_stack_says_so) {
  std::string head = "INFO: task gdscheck:509579 blocked for more than 120 seconds.\n Call Trace:\n schedule+0x69/0x110\n";
  EXPECT_EQ(first(read(head + " os_acquire_rwlock_read+0x35/0x50 [nvidia]"), "hung"), "nvidia");
  EXPECT_FALSE(read(head + " nfs_wait_bit_killable+0x1e/0x90 [nfs]").has("hung"));
}

TEST(KernelLog, the_service_of_the_fabric_manager_has_a_state) {
  EXPECT_EQ(
      first(
          read("● nvidia-fabricmanager.service - NVIDIA fabric manager service\n   Loaded: loaded\n   Active: failed (Result: exit-code)"),
          "fabric"),
      "failed");
  EXPECT_EQ(first(read("        Fabric\n            State                         : In Progress\n"), "fabric"), "in-progress");
}

TEST(KernelLog, a_machine_that_slept_is_told_from_training_that_resumes) {
  EXPECT_TRUE(read("kernel: PM: suspend exit").has("slept"));
  EXPECT_FALSE(read("INFO: loss after resuming from checkpoint 1200: 1.2").has("slept"));
  EXPECT_TRUE(read("It only happens when I suspend my laptop.").has("slept"));
  EXPECT_FALSE(read("the job was suspended by the scheduler").has("slept"));
  EXPECT_FALSE(read("time.sleep(5)").has("slept"));
}

TEST(KernelLog, hostile_lines_end_quickly) {
  std::string text(3'000'000, 'X');
  for (std::size_t i = 0; i + 4 < text.size(); i += 5) text.replace(i, 4, "Xid ");
  text += std::string("\nXid (") + std::string(100000, '\0') + "\nNVRM: Xid (PCI:\xff\xfe): 79";
  EXPECT_FALSE(read(text).has("xid", "4"));
}

}  // namespace
}  // namespace gpuwhy
