#include <gtest/gtest.h>

#include "evidence/clean.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues smi(std::string_view text) {
  Clues clues;
  std::vector<Line> lines = clean_lines(text, 0);
  read_nvidia_smi(lines, clues);
  return clues;
}

std::string first(const Clues& clues, std::string_view name) { return clues.has(name) ? clues.first(name)->value : "(none)"; }

constexpr std::string_view table_of_535 = R"(
+---------------------------------------------------------------------------------------+
| NVIDIA-SMI 535.183.01             Driver Version: 535.183.01   CUDA Version: 12.2     |
|-----------------------------------------+----------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id        Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |         Memory-Usage | GPU-Util  Compute M. |
|                                         |                      |               MIG M. |
|=========================================+======================+======================|
|   0  Tesla V100-SXM2-16GB           On  | 00000000:00:1E.0 Off |                    3 |
| N/A   37C    P0              38W / 300W |  15412MiB / 16384MiB |      0%   E. Process |
|                                         |                      |                  N/A |
+-----------------------------------------+----------------------+----------------------+
|   1  Tesla V100-SXM2-16GB           On  | 00000000:00:1F.0 Off |                    0 |
| N/A   37C    P0              38W / 300W |      0MiB / 16384MiB |      0%      Default |
|                                         |                      |                  N/A |
+-----------------------------------------+----------------------+----------------------+

+---------------------------------------------------------------------------------------+
| Processes:                                                                            |
|  GPU   GI   CI        PID   Type   Process name                            GPU Memory |
|        ID   ID                                                             Usage      |
|=======================================================================================|
|    0   N/A  N/A      1234      G   /usr/lib/xorg/Xorg                            4MiB |
|    0   N/A  N/A     31337      C   python train.py                            15400MiB |
+---------------------------------------------------------------------------------------+
)";

TEST(NvidiaSmi, table_tells_driver_cards_and_processes) {
  Clues clues = smi(table_of_535);
  EXPECT_EQ(first(clues, "driver"), "535.183.01");
  EXPECT_EQ(first(clues, "cuda.driver"), "12.2");
  EXPECT_EQ(first(clues, "smi.works"), "yes");
  EXPECT_EQ(first(clues, "gpu"), "Tesla V100-SXM2-16GB");
  EXPECT_EQ(first(clues, "gpu.count"), "2");
  EXPECT_EQ(first(clues, "smi.gpu"), "0;Tesla V100-SXM2-16GB;00000000:00:1E.0;15412;16384;exclusive_process;");
  EXPECT_EQ(first(clues, "smi.compute-mode"), "exclusive_process");
  EXPECT_EQ(first(clues, "gpu.memory.full"), "yes");
  EXPECT_EQ(first(clues, "smi.ecc-errors"), "3");
  EXPECT_EQ(first(clues, "gpu.processes"), "1");
  EXPECT_EQ(first(clues, "gpu.process"), "python train.py");
  EXPECT_FALSE(clues.has("driver.library"));
}

TEST(NvidiaSmi, table_of_610_names_the_kernel_mode_driver) {
  Clues clues =
      smi("| NVIDIA-SMI 610.43.03              KMD Version: 610.43.03     CUDA UMD Version: 13.3     |\n"
          "|   0  NVIDIA GeForce RTX 5090        Off |   00000000:01:00.0  On |                  N/A |\n");
  EXPECT_EQ(first(clues, "driver"), "610.43.03");
  EXPECT_EQ(first(clues, "driver.module"), "610.43.03");
  EXPECT_EQ(first(clues, "cuda.driver"), "13.3");
}

TEST(NvidiaSmi, table_of_2012_is_read) {
  Clues clues =
      smi("+------------------------------------------------------+\n"
          "| NVIDIA-SMI 4.304.64   Driver Version: 304.64         |\n"
          "|-------------------------------+----------------------+----------------------+\n"
          "| GPU  Name                     | Bus-Id        Disp.  | Volatile Uncorr. ECC |\n"
          "| Fan  Temp  Perf  Pwr:Usage/Cap| Memory-Usage         | GPU-Util  Compute M. |\n"
          "|===============================+======================+======================|\n"
          "|   0  Tesla C2075              | 0000:05:00.0     Off |                    0 |\n"
          "| 30%   44C    P0    77W / 225W |   0%   10MB / 5375MB |      0%    E. Thread |\n"
          "+-------------------------------+----------------------+----------------------+\n"
          "| Compute processes:                                               GPU Memory |\n"
          "|  GPU       PID  Process name                                     Usage      |\n"
          "|=============================================================================|\n"
          "|  No running compute processes found                                         |\n"
          "+-----------------------------------------------------------------------------+\n");
  EXPECT_EQ(first(clues, "driver"), "304.64");
  EXPECT_EQ(first(clues, "smi.gpu"), "0;Tesla C2075;0000:05:00.0;10;5375;exclusive_thread;");
  EXPECT_EQ(first(clues, "smi.processes"), "none");
  EXPECT_FALSE(clues.has("cuda.driver"));
}

