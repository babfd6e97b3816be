#include "probes/container_tools/container_tools.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;
using List = std::vector<std::string>;

ContainerTools probe(MemoryMachine& machine) {
  Snapshot snapshot;
  probe_container_tools(machine, snapshot);
  return snapshot.container_tools;
}

MemoryMachine& with_docker(MemoryMachine& machine) { return machine.file("/usr/bin/dockerd", "", 0755); }

MemoryMachine& with_toolkit(MemoryMachine& machine, const std::string& version) {
  return machine.file("/usr/bin/nvidia-ctk", "", 0755)
      .file("/var/lib/dpkg/status", "Package: nvidia-container-toolkit\nStatus: install ok installed\nVersion: " + version + "\n\n");
}

TEST(ProbeContainerTools, a_machine_without_containers_has_none_and_lacks_nothing) {
  MemoryMachine machine;
  machine.folder("/usr/bin");
  ContainerTools tools = probe(machine);
  EXPECT_TRUE(tools.engines.is(List{}));
  EXPECT_TRUE(tools.nvidia_runtimes.is(List{}));
  EXPECT_TRUE(tools.toolkit_version.is_absent());
  EXPECT_TRUE(tools.default_runtime.is_absent());
  EXPECT_TRUE(tools.no_cgroups.is_absent());
  EXPECT_TRUE(tools.cdi.is_absent());
}

TEST(ProbeContainerTools, engines_are_known_by_their_daemons_and_not_by_a_client) {
  MemoryMachine machine, client;
  with_docker(machine).file("/usr/bin/podman", "", 0755).file("/usr/bin/containerd", "", 0755).folder("/snap/docker/current");
  EXPECT_TRUE(probe(machine).engines.is(List{"docker", "docker-snap", "podman", "containerd"}));
  client.file("/usr/bin/docker", "", 0755);
  EXPECT_TRUE(probe(client).engines.is(List{}));
}

TEST(ProbeContainerTools, the_settings_of_docker_tell_its_runtimes) {
  MemoryMachine machine;
  with_docker(machine).file("/etc/docker/daemon.json", R"({
    "default-runtime": "nvidia",
    "exec-opts": ["native.cgroupdriver=cgroupfs"],
    "runtimes": {"nvidia": {"args": [], "path": "nvidia-container-runtime"}}
})");
  ContainerTools tools = probe(machine);
  EXPECT_TRUE(tools.nvidia_runtimes.is(List{"docker"}));
  EXPECT_TRUE(tools.default_runtime.is("nvidia"));
  EXPECT_TRUE(tools.cgroupfs_driver.is(true));
}

TEST(ProbeContainerTools, settings_that_are_no_json_or_denied_leave_the_runtimes_unknown) {
  MemoryMachine cut, denied;
  with_docker(cut).file("/etc/docker/daemon.json", R"({"runtimes": {"nvid)");
  with_docker(denied).file("/etc/docker/daemon.json", "{}").denies("/etc/docker/daemon.json");
  EXPECT_TRUE(probe(cut).nvidia_runtimes.is_unknown());
  EXPECT_EQ(probe(cut).default_runtime.why(), Why::malformed);
  EXPECT_EQ(probe(denied).nvidia_runtimes.why(), Why::denied);
}

TEST(ProbeContainerTools, containerd_and_crio_tell_in_toml_also_in_drop_ins) {
  MemoryMachine machine;
  machine.file("/usr/bin/containerd", "", 0755)
      .file("/etc/containerd/config.toml", "version = 2\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n")
      .file("/etc/containerd/conf.d/99-nvidia.toml", "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.nvidia]\n")
      .file("/usr/bin/crio", "", 0755)
      .file("/etc/crio/crio.conf.d/99-nvidia.conf", "[crio.runtime.runtimes.runc]\n");
  EXPECT_TRUE(probe(machine).nvidia_runtimes.is(List{"containerd"}));
}

TEST(ProbeContainerTools, the_version_of_the_toolkit_comes_from_the_package_database) {
  MemoryMachine debian, arch, unknown;
  with_toolkit(debian, "1.17.8-1");
  arch.file("/usr/bin/nvidia-ctk", "", 0755).folder("/var/lib/pacman/local/nvidia-container-toolkit-1.17.8-1");
  unknown.file("/usr/bin/nvidia-ctk", "", 0755);
  EXPECT_TRUE(probe(debian).toolkit_version.is("1.17.8"));
  EXPECT_TRUE(probe(arch).toolkit_version.is("1.17.8"));
  EXPECT_TRUE(probe(unknown).toolkit_version.is_unknown());
}

