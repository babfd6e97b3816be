#include "formats/cdi/cdi.h"

#include <gtest/gtest.h>

namespace gpuwhy::cdi {
namespace {

using List = std::vector<std::string>;

constexpr std::string_view yaml = R"(---
cdiVersion: 0.5.0
kind: nvidia.com/gpu
containerEdits:
  env:
  - NVIDIA_VISIBLE_DEVICES=void
  deviceNodes:
  - path: /dev/nvidiactl
  - hostPath: /dev/nvidia-uvm
    path: /dev/uvm
  hooks:
  - args:
    - nvidia-cdi-hook
    - update-ldcache
    hookName: createContainer
    path: /usr/bin/nvidia-cdi-hook
  mounts:
  - containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06
    hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06
    options:
    - ro
    - nosuid
devices:
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
  name: "0"
- name: all
  containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
)";

TEST(Cdi, a_specification_as_the_toolkit_writes_it_is_read) {
  Specification found = parse_specification(yaml);
  EXPECT_EQ(found.problem, "");
  EXPECT_EQ(found.kind, "nvidia.com/gpu");
  EXPECT_EQ(found.devices, (List{"0", "all"}));
  EXPECT_EQ(found.nodes, (List{"/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia0"}));
  EXPECT_EQ(found.files, (List{"/usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06", "/usr/bin/nvidia-cdi-hook"}));
  EXPECT_EQ(found.driver_version, "570.124.06");
}

TEST(Cdi, json_is_read_too) {
  Specification found = parse_specification(
      R"( {"kind":"nvidia.com/gpu","devices":[{"name":"gpu0","containerEdits":{"deviceNodes":[{"path":"/dev/nvidia0"}]}}]})");
  EXPECT_EQ(found.devices, List{"gpu0"});
  EXPECT_EQ(found.nodes, List{"/dev/nvidia0"});
}

TEST(Cdi, the_number_of_a_soname_is_no_version_of_the_driver) {
  EXPECT_EQ(parse_specification("kind: k\ncontainerEdits:\n  mounts:\n  - hostPath: /usr/lib/wsl/lib/libcuda.so.1\n").driver_version, "");
}

TEST(Cdi, what_cannot_be_read_says_why_and_holds_nothing) {
  EXPECT_EQ(parse_specification("{\"kind\":").problem, "it is no JSON");
  EXPECT_EQ(parse_specification("kind: nvidia.com/gpu\ndevices: *x\n").problem, "line 2: anchors, aliases and tags are not read");
  EXPECT_EQ(parse_specification("devices: []\n").problem, "it names no kind of device");
  EXPECT_EQ(parse_specification("").problem, "it is empty");
}

TEST(Cdi, members_of_another_kind_than_expected_are_passed_over) {
  Specification found = parse_specification("kind: k\ndevices: word\ncontainerEdits:\n- deviceNodes\n");
  EXPECT_EQ(found.problem, "");
  EXPECT_TRUE(found.devices.empty());
}

}  // namespace
}  // namespace gpuwhy::cdi
