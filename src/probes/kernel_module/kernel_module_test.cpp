#include "probes/kernel_module/kernel_module.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;

const std::string efi = "/sys/firmware/efi/efivars/";
const std::string secure_boot = efi + "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
const std::string shim = efi + "MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23";
const std::string on("\x06\0\0\0\x01", 5), off("\x06\0\0\0\0", 5);

// A host on which /proc and /sys are shown and nothing of NVIDIA is loaded.
MemoryMachine plain_host() {
  MemoryMachine machine;
  machine.file("/proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/sda2 rw\n").file("/proc/self/cgroup", "0::/user.slice\n");
  machine.file("/proc/modules", "ext4 1 0 - Live 0x0\n").folder("/sys/module/ext4").file("/proc/1/comm", "systemd\n");
  machine.file("/proc/devices", "Character devices:\n  1 mem\n\nBlock devices:\n").folder("/sys/firmware/acpi");
  return machine;
}

void load_driver(MemoryMachine& machine, const std::string& version_line) {
  machine.file("/sys/module/nvidia/version", "570.124.06\n")
      .folder("/sys/module/nvidia_uvm")
      .file("/proc/driver/nvidia/version", version_line);
}

KernelModule probe(MemoryMachine& machine) {
  Snapshot snapshot;
  probe_kernel_module(machine, snapshot);
  return snapshot.kernel_module;
}

const std::string open_line = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build\n";
const std::string closed_line = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.124.06  Sun May 12 2024\n";

TEST(LoadedModule, both_flavours_are_told_apart) {
  MemoryMachine open = plain_host(), closed = plain_host();
  load_driver(open, open_line);
  load_driver(closed, closed_line);
  KernelModule section = probe(open);
  EXPECT_TRUE(section.loaded.is(true));
  EXPECT_TRUE(section.uvm_loaded.is(true));
  EXPECT_TRUE(section.loaded_version.is("570.124.06"));
  EXPECT_TRUE(section.loaded_flavour.is("open"));
  EXPECT_TRUE(probe(closed).loaded_flavour.is("proprietary"));
}

TEST(LoadedModule, the_taint_tells_the_flavour_where_proc_does_not) {
  for (auto [taint, flavour] : {std::pair{"PO\n", "proprietary"}, std::pair{"OE\n", "open"}}) {
    MemoryMachine machine = plain_host();
    machine.file("/sys/module/nvidia/version", "570.124.06\n").file("/sys/module/nvidia/taint", taint);
    EXPECT_TRUE(probe(machine).loaded_flavour.is(flavour));
  }
}

TEST(LoadedModule, a_half_written_version_falls_back_to_proc_or_is_unknown) {
  for (const char* half : {"", "57", "570.", "570.124.06-x", "nvidia"}) {
    MemoryMachine machine = plain_host();
    machine.file("/sys/module/nvidia/version", half);
    EXPECT_TRUE(probe(machine).loaded_version.is_unknown()) << half;
    machine.file("/proc/driver/nvidia/version", open_line);
    EXPECT_TRUE(probe(machine).loaded_version.is("570.124.06")) << half;
  }
}

TEST(LoadedModule, what_is_not_loaded_has_no_version) {
  MemoryMachine machine = plain_host();
  KernelModule section = probe(machine);
  EXPECT_TRUE(section.loaded.is(false));
  EXPECT_TRUE(section.loaded_version.is_absent());
  EXPECT_TRUE(section.loaded_flavour.is_absent());
}

TEST(LoadedModule, hidden_or_denied_sysfs_is_unknown) {
  MemoryMachine hidden, denied, only_proc;
  hidden.folder("/sys");
  EXPECT_TRUE(probe(hidden).loaded.is_unknown());
  EXPECT_TRUE(probe(hidden).rivals_loaded.is_unknown());
  denied.folder("/sys").denies("/sys/module");
  ASSERT_TRUE(probe(denied).loaded.is_unknown());
  EXPECT_EQ(probe(denied).loaded.why(), Why::denied);
  EXPECT_TRUE(probe(denied).loaded_version.is_unknown());
  only_proc.file("/proc/modules", "nvidia 1 0 - Live 0x0\n");
  EXPECT_TRUE(probe(only_proc).loaded.is(true));
}

TEST(LoadedModule, rivals_are_named) {
  MemoryMachine machine = plain_host();
  machine.folder("/sys/module/nouveau").folder("/sys/module/vfio_pci");
  EXPECT_TRUE(probe(machine).rivals_loaded.is(std::vector<std::string>{"nouveau", "vfio_pci"}));
  MemoryMachine nova = plain_host();
  nova.folder("/sys/module/nova_core");
  EXPECT_TRUE(probe(nova).rivals_loaded.is(std::vector<std::string>{"nova_core"}));
}

