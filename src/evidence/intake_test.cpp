#include "evidence/intake.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gpuwhy {
namespace {

Intake taken(const std::string& text, std::size_t piece = 1 << 16) {
  std::size_t at = 0;
  return take_in([&](char* buffer, std::size_t size) {
    std::size_t count = std::min({size, piece, text.size() - at});
    std::copy_n(text.data() + at, count, buffer);
    at += count;
    return static_cast<std::int64_t>(count);
  });
}

std::vector<std::string> texts(const Intake& intake) {
  std::vector<std::string> all;
  for (const Line& line : intake.lines) all.push_back(line.text);
  return all;
}

std::string utf16(std::string_view text, bool big_endian, bool mark) {
  std::string bytes = mark ? (big_endian ? "\xfe\xff" : "\xff\xfe") : "";
  for (char c : text) bytes += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}

std::string long_log(std::size_t lines) {
  std::string text;
  for (std::size_t i = 1; i <= lines; ++i) text += "step " + std::to_string(i) + " loss 0.693147 lr 0.0001 tokens/s 12345.6 memory 17.2\n";
  return text;
}

TEST(Intake, numbers_lines_as_they_were_pasted) {
  Intake intake = taken("a\r\n\nb");
  ASSERT_EQ(intake.lines.size(), 3u);
  EXPECT_EQ(intake.lines[2].number, 3u);
  EXPECT_EQ(texts(intake), (std::vector<std::string>{"a", "", "b"}));
}

TEST(Intake, reads_utf_16_of_either_order_with_and_without_its_mark) {
  for (bool big : {false, true})
    for (bool mark : {false, true})
      EXPECT_EQ(texts(taken(utf16("RuntimeError: CUDA error\nsecond line\n", big, mark), 7)),
                (std::vector<std::string>{"RuntimeError: CUDA error", "second line"}))
          << big << mark;
}

TEST(Intake, says_what_a_file_is_that_is_no_text) {
  EXPECT_TRUE(taken(std::string("\x1f\x8b\x08\x00 etc", 8)).problem.starts_with("this is a gzip file"));
  EXPECT_TRUE(taken("PK\x03\x04 etc").problem.starts_with("this is a zip file"));
  EXPECT_TRUE(taken("\x89PNG\r\n").problem.starts_with("this is a picture"));
  EXPECT_EQ(taken("plain").problem, "");
}

TEST(Intake, finds_a_failure_in_the_middle_of_a_long_log) {
  std::string text = long_log(60000);
  text += "RuntimeError: CUDA error: an illegal memory access was encountered\n" + long_log(60000);
  Intake intake = taken(text);
  EXPECT_TRUE(intake.sieved);
  EXPECT_EQ(intake.line_count, 120001u);
  auto found = std::ranges::find_if(intake.lines, [](const Line& line) { return line.text.starts_with("RuntimeError"); });
  ASSERT_NE(found, intake.lines.end());
  EXPECT_EQ(found->number, 60001u);
}

TEST(Intake, keeps_the_end_of_a_long_log_with_its_numbers) {
  Intake intake = taken(long_log(100000) + "the very last line");
  EXPECT_EQ(intake.lines.back().text, "the very last line");
  EXPECT_EQ(intake.lines.back().number, 100001u);
  EXPECT_LT(intake.lines.size(), 60000u);
}

TEST(Intake, keeps_lines_in_order_and_each_once) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += long_log(3000) + "CUDA error: out of memory\n";
  Intake intake = taken(text);
  for (std::size_t i = 1; i < intake.lines.size(); ++i) EXPECT_LT(intake.lines[i - 1].number, intake.lines[i].number);
}

TEST(Intake, takes_a_line_without_end) {
  Intake intake = taken(std::string(40 << 20, 'x') + "\nCUDA error: out of memory\n");
  EXPECT_EQ(intake.lines.back().text, "CUDA error: out of memory");
  EXPECT_EQ(intake.lines.back().number, 2u);
}

TEST(Intake, is_not_filled_by_an_error_that_repeats_itself) {
  std::string text;
  while (text.size() < 30 << 20) text += "E CUDA error: out of memory, trying again in a moment with a smaller batch\n";
  std::size_t bytes = 0;
  for (const Line& line : taken(text).lines) bytes += line.text.size();
  EXPECT_LT(bytes, 12u << 20);
}

TEST(Intake, a_document_of_gpuwhy_is_kept_byte_by_byte) {
  std::string document = "{\n  \"schema\": \"gpuwhy.snapshot/1\", \"a\": \"> &quot;" + std::string(3 << 20, 'x') + "\"}";
  Intake intake = taken(document);
  EXPECT_EQ(intake.document, document);
  EXPECT_TRUE(intake.lines.empty());
  EXPECT_TRUE(taken("{\"schema\": \"other/1\"}").document.empty());
  EXPECT_TRUE(taken("{\"schema\": \"gpuwhy.report/1\", \"a\": \"" + std::string(17 << 20, 'x')).problem.contains("larger"));
}

TEST(Intake, a_source_that_fails_is_said_to_have_failed) {
  EXPECT_EQ(take_in([](char*, std::size_t) { return std::int64_t{-1}; }).problem, "it could not be read to its end");
}

}  // namespace
}  // namespace gpuwhy