TEST(NvidiaSmi, cut_table_gives_no_count) {
  Clues clues =
      smi("| NVIDIA-SMI 550.54.14              Driver Version: 550.54.14      CUDA Version: 12.4     |\n"
          "|   0  NVIDIA A100-SXM4-80GB          Off |   00000000:01:00.0 Off |                   On |\n"
          "| N/A   44C    P0            174W /  500W |   10129MiB /  81920MiB |     N/A      Default |\n"
          "|                                         |                        |              Enabled |\n");
  EXPECT_FALSE(clues.has("gpu.count"));
  EXPECT_EQ(first(clues, "smi.mig"), "enabled");
}

TEST(NvidiaSmi, mig_devices_are_counted) {
  Clues clues =
      smi("|   0  NVIDIA A100-SXM4-40GB          On  | 00000000:07:00.0 Off |                   On |\n"
          "| MIG devices:                                                                          |\n"
          "| GPU  GI  CI  MIG |                   Memory-Usage |        Vol|      Shared           |\n"
          "|  0    1   0   0  |              12MiB / 19968MiB  | 42      0 |  3   0    2    0    0 |\n"
          "|  0    2   0   1  |              12MiB / 19968MiB  | 42      0 |  3   0    2    0    0 |\n");
  EXPECT_EQ(first(clues, "smi.mig-devices"), "2");
  Clues none =
      smi("|   0  NVIDIA A100-SXM4-40GB          On  | 00000000:07:00.0 Off |                   On |\n"
          "| MIG devices:                                                                          |\n"
          "|  No MIG devices found                                                                 |\n");
  EXPECT_EQ(first(none, "smi.mig-devices"), "0");
}

TEST(NvidiaSmi, missing_libcuda_shows_as_not_available) {
  EXPECT_EQ(first(smi("| NVIDIA-SMI 470.57.02    Driver Version: 470.57.02    CUDA Version: N/A      |\n"), "smi.cuda"), "none");
  EXPECT_EQ(first(smi("| NVIDIA-SMI 470.57.02    Driver Version: 471.68       CUDA Version: ERR!     |\n"), "smi.cuda"), "none");
}

TEST(NvidiaSmi, header_without_borders_and_broken_by_a_narrow_window) {
  EXPECT_EQ(first(smi("NVIDIA-SMI 550.144.03             Driver Version: 550.144.03     CUDA Version: 12.4\n"), "driver"), "550.144.03");
  Clues broken = smi("| NVIDIA-SMI 535.104.05             Driver Version: 535.104.05   CUDA\nVersion: 12.2     |\n");
  EXPECT_EQ(first(broken, "driver"), "535.104.05");
}

TEST(NvidiaSmi, windows_table_names_the_driver_model) {
  Clues clues = smi("|   0  NVIDIA GeForce RTX 3060      WDDM  | 00000000:01:00.0  On |                  N/A |\n");
  EXPECT_EQ(first(clues, "smi.driver-model"), "wddm");
  EXPECT_EQ(first(clues, "gpu"), "NVIDIA GeForce RTX 3060");
}

TEST(NvidiaSmi, failing_card_shows_an_error_in_its_row) {
  Clues clues =
      smi("|   0  GeForce GTX 1080    Off  | 00000000:01:00.0 Off |                  N/A |\n"
          "| ERR!   64C    P0   ERR! / 180W |     10MiB /  8119MiB |      0%      Default |\n");
  EXPECT_EQ(first(clues, "smi.error"), "ERR!");
}

TEST(NvidiaSmi, list_counts_cards_from_zero) {
  Clues clues =
      smi("GPU 0: Tesla T4 (UUID: GPU-6dc94e26-1e3a-4d83-a2cc-9d1b4dd7cbbb)\n"
          "GPU 1: Tesla T4 (UUID: GPU-6dc94e26-1e3a-4d83-a2cc-9d1b4dd7cbbc)\n");
  EXPECT_EQ(first(clues, "gpu.count"), "2");
  EXPECT_EQ(first(clues, "gpu"), "Tesla T4");
  EXPECT_FALSE(smi("GPU 3: Tesla T4 (UUID: GPU-6dc94e26-1e3a-4d83-a2cc-9d1b4dd7cbbb)\n").has("gpu.count"));
}