struct SecureBootCase {
  const char* story;
  std::optional<std::string> variable, shim_variable;
  const char* expected;  // "on", "off", "unknown"
};

TEST(Signing, secure_boot_as_the_kernel_sees_it) {
  const SecureBootCase cases[] = {
      {"on", on, std::nullopt, "on"},
      {"off", off, std::nullopt, "off"},
      {"on, shim does not validate", on, on, "off"},
      {"on, shim validates", on, off, "on"},
      {"cut", on.substr(0, 4), std::nullopt, "unknown"},
      {"strange", on.substr(0, 4) + "\x07", std::nullopt, "unknown"},
  };
  for (const SecureBootCase& c : cases) {
    MemoryMachine machine = plain_host();
    machine.file(secure_boot, *c.variable);
    if (c.shim_variable) machine.file(shim, *c.shim_variable);
    auto fact = probe(machine).secure_boot;
    EXPECT_EQ(fact.is_unknown() ? "unknown" : fact.is(true) ? "on" : "off", std::string(c.expected)) << c.story;
  }
}

TEST(Signing, without_efi_secure_boot_is_off_and_behind_a_mask_unknown) {
  MemoryMachine bios = plain_host(), masked, unmounted = plain_host(), denied = plain_host();
  EXPECT_TRUE(probe(bios).secure_boot.is(false));
  masked.folder("/sys/firmware");
  EXPECT_TRUE(probe(masked).secure_boot.is_unknown());
  unmounted.folder("/sys/firmware/efi/efivars");
  EXPECT_TRUE(probe(unmounted).secure_boot.is_unknown());
  denied.file(secure_boot, on).denies(secure_boot);
  ASSERT_TRUE(probe(denied).secure_boot.is_unknown());
  EXPECT_EQ(probe(denied).secure_boot.why(), Why::denied);
}

