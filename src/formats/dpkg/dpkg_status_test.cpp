#include "formats/dpkg/dpkg_status.h"

#include <gtest/gtest.h>

namespace gpuwhy::dpkg {
namespace {

const std::string text =
    "Package: adduser\nStatus: install ok installed\nVersion: 3.134\nDescription: add users\n Package: nvidia-fake\n .\n\n"
    "Package: nvidia-driver-570\nStatus: install ok installed\nArchitecture: amd64\nVersion: 570.124.06-0ubuntu1\n\n"
    "Package: nvidia-driver-535\nStatus: deinstall ok config-files\nVersion: 535.1\n\n"
    "Package: nvidia-broken\nStatus: install ok installed\n\n"
    "Package: nvidia-dkms-570\nStatus: install ok half-configured\nVersion: 570.124.06-0ubuntu1\n";

bool is_nvidia(std::string_view name) { return name.starts_with("nvidia"); }

TEST(DpkgStatus, any_size_of_piece_gives_the_same_packages) {
  const std::vector<InstalledPackage> expected = {{"nvidia-driver-570", "570.124.06-0ubuntu1", "installed"},
                                                  {"nvidia-driver-535", "535.1", "config-files"},
                                                  {"nvidia-dkms-570", "570.124.06-0ubuntu1", "half-configured"}};
  for (std::size_t size : {std::size_t{1}, std::size_t{7}, text.size()}) {
    StatusReader reader(is_nvidia);
    for (std::size_t at = 0; at < text.size(); at += size) reader.feed(std::string_view(text).substr(at, size));
    EXPECT_EQ(reader.finish(), expected) << size;
  }
}

TEST(DpkgStatus, a_line_without_end_costs_no_memory_and_hides_nothing_else) {
  StatusReader reader(is_nvidia);
  reader.feed("Package: nvidia-a\nStatus: install ok installed\nVersion: 1\nDepends: ");
  for (int i = 0; i < 1000; ++i) reader.feed(std::string(1000, 'x'));
  reader.feed("\n\nPackage: nvidia-b\nStatus: install ok installed\nVersion: 2\n");
  EXPECT_EQ(reader.finish(), (std::vector<InstalledPackage>{{"nvidia-a", "1", "installed"}, {"nvidia-b", "2", "installed"}}));
}

}  // namespace
}  // namespace gpuwhy::dpkg
