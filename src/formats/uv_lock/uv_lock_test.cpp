#include "formats/uv_lock/uv_lock.h"

#include <gtest/gtest.h>

namespace gpuwhy::uv_lock {
namespace {

constexpr std::string_view lock = R"(version = 1
requires-python = ">=3.12"

[[package]]
name = "Torch"
version = "2.10.0"
source = { registry = "https://e.org/i" }
resolution-markers = [
    "sys_platform == 'linux'",
]
wheels = [
    { url = "https://e.org/torch-2.10.0-cp312-cp312-manylinux_2_28_x86_64.whl#sha256=a", hash = "sha256:aa" },
]

[[package]]
name = "mine"
version = "0.1.0"
source = { git = "https://e.org/m.git" }

[package.metadata]
name = "not-a-package"
)";

TEST(UvLock, packages_have_versions_sources_and_wheels) {
  auto document = parse(lock);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->requires_python, ">=3.12");
  ASSERT_EQ(document->packages.size(), 2u);
  EXPECT_EQ(document->packages[0].name, "torch");
  EXPECT_EQ(document->packages[0].version, "2.10.0");
  EXPECT_EQ(document->packages[0].source, "registry");
  EXPECT_TRUE(document->packages[0].has_markers);
  EXPECT_EQ(document->packages[0].wheels, std::vector<std::string>{"torch-2.10.0-cp312-cp312-manylinux_2_28_x86_64.whl"});
  EXPECT_EQ(document->packages[1].source, "git");
}

TEST(UvLock, what_is_none_gives_nothing) {
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse("torch==2.10.0\n"));
}

TEST(WheelName, the_lowest_glibc_of_its_tags_counts) {
  EXPECT_EQ(glibc_of_wheel("a-1-cp312-cp312-manylinux_2_28_x86_64.whl"), "2.28");
  EXPECT_EQ(glibc_of_wheel("a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"), "2.17");
  EXPECT_EQ(glibc_of_wheel("a-1-py3-none-manylinux_2_27_x86_64.manylinux_2_24_x86_64.whl"), "2.24");
  for (const char* name : {"a-1-py3-none-any.whl", "a-1-cp312-none-macosx_11_0_arm64.whl", "a.tar.gz", ""})
    EXPECT_EQ(glibc_of_wheel(name), "");
}

}  // namespace
}  // namespace gpuwhy::uv_lock
