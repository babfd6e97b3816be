#include "probes/package_records/package_records.h"

#include <gtest/gtest.h>

#include "probes/package_records/variant.h"
#include "python/fake_files.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

constexpr const char* site = "/v/lib/python3.12/site-packages";

Package add(FakeFiles& machine, const std::string& name, const std::string& version, const std::string& record) {
  Package package;
  package.name = name;
  package.version = version;
  package.location = std::string(site) + "/" + name + "-" + version + ".dist-info";
  machine.file(package.location + "/METADATA", "Name: " + name + "\n");
  if (!record.empty()) machine.file(package.location + "/RECORD", record);
  return package;
}

Package probed(FakeFiles& machine, Package package) {
  PythonEnvironment environment;
  environment.packages = Fact<std::vector<Package>>::known({std::move(package)});
  probe_package_records(machine, environment);
  return environment.packages->front();
}

TEST(PackageRecords, a_file_of_the_recorded_size_is_no_fault) {
  FakeFiles machine;
  machine.file(std::string(site) + "/torch/lib/liba.so", "1234");
  Package package = probed(machine, add(machine, "torch", "2.10.0", "torch/lib/liba.so,sha256=x,4\n"));
  ASSERT_TRUE(package.record_faults.is_known());
  EXPECT_TRUE(package.record_faults->empty());
}

TEST(PackageRecords, a_short_file_is_a_fault_with_both_sizes) {
  FakeFiles machine;
  machine.file(std::string(site) + "/torch/lib/liba.so", "12");
  Package package = probed(machine, add(machine, "torch", "2.10.0", "torch/lib/liba.so,sha256=x,995\n"));
  ASSERT_EQ(package.record_faults->size(), 1u);
  EXPECT_EQ(package.record_faults->front().path, std::string(site) + "/torch/lib/liba.so");
  EXPECT_EQ(package.record_faults->front().recorded, 995u);
  EXPECT_TRUE(package.record_faults->front().actual.is(std::uint64_t{2}));
}

TEST(PackageRecords, a_file_that_is_gone_has_no_size) {
  FakeFiles machine;
  Package package = probed(machine, add(machine, "torch", "2.10.0", "torch/lib/liba.so,sha256=x,995\n"));
  ASSERT_EQ(package.record_faults->size(), 1u);
  EXPECT_TRUE(package.record_faults->front().actual.is_absent());
}

TEST(PackageRecords, without_a_record_there_is_nothing_to_compare) {
  FakeFiles machine;
  EXPECT_TRUE(probed(machine, add(machine, "torch", "2.10.0", "")).record_faults.is_absent());
}

TEST(PackageRecords, what_conda_installed_is_not_compared) {
  FakeFiles machine;
  Package package = add(machine, "torch", "2.10.0", "torch/lib/liba.so,sha256=x,995\n");
  package.installer = "conda";
  EXPECT_TRUE(probed(machine, package).record_faults.is_absent());
}

TEST(PackageRecords, a_record_that_may_not_be_read_leaves_the_question_open) {
  FakeFiles machine;
  Package package = add(machine, "torch", "2.10.0", "torch/lib/liba.so,sha256=x,995\n");
  machine.denied(package.location + "/RECORD");
  Package result = probed(machine, package);
  ASSERT_TRUE(result.record_faults.is_unknown());
  EXPECT_EQ(result.record_faults.why(), Why::denied);
}

TEST(PackageRecords, the_variant_is_the_local_part_of_the_version) {
  EXPECT_EQ(variant_of_local("cu128"), "cu128");
  EXPECT_EQ(variant_of_local("cu12torch2.5cxx11abiFALSE"), "cu12");
  EXPECT_EQ(variant_of_local("cuda12.cudnn89"), "cu12");
  EXPECT_EQ(variant_of_local("cpu.cxx11.abi"), "cpu");
  EXPECT_EQ(variant_of_local("rocm6.2"), "rocm");
  EXPECT_EQ(variant_of_local("customised"), "");
  EXPECT_EQ(variant_of_local(""), "");
}

TEST(PackageRecords, torchvision_says_its_variant_in_version_py) {
  FakeFiles machine;
  machine.file(std::string(site) + "/torchvision/version.py", "__version__ = '0.25.0+cpu'\ngit_version = 'abc'\n");
  EXPECT_EQ(probed(machine, add(machine, "torchvision", "0.25.0", "")).variant, "cpu");
}

TEST(PackageRecords, bitsandbytes_names_its_variants_by_its_files) {
  FakeFiles machine;
  for (const char* name : {"libbitsandbytes_cpu.so", "libbitsandbytes_cuda118.so", "libbitsandbytes_cuda128.so"})
    machine.file(std::string(site) + "/bitsandbytes/" + name, "");
  EXPECT_EQ(probed(machine, add(machine, "bitsandbytes", "0.50.2", "")).variant, "cu118,cu128");
  FakeFiles plain;
  plain.file(std::string(site) + "/bitsandbytes/libbitsandbytes_cpu.so", "");
  EXPECT_EQ(probed(plain, add(plain, "bitsandbytes", "0.50.2", "")).variant, "cpu");
}

}  // namespace
}  // namespace gpuwhy
