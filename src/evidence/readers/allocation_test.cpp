// The readers of commands, places, containers and Kubernetes: what a text tells about where it was made and what was handed in.
#include <gtest/gtest.h>

#include "base/text.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues read(std::string_view text) {
  std::vector<Line> lines;
  for (std::string_view line : gpuwhy::lines(text)) lines.push_back({lines.size() + 1, std::string(line)});
  Clues clues;
  read_commands(lines, clues);
  read_places(lines, clues);
  read_nvidia_smi(lines, clues);
  read_containers(lines, clues);
  read_kubernetes(lines, clues);
  return clues;
}

std::string value(const Clues& clues, std::string_view name) {
  const Clue* clue = clues.first(name);
  return clue ? clue->value : "(none)";
}

TEST(Commands, know_every_way_to_set_a_variable) {
  for (std::string_view text :
       {"export CUDA_VISIBLE_DEVICES=3", "$ CUDA_VISIBLE_DEVICES=3 python train.py", "%env CUDA_VISIBLE_DEVICES=3",
        "PS C:\\x> $env:CUDA_VISIBLE_DEVICES=\"3\"", "C:\\x>set CUDA_VISIBLE_DEVICES=3", "os.environ['CUDA_VISIBLE_DEVICES'] = '3'",
        "    os.environ.setdefault(\"CUDA_VISIBLE_DEVICES\", \"3\")", "$ docker run -e CUDA_VISIBLE_DEVICES=3 image",
        "CUDA_VISIBLE_DEVICES=3", "ENV CUDA_VISIBLE_DEVICES 3", "      - CUDA_VISIBLE_DEVICES=3",
        "I0000 00:00:00 cuda_diagnostics.cc:167] env: CUDA_VISIBLE_DEVICES=\"3\"", "$ echo $CUDA_VISIBLE_DEVICES\n3"})
    EXPECT_EQ(value(read(text), "env.CUDA_VISIBLE_DEVICES"), "3") << text;
}

TEST(Commands, keep_an_empty_value) {
  Clues clues = read("export CUDA_VISIBLE_DEVICES=");
  EXPECT_TRUE(clues.has("env.CUDA_VISIBLE_DEVICES", ""));
}

TEST(Commands, take_no_comparison_and_no_sentence_for_a_setting) {
  EXPECT_FALSE(read("if os.environ[\"CUDA_VISIBLE_DEVICES\"] == \"3\":").has("env.CUDA_VISIBLE_DEVICES"));
  EXPECT_FALSE(read("e.g. changing env variable CUDA_VISIBLE_DEVICES after program start. Setting the").has("env.CUDA_VISIBLE_DEVICES"));
  EXPECT_FALSE(read("loss=0.3 accuracy=0.9").has("env.loss"));
}

TEST(Commands, know_whether_a_container_was_given_a_gpu) {
  EXPECT_EQ(value(read("docker run -it --rm -v /a:/b image bash"), "docker.gpus"), "no");
  EXPECT_EQ(value(read("$ sudo docker run --gpus all image"), "docker.gpus"), "yes");
  EXPECT_EQ(value(read("$ docker run --runtime nvidia image"), "docker.gpus"), "yes");
  EXPECT_EQ(value(read("$ podman run --device nvidia.com/gpu=all image"), "docker.gpus"), "yes");
  EXPECT_EQ(value(read("$ NV_GPU=0 nvidia-docker run image"), "docker.gpus"), "yes");
  EXPECT_EQ(value(read("$ docker run --device /dev/nvidia0 image"), "docker.gpus"), "devices");
  EXPECT_EQ(value(read("$ apptainer exec image.sif python x.py"), "docker.gpus"), "no");
  EXPECT_EQ(value(read("$ singularity exec --nv image.sif python x.py"), "docker.gpus"), "yes");
  EXPECT_FALSE(read("$ docker ps").has("docker.gpus"));
}

TEST(Commands, know_whether_a_job_asked_for_a_gpu) {
  EXPECT_EQ(value(read("$ srun -p gpu --pty bash"), "slurm.gpus"), "no");
  EXPECT_EQ(value(read("$ srun --gres=gpu:1 --pty bash"), "slurm.gpus"), "yes");
  EXPECT_EQ(value(read("#SBATCH -N 1\n#SBATCH --gpus-per-node=4"), "slurm.gpus"), "yes");
  EXPECT_FALSE(read("$ sbatch job.sh").has("slurm.gpus"));
}

TEST(Commands, know_what_brings_a_linux_driver) {
  EXPECT_TRUE(read("$ sudo apt-get -y install cuda").has("install.driver"));
  EXPECT_TRUE(read("apt install nvidia-utils-510").has("install.driver"));
  EXPECT_FALSE(read("$ sudo apt-get install cuda-toolkit-12-4").has("install.driver"));
  EXPECT_FALSE(read("$ sudo apt-get install nvidia-container-toolkit").has("install.driver"));
}

