#include "probes/platform/platform.h"

#include <gtest/gtest.h>

#include <functional>

#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;

const std::string disk_root = "27 1 254:0 / / rw,relatime - ext4 /dev/nvme0n1p2 rw\n";
const std::string docker_root =
    "700 600 0:80 / / rw,relatime master:300 - overlay overlay "
    "rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,upperdir=/u,workdir=/w\n"
    "701 700 8:1 /var/lib/docker/containers/3f2a/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n";

void host(MemoryMachine& m) {
  m.file("/proc/self/mountinfo", disk_root).file("/proc/self/cgroup", "0::/user.slice/user-1000.slice/session-2.scope\n");
}
void docker(MemoryMachine& m) { m.file("/.dockerenv", "").file("/proc/self/mountinfo", docker_root).file("/proc/self/cgroup", "0::/\n"); }

Snapshot probe(MemoryMachine& machine) {
  Snapshot snapshot;
  probe_platform(machine, snapshot);
  return snapshot;
}

std::string shown(const Fact<std::string>& fact) { return fact.is_known() ? *fact : fact.is_absent() ? "absent" : "unknown"; }

struct PlaceCase {
  const char* story;
  std::function<void(MemoryMachine&)> build;
  const char *kind, *container, *accelerator;
};

const std::vector<PlaceCase> places = {
    {"laptop", host, "bare", "absent", "absent"},
    {"docker", docker, "container", "docker", "absent"},
    {"Colab with a GPU",
     [](MemoryMachine& m) {
       docker(m);
       m.variables({{"COLAB_GPU", "1"}, {"COLAB_IMAGE_TYPE", "gpu"}, {"NVIDIA_VISIBLE_DEVICES", "all"}});
     },
     "colab", "docker", "gpu"},
    {"Colab without a GPU, whatever its image says to the toolkit",
     [](MemoryMachine& m) {
       docker(m);
       m.variables({{"COLAB_GPU", ""}, {"NVIDIA_VISIBLE_DEVICES", "all"}, {"COLAB_RELEASE_TAG", "release-colab-external-images_20260917"}});
     },
     "colab", "docker", "cpu"},
    {"Colab that tells its image only",
     [](MemoryMachine& m) {
       docker(m);
       m.variables({{"COLAB_IMAGE_TYPE", "cpu"}});
     },
     "colab", "docker", "cpu"},
    {"Colab with a TPU",
     [](MemoryMachine& m) {
       docker(m);
       m.variables({{"COLAB_GPU", ""}, {"TPU_ACCELERATOR_TYPE", "v5e-1"}});
     },
     "colab", "docker", "tpu"},
    {"Colab by its files, the variables lost on the way through ssh",
     [](MemoryMachine& m) {
       docker(m);
       m.file("/var/colab/hostname", "x");
     },
     "colab", "docker", "absent"},
    {"Kaggle inherits the variables of Colab",
     [](MemoryMachine& m) {
       docker(m);
       m.variables({{"KAGGLE_KERNEL_RUN_TYPE", ""},
                    {"COLAB_GPU", "1"},
                    {"COLAB_IMAGE_TYPE", "cpu"},
                    {"KAGGLE_DOCKER_IMAGE", "gcr.io/kaggle-images/python@sha256:1"}});
     },
     "kaggle", "docker", "cpu"},
    {"Kaggle with a GPU",
     [](MemoryMachine& m) {
       docker(m);
       m.variables({{"KAGGLE_DOCKER_IMAGE", "gcr.io/kaggle-gpu-images/python@sha256:1"}});
     },
     "kaggle", "docker", "gpu"},
    {"Kaggle by its folders",
     [](MemoryMachine& m) {
       docker(m);
       m.folder("/kaggle/input").folder("/kaggle/working");
     },
     "kaggle", "docker", "absent"},
    {"one folder of Kaggle's on a laptop",
     [](MemoryMachine& m) {
       host(m);
       m.folder("/kaggle/input");
     },
     "bare", "absent", "absent"},
    {"SageMaker",
     [](MemoryMachine& m) {
       docker(m);
       m.file("/opt/ml/metadata/resource-metadata.json", "{}");
     },
     "sagemaker", "docker", "absent"},
    {"Databricks",
     [](MemoryMachine& m) {
       host(m);
       m.variables({{"DATABRICKS_RUNTIME_VERSION", "15.4"}});
     },
     "databricks", "absent", "absent"},
    {"RunPod",
     [](MemoryMachine& m) {
       docker(m);
       m.variables({{"RUNPOD_POD_ID", "abc"}});
     },
     "runpod", "docker", "absent"},
    {"WSL 1",
     [](MemoryMachine& m) {
       host(m);
       m.kernel("4.4.0-19041-Microsoft").variables({{"WSL_DISTRO_NAME", "Ubuntu"}});
     },
     "wsl1", "absent", "absent"},
    {"WSL 2",
     [](MemoryMachine& m) {
       host(m);
       m.kernel("5.15.167.4-microsoft-standard-WSL2").node("/dev/dxg", 10, 125);
     },
     "wsl2", "absent", "absent"},
    {"WSL 2 with a kernel of one's own",
     [](MemoryMachine& m) {
       host(m);
       m.kernel("6.6.36").variables({{"WSL_DISTRO_NAME", "Ubuntu"}});
     },
     "wsl2", "absent", "absent"},
    {"WSL 2 with systemd, which calls it a container",
     [](MemoryMachine& m) {
       host(m);
       m.kernel("6.6.87.2-microsoft-standard-WSL2").file("/run/systemd/container", "wsl\n");
     },
     "wsl2", "absent", "absent"},
    {"docker in WSL 2",
     [](MemoryMachine& m) {
       docker(m);
       m.kernel("5.15.167.4-microsoft-standard-WSL2");
     },
     "wsl2", "docker", "absent"},
    {"a Hyper-V guest with /dev/dxg",
     [](MemoryMachine& m) {
       host(m);
       m.node("/dev/dxg", 10, 125);
     },
     "bare", "absent", "absent"},
    {"Jetson",
     [](MemoryMachine& m) {
       host(m);
       m.file("/etc/nv_tegra_release", "# R36 (release), REVISION: 4.3\n");
     },
     "jetson", "absent", "absent"},
    {"Jetson seen from a container",
     [](MemoryMachine& m) {
       docker(m);
       m.file("/proc/device-tree/compatible", std::string("nvidia,p3767-0005\0nvidia,tegra234\0", 34))
           .file("/proc/device-tree/model", std::string("NVIDIA Jetson Orin Nano\0", 24));
     },
     "jetson", "docker", "absent"},
    {"Slurm job",
     [](MemoryMachine& m) {
       host(m);
       m.variables({{"SLURM_JOB_ID", "42"}});
     },
     "slurm", "absent", "absent"},
    {"Slurm job in Apptainer",
     [](MemoryMachine& m) {
       host(m);
       m.folder("/.singularity.d").variables({{"SLURM_JOB_ID", "42"}});
     },
     "slurm", "apptainer", "absent"},
    {"Kubernetes",
     [](MemoryMachine& m) {
       m.file(
           "/proc/self/mountinfo",
           "700 600 0:80 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/5/fs\n"
           "701 700 8:1 /var/lib/kubelet/pods/7b1/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n");
       m.variables({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}});
     },
     "kubernetes", "containerd", "absent"},
    {"Kubernetes by its account only",
     [](MemoryMachine& m) {
       docker(m);
       m.folder("/run/secrets/kubernetes.io/serviceaccount");
     },
     "kubernetes", "docker", "absent"},
    {"Podman",
     [](MemoryMachine& m) {
       host(m);
       m.file("/run/.containerenv", "");
     },
     "container", "podman", "absent"},
    {"LXC by the variable of its first process",
     [](MemoryMachine& m) {
       host(m);
       m.variables({{"container", "lxc"}});
     },
     "container", "lxc", "absent"},
    {"a variable `container` that means something else",
     [](MemoryMachine& m) {
       host(m);
       m.variables({{"container", "my-box"}});
     },
     "bare", "absent", "absent"},
    {"an engine that only systemd knows",
     [](MemoryMachine& m) {
       host(m);
       m.file("/run/systemd/container", "zoo\n");
     },
     "container", "other", "absent"},
    {"docker without its file, by the group", [](MemoryMachine& m) { m.file("/proc/self/cgroup", "5:devices:/docker/3f2a9c0d1e2b4455\n"); },
     "container", "docker", "absent"},
    {"a host's service with docker in its name",
     [](MemoryMachine& m) {
       m.file("/proc/self/mountinfo", disk_root).file("/proc/self/cgroup", "0::/system.slice/docker-compose-app.service\n");
     },
     "bare", "absent", "absent"},
    {"a host that shows its containers' mounts",
     [](MemoryMachine& m) {
       m.file("/proc/self/mountinfo",
              disk_root + "99 27 0:80 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A\n");
     },
     "bare", "absent", "absent"},
    {"a virtual machine made from a Docker image",
     [](MemoryMachine& m) {
       host(m);
       m.file("/.dockerenv", "");
     },
     "bare", "absent", "absent"},
    {"nothing can be seen", [](MemoryMachine& m) { m.folder("/tmp"); }, "unknown", "unknown", "absent"},
    {"mounts and groups are denied", [](MemoryMachine& m) { m.denies("/proc/self/mountinfo").denies("/proc/self/cgroup"); }, "unknown",
     "unknown", "absent"},
    {"a root folder",
     [](MemoryMachine& m) {
       docker(m);
       m.as_root_folder();
     },
     "unknown", "unknown", "absent"},
};

