#include <gtest/gtest.h>

#include "evidence/clean.h"
#include "evidence/readers/kernel_words.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues read(std::string_view text) {
  Clues clues;
  std::vector<Line> lines = clean_lines(text, 0);
  read_machine(lines, clues);
  return clues;
}

std::string first(const Clues& clues, std::string_view name) { return clues.has(name) ? clues.first(name)->value : "(none)"; }

TEST(KernelWords, module_names_lose_flavour_and_version) {
  EXPECT_EQ(module_name("nvidia_current"), "nvidia");
  EXPECT_EQ(module_name("nvidia-535-uvm"), "nvidia-uvm");
  EXPECT_EQ(module_name("nvidia_uvm"), "nvidia-uvm");
  EXPECT_EQ(module_name("vfio-pci"), "vfio-pci");
}

TEST(KernelWords, a_version_of_something_else_is_no_kernel) {
  EXPECT_EQ(kernel_release("6.8.0-45-generic x86_64"), "6.8.0-45-generic");
  EXPECT_EQ(kernel_release("4.7.2_1"), "4.7.2_1");
  EXPECT_EQ(kernel_release("535.183.01"), "");
  EXPECT_EQ(kernel_release("12.4"), "");
}

TEST(KernelWords, addresses_come_with_and_without_domain) {
  EXPECT_EQ(pci_address("3B:00.0 3D controller"), "0000:3b:00.0");
  EXPECT_EQ(pci_address("00000000:3B:00.0 Off"), "0000:3b:00.0");
  EXPECT_EQ(pci_address("12:34:56"), "");
}

TEST(Machine, uname_gives_the_running_kernel) {
  EXPECT_EQ(first(read("Linux box 5.15.0-97-generic #107-Ubuntu SMP Wed Feb 7 13:26:48 UTC 2024 x86_64 GNU/Linux"), "kernel"),
            "5.15.0-97-generic");
  EXPECT_EQ(first(read("$ uname -r\n6.8.0-45-generic"), "kernel"), "6.8.0-45-generic");
}

TEST(Machine, dpkg_tells_the_release_of_the_drivers_libraries) {
  EXPECT_EQ(first(read("ii  nvidia-smi     525.85.12-1  amd64        NVIDIA System Management Interface"), "driver.library"), "525.85.12");
  EXPECT_EQ(first(read("ii  libnvidia-compute-535:amd64  535.183.01-0ubuntu0.22.04.1  amd64"), "driver.library"), "535.183.01");
  EXPECT_FALSE(read("ii  libnvidia-container1:amd64  1.14.3-1  amd64").has("driver.library"));
  EXPECT_FALSE(read("un  nvidia-smi  <none>  <none>").has("driver.library"));
}

TEST(Machine, lspci_names_the_driver_of_the_card_and_not_of_its_sound) {
  Clues clues = read(
      "01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA102 [GeForce RTX 3090] [10de:2204] (rev a1)\n"
      "\tKernel driver in use: nouveau\n"
      "01:00.1 Audio device [0403]: NVIDIA Corporation GA102 High Definition Audio [10de:1aef]\n"
      "\tKernel driver in use: snd_hda_intel\n");
  EXPECT_EQ(first(clues, "pci.nvidia"), "0000:01:00.0");
  EXPECT_TRUE(clues.has("pci.driver", "nouveau"));
  EXPECT_EQ(clues.all("pci.driver").size(), 1U);
}

TEST(Machine, lspci_tells_a_card_that_nobody_drives_and_whether_a_module_would_fit) {
  constexpr std::string_view card = "01:00.0 VGA compatible controller: NVIDIA Corporation TU106 [GeForce RTX 2060] (rev a1)\n";
  Clues idle = read(std::string(card) + "\tKernel modules: nvidiafb, nouveau, nvidia_drm, nvidia");
  EXPECT_EQ(first(idle, "pci.driver"), "none");
  EXPECT_EQ(first(idle, "pci.modules"), "nvidia");
  EXPECT_EQ(first(read(std::string(card) + "\tKernel modules: nvidiafb, nouveau"), "pci.modules"), "others");
  EXPECT_FALSE(read(std::string(card) + "\tKernel driver in use: nvidia\n\tKernel modules: nvidia").has("pci.driver", "none"));
}