TEST(Signing, lockdown_is_the_word_in_brackets) {
  MemoryMachine machine = plain_host(), cut = plain_host(), none = plain_host(), unmounted = plain_host();
  machine.file("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
  EXPECT_TRUE(probe(machine).lockdown.is("integrity"));
  cut.file("/sys/kernel/security/lockdown", "none [integ");
  EXPECT_TRUE(probe(cut).lockdown.is_unknown());
  none.file("/sys/kernel/security/lsm", "capability");
  EXPECT_TRUE(probe(none).lockdown.is_absent());
  unmounted.folder("/sys/kernel/security");
  EXPECT_TRUE(probe(unmounted).lockdown.is_unknown());
}

TEST(Signing, sig_enforce_is_read_and_its_absence_kept) {
  MemoryMachine machine = plain_host();
  EXPECT_TRUE(probe(machine).signature_enforced.is_absent());
  machine.file("/sys/module/module/parameters/sig_enforce", "Y\n");
  EXPECT_TRUE(probe(machine).signature_enforced.is(true));
  machine.file("/sys/module/module/parameters/sig_enforce", "");
  EXPECT_TRUE(probe(machine).signature_enforced.is_unknown());
}

TEST(Blacklist, files_and_the_command_line_are_named) {
  MemoryMachine machine = plain_host();
  machine.file("/usr/lib/modprobe.d/nvidia.conf", "alias nvidia off\n").file("/etc/modprobe.d/a.conf", "blacklist nouveau\n");
  machine.file("/etc/modprobe.d/b.conf", "install nvidia /bin/false\n").file("/etc/modprobe.d/c.bak", "blacklist nvidia\n");
  machine.file("/proc/cmdline", "quiet module-blacklist=nouveau,nvidia\n");
  EXPECT_TRUE(probe(machine).blacklisted_by.is(
      std::vector<std::string>{"/etc/modprobe.d/b.conf", "/usr/lib/modprobe.d/nvidia.conf", "/proc/cmdline"}));
}

TEST(Blacklist, a_file_in_etc_hides_its_namesake_and_merged_folders_count_once) {
  MemoryMachine machine = plain_host();
  machine.file("/usr/lib/modprobe.d/x.conf", "blacklist nvidia\n").link("/etc/modprobe.d/x.conf", "/dev/null").node("/dev/null", 1, 3);
  EXPECT_TRUE(probe(machine).blacklisted_by.is(std::vector<std::string>{}));
  machine.file("/usr/lib/modprobe.d/y.conf", "blacklist nvidia\n").link("/lib", "usr/lib");
  EXPECT_TRUE(probe(machine).blacklisted_by.is(std::vector<std::string>{"/usr/lib/modprobe.d/y.conf"}));
}

TEST(Blacklist, an_unreadable_file_leaves_no_blacklist_a_guess) {
  MemoryMachine machine = plain_host();
  machine.file("/etc/modprobe.d/x.conf", "").denies("/etc/modprobe.d/x.conf");
  EXPECT_TRUE(probe(machine).blacklisted_by.is_unknown());
}

TEST(Fabric, the_manager_is_found_by_its_shortened_name) {
  MemoryMachine machine = plain_host();
  EXPECT_TRUE(probe(machine).nvswitch_present.is(false));
  EXPECT_TRUE(probe(machine).fabric_manager_running.is(false));
  machine.file("/proc/devices", "Character devices:\n505 nvidia-nvswitch\n").file("/proc/77/comm", "nv-fabricmanage\n");
  EXPECT_TRUE(probe(machine).nvswitch_present.is(true));
  EXPECT_TRUE(probe(machine).fabric_manager_running.is(true));
}

TEST(Fabric, hidden_processes_leave_it_unknown) {
  MemoryMachine hidepid;
  hidepid.file("/proc/500/comm", "sh\n");
  EXPECT_TRUE(probe(hidepid).fabric_manager_running.is_unknown());
  MemoryMachine denied = plain_host();
  denied.file("/proc/9/comm", "").denies("/proc/9/comm");
  EXPECT_TRUE(probe(denied).fabric_manager_running.is_unknown());
}

TEST(KernelModuleProbe, inside_a_container_missing_files_of_the_kernel_are_unknown) {
  MemoryMachine machine = plain_host();
  machine.file("/run/.containerenv", "");
  KernelModule section = probe(machine);
  EXPECT_TRUE(section.loaded.is(false)) << "the kernel itself is shared";
  EXPECT_TRUE(section.files.is_unknown());
  EXPECT_TRUE(section.dkms.is_unknown());
  EXPECT_TRUE(section.headers_present.is_unknown());
  EXPECT_TRUE(section.blacklisted_by.is_unknown());
  EXPECT_TRUE(section.fabric_manager_running.is_unknown());
}

TEST(KernelModuleProbe, a_root_folder_has_no_running_kernel) {
  MemoryMachine machine = plain_host();
  load_driver(machine, open_line);
  machine.as_root_folder();
  KernelModule section = probe(machine);
  EXPECT_TRUE(section.loaded.is_unknown());
  EXPECT_TRUE(section.secure_boot.is_unknown());
  EXPECT_TRUE(section.files.is_unknown());
}

TEST(KernelModuleProbe, what_was_refused_is_named) {
  MemoryMachine machine = plain_host();
  machine.file(secure_boot, on).denies(secure_boot).folder("/var/lib/dkms").denies("/var/lib/dkms");
  Snapshot snapshot;
  probe_kernel_module(machine, snapshot);
  std::vector<std::string> facts;
  for (const Unread& unread : snapshot.unread) facts.push_back(unread.fact);
  EXPECT_EQ(facts, (std::vector<std::string>{"the DKMS tree", "Secure Boot"}));
}

TEST(ModuleGpus, are_read_with_model_firmware_and_exclusion) {
  MemoryMachine machine = plain_host();
  load_driver(machine, open_line);
  machine.file("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t Unknown\nGPU Firmware: \t N/A\nGPU Excluded:\t No\n");
  KernelModule section = probe(machine);
  ASSERT_TRUE(section.gpus.is_known());
  EXPECT_EQ(*section.gpus, (std::vector<ModuleGpu>{{"0000:01:00.0", "Unknown", "N/A", "No"}}));
}

TEST(ModuleGpus, are_absent_without_their_folder_and_unknown_when_cut) {
  MemoryMachine bare = plain_host(), cut = plain_host();
  EXPECT_TRUE(probe(bare).gpus.is_absent());
  cut.file("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Mod");
  EXPECT_EQ(probe(cut).gpus.why(), Why::malformed);
}

TEST(HmmParameter, is_read_where_the_module_has_it) {
  const std::string path = "/sys/module/nvidia_uvm/parameters/uvm_disable_hmm";
  for (auto [text, expected] : {std::pair{"Y\n", true}, {"N\n", false}, {"1\n", true}}) {
    MemoryMachine machine = plain_host();
    machine.file(path, text);
    EXPECT_TRUE(probe(machine).uvm_hmm_disabled.is(expected)) << text;
  }
  MemoryMachine without = plain_host(), odd = plain_host();
  EXPECT_TRUE(probe(without).uvm_hmm_disabled.is_absent());
  odd.file(path, "perhaps\n");
  EXPECT_EQ(probe(odd).uvm_hmm_disabled.why(), Why::malformed);
}

}  // namespace
}  // namespace gpuwhy