TEST(ProbeContainerTools, no_cgroups_is_a_truth_value_of_the_toolkits_own_settings) {
  const std::pair<const char*, bool> cases[] = {
      {"[nvidia-container-cli]\nno-cgroups = true\n", true},
      {"[nvidia-container-cli]\nno-cgroups = false\n", false},
  };
  for (const auto& [text, value] : cases) {
    MemoryMachine machine;
    machine.file("/etc/nvidia-container-runtime/config.toml", text);
    EXPECT_TRUE(probe(machine).no_cgroups.is(value)) << text;
  }
  MemoryMachine commented, odd;
  commented.file("/etc/nvidia-container-runtime/config.toml", "[nvidia-container-cli]\n#no-cgroups = false\n");
  odd.file("/etc/nvidia-container-runtime/config.toml", "[nvidia-container-cli]\nno-cgroups = \"true\"\n");
  EXPECT_TRUE(probe(commented).no_cgroups.is_absent());
  EXPECT_TRUE(probe(odd).no_cgroups.is_unknown());
}

TEST(ProbeContainerTools, a_specification_names_what_is_not_there) {
  MemoryMachine machine;
  machine.node("/dev/nvidiactl", 195, 255)
      .node("/dev/nvidia-uvm", 511, 0)
      .link("/usr/lib/libcuda.so.1", "libcuda.so.570.1")
      .file("/etc/cdi/nvidia.yaml",
            "kind: nvidia.com/gpu\ncontainerEdits:\n  deviceNodes:\n  - path: /dev/nvidiactl\n  - path: /dev/nvidia-uvm\n  mounts:\n"
            "  - hostPath: /usr/lib/libcuda.so.1\n  - hostPath: /usr/lib/libcuda.so.560.1\ndevices:\n- name: all\n")
      .file("/etc/cdi/intel.yaml", "kind: intel.com/gpu\n")
      .file("/etc/cdi/readme.txt", "kind: nvidia.com/gpu\n");
  ContainerTools tools = probe(machine);
  ASSERT_TRUE(tools.cdi.is_known());
  ASSERT_EQ(tools.cdi->size(), 1u);
  EXPECT_EQ(tools.cdi->front().missing, List{"/usr/lib/libcuda.so.560.1"});
  EXPECT_EQ(tools.cdi->front().driver_version, "560.1");
  EXPECT_EQ(tools.cdi->front().problem, "");
}

TEST(ProbeContainerTools, a_specification_that_cannot_be_read_says_why) {
  MemoryMachine machine;
  machine.file("/etc/cdi/nvidia.yaml", "kind: &x nvidia.com/gpu\n")
      .file("/var/run/cdi/nvidia-2.yaml", "")
      .denies("/var/run/cdi/nvidia-2.yaml");
  ContainerTools tools = probe(machine);
  ASSERT_TRUE(tools.cdi.is_known());
  ASSERT_EQ(tools.cdi->size(), 2u);
  EXPECT_EQ(tools.cdi->front().problem, "line 1: anchors, aliases and tags are not read");
  EXPECT_EQ(tools.cdi->back().problem, "this user may not read it");
}

TEST(ProbeContainerTools, a_folder_of_two_names_is_read_once) {
  MemoryMachine machine;
  machine.file("/run/cdi/nvidia.json", R"({"kind": "nvidia.com/gpu"})").link("/var/run", "/run");
  EXPECT_EQ(probe(machine).cdi->size(), 1u);
}

TEST(ProbeContainerTools, a_kubelet_counts_only_where_its_plugins_can_be_listed) {
  MemoryMachine without, with, denied;
  without.file("/var/lib/kubelet/device-plugins/kubelet.sock", "");
  with.file("/var/lib/kubelet/device-plugins/kubelet.sock", "").file("/var/lib/kubelet/device-plugins/nvidia-gpu.sock", "");
  denied.file("/var/lib/kubelet/device-plugins/kubelet.sock", "").denies("/var/lib/kubelet/device-plugins");
  EXPECT_TRUE(probe(without).engines.is(List{"kubelet"}));
  EXPECT_TRUE(probe(without).nvidia_runtimes.is(List{}));
  EXPECT_TRUE(probe(with).nvidia_runtimes.is(List{"kubelet"}));
  EXPECT_TRUE(probe(denied).engines.is(List{}));
}

TEST(ProbeContainerTools, a_program_folder_that_may_not_be_entered_leaves_the_engines_unknown) {
  MemoryMachine machine;
  machine.denies("/usr/bin/dockerd");
  EXPECT_TRUE(probe(machine).engines.is_unknown());
  EXPECT_TRUE(probe(machine).nvidia_runtimes.is_unknown());
}

}  // namespace
}  // namespace gpuwhy
