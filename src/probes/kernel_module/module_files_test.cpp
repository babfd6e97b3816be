#include "probes/kernel_module/module_files.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"
#include "probes/module_file.h"

namespace gpuwhy::probes {
namespace {

using testing::make_module_file;
using testing::MemoryMachine;

const std::string open_modinfo("license=Dual MIT/GPL\0version=570.124.06\0", 40);

struct NameCase {
  const char* name;
  bool is_main;
};

TEST(ModuleFiles, only_the_main_module_counts) {
  const NameCase cases[] = {
      {"nvidia.ko", true},
      {"nvidia.ko.xz", true},
      {"nvidia.ko.zst", true},
      {"nvidia.ko.gz", true},
      {"nvidia-current.ko", true},
      {"nvidia-current-open.ko", true},
      {"nvidia-tesla-470.ko", true},
      {"nvidia-legacy-390xx.ko", true},
      {"nvidia-uvm.ko", false},
      {"nvidia-current-uvm.ko", false},
      {"nvidia-peermem.ko.zst", false},
      {"nvidiafb.ko", false},
      {"nvidia", false},
      {"nvidia.ko.old", false},
      {"nvidia-wmi-ec-backlight.ko", false},
  };
  for (const NameCase& c : cases) EXPECT_EQ(is_main_module(c.name), c.is_main) << c.name;
}

struct PlaceCase {
  const char *distribution, *path;
};

TEST(ModuleFiles, the_places_of_all_distributions_are_searched) {
  const PlaceCase cases[] = {
      {"Debian, DKMS", "/lib/modules/K/updates/dkms/nvidia-current.ko"},
      {"Ubuntu, prebuilt", "/lib/modules/K/kernel/nvidia-570/nvidia.ko"},
      {"Red Hat, kmod", "/lib/modules/K/extra/drivers/video/nvidia/nvidia.ko.xz"},
      {"Fedora, akmod", "/lib/modules/K/extra/nvidia/nvidia.ko.xz"},
      {"Arch", "/lib/modules/K/extramodules/nvidia.ko.zst"},
      {"openSUSE", "/lib/modules/K/weak-updates/updates/nvidia.ko"},
      {"NVIDIA's installer", "/lib/modules/K/kernel/drivers/video/nvidia.ko"},
      {"NixOS", "/run/booted-system/kernel-modules/lib/modules/K/misc/nvidia.ko.xz"},
  };
  for (const PlaceCase& c : cases) {
    MemoryMachine machine;
    machine.file(c.path, "x");
    auto files = find_module_files(machine, "");
    ASSERT_TRUE(files.is_known()) << c.distribution;
    ASSERT_EQ(files->size(), 1u) << c.distribution;
    EXPECT_EQ(files->front().path, c.path);
    EXPECT_EQ(files->front().kernel, "K");
  }
}

TEST(ModuleFiles, a_plain_file_says_version_and_license_a_compressed_one_nothing) {
  MemoryMachine machine;
  machine.file("/lib/modules/6.8/updates/dkms/nvidia.ko", make_module_file(open_modinfo))
      .file("/lib/modules/6.9/updates/dkms/nvidia.ko.zst", "x");
  machine.file("/lib/modules/7.0/updates/dkms/nvidia.ko", "cut")
      .file("/lib/modules/7.1/updates/nvidia.ko", "")
      .denies("/lib/modules/7.1/updates/nvidia.ko");
  auto files = find_module_files(machine, "");
  ASSERT_EQ(files->size(), 4u);
  EXPECT_TRUE((*files)[0].version.is("570.124.06"));
  EXPECT_TRUE((*files)[0].license.is("Dual MIT/GPL"));
  EXPECT_EQ((*files)[1].version.why(), Why::not_probed);
  EXPECT_EQ((*files)[2].version.why(), Why::malformed);
  EXPECT_EQ((*files)[3].version.why(), Why::denied);
}

TEST(ModuleFiles, loops_and_links_to_nothing_are_passed_over) {
  MemoryMachine machine;
  machine.link("/lib/modules/K/extra/loop", "..")
      .link("/lib/modules/K/weak-updates/nvidia.ko", "/lib/modules/gone/nvidia.ko")
      .link("/lib/modules/K/misc", "misc");
  auto files = find_module_files(machine, "");
  EXPECT_TRUE(files.is_known() || files.why() == Why::malformed);
  MemoryMachine absent;
  EXPECT_TRUE(find_module_files(absent, "").is_absent());
}

TEST(ModuleFiles, a_denied_folder_makes_none_a_guess) {
  MemoryMachine machine;
  machine.folder("/lib/modules/K/updates").denies("/lib/modules/K/updates");
  ASSERT_TRUE(find_module_files(machine, "").is_unknown());
  EXPECT_EQ(find_module_files(machine, "").why(), Why::denied);
}

TEST(Dkms, a_version_that_was_not_built_for_the_running_kernel_shows) {
  MemoryMachine machine;
  const std::string tree = "/var/lib/dkms/nvidia/570.124.06";
  machine.file(tree + "/6.8.0-59-generic/x86_64/module/nvidia.ko.zst", "").file(tree + "/6.8.0-60-generic/x86_64/log/make.log", "");
  machine.link(tree + "/source", "/usr/src/nvidia-570.124.06")
      .folder(tree + "/build")
      .link("/var/lib/dkms/nvidia/kernel-6.8.0-59-generic-x86_64", "570.124.06/6.8.0-59-generic/x86_64");
  machine.folder("/var/lib/dkms/zfs/2.2");
  EXPECT_TRUE(read_dkms(machine, "").is(std::vector<DkmsState>{{"nvidia", "570.124.06", {"6.8.0-59-generic"}}}));
}

TEST(Dkms, no_tree_is_absence_and_a_denied_one_ignorance) {
  MemoryMachine none, denied;
  EXPECT_TRUE(read_dkms(none, "").is_absent());
  denied.folder("/var/lib/dkms/nvidia/570/6.8/x86_64").denies("/var/lib/dkms/nvidia/570/6.8");
  EXPECT_TRUE(read_dkms(denied, "").is_unknown());
}

TEST(Headers, the_link_must_lead_somewhere) {
  MemoryMachine machine;
  EXPECT_TRUE(find_headers(machine, "").is(false));
  machine.link("/lib/modules/6.8.0-60-generic/build", "/usr/src/linux-headers-6.8.0-60-generic");
  EXPECT_TRUE(find_headers(machine, "").is(false));
  machine.folder("/usr/src/linux-headers-6.8.0-60-generic");
  EXPECT_TRUE(find_headers(machine, "").is(true));
}

}  // namespace
}  // namespace gpuwhy::probes
