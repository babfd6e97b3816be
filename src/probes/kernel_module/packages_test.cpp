#include "probes/kernel_module/packages.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"

namespace gpuwhy::probes {
namespace {

using testing::MemoryMachine;

TEST(DriverPackages, debian_and_ubuntu_keep_them_in_the_status_file) {
  MemoryMachine machine;
  machine.file("/var/lib/dpkg/status",
               "Package: bash\nStatus: install ok installed\nVersion: 5\n\nPackage: nvidia-driver-570\nStatus: install ok "
               "installed\nVersion: 570.1-0ubuntu1\n\n"
               "Package: nvidia-container-toolkit\nStatus: install ok installed\nVersion: 1.17\n\nPackage: libcuda1\nStatus: deinstall ok "
               "config-files\nVersion: 535\n");
  machine.folder("/var/lib/rpm");
  EXPECT_TRUE(find_driver_packages(machine).is(
      std::vector<DriverPackage>{{"nvidia-driver-570", "570.1-0ubuntu1", "installed"}, {"libcuda1", "535", "config-files"}}));
}

TEST(DriverPackages, arch_keeps_them_in_folder_names) {
  MemoryMachine machine;
  for (const char* name : {"nvidia-open-dkms-570.124.06-3", "nvidia-utils-570.124.06-1", "nvidia-settings-570.124.06-1",
                           "nvidia-470xx-dkms-470.256-1", "linux612-nvidia-570.124.06-5", "linux-6.13-1", "nvidia", "ALPM_DB_VERSION"})
    machine.folder(std::string("/var/lib/pacman/local/") + name);
  EXPECT_TRUE(find_driver_packages(machine).is(std::vector<DriverPackage>{{"linux612-nvidia", "570.124.06-5", "installed"},
                                                                          {"nvidia-470xx-dkms", "470.256-1", "installed"},
                                                                          {"nvidia-open-dkms", "570.124.06-3", "installed"},
                                                                          {"nvidia-utils", "570.124.06-1", "installed"}}));
}

TEST(DriverPackages, rpm_tells_only_what_lies_below_usr_share) {
  MemoryMachine rhel, suse, silent;
  rhel.folder("/var/lib/rpm").folder("/usr/share/doc/nvidia-driver").folder("/usr/share/doc/bash").file("/var/lib/dpkg/status", "");
  EXPECT_TRUE(find_driver_packages(rhel).is(std::vector<DriverPackage>{{"nvidia-driver", "", "installed"}}));
  suse.folder("/usr/lib/sysimage/rpm").folder("/usr/share/licenses/nvidia-compute-G06");
  EXPECT_TRUE(find_driver_packages(suse).is(std::vector<DriverPackage>{{"nvidia-compute-G06", "", "installed"}}));
  silent.folder("/var/lib/rpm");
  ASSERT_TRUE(find_driver_packages(silent).is_unknown());
  EXPECT_EQ(find_driver_packages(silent).detail(), "the rpm database is not read");
}

TEST(DriverPackages, alpine_has_none_and_no_database_says_nothing) {
  MemoryMachine alpine, nothing, denied;
  alpine.file("/lib/apk/db/installed", "P:musl\n");
  EXPECT_TRUE(find_driver_packages(alpine).is(std::vector<DriverPackage>{}));
  EXPECT_TRUE(find_driver_packages(nothing).is_unknown());
  denied.file("/var/lib/dpkg/status", "x").denies("/var/lib/dpkg/status");
  ASSERT_TRUE(find_driver_packages(denied).is_unknown());
  EXPECT_EQ(find_driver_packages(denied).why(), Why::denied);
}

}  // namespace
}  // namespace gpuwhy::probes
