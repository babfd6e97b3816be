#include "formats/conda_env/conda_env.h"

#include <gtest/gtest.h>

namespace gpuwhy::conda_env {
namespace {

TEST(CondaEnvironment, specs_are_taken_apart) {
  Document document =
      parse("channels:\n  - nvidia\ndependencies:\n  - python=3.11\n  - pytorch::pytorch=2.5.1=py3.11_cuda12.4_0\n  - numpy <2\n  - jax\n");
  EXPECT_EQ(document.problem, "");
  ASSERT_EQ(document.conda.size(), 4u);
  EXPECT_EQ(document.conda[0], (CondaSpec{"python", "", "==3.11.*", ""}));
  EXPECT_EQ(document.conda[1], (CondaSpec{"pytorch", "pytorch", "==2.5.1", "py3.11_cuda12.4_0"}));
  EXPECT_EQ(document.conda[2], (CondaSpec{"numpy", "", "<2", ""}));
  EXPECT_EQ(document.conda[3], (CondaSpec{"jax", "", "", ""}));
}

TEST(CondaEnvironment, what_pip_installs_stands_apart) {
  Document document = parse("dependencies:\n  - pip:\n      - jax[cuda12]==0.7.2\n      - -r more.txt\n      - git+https://e.org/a.git\n");
  ASSERT_EQ(document.pip.size(), 1u);
  EXPECT_EQ(document.pip[0].exact(), "0.7.2");
  EXPECT_EQ(document.unresolved.size(), 2u);
}

TEST(CondaEnvironment, a_file_that_cannot_be_read_says_why) {
  EXPECT_NE(parse("dependencies:\n\t- a\n").problem, "");
  EXPECT_NE(parse("name: x\n").problem, "");
}

}  // namespace
}  // namespace gpuwhy::conda_env