TEST(ProbePlatform, the_most_specific_place_is_named_and_the_container_beside_it) {
  for (const PlaceCase& c : places) {
    MemoryMachine machine;
    c.build(machine);
    Snapshot snapshot = probe(machine);
    EXPECT_EQ(shown(snapshot.platform.kind), c.kind) << c.story;
    EXPECT_EQ(shown(snapshot.platform.container), c.container) << c.story;
    EXPECT_EQ(shown(snapshot.platform.accelerator), c.accelerator) << c.story;
  }
}

TEST(ProbePlatform, markers_name_what_told_and_keep_addresses_out) {
  MemoryMachine machine;
  docker(machine);
  machine.variables({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}});
  EXPECT_EQ(probe(machine).platform.markers, (std::vector<std::string>{"KUBERNETES_SERVICE_HOST=set", "/.dockerenv"}));
}

TEST(ProbePlatform, the_image_that_apptainer_runs_is_private) {
  MemoryMachine machine;
  machine.variables({{"APPTAINER_CONTAINER", "/home/ana/torch.sif"}});
  EXPECT_EQ(probe(machine).platform.markers, (std::vector<std::string>{"APPTAINER_CONTAINER=set"}));
}

TEST(ProbePlatform, denied_marks_are_named) {
  MemoryMachine machine;
  machine.denies("/proc/self/mountinfo").denies("/proc/self/cgroup");
  EXPECT_EQ(probe(machine).unread.size(), 1u);
}

