#include "causes/support/library_versions.h"

#include <gtest/gtest.h>

#include "causes/support/running_process.h"

namespace gpuwhy {
namespace {

constexpr const char* site = "/v/lib/python3.12/site-packages";

Package package(std::string name, std::string version, std::int64_t installed_at) {
  Package made;
  made.name = std::move(name);
  made.version = std::move(version);
  made.installed_at = Fact<std::int64_t>::known(installed_at);
  return made;
}

Snapshot snapshot_with(std::vector<Package> packages) {
  PythonEnvironment environment;
  environment.search_path = Fact<std::vector<std::string>>::known({site});
  environment.packages = Fact<std::vector<Package>>::known(std::move(packages));
  Snapshot snapshot;
  snapshot.environments.push_back(std::move(environment));
  return snapshot;
}

std::string told(const Snapshot& snapshot, const std::string& path) { return words_of(version_of_library(snapshot, path)); }

TEST(VersionOfLibrary, the_package_that_owns_the_place_tells) {
  Snapshot snapshot = snapshot_with({package("nvidia-cudnn-cu12", "9.10.2.21", 1)});
  EXPECT_EQ(told(snapshot, std::string(site) + "/torch/lib/../../nvidia/cudnn/lib/libcudnn_graph.so.9"), "9.10.2.21");
}

TEST(VersionOfLibrary, of_two_packages_at_one_place_the_last_one_tells) {
  std::string path = std::string(site) + "/nvidia/cudnn/lib/libcudnn.so.9";
  EXPECT_EQ(told(snapshot_with({package("nvidia-cudnn-cu12", "9.10.2.21", 1), package("nvidia-cudnn-cu13", "9.26.0.51", 2)}), path),
            "9.26.0.51");
  EXPECT_EQ(told(snapshot_with({package("nvidia-cudnn-cu12", "9.10.2.21", 2), package("nvidia-cudnn-cu13", "9.26.0.51", 1)}), path),
            "9.10.2.21");
  EXPECT_EQ(told(snapshot_with({package("nvidia-cudnn-cu12", "9.10.2.21", 1), package("nvidia-cudnn-cu13", "9.26.0.51", 1)}), path),
            "of unknown version");
}

TEST(VersionOfLibrary, a_link_leads_to_the_name_that_tells) {
  Snapshot snapshot = snapshot_with({});
  Candidate file;
  file.path = "/opt/cudnn/lib/libcudnn.so.9";
  file.real_path = "/opt/cudnn/lib/libcudnn.so.9.5.1";
  snapshot.libraries.candidates = {file};
  EXPECT_EQ(told(snapshot, "/opt/cudnn/lib/libcudnn.so.9"), "9.5.1");
}

TEST(VersionOfLibrary, the_folder_of_a_toolkit_tells_of_its_own_libraries_alone) {
  Snapshot snapshot = snapshot_with({});
  EXPECT_EQ(told(snapshot, "/usr/local/cuda-12.1/lib64/libnvJitLink.so.12"), "12.1");
  EXPECT_EQ(told(snapshot, "/usr/local/cuda-12.1/lib64/libcudnn.so.9"), "of unknown version");
  EXPECT_EQ(told(snapshot, "/usr/local/cuda-12/lib64/libnvJitLink.so.12"), "of unknown version");
}

TEST(IsSameRelease, the_fourth_number_and_what_one_does_not_tell_are_not_compared) {
  EXPECT_TRUE(is_same_release(version("9.10.2.21"), version("9.10.2")));
  EXPECT_TRUE(is_same_release(version("9.10"), version("9.10.2")));
  EXPECT_FALSE(is_same_release(version("9.10.2"), version("9.10.1")));
  EXPECT_FALSE(is_same_release(version("9.10.2"), version("9.28.0")));
}

TEST(FolderOfVariable, the_folder_is_told_as_it_is_written) {
  Snapshot snapshot;
  snapshot.loader.library_path = Fact<std::string>::known("/opt/a/:/opt/b");
  EXPECT_EQ(folder_of_variable(snapshot, "/opt/a/libx.so"), "/opt/a/");
  EXPECT_EQ(folder_of_variable(snapshot, "/opt/c/libx.so"), "");
}

TEST(DateWords, leap_days_and_the_ends_of_years_are_right) {
  EXPECT_EQ(date_words(0), "1970-01-01 00:00:00 UTC");
  EXPECT_EQ(date_words(951'782'400), "2000-02-29 00:00:00 UTC");
  EXPECT_EQ(date_words(1'735'689'599), "2024-12-31 23:59:59 UTC");
  EXPECT_EQ(date_words(1'764'003'600), "2025-11-24 17:00:00 UTC");
  EXPECT_EQ(date_words(-1), "-1 s since 1970");
}

TEST(CommandWords, control_characters_are_replaced_and_an_unknown_command_is_said) {
  ObservedProcess process;
  EXPECT_EQ(command_words(process), "its command is not known");
  process.command = Fact<std::vector<std::string>>::known({"python", "a\x1b[2J.py"});
  EXPECT_EQ(command_words(process), "python a?[2J.py");
}

}  // namespace
}  // namespace gpuwhy
