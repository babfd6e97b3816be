// Fifty environments on one machine: the table has to stay whole.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "probes/cuda_libraries/library_table.h"
#include "support/invented_machine.h"

namespace gpuwhy {
namespace {

// Environments as pip makes them: a library whose RUNPATH names every folder of NVIDIA's wheels, whether it is there or not.
Snapshot probe_environments(int environments, int folders) {
  std::string manifest;
  LibraryRoots roots;
  for (int i = 0; i < environments; ++i) {
    std::string site = fmt::format("/home/ana/{}/site", i), runpath;
    for (int j = 0; j < folders; ++j) runpath += fmt::format("{}$ORIGIN/../nvidia/{}/lib", j > 0 ? ":" : "", j);
    roots.objects.push_back(site + "/torch/libtorch_cuda.so");
    manifest += fmt::format("elf {} soname=libtorch_cuda.so needed=libcudnn.so.9 runpath={}\n", roots.objects.back(), runpath);
    manifest += fmt::format("elf {}/nvidia/{}/lib/libcudnn.so.9 soname=libcudnn.so.9\n", site, folders - 1);
  }
  Snapshot snapshot;
  auto machine = testing::parse_manifest(manifest);
  EXPECT_TRUE(machine) << (machine ? "" : machine.error().message);
  if (machine) probe_libraries(**machine, roots, snapshot);
  return snapshot;
}

TEST(ManyEnvironments, each_of_sixty_four_has_its_folders_and_files_in_the_table) {
  constexpr int environments = 64, folders = 120;
  Snapshot snapshot = probe_environments(environments, folders);
  EXPECT_TRUE(snapshot.unread.empty()) << snapshot.unread[0].fact << ": " << snapshot.unread[0].detail;
  for (int i = 0; i < environments; ++i) {
    EXPECT_TRUE(snapshot.libraries.find(fmt::format("/home/ana/{}/site/nvidia/{}/lib/libcudnn.so.9", i, folders - 1))) << i;
    EXPECT_TRUE(snapshot.libraries.find_folder(fmt::format("/home/ana/{}/site/nvidia/0/lib", i))) << i;
  }
}

TEST(ManyEnvironments, a_table_that_could_not_be_finished_says_so) {
  Snapshot snapshot = probe_environments(1, 20'000);
  ASSERT_EQ(snapshot.unread.size(), 1u);
  EXPECT_EQ(snapshot.unread[0].fact, "libraries");
}

}  // namespace
}  // namespace gpuwhy
