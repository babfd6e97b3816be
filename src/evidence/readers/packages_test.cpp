#include <gtest/gtest.h>

#include "base/text.h"
#include "evidence/readers/package_lines.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues read(std::string_view text) {
  std::vector<Line> numbered;
  for (std::string_view line : lines(text)) numbered.push_back({numbered.size() + 1, std::string(line), 0});
  Clues clues;
  read_packages(numbered, clues);
  return clues;
}

std::string value(const Clues& clues, std::string_view name) {
  const Clue* clue = clues.first(name);
  return clue ? clue->value : "(none)";
}

TEST(Packages, pip_list_is_a_table) {
  Clues clues = read("Package    Version\n---------- --------\nnumpy      1.26.4\ntorch      2.4.1+cpu\n");
  EXPECT_EQ(value(clues, "package.torch"), "2.4.1+cpu");
  EXPECT_EQ(value(clues, "package.numpy"), "1.26.4");
}

TEST(Packages, a_cpu_tag_means_no_cuda) { EXPECT_EQ(value(read("torch==2.1.0+cpu\n"), "torch.cuda"), "None"); }

TEST(Packages, a_cuda_tag_is_the_cuda_of_the_build) { EXPECT_EQ(value(read("torch==2.1.0+cu121\n"), "cuda.build"), "12.1"); }

TEST(Packages, rows_without_a_head_are_taken_for_packages_that_matter) {
  Clues clues = read("onnxruntime-gpu      1.18.0\nrequests             2.31.0\n");
  EXPECT_TRUE(clues.has("package.onnxruntime-gpu", "1.18.0"));
  EXPECT_FALSE(clues.has("package.requests"));
}

TEST(Packages, a_sentence_is_no_row) {
  EXPECT_FALSE(read("I use torch 2.1.0 on my laptop since yesterday and it fails\n").has("package.torch"));
}

TEST(Packages, condas_build_string_names_the_cpu) {
  EXPECT_EQ(value(read("pytorch    1.12.1    cpu_py39h1234567_0    conda-forge\n"), "torch.cuda"), "None");
  EXPECT_FALSE(read("pytorch    1.12.1    cuda112py39h1234567_0    conda-forge\n").has("torch.cuda"));
}

TEST(Packages, condas_plan_names_the_cpu) {
  EXPECT_EQ(value(read("  pytorch   pytorch/win-64::pytorch-1.13.1-py3.10_cpu_0\n"), "torch.cuda"), "None");
}

TEST(Packages, pips_log_tells_what_came) {
  Clues clues = read("Successfully installed jax-0.4.30 jaxlib-0.4.30 nvidia-cudnn-cu12-9.1.0.70\n");
  EXPECT_EQ(value(clues, "package.jaxlib"), "0.4.30");
  EXPECT_EQ(value(clues, "package.nvidia-cudnn-cu12"), "9.1.0.70");
}

TEST(Packages, a_satisfied_requirement_is_installed) {
  EXPECT_EQ(value(read("Requirement already satisfied: torch>=1.7 in ./env/site-packages (from x) (2.0.1)\n"), "package.torch"), "2.0.1");
}

TEST(Packages, a_command_is_a_wish) { EXPECT_FALSE(read("$ pip install torch==2.3.1+cu121\n").has("package.torch")); }

TEST(Packages, a_small_wheel_of_torch_has_no_cuda) {
  EXPECT_EQ(value(read("  Using cached torch-2.3.1-cp310-cp310-win_amd64.whl (159.8 MB)\n"), "torch.cuda"), "None");
  EXPECT_EQ(value(read("  Using cached torch-2.3.1-cp310-cp310-win_amd64.whl (159.8 MB)\n"), "place"), "windows");
  EXPECT_FALSE(read("Downloading torch-2.3.1-cp310-cp310-manylinux1_x86_64.whl (779.1 MB)\n").has("torch.cuda"));
}

TEST(Packages, poetry_and_pip_show_are_read) {
  EXPECT_EQ(value(read("  - Installing torch (2.0.1+cpu)\n"), "package.torch"), "2.0.1+cpu");
  EXPECT_EQ(value(read("Name: onnxruntime\nVersion: 1.16.1\n"), "package.onnxruntime"), "1.16.1");
}

TEST(EnvironmentReports, collect_env_is_read) {
  Clues clues = read(
      "PyTorch version: 1.12.1\nCUDA used to build PyTorch: Could not collect\nOS: Microsoft Windows 11 Enterprise\nIs CUDA available: "
      "False\n"
      "GPU models and configuration: GPU 0: NVIDIA GeForce RTX 3060 Laptop GPU\nNvidia driver version: 512.78\n");
  EXPECT_EQ(value(clues, "package.torch"), "1.12.1");
  EXPECT_EQ(value(clues, "torch.cuda"), "None");
  EXPECT_EQ(value(clues, "torch.available"), "False");
  EXPECT_EQ(value(clues, "gpu"), "NVIDIA GeForce RTX 3060 Laptop GPU");
  EXPECT_EQ(value(clues, "driver"), "512.78");
  EXPECT_EQ(value(clues, "place"), "windows");
}

TEST(EnvironmentReports, the_answer_stands_on_the_next_line) {
  Clues clues = read(">>> torch.cuda.is_available()\nFalse\n>>> tf.config.list_physical_devices('GPU')\n[]\n");
  EXPECT_EQ(value(clues, "torch.available"), "False");
  EXPECT_EQ(value(clues, "tf.gpus"), "0");
}

