#include "formats/requirements/requirements.h"

#include <gtest/gtest.h>

namespace gpuwhy::requirements {
namespace {

TEST(Requirement, name_extras_specifier_and_marker_are_taken_apart) {
  auto parsed = parse_requirement("Tensorflow[and-cuda, x] >= 2.15, <2.16 ; python_version < '3.12'");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->name, "tensorflow");
  EXPECT_TRUE(parsed->has_extra("and-cuda"));
  EXPECT_EQ(parsed->specifier, ">=2.15,<2.16");
  EXPECT_EQ(parsed->marker, "python_version < '3.12'");
}

TEST(Requirement, only_a_single_equals_is_exact) {
  EXPECT_EQ(parse_requirement("torch==2.10.0+cu128")->exact(), "2.10.0+cu128");
  for (const char* text : {"torch", "torch>=2", "torch==2.*", "torch==2.1,!=2.1.1"})
    EXPECT_EQ(parse_requirement(text)->exact(), "") << text;
}

TEST(Requirement, links_and_nonsense_are_none) {
  for (const char* text :
       {"", "git+https://e.org/a.git", "torch @ https://e.org/t.whl", "./a", "-x", "torch==", "torch[open", "torch 2.1", "."})
    EXPECT_FALSE(parse_requirement(text)) << text;
}

struct Case {
  const char *version, *specifier;
  bool expected;
};

TEST(Satisfies, follows_pep_440) {
  for (const Case& one : {Case{"2.10.0", ">=2.9", true}, Case{"2.10.0", "<2.9", false}, Case{"2.10.0", "==2.*", true},
                          Case{"2.10.0", "~=2.9", true}, Case{"3.0", "~=2.9", false}, Case{"2.3.1", "~=2.3.0", true},
                          Case{"2.4.0", "~=2.3.0", false}, Case{"2.10.0", "!=2.10.*", false}, Case{"2.10.0+cu128", "==2.10.0", true},
                          Case{"2.10.0+cu128", "==2.10.0+cu126", false}, Case{"2.10.0", ">=2,<3", true}, Case{"2.10.0", "", true}})
    EXPECT_EQ(satisfies(one.version, one.specifier), one.expected) << one.version << ' ' << one.specifier;
}

TEST(RequirementsFile, what_it_cannot_resolve_is_named_with_its_line) {
  Document document = parse("-r base.txt\n-e .\ngit+https://e.org/a.git\ntorch\n???\n--pre\n");
  ASSERT_EQ(document.unresolved.size(), 5u);
  EXPECT_EQ(document.unresolved[0], (Unresolved{1, "an include", "-r base.txt"}));
  EXPECT_EQ(document.unresolved[1].kind, "an editable install");
  EXPECT_EQ(document.unresolved[2].kind, "a link");
  EXPECT_EQ(document.unresolved[3].kind, "a line that is no requirement");
  EXPECT_EQ(document.unresolved[4].kind, "an option");
  ASSERT_EQ(document.requirements.size(), 1u);
  EXPECT_EQ(document.requirements[0].line, 4u);
}

TEST(RequirementsFile, hashes_and_continued_lines_belong_to_their_requirement) {
  Document document = parse("torch==2.10.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\njax\n");
  ASSERT_EQ(document.requirements.size(), 2u);
  EXPECT_EQ(document.requirements[0].exact(), "2.10.0");
  EXPECT_EQ(document.hashes, 2u);
  EXPECT_EQ(document.requirements[1].line, 4u);
}

TEST(RequirementsFile, indexes_are_kept) {
  EXPECT_EQ(parse("--extra-index-url https://e.org/whl/cu126\n").indexes, std::vector<std::string>{"https://e.org/whl/cu126"});
  EXPECT_EQ(parse("--index-url=https://e.org/s\n").indexes, std::vector<std::string>{"https://e.org/s"});
}

TEST(PipArguments, quotes_flags_and_values_are_told_apart) {
  Document document = parse_arguments("-U -q \"torch==2.5.1\" 'jax[cuda12]' --index-url https://e.org/whl/cu124 -r more.txt");
  ASSERT_EQ(document.requirements.size(), 2u);
  EXPECT_TRUE(document.requirements[1].has_extra("cuda12"));
  EXPECT_EQ(document.indexes.size(), 1u);
  ASSERT_EQ(document.unresolved.size(), 1u);
  EXPECT_EQ(document.unresolved[0].kind, "an include");
}

TEST(RequirementsFile, a_huge_line_is_named_and_cut) {
  Document document = parse(std::string(1 << 20, 'a'));
  EXPECT_TRUE(document.requirements.empty());
  for (const Unresolved& one : document.unresolved) EXPECT_LT(one.text.size(), 200u);
}

}  // namespace
}  // namespace gpuwhy::requirements
