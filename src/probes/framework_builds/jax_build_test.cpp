#include <gtest/gtest.h>

#include <algorithm>

#include "probes/framework_builds/framework_builds.h"
#include "probes/framework_builds/jax_parts.h"
#include "python/fake_files.h"
#include "support/elf_writer.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

std::string at(const std::string& name) { return "/v/lib/python3.12/site-packages/" + name; }

Package package(const std::string& name, const std::string& version) {
  Package found;
  found.name = name;
  found.version = version;
  found.location = at(name + "-" + version + ".dist-info");
  return found;
}

PythonEnvironment environment(std::vector<Package> packages) {
  PythonEnvironment made;
  made.prefix = "/v";
  made.version = Fact<std::string>::known("3.12");
  made.search_path = Fact<std::vector<std::string>>::known({"/v/lib/python3.12/site-packages"});
  made.packages = Fact<std::vector<Package>>::known(std::move(packages));
  return made;
}

std::string version_py(const std::string& version) {
  return "_version = \"" + version + "\"\n_release_version: str = '" + version + "'\n_minimum_jaxlib_version = '0.10.1'\n";
}

void add_jax(FakeFiles& machine, const std::string& jaxlib) {
  std::string elf = gpuwhy::testing::make_elf({});
  machine.file(at("jax/__init__.py"), "").file(at("jax/version.py"), version_py("0.10.2"));
  machine.file(at("jaxlib/__init__.py"), "").file(at("jaxlib/version.py"), version_py(jaxlib));
  machine.file(at("jaxlib/_jax.so"), elf).file(at("jaxlib/utils.so"), elf);
}

void add_plugin(FakeFiles& machine, const std::string& major) {
  std::string elf = gpuwhy::testing::make_elf({});
  std::string plugin = "jax_cuda" + major + "_plugin/", client = "jax_plugins/xla_cuda" + major + "/";
  machine.file(at(plugin + "__init__.py"), "").file(at(plugin + "version.py"), version_py("0.10.2"));
  machine.file(at(plugin + "_versions.so"), elf).file(at(plugin + "cuda_plugin_extension.so"), elf);
  machine.file(at(client + "__init__.py"), "")
      .file(at(client + "version.py"), "_version = \"0.10.2\"\n_release_version: str | None = None\n");
  machine.file(at(client + "xla_cuda_plugin.so"), elf);
}

const FrameworkPart* find_part(const FrameworkBuild& build, std::string_view name) {
  auto part = std::ranges::find(build.parts, name, &FrameworkPart::name);
  return part == build.parts.end() ? nullptr : &*part;
}

TEST(JaxBuild, lists_its_parts_with_the_versions_of_their_own_files) {
  FakeFiles machine;
  add_jax(machine, "0.10.1");
  add_plugin(machine, "12");
  auto one = environment({package("jax", "0.10.2"), package("jaxlib", "9.9")});
  probe_framework_builds(machine, one);
  ASSERT_EQ(one.frameworks.size(), 1u);
  const FrameworkBuild& build = one.frameworks[0];
  EXPECT_TRUE(build.version.is("0.10.2"));
  EXPECT_TRUE(build.accelerator.is(Accelerator::cuda));
  EXPECT_TRUE(build.cuda_version.is("12"));
  EXPECT_EQ(find_part(build, "jaxlib")->version, "0.10.1");
  EXPECT_EQ(find_part(build, "jaxlib-minimum")->version, "0.10.1");
  EXPECT_EQ(find_part(build, "jax-cuda12-pjrt")->version, "0.10.2");
  EXPECT_EQ(build.objects.back(), at("jax_plugins/xla_cuda12/xla_cuda_plugin.so"));
}

TEST(JaxBuild, without_a_plugin_is_one_for_the_cpu) {
  FakeFiles machine;
  add_jax(machine, "0.10.2");
  auto one = environment({package("jax", "0.10.2")});
  probe_framework_builds(machine, one);
  EXPECT_TRUE(one.frameworks.at(0).accelerator.is(Accelerator::cpu));
  EXPECT_TRUE(one.frameworks[0].cuda_version.is_absent());
}

TEST(JaxBuild, without_a_plugin_is_not_judged_where_the_packages_are_unknown) {
  FakeFiles machine;
  add_jax(machine, "0.10.2");
  auto one = environment({});
  one.packages = Fact<std::vector<Package>>::unknown(Why::denied, "no permission");
  probe_framework_builds(machine, one);
  EXPECT_TRUE(one.frameworks.at(0).accelerator.is_unknown());
}

TEST(JaxBuild, with_two_plugins_takes_the_modules_of_cuda_13) {
  FakeFiles machine;
  add_jax(machine, "0.10.2");
  add_plugin(machine, "12");
  add_plugin(machine, "13");
  auto one = environment({});
  probe_framework_builds(machine, one);
  EXPECT_TRUE(one.frameworks.at(0).cuda_version.is("13"));
  EXPECT_EQ(one.frameworks[0].objects.back(), at("jax_plugins/xla_cuda13/xla_cuda_plugin.so"));
}

TEST(JaxBuild, without_jaxlib_is_incomplete) {
  FakeFiles machine;
  machine.file(at("jax/__init__.py"), "").file(at("jax/version.py"), version_py("0.10.2"));
  auto one = environment({});
  probe_framework_builds(machine, one);
  EXPECT_EQ(one.frameworks.at(0).missing_files, std::vector<std::string>{"jaxlib/"});
}

TEST(JaxBuild, with_only_a_dist_info_is_gone) {
  FakeFiles machine;
  auto one = environment({package("jax", "0.10.2")});
  probe_framework_builds(machine, one);
  EXPECT_EQ(one.frameworks.at(0).missing_files, std::vector<std::string>{"jax/"});
  EXPECT_TRUE(one.frameworks[0].version.is("0.10.2"));
}

TEST(JaxBuild, for_tpus_is_outside) {
  FakeFiles machine;
  add_jax(machine, "0.10.2");
  auto one = environment({package("libtpu", "0.0.42")});
  probe_framework_builds(machine, one);
  EXPECT_TRUE(one.frameworks.at(0).accelerator.is(Accelerator::tpu));
}

TEST(JaxBuild, before_0_4_30_says_its_cuda_in_the_version_of_jaxlib) {
  auto found = parse_monolithic_jaxlib("0.4.14+cuda12.cudnn89");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cuda, "12");
  EXPECT_EQ(found->cudnn, "8.9");
  EXPECT_EQ(parse_monolithic_jaxlib("0.3.25+cuda11.cudnn805")->cudnn, "8.0.5");
  EXPECT_EQ(parse_monolithic_jaxlib("0.1.66+cuda111")->cuda, "11.1");
  EXPECT_FALSE(parse_monolithic_jaxlib("0.4.30"));
  EXPECT_FALSE(parse_monolithic_jaxlib("0.4.30+rocm60"));
}

}  // namespace
}  // namespace gpuwhy
