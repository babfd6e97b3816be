#include "probes/python_sites/packages.h"

#include <gtest/gtest.h>

#include "probes/python_sites/python_sites.h"
#include "python/fake_files.h"
#include "support/elf_writer.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

constexpr const char* site = "/usr/local/lib/python3.12/site-packages";

// One Python in /usr/local, with a rider, a framework's companion that is none of the GPU's business, and what the rider asks for.
std::vector<PythonEnvironment> machine_with_vllm() {
  FakeFiles machine;
  std::string program = gpuwhy::testing::make_elf({.needed = {"libc.so.6"}, .interpreter = "/lib64/ld-linux-x86-64.so.2"});
  machine.variable_is("PATH", "/usr/local/bin")
      .file("/usr/local/bin/python3.12", program, 0755)
      .link("/usr/local/bin/python3", "python3.12");
  machine.file("/usr/local/lib/python3.12/os.py", "").file("/usr/local/lib/python3.12/site.py", "import os\n");
  machine.file(std::string(site) + "/vllm-0.11.0.dist-info/METADATA",
               "Name: vllm\nVersion: 0.11.0\nRequires-Dist: torch==2.8.0\nRequires-Dist: requests\nRequires-Dist: numpy\n\n");
  machine.file(std::string(site) + "/requests-2.32.0.dist-info/METADATA", "Name: requests\nVersion: 2.32.0\n\n");
  return probe_python_environments(machine, {.interpreters = {}, .find_others = false});
}

TEST(Packages, riders_are_kept_with_what_they_ask_of_their_framework) {
  auto found = machine_with_vllm();
  ASSERT_EQ(found.size(), 1u);
  ASSERT_TRUE(found[0].packages.is_known());
  ASSERT_EQ(found[0].packages->size(), 1u);
  EXPECT_EQ(found[0].packages->front().name, "vllm");
  EXPECT_EQ(found[0].packages->front().requires_dist, (std::vector<std::string>{"torch==2.8.0", "numpy"}));
}

TEST(Packages, a_python_that_is_there_has_no_problem_with_its_base) {
  auto found = machine_with_vllm();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].base_problem.is_absent());
}

}  // namespace
}  // namespace gpuwhy