TEST(Machine, a_bus_without_nvidia_is_told_where_it_was_listed) {
  Clues clues = read("$ lspci\n00:02.0 VGA compatible controller: Intel Corporation UHD Graphics 620 (rev 07)\n$");
  EXPECT_EQ(first(clues, "pci.nvidia"), "no");
  EXPECT_TRUE(clues.has("gpu.other"));
}

TEST(Machine, a_search_for_nvidia_that_prints_nothing_is_an_answer) {
  EXPECT_EQ(first(read("user@box:~$ lspci | grep -i nvidia\nuser@box:~$ "), "pci.nvidia"), "no");
}

TEST(Machine, a_search_whose_output_was_cut_is_none) { EXPECT_FALSE(read("user@box:~$ lspci | grep -i nvidia").has("pci.nvidia")); }

TEST(Machine, lsmod_shows_what_is_loaded) {
  Clues clues = read("nvidia_uvm           1540096  0\nnvidia              56778752  1 nvidia_uvm\n");
  EXPECT_TRUE(clues.has("module.loaded", "nvidia"));
  EXPECT_TRUE(clues.has("module.loaded", "nvidia-uvm"));
  EXPECT_EQ(first(read("[root@n ~]# lsmod |grep nvidia\n[root@n ~]# uptime"), "module.absent"), "nvidia");
}

TEST(Machine, the_version_file_tells_the_flavour) {
  Clues clues = read("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build  (x@y)");
  EXPECT_EQ(first(clues, "module.flavour"), "open");
  EXPECT_EQ(first(clues, "driver.module"), "570.124.06");
}

TEST(Machine, dkms_of_both_forms_names_the_kernel) {
  EXPECT_EQ(first(read("nvidia/525.89.02, 6.2.6-zen1-1-zen, x86_64: installed"), "module.kernel"), "6.2.6-zen1-1-zen");
  EXPECT_EQ(first(read("nvidia, 396.45, 4.17.11-200.fc28.x86_64, x86_64: installed"), "module.kernel"), "4.17.11-200.fc28.x86_64");
  EXPECT_EQ(first(read("nvidia/390.157: added"), "module.broken-build"), "every kernel");
}

TEST(Machine, a_found_module_names_its_kernel_and_a_missed_one_does_not) {
  EXPECT_EQ(first(read("/lib/modules/3.13.0-88-generic/kernel/drivers/video/nvidia.ko"), "module.kernel"), "3.13.0-88-generic");
  EXPECT_FALSE(
      read("modinfo: ERROR: Module /usr/lib/modules/5.14.21-239-tkg/kernel/drivers/video/nvidia.ko not found.").has("module.kernel"));
}

TEST(Machine, files_that_are_closed_to_others_are_told) {
  Clues clues = read(
      "crw-rw---- 1 root video 195, 255 Feb 15 19:37 /dev/nvidiactl\ncr-------- 1 root root 237, 1 Jun 25 11:05 "
      "/dev/nvidia-caps/nvidia-cap1");
  EXPECT_EQ(first(clues, "node.closed"), "/dev/nvidiactl");
  EXPECT_EQ(clues.all("node.closed").size(), 1U);
}

TEST(Machine, a_listing_without_uvm_misses_it) {
  EXPECT_EQ(first(read("/dev/nvidia0  /dev/nvidiactl  /dev/nvidia-modeset"), "node.missing"), "/dev/nvidia-uvm");
  EXPECT_FALSE(read("/dev/nvidia0\n/dev/nvidiactl\n/dev/nvidia-uvm").has("node.missing"));
}

TEST(Machine, ls_in_german_misses_files_too) {
  EXPECT_EQ(first(read("ls: Zugriff auf '/dev/nvidia*' nicht möglich: Datei oder Verzeichnis nicht gefunden"), "node.missing"),
            "/dev/nvidia*");
}

TEST(Machine, what_a_card_can_use_comes_from_its_id) {
  EXPECT_EQ(first(read("NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85)"), "card.modules"), "open-only");
  EXPECT_EQ(first(read("01:00.0 VGA compatible controller: NVIDIA Corporation GK104 [GeForce GTX 680] (rev a1)"), "card.branch.over"),
            "471");
}

TEST(Machine, hostile_lines_end_quickly) {
  std::string text =
      "crw" + std::string(2'000'000, '-') + "\n" + std::string(100000, '\0') + "\n/dev/nvidia" + std::string(1'000'000, ' ') + "\n01:00.0";
  EXPECT_FALSE(read(text).has("node.closed"));
}

}  // namespace
}  // namespace gpuwhy