TEST(Places, are_read_from_paths_prompts_and_kernels) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"/content/project/train.py", "colab"},
      {"  File \"/kaggle/working/a.py\", line 1", "kaggle"},
      {"root@16c54693e7f2:/# ls", "docker"},
      {"Linux version 5.15.90.1-microsoft-standard-WSL2", "wsl"},
      {"4.4.0-19041-Microsoft", "wsl1"},
      {"* Ubuntu-20.04  Running  1", "wsl1"},
      {"user@DESKTOP-1A2B3C4:~$ nvidia-smi", "wsl"},
      {"File \"C:\\Users\\user\\a.py\"", "windows"},
      {"Could not load dynamic library 'cudart64_110.dll'", "windows"},
      {"slurmstepd: error: Detected 1 oom_kill event", "slurm"},
      {"$ kubectl get pods", "kubernetes"},
      {"/opt/conda/lib/python3.10/site-packages/torch", "conda"},
      {"on this host (16c54693e7f2): /proc/driver/nvidia/version does not exist", "docker"},
      {"OS: Windows, Docker, WSL2", "wsl"},
  };
  for (const auto& [text, place] : rows) EXPECT_TRUE(read(text).has("place", place)) << text;
}

TEST(Places, are_no_words_in_a_sentence_and_no_parts_of_other_paths) {
  EXPECT_FALSE(read("I also tried this on Colab and in Docker, where it works.").has("place"));
  EXPECT_FALSE(read("https://example.org/content/page and /data/content/x").has("place", "colab"));
  EXPECT_FALSE(read("dxcore initialization failed, continuing assuming a non-WSL environment").has("place", "wsl"));
  EXPECT_FALSE(read("user@DESKTOP-1A2B3C4 MINGW64 ~").has("place", "wsl"));
  EXPECT_FALSE(read("factory.go:107] Detected non-Tegra platform").has("place", "jetson"));
  EXPECT_FALSE(read("Add COPY . /app to the Dockerfile").has("place"));
}

TEST(Containers, read_settings_of_engine_and_toolkit) {
  Clues clues = read(
      " Runtimes: io.containerd.runc.v2 runc\n Default Runtime: runc\n Context:    desktop-linux\nno-cgroups = true\n#no-cgroups = false");
  EXPECT_EQ(value(clues, "docker.runtime.nvidia"), "missing");
  EXPECT_EQ(value(clues, "docker.engine"), "desktop");
  EXPECT_EQ(value(clues, "toolkit.no-cgroups"), "true");
  EXPECT_FALSE(clues.has("toolkit.no-cgroups", "false"));
}

TEST(Containers, read_what_a_cdi_specification_hands_out) {
  Clues clues = read("cdiVersion: 0.5.0\n  - path: /dev/nvidiactl\n  - hostPath: /usr/lib/libcuda.so.535.54.03");
  EXPECT_EQ(value(clues, "cdi.uvm"), "no");
  EXPECT_EQ(value(clues, "cdi.driver"), "535.54.03");
}

TEST(Containers, read_whether_a_compose_file_reserves_a_gpu) {
  EXPECT_EQ(value(read("services:\n  a:\n    image: x\n"), "docker.gpus"), "no");
  EXPECT_EQ(value(read("services:\n  a:\n    image: x\n    runtime: nvidia\n"), "docker.gpus"), "yes");
}

TEST(Containers, tell_a_gpu_that_was_lost_from_one_that_never_came) {
  EXPECT_TRUE(read("$ systemctl daemon-reload\n# nvidia-smi\nFailed to initialize NVML: Unknown Error").has("nvml.lost"));
  Clues fresh = read("$ docker run --gpus all ubuntu nvidia-smi\nFailed to initialize NVML: Unknown Error");
  EXPECT_TRUE(fresh.has("nvml.fresh"));
  EXPECT_FALSE(fresh.has("nvml.lost"));
}

TEST(Kubernetes, tells_what_a_pod_asks_for_from_what_a_node_offers) {
  EXPECT_EQ(value(read("    Limits:\n      nvidia.com/gpu:  1\n"), "k8s.gpu.limit"), "1");
  EXPECT_EQ(value(read("Allocatable:\n  cpu: 4\n  nvidia.com/gpu: 0\n"), "k8s.gpu.offered"), "0");
  EXPECT_FALSE(read("Labels: nvidia.com/gpu=true").has("k8s.gpu.offered"));
  EXPECT_EQ(value(read("kind: Pod\nspec:\n  containers:\n  - image: x\n"), "k8s.gpu.limit"), "none");
}

TEST(Kubernetes, reads_nodes_without_the_resource_from_columns) {
  constexpr std::string_view command =
      "$ kubectl get nodes -o custom-columns=N:.metadata.name,GPU:.status.allocatable.nvidia\\.com/gpu\nN   GPU\n";
  EXPECT_EQ(value(read(std::string(command) + "a   <none>\n"), "k8s.gpu.offered"), "0");
  EXPECT_FALSE(read(std::string(command) + "a   <none>\nb   4\n").has("k8s.gpu.offered"));
}

TEST(AllocationReaders, survive_hostile_lines) {
  for (std::string_view seed : {"root@", "os.environ[\"", "nvidia.com/gpu", "-Microsoft", "/content", ":\\", "env: ", "no-cgroups",
                                "$ docker run -e ", "ENV ", "#SBATCH"}) {
    std::string line;
    while (line.size() < (1 << 20)) line += seed;
    read(line + '\0' + "\xff\xfe");
    read(seed);
    read(std::string(seed) + "=");
  }
}

TEST(Engine, a_person_calls_it_rootless) {
  EXPECT_EQ(value(read("GPU containers fail with **Docker Rootless** after the upgrade"), "docker.engine"), "rootless");
  EXPECT_FALSE(read("rootless podman works").has("docker.engine"));
}

}  // namespace
}  // namespace gpuwhy