struct SlurmCase {
  std::vector<Variable> variables;
  const char *job, *gpus;
};

TEST(ProbePlatform, slurm_says_which_cards_it_gave) {
  const SlurmCase cases[] = {
      {{}, "absent", "absent"},
      {{{"SLURM_JOB_ID", "7"}}, "7", "absent"},
      {{{"SLURM_JOB_ID", "7"}, {"SLURM_GPUS_ON_NODE", "2"}, {"SLURM_JOB_GPUS", "0,1"}}, "7", "2"},
      {{{"SLURM_JOB_ID", "7"}, {"SLURM_JOB_GPUS", "0"}}, "7", "0"},
      {{{"SLURM_JOB_ID", "7"}, {"SLURM_GPUS_ON_NODE", "0"}}, "7", "absent"},
      {{{"SLURM_JOB_ID", "7"}, {"SLURM_STEP_GPUS", ""}}, "7", "absent"},
  };
  for (const SlurmCase& c : cases) {
    MemoryMachine machine;
    host(machine);
    machine.variables(c.variables);
    Snapshot snapshot = probe(machine);
    EXPECT_EQ(shown(snapshot.platform.slurm_job), c.job);
    EXPECT_EQ(shown(snapshot.platform.slurm_gpus), c.gpus);
  }
}

TEST(ProbePlatform, a_login_node_is_known_by_slurm_being_installed) {
  MemoryMachine machine;
  host(machine);
  machine.file("/opt/slurm/bin/sinfo", "", 0755).variables({{"PATH", "relative:/usr/bin:/opt/slurm/bin"}});
  Snapshot snapshot = probe(machine);
  EXPECT_TRUE(snapshot.platform.slurm_installed.is(true));
  EXPECT_EQ(snapshot.platform.slurm_installed.evidence().locator, "/opt/slurm/bin/sinfo");
  EXPECT_TRUE(snapshot.platform.kind.is("bare"));
}

TEST(ProbePlatform, without_slurm_it_is_not_installed_and_a_denied_folder_is_unknown) {
  MemoryMachine none, denied;
  EXPECT_TRUE(probe(none).platform.slurm_installed.is(false));
  denied.denies("/etc/slurm");
  EXPECT_TRUE(probe(denied).platform.slurm_installed.is_unknown());
}