TEST(NvidiaSmi, report_tells_licence_mode_and_faults) {
  Clues clues =
      smi("==============NVSMI LOG==============\n\n"
          "Driver Version                            : 550.90.07\n"
          "CUDA Version                              : 12.4\n"
          "Attached GPUs                             : 1\n"
          "GPU 00000000:02:00.0\n"
          "    Product Name                          : NVIDIA A40-48Q\n"
          "    MIG Mode\n"
          "        Current                           : Disabled\n"
          "    GSP Firmware Version                  : 550.90.07\n"
          "    GPU Virtualization Mode\n"
          "        Virtualization Mode               : VGPU\n"
          "    vGPU Software Licensed Product\n"
          "        License Status                    : Unlicensed (Restricted)\n"
          "    FB Memory Usage\n"
          "        Total                             : 49140 MiB\n"
          "        Used                              : 12 MiB\n"
          "    Compute Mode                          : Exclusive_Process\n"
          "    ECC Errors\n"
          "        Volatile\n"
          "            DRAM Uncorrectable            : 7\n"
          "    Remapped Rows\n"
          "        Pending                           : Yes\n"
          "        Remapping Failure Occurred        : Yes\n");
  EXPECT_EQ(first(clues, "driver"), "550.90.07");
  EXPECT_EQ(first(clues, "smi.gpu"), "0;NVIDIA A40-48Q;;12;49140;exclusive_process;disabled");
  EXPECT_EQ(first(clues, "smi.license"), "unlicensed");
  EXPECT_EQ(first(clues, "smi.virtualization"), "vgpu");
  EXPECT_EQ(first(clues, "smi.ecc-errors"), "7");
  EXPECT_EQ(first(clues, "smi.retirement-pending"), "yes");
  EXPECT_EQ(first(clues, "smi.remap-failed"), "yes");
  EXPECT_EQ(first(clues, "gpu.count"), "1");
}

TEST(NvidiaSmi, query_is_read_with_and_without_its_heading) {
  Clues clues = smi("name, driver_version, memory.total [MiB], compute_cap\nNVIDIA GeForce RTX 3090, 535.54.03, 24576 MiB, 8.6\n");
  EXPECT_EQ(first(clues, "driver"), "535.54.03");
  EXPECT_EQ(first(clues, "gpu.cc"), "8.6");
  EXPECT_EQ(first(clues, "gpu.count"), "1");
  Clues bare = smi("NVIDIA GeForce RTX 3090, 24576 MiB, 535.54.03\n");
  EXPECT_EQ(first(bare, "gpu"), "NVIDIA GeForce RTX 3090");
  EXPECT_EQ(first(bare, "gpu.memory.total"), "24576");
}

TEST(NvidiaSmi, watts_without_a_unit_are_no_driver) {
  EXPECT_FALSE(smi("GeForce RTX 2080 Ti, 100, 37, 56, 228.82, 210.00, 56\n").has("driver"));
}

TEST(NvidiaSmi, gpustat_and_nvitop_are_read) {
  EXPECT_EQ(first(smi("[0] NVIDIA GeForce RTX 3090 | 45'C,   0 % |   312 / 24576 MB | user(302M)\n"), "gpu.memory.total"), "24576");
  Clues nvitop =
      smi("│   0  GeForce RTX 3090     Off  │ 00000000:09:00.0 Off │                  N/A │\n"
          "│ 30%   33C    P8   N/A / 350W   │   35.31MiB / 24.00GiB │      0%      Default │\n");
  EXPECT_EQ(first(nvitop, "gpu.memory.total"), "24576");
}

TEST(NvidiaSmi, other_text_gives_nothing) {
  EXPECT_TRUE(smi("| 0 | apples | 3 |\n| ERR! | Unknown Error |\nProduct Name: PowerEdge R740\nname, price, memory\nCUDA Version: 12.1\n")
                  .everything()
                  .empty());
  EXPECT_TRUE(smi("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n").everything().empty());
}

TEST(NvidiaSmi, hostile_lines_are_survived) {
  std::string wide = "| NVIDIA-SMI 535" + std::string(1 << 20, '|');
  std::string bytes("| 0 \0\xff\xfe Tesla | 00000000:01:00.0 | \n", 38);
  EXPECT_FALSE(smi(wide).has("driver"));
  EXPECT_FALSE(smi(bytes).has("driver"));
  EXPECT_FALSE(smi("GPU 0: (UUID: \nGPU : (UUID: x\n[999999999999999999999] a | C, | 1 / 2 MB\nGPU 0: x (UUID: 99999999999999999999 MiB")
                   .has("driver"));
}

}  // namespace
}  // namespace gpuwhy
