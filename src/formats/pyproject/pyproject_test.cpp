#include "formats/pyproject/pyproject.h"

#include <gtest/gtest.h>

namespace gpuwhy::pyproject {
namespace {

TEST(Pyproject, dependencies_over_several_lines_are_read) {
  Document document =
      parse("[project]\nrequires-python = \">=3.11\"\ndependencies = [\n  \"torch==2.10.0\", # ] \"\n  'jax[cuda12]',\n]\n");
  EXPECT_EQ(document.requires_python, ">=3.11");
  ASSERT_EQ(document.requirements.size(), 2u);
  EXPECT_EQ(document.requirements[0].exact(), "2.10.0");
  EXPECT_TRUE(document.requirements[1].has_extra("cuda12"));
}

TEST(Pyproject, groups_links_and_sources_are_named) {
  Document document = parse(
      "[project]\ndependencies = [\"a @ git+https://e.org/a.git\"]\n[project.optional-dependencies]\ngpu = [\"torch\"]\n"
      "[tool.uv.sources]\ntorch = { index = \"cu126\" }\n");
  EXPECT_TRUE(document.requirements.empty());
  ASSERT_EQ(document.unresolved.size(), 3u);
  EXPECT_EQ(document.unresolved[0].kind, "a link");
  EXPECT_EQ(document.unresolved[1].kind, "an optional group");
  EXPECT_EQ(document.unresolved[2].kind, "a source of its own");
}

TEST(Pyproject, constraints_of_poetry_become_those_of_pip) {
  Document document = parse(
      "[tool.poetry.dependencies]\npython = \"^3.11\"\ntorch = \"^2.5\"\njax = { version = \"~0.7\", extras = [\"cuda12\"] }\nx = { path = "
      "\"x\" }\n");
  EXPECT_EQ(document.requires_python, ">=3.11,<4");
  ASSERT_EQ(document.requirements.size(), 2u);
  EXPECT_EQ(document.requirements[0].specifier, ">=2.5,<3");
  EXPECT_EQ(document.requirements[1].specifier, ">=0.7,<0.8");
  EXPECT_TRUE(document.requirements[1].has_extra("cuda12"));
  EXPECT_EQ(document.unresolved.size(), 1u);
}

TEST(Pyproject, an_array_that_is_never_closed_gives_what_stands_in_it) {
  EXPECT_EQ(parse("[project]\ndependencies = [\n\"torch\",\n").requirements.size(), 1u);
}

}  // namespace
}  // namespace gpuwhy::pyproject
