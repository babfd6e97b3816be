#include "probes/cuda_libraries/c_library.h"

#include <gtest/gtest.h>

namespace gpuwhy::probes {
namespace {

using namespace std::string_view_literals;
using List = std::vector<std::string>;

TEST(CLibrary, the_version_is_read_from_the_words_of_every_glibc) {
  struct {
    std::string_view text;
    const char* expected;
  } cases[] = {
      {"\0ld.so (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36.\n"sv, "2.36"},
      {"GNU C Library (Ubuntu GLIBC 2.31-0ubuntu9) stable release version 2.31.\nCopyright"sv, "2.31"},
      {"GNU C Library (GNU libc) development release version 2.39.9000.\n"sv, "2.39.9000"},
      {"release version x release version 2.17, by"sv, "2.17"},
      {"release version 2"sv, ""},
      {"release version "sv, ""},
      {""sv, ""},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_glibc_version(c.text).value_or(""), c.expected) << c.text;
}

TEST(CLibrary, default_folders_are_the_longest_run_of_folders_in_the_loader) {
  struct {
    std::string_view bytes;
    List expected;
  } cases[] = {
      {"x\0/lib/x86_64-linux-gnu/\0/usr/lib/x86_64-linux-gnu/\0/lib/\0/usr/lib/\0\0y"sv,
       {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"}},
      {"\0/lib64/\0/usr/lib64/\0"sv, {"/lib64", "/usr/lib64"}},
      {"\0/var/tmp\0/usr/lib/\0/etc/\0/lib64/\0/usr/lib64/\0"sv, {"/lib64", "/usr/lib64"}},
      {"\0/nix/store/abc-glibc-2.39/lib/\0"sv, {"/nix/store/abc-glibc-2.39/lib"}},
      {"\0/lib/"sv, {}},  // no end
      {"\0/\0//\0/x/\0"sv, {}},
      {"\0/lib\n/\0"sv, {}},
      {""sv, {}},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_default_folders(c.bytes), c.expected);
}

}  // namespace
}  // namespace gpuwhy::probes
