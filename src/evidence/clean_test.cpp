#include "evidence/clean.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

TEST(Clean, takes_off_what_paints_the_screen) {
  EXPECT_EQ(clean_line("\x1b[31mRuntimeError\x1b[0m: bad"), "RuntimeError: bad");
  EXPECT_EQ(clean_line("\x1b]0;title\x07text"), "text");
  EXPECT_EQ(clean_line("\x1b]8;;http://x\x1b\\link"), "link");
  EXPECT_EQ(clean_line("cut \x1b["), "cut ");
  EXPECT_EQ(clean_line(std::string_view("a\0b", 3)), "ab");
}

TEST(Clean, takes_off_quotation_marks_and_leaves_prompts) {
  EXPECT_EQ(clean_line("> > Traceback"), "Traceback");
  EXPECT_EQ(clean_line(">>> import torch"), ">>> import torch");
}

TEST(Clean, reads_entities_and_typography) {
  EXPECT_EQ(clean_line("&lt;module&gt; &amp; \xe2\x80\x98x\xe2\x80\x99\xc2\xa0y"), "<module> & 'x' y");
}

TEST(Clean, takes_off_prefixes_of_containers_and_launchers) {
  EXPECT_EQ(clean_line("[rank0]: Traceback"), "Traceback");
  EXPECT_EQ(clean_line("[rank0]:[W123 x.cpp:1] y"), "[W123 x.cpp:1] y");
  EXPECT_EQ(clean_line("2026-01-02T03:04:05.678901Z stderr F RuntimeError: x"), "RuntimeError: x");
  EXPECT_EQ(clean_line("trainer-1  | RuntimeError: x"), "RuntimeError: x");
  EXPECT_EQ(clean_line("(VllmWorker rank=0 pid=12) ERROR x"), "ERROR x");
  EXPECT_EQ(clean_line(R"({"log":"CUDA \"error\"\n","stream":"stderr","time":"2026"})"), "CUDA \"error\"");
}

TEST(Clean, leaves_the_rows_of_tables_alone) {
  EXPECT_EQ(clean_line("|   0  Tesla T4            Off  | 00000000:00:04.0 Off |"),
            "|   0  Tesla T4            Off  | 00000000:00:04.0 Off |");
}

TEST(Clean, parts_what_a_carriage_return_overwrote) {
  std::vector<Line> lines;
  add_clean_lines("10%\r20%\rRuntimeError: x\r", 7, 0, lines);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[2].text, "RuntimeError: x");
  EXPECT_EQ(lines[2].number, 7u);
}

}  // namespace
}  // namespace gpuwhy
