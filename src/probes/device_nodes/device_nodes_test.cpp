#include "probes/device_nodes/device_nodes.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;

Snapshot probe(MemoryMachine& machine) {
  Snapshot snapshot;
  probe_device_nodes(machine, snapshot);
  return snapshot;
}

std::vector<std::string> paths(const Snapshot& snapshot) {
  std::vector<std::string> all;
  for (const DeviceNode& node : *snapshot.device_nodes.nodes) all.push_back(node.path);
  return all;
}

TEST(ProbeDeviceNodes, all_nodes_of_a_working_machine_are_listed_and_none_is_opened) {
  MemoryMachine machine;
  machine.node("/dev/nvidiactl", 195, 255)
      .node("/dev/nvidia0", 195, 0, 0660)
      .node("/dev/nvidia-uvm", 510, 0)
      .node("/dev/nvidia-modeset", 195, 254);
  machine.node("/dev/nvidia-caps/nvidia-cap1", 235, 1, 0400).node("/dev/null", 1, 3).file("/dev/nvidia.txt", "").node("/dev/nvme0", 240, 0);
  Snapshot snapshot = probe(machine);
  EXPECT_EQ(paths(snapshot), (std::vector<std::string>{"/dev/nvidia-caps/nvidia-cap1", "/dev/nvidia-modeset", "/dev/nvidia-uvm",
                                                       "/dev/nvidia0", "/dev/nvidiactl"}));
  const DeviceNode& card = (*snapshot.device_nodes.nodes)[3];
  EXPECT_EQ(card.kind, "character device");
  EXPECT_EQ(card.major, 195);
  EXPECT_EQ(card.mode, 0660u);
  ASSERT_TRUE(card.open_error.is_unknown());
  EXPECT_EQ(card.open_error.why(), Why::not_probed);
}

TEST(ProbeDeviceNodes, what_stands_where_a_node_should_be_is_named) {
  MemoryMachine machine;
  machine.folder("/dev/nvidia0")
      .file("/dev/nvidia1", "")
      .link("/dev/nvidia2", "gone")
      .link("/dev/nvidiactl", "real")
      .node("/dev/real", 195, 255);
  Snapshot snapshot = probe(machine);
  std::vector<std::string> kinds;
  for (const DeviceNode& node : *snapshot.device_nodes.nodes) kinds.push_back(node.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"folder", "regular file", "other", "character device"}));
}

TEST(ProbeDeviceNodes, wsl_and_jetson_have_nodes_of_their_own) {
  MemoryMachine machine;
  machine.node("/dev/dxg", 10, 125).node("/dev/nvmap", 10, 60).node("/dev/nvhost-gpu", 500, 0).folder("/dev/nvgpu/igpu0");
  EXPECT_EQ(paths(probe(machine)), (std::vector<std::string>{"/dev/dxg", "/dev/nvgpu/igpu0", "/dev/nvhost-gpu", "/dev/nvmap"}));
}

TEST(ProbeDeviceNodes, no_node_is_an_answer_and_no_dev_is_none) {
  MemoryMachine empty, without, denied;
  empty.node("/dev/null", 1, 3);
  ASSERT_TRUE(probe(empty).device_nodes.nodes.is_known());
  EXPECT_TRUE(probe(empty).device_nodes.nodes->empty());
  EXPECT_TRUE(probe(without).device_nodes.nodes.is_unknown());
  denied.folder("/dev").denies("/dev");
  ASSERT_TRUE(probe(denied).device_nodes.nodes.is_unknown());
  EXPECT_EQ(probe(denied).device_nodes.nodes.why(), Why::denied);
}

TEST(ProbeDeviceNodes, a_denied_folder_of_nodes_leaves_the_list_unknown) {
  MemoryMachine machine;
  machine.node("/dev/nvidia0", 195, 0).folder("/dev/nvidia-caps").denies("/dev/nvidia-caps");
  Snapshot snapshot = probe(machine);
  EXPECT_TRUE(snapshot.device_nodes.nodes.is_unknown());
  ASSERT_EQ(snapshot.unread.size(), 1u);
  EXPECT_EQ(snapshot.unread[0].fact, "the device node /dev/nvidia-caps");
}

TEST(ProbeDeviceNodes, majors_are_those_of_nvidia) {
  MemoryMachine machine, cut;
  machine.file("/proc/devices", "Character devices:\n  1 mem\n195 nvidia\n510 nvidia-uvm\n\nBlock devices:\n");
  EXPECT_TRUE(probe(machine).device_nodes.majors.is(std::map<std::string, std::int64_t>{{"nvidia", 195}, {"nvidia-uvm", 510}}));
  cut.file("/proc/devices", "");
  EXPECT_TRUE(probe(cut).device_nodes.majors.is_unknown());
}

struct SetuidCase {
  const char* story;
  std::uint32_t mode, owner;
  const char *status, *root_options;
  bool expected;
};

TEST(ProbeDeviceNodes, nvidia_modprobe_counts_only_where_the_kernel_honours_set_uid) {
  const SetuidCase cases[] = {
      {"as packaged", 04755, 0, "NoNewPrivs:\t0\n", "rw", true},
      {"not set-uid", 0755, 0, "NoNewPrivs:\t0\n", "rw", false},
      {"owned by another", 04755, 1000, "NoNewPrivs:\t0\n", "rw", false},
      {"not executable", 04644, 0, "NoNewPrivs:\t0\n", "rw", false},
      {"no new privileges", 04755, 0, "NoNewPrivs:\t1\n", "rw", false},
      {"mounted without set-uid", 04755, 0, "NoNewPrivs:\t0\n", "rw,nosuid", false},
      {"an old kernel", 04755, 0, "Name:\tx\n", "rw", true},
  };
  for (const SetuidCase& c : cases) {
    MemoryMachine machine;
    machine.file("/usr/bin/nvidia-modprobe", "", c.mode, c.owner).file("/proc/self/status", c.status);
    machine.file("/proc/self/mountinfo", std::string("1 0 8:1 / / ") + c.root_options + " - ext4 /dev/sda1 rw\n");
    EXPECT_TRUE(probe(machine).device_nodes.modprobe_setuid.is(c.expected)) << c.story;
  }
}

TEST(ProbeDeviceNodes, a_set_uid_nvidia_modprobe_without_proc_is_unknown_and_none_is_false) {
  MemoryMachine machine, none;
  machine.file("/usr/bin/nvidia-modprobe", "", 04755);
  EXPECT_TRUE(probe(machine).device_nodes.modprobe_setuid.is_unknown());
  EXPECT_TRUE(probe(none).device_nodes.modprobe_setuid.is(false));
}

}  // namespace
}  // namespace gpuwhy