TEST(EnvironmentReports, several_questions_have_their_answers_in_order) {
  Clues clues =
      read("python -c \"import torch; print(torch.__version__, torch.version.cuda, torch.cuda.is_available())\"\n1.13.1+cpu None False\n");
  EXPECT_EQ(value(clues, "package.torch"), "1.13.1+cpu");
  EXPECT_EQ(value(clues, "torch.cuda"), "None");
  EXPECT_EQ(value(clues, "torch.available"), "False");
}

TEST(EnvironmentReports, a_form_has_its_values_below_its_headings) {
  Clues clues = read("### TensorFlow version\n\n2.16.1\n\n### OS platform and distribution\n\nWindows 10\n");
  EXPECT_EQ(value(clues, "package.tensorflow"), "2.16.1");
  EXPECT_EQ(value(clues, "place"), "windows");
}

TEST(EnvironmentReports, a_form_is_filled_in_with_short_names) {
  Clues clues = read("### TensorFlow version\n\ntf 2.16\n\n### OS platform and distribution\n\nwin10\n");
  EXPECT_EQ(value(clues, "package.tensorflow"), "2.16");
  EXPECT_EQ(value(clues, "place"), "windows");
  EXPECT_EQ(value(read("- TensorFlow version (use command below): 2.1.0\n"), "package.tensorflow"), "2.1.0");
}

TEST(EnvironmentReports, a_sentence_tells_the_version_and_the_system) {
  Clues clues = read("My system is Windows 11. My tensorflow version is 2.12.0. My GPU is fine.\n");
  EXPECT_EQ(value(clues, "package.tensorflow"), "2.12.0");
  EXPECT_EQ(value(clues, "place"), "windows");
  EXPECT_FALSE(read("My system is Windows 11 with WSL2.\n").has("place"));
}

TEST(InstallerLines, what_one_command_asks_for_is_kept_together) {
  Clues clues = read("I used `!pip install onnxruntime-gpu==1.16 onnxruntime` and `pip3 install tensorflow-cpu`\npip install tensorflow\n");
  EXPECT_TRUE(clues.has("pip.asked", "onnxruntime-gpu@0"));
  EXPECT_TRUE(clues.has("pip.asked", "onnxruntime@0"));
  EXPECT_FALSE(clues.has("pip.asked", "tensorflow-cpu@1"));
  EXPECT_FALSE(read("pip install --index-url torch numpy").has("pip.asked"));
}

TEST(EnvironmentReports, code_that_asks_is_no_answer) {
  Clues clues = read("if torch.cuda.is_available():\n    device = 'cuda'\n");
  EXPECT_FALSE(clues.has("torch.available"));
}

TEST(EnvironmentReports, providers_are_told_apart) {
  EXPECT_EQ(value(read(">>> ort.get_available_providers()\n['AzureExecutionProvider', 'CPUExecutionProvider']\n"), "ort.providers"), "cpu");
  EXPECT_EQ(value(read(">>> ort.get_available_providers()\n['CUDAExecutionProvider', 'CPUExecutionProvider']\n"), "ort.providers"), "cuda");
}

TEST(GpuMemory, other_processes_are_told_from_the_own_one) {
  EXPECT_EQ(value(read("Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 23.64 GiB of which 10.50 MiB is free. Process 2207 has "
                       "21.90 GiB memory "
                       "in use. Including non-PyTorch memory, this process has 1.52 GiB memory in use.\n"),
                  "memory.full"),
            "others");
  EXPECT_EQ(value(read("Tried to allocate 2.24 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.18 GiB is free. Including "
                       "non-PyTorch memory, this "
                       "process has 22.45 GiB memory in use.\n"),
                  "memory.full"),
            "own");
}

TEST(GpuMemory, a_container_lists_the_own_process_under_a_foreign_number) {
  EXPECT_EQ(
      value(read("Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.18 GiB is free. Process 99 has 22.45 GiB "
                 "memory in "
                 "use. Of the allocated memory 21.90 GiB is allocated by PyTorch, and 53.10 MiB is reserved by PyTorch but unallocated.\n"),
            "memory.full"),
      "own");
}

TEST(GpuMemory, the_old_sentence_is_read) {
  EXPECT_EQ(value(read("Tried to allocate 20.00 MiB (GPU 0; 10.76 GiB total capacity; 412.20 MiB already allocated; 11.44 MiB free; 436.00 "
                       "MiB reserved in "
                       "total by PyTorch)\n"),
                  "memory.full"),
            "others");
}

TEST(GpuMemory, bytes_free_are_weighed) {
  EXPECT_EQ(value(read("Memory usage: 2624061440 bytes free, 12524191744 bytes total.\n"), "memory.free"), "little");
  EXPECT_EQ(value(read("Memory usage: 11524191744 bytes free, 12524191744 bytes total.\n"), "memory.free"), "plenty");
}

TEST(Packages, hostile_lines_are_survived) {
  std::string blob(1 << 20, '=');
  read(blob + "==1.0\n");
  read(std::string(1 << 20, '-') + ".whl (\n");
  read("torch==\0\xff\xfe\nName: \nVersion: \nSuccessfully installed -1 - --\n(((\n");
  read("GPU " + std::string(1 << 20, '0') + ": NVIDIA X\n");
  SUCCEED();
}

}  // namespace
}  // namespace gpuwhy
