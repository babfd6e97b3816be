#include "loader/search_path.h"

#include <gtest/gtest.h>

namespace gpuwhy::loader {
namespace {

const Tokens tokens{"/opt/app/lib", "lib/x86_64-linux-gnu", "haswell"};

TEST(SearchPath, tokens_are_expanded_with_and_without_braces) {
  struct {
    const char *text, *expected;
  } cases[] = {
      {"$ORIGIN/../x", "/opt/app/lib/../x"},
      {"${ORIGIN}x", "/opt/app/libx"},
      {"/usr/$LIB", "/usr/lib/x86_64-linux-gnu"},
      {"/a/${PLATFORM}/b", "/a/haswell/b"},
      {"$ORIGINAL", "$ORIGINAL"},
      {"$ORIGIN_", "$ORIGIN_"},
      {"$LIBRARY", "$LIBRARY"},
      {"${ORIGIN", "${ORIGIN"},
      {"${ORIGINx}", "${ORIGINx}"},
      {"$", "$"},
      {"$$ORIGIN", "$/opt/app/lib"},
      {"$ORIGIN$LIB", "/opt/app/liblib/x86_64-linux-gnu"},
      {"$origin", "$origin"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(expanded(c.text, tokens), c.expected) << c.text;
}

TEST(SearchPath, folders_come_in_order_and_once) {
  using List = std::vector<std::string>;
  EXPECT_EQ(folders_of("/b:/a/:/b//:/c", object_separators, tokens), (List{"/b", "/a", "/c"}));
  EXPECT_EQ(folders_of("/", object_separators, tokens), List{"/"});
}

TEST(SearchPath, an_empty_element_is_the_current_folder_but_an_empty_list_is_nothing) {
  using List = std::vector<std::string>;
  EXPECT_EQ(folders_of("", object_separators, tokens), List{});
  EXPECT_EQ(folders_of(":", object_separators, tokens), List{""});
  EXPECT_EQ(folders_of("/a::/b", object_separators, tokens), (List{"/a", "", "/b"}));
  EXPECT_EQ(folders_of("/a:", object_separators, tokens), (List{"/a", ""}));
  EXPECT_EQ(folders_of("$ORIGIN:/a", object_separators, Tokens{}), List{"/a"});  // empty by its token: dropped
}

TEST(SearchPath, a_semicolon_separates_in_the_variable_only) {
  using List = std::vector<std::string>;
  EXPECT_EQ(folders_of("/a;/b:/c", variable_separators, tokens), (List{"/a", "/b", "/c"}));
  EXPECT_EQ(folders_of("/a;/b:/c", object_separators, tokens), (List{"/a;/b", "/c"}));
}

}  // namespace
}  // namespace gpuwhy::loader
