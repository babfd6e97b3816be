// Whatever read of ours fails, no probe may say something else than before: only "unknown" may take an answer's place.
#include <gtest/gtest.h>

#include "probes/device_nodes/device_nodes.h"
#include "probes/host/host.h"
#include "probes/kernel_module/kernel_module.h"
#include "probes/memory_machine.h"
#include "probes/pci_bus/pci_bus.h"
#include "probes/platform/platform.h"
#include "sys/faulty_machine.h"
#include "sys/recording_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;

Snapshot probe_all(Machine& machine) {
  Snapshot snapshot;
  probe_host(machine, snapshot);
  probe_pci_bus(machine, snapshot);
  probe_kernel_module(machine, snapshot);
  probe_device_nodes(machine, snapshot);
  probe_platform(machine, snapshot);
  return snapshot;
}

void add_common_files(MemoryMachine& machine) {
  machine.file("/etc/os-release", "ID=ubuntu\nVERSION_ID=24.04\n").file("/etc/passwd", "ana:x:1000:1000::/home/ana:/bin/sh\n");
  machine.file("/usr/lib/x86_64-linux-gnu/libc.so.6", "GNU C Library (x) stable release version 2.39.\n").link("/lib", "usr/lib");
  machine.file("/proc/self/cgroup", "0::/user.slice\n").file("/proc/self/status", "NoNewPrivs:\t0\n").file("/proc/1/comm", "systemd\n");
  machine.file("/proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/sda2 rw\n").file("/proc/cmdline", "quiet\n");
  machine.file("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", std::string("\x06\0\0\0\x01", 5));
  machine.file("/sys/firmware/efi/efivars/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23", std::string("\x06\0\0\0\x01", 5));
  machine.file("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n").node("/dev/null", 1, 3).folder("/dev/nvidia-caps");
  const std::string card = "/sys/bus/pci/devices/0000:01:00.0";
  machine.file(card + "/class", "0x030000\n").file(card + "/vendor", "0x10de\n").file(card + "/device", "0x2860\n");
  machine.file(card + "/numa_node", "-1\n").file("/sys/bus/pci/devices/0000:00:00.0/class", "0x060000\n");
  machine.file("/sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086\n").file("/sys/bus/pci/devices/0000:00:00.0/device", "0x1237\n");
  machine.file("/var/lib/dpkg/status", "Package: nvidia-driver-570\nStatus: install ok installed\nVersion: 570\n");
  machine.file("/usr/bin/nvidia-modprobe", "", 04755).file("/etc/modprobe.d/a.conf", "blacklist nouveau\n");
  machine.file("/usr/lib/modules/6.8.0-60-generic/updates/dkms/nvidia.ko.zst", "x").folder("/usr/lib/modules/6.8.0-60-generic/build");
  machine.file("/usr/lib/modules/6.8.0-59-generic/updates/dkms/nvidia.ko.zst", "x");
  machine.folder("/var/lib/dkms/nvidia/570/6.8.0-60-generic/x86_64/module");
}

MemoryMachine healthy() {
  MemoryMachine machine;
  add_common_files(machine);
  machine.file("/sys/module/nvidia/version", "570.124.06\n")
      .folder("/sys/module/nvidia_uvm")
      .file("/proc/modules", "nvidia 1 0 - Live 0x0\n");
  machine.file("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  x\n");
  machine.file("/proc/devices", "Character devices:\n195 nvidia\n510 nvidia-uvm\n")
      .node("/dev/nvidia0", 195, 0)
      .node("/dev/nvidiactl", 195, 255);
  machine.link("/sys/bus/pci/devices/0000:01:00.0/driver", "../../../bus/pci/drivers/nvidia");
  return machine;
}

MemoryMachine not_loaded() {
  MemoryMachine machine;
  add_common_files(machine);
  machine.folder("/sys/module/nouveau")
      .file("/proc/modules", "nouveau 1 0 - Live 0x0\n")
      .file("/proc/devices", "Character devices:\n1 mem\n");
  return machine;
}

MemoryMachine in_a_container() {
  MemoryMachine machine = healthy();
  machine.file("/.dockerenv", "")
      .file("/proc/self/mountinfo",
            "700 600 0:80 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A\n"
            "702 700 0:6 /nvidia0 /dev/nvidia0 rw - devtmpfs devtmpfs rw\n");
  machine.variables({{"COLAB_GPU", "1"}});
  return machine;
}

// What a fault may do to a fact: nothing, or make it unknown. A fact that was unknown may become known by no fault.
template <class T>
void compare(const char* name, const std::string& fault, const Fact<T>& before, const Fact<T>& after) {
  if (after.is_unknown()) return;
  bool same = before.is_absent() ? after.is_absent() : before.is_known() && after.is_known() && *before == *after;
  EXPECT_TRUE(same) << name << " changed by " << fault;
}

#define COMPARE(field) compare(#field, fault, before.field, after.field)

void compare_all(const std::string& fault, const Snapshot& before, const Snapshot& after) {
  COMPARE(host.os_id);
  COMPARE(host.os_version);
  COMPARE(host.libc);
  COMPARE(host.user);
  COMPARE(host.home);
  COMPARE(pci.functions);
  COMPARE(kernel_module.loaded);
  COMPARE(kernel_module.uvm_loaded);
  COMPARE(kernel_module.loaded_version);
  COMPARE(kernel_module.loaded_flavour);
  COMPARE(kernel_module.dkms);
  COMPARE(kernel_module.headers_present);
  COMPARE(kernel_module.secure_boot);
  COMPARE(kernel_module.lockdown);
  COMPARE(kernel_module.signature_enforced);
  COMPARE(kernel_module.blacklisted_by);
  COMPARE(kernel_module.rivals_loaded);
  COMPARE(kernel_module.packages);
  COMPARE(kernel_module.nvswitch_present);
  COMPARE(kernel_module.fabric_manager_running);
  COMPARE(device_nodes.nodes);
  COMPARE(device_nodes.majors);
  COMPARE(device_nodes.modprobe_setuid);
  COMPARE(platform.kind);
  COMPARE(platform.container);
  COMPARE(platform.accelerator);
  COMPARE(platform.slurm_installed);
  COMPARE(platform.injected_driver);
  // Lists whose elements hold facts of their own: no element may get lost.
  if (after.pci.display.is_known()) {
    EXPECT_EQ(before.pci.display->size(), after.pci.display->size()) << fault;
  }
  if (after.kernel_module.files.is_known()) {
    ASSERT_TRUE(before.kernel_module.files.is_known());
    EXPECT_EQ(before.kernel_module.files->size(), after.kernel_module.files->size()) << fault;
  }
}

#undef COMPARE

void expect_no_wrong_answer(MemoryMachine machine) {
  RecordingMachine recording(machine);
  const Snapshot before = probe_all(recording);
  ASSERT_FALSE(recording.paths().empty());
  for (const std::string& path : recording.paths())
    for (FaultKind kind : {FaultKind::denied, FaultKind::hidden, FaultKind::io_error}) {
      FaultyMachine faulty(machine, {fault_at(kind, path)});
      const Snapshot after = probe_all(faulty);
      compare_all(path + " with fault " + std::to_string(static_cast<int>(kind)), before, after);
    }
}

TEST(ProbesUnderFaults, a_healthy_machine) { expect_no_wrong_answer(healthy()); }
TEST(ProbesUnderFaults, a_machine_without_its_module) { expect_no_wrong_answer(not_loaded()); }
TEST(ProbesUnderFaults, a_container) { expect_no_wrong_answer(in_a_container()); }

}  // namespace
}  // namespace gpuwhy