struct InjectionCase {
  const char* mount;
  bool injected;
};

TEST(ProbePlatform, driver_files_mounted_one_by_one_mean_that_a_driver_was_handed_in) {
  const InjectionCase cases[] = {
      {"702 700 8:1 /usr/lib/libcuda.so.570.124.06 /usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06 ro - ext4 /dev/sda1 rw\n", true},
      {"702 700 0:6 /nvidia0 /dev/nvidia0 rw - devtmpfs devtmpfs rw\n", true},
      {"702 700 8:1 /home/kubernetes/bin/nvidia /usr/local/nvidia ro - ext4 /dev/sda1 rw\n", true},
      {"702 700 0:5 /x /usr/lib/wsl/drivers ro - 9p drivers rw\n", true},
      {"702 700 8:1 /home/ana/nvidia-data /data rw - ext4 /dev/sda1 rw\n", false},
      {"", false},
  };
  for (const InjectionCase& c : cases) {
    MemoryMachine machine;
    docker(machine);
    machine.file("/proc/self/mountinfo", docker_root + c.mount);
    EXPECT_TRUE(probe(machine).platform.injected_driver.is(c.injected)) << c.mount;
  }
}

TEST(ProbePlatform, outside_of_a_container_nothing_is_injected_and_hidden_mounts_are_unknown) {
  MemoryMachine wsl, hidden;
  wsl.file("/proc/self/mountinfo", disk_root + "99 27 0:5 / /usr/lib/wsl/drivers ro - 9p drivers rw\n");
  EXPECT_TRUE(probe(wsl).platform.injected_driver.is(false));
  hidden.file("/.dockerenv", "");
  EXPECT_TRUE(probe(hidden).platform.injected_driver.is_unknown());
}

TEST(ProbePlatform, a_jetson_board_is_named_in_a_container_and_in_a_pod_too) {
  MemoryMachine board, pod, bare, only_release;
  docker(pod);
  for (MemoryMachine* m : {&board, &pod})
    m->file("/proc/device-tree/compatible", std::string("nvidia,p3767-0005\0nvidia,tegra234\0", 34))
        .file("/proc/device-tree/model", std::string("NVIDIA Jetson Orin Nano\0", 24));
  pod.variables({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}});
  host(bare);
  only_release.file("/etc/nv_tegra_release", "# R36 (release), REVISION: 4.3\n");
  EXPECT_EQ(shown(probe(board).platform.jetson), "NVIDIA Jetson Orin Nano");
  EXPECT_EQ(shown(probe(pod).platform.jetson), "NVIDIA Jetson Orin Nano");
  EXPECT_EQ(shown(probe(bare).platform.jetson), "absent");
  EXPECT_EQ(shown(probe(only_release).platform.jetson), "NVIDIA Jetson");
}

TEST(ProbePlatform, a_board_whose_marks_are_denied_is_unknown) {
  MemoryMachine machine;
  machine.denies("/etc/nv_tegra_release");
  EXPECT_EQ(shown(probe(machine).platform.jetson), "unknown");
}

TEST(ProbePlatform, the_version_of_cgroups_is_that_of_the_devices_controller) {
  const std::pair<const char*, const char*> cases[] = {
      {"0::/user.slice\n", "v2"},
      {"12:cpuset:/\n5:devices:/docker/3f2a\n0::/\n", "v1"},
      {"4:net_cls,devices:/\n", "v1"},
      {"2:cpu:/\n", "absent"},
  };
  for (const auto& [text, version] : cases) {
    MemoryMachine machine;
    machine.file("/proc/self/cgroup", text);
    EXPECT_EQ(shown(probe(machine).platform.cgroup), version) << text;
  }
  MemoryMachine hidden;
  EXPECT_EQ(shown(probe(hidden).platform.cgroup), "unknown");
}

TEST(ProbePlatform, a_container_of_the_snap_of_docker_is_marked) {
  MemoryMachine machine;
  machine.file("/.dockerenv", "")
      .file("/proc/self/mountinfo",
            "700 600 0:80 / / rw - overlay overlay rw,lowerdir=/var/snap/docker/common/var-lib-docker/overlay2/l/A,upperdir=/u,workdir=/w\n"
            "701 700 8:1 /var/snap/docker/common/var-lib-docker/containers/3f2a/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n");
  EXPECT_EQ(probe(machine).platform.markers.back(), "/proc/self/mountinfo: /var/snap/docker/");
}

}  // namespace
}  // namespace gpuwhy
