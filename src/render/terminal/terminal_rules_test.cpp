// What holds for every page, whatever the report.
#include <algorithm>

#include <gtest/gtest.h>

#include "base/text.h"
#include "render/terminal/terminal.h"
#include "render/testing/sample_reports.h"

namespace gpuwhy {
namespace {

TEST(RenderTerminal, one_cause_takes_at_most_twenty_lines) {
  for (int details : {0, 5, 40, 400}) {
    Report report = samples::one_root();
    for (int i = 0; i < details; ++i) report.findings[0].finding.details.push_back("a further line of proof number " + std::to_string(i));
    for (int width : {0, 100, 200}) {
      std::string text = render_terminal(report, {.width = width});
      EXPECT_LE(std::ranges::count(text, '\n'), 20) << text;
      EXPECT_NE(text.find("cure   ~/venv/bin/python"), std::string::npos);
      if (details >= 40) {
        EXPECT_NE(text.find("more lines with -v"), std::string::npos) << text;
      }
    }
  }
}

TEST(RenderTerminal, verbose_cuts_no_proof) {
  Report report = samples::one_root();
  for (int i = 0; i < 100; ++i) report.findings[0].finding.details.push_back("line number " + std::to_string(i));
  std::string text = render_terminal(report, {.width = 100, .verbose = true});
  EXPECT_NE(text.find("line number 99"), std::string::npos);
  EXPECT_EQ(text.find("with -v"), std::string::npos);
}

// No option and no report lets a control character, a broken byte or an over-long line of prose through.
TEST(RenderTerminal, only_clean_utf8_lines_come_out) {
  for (const auto& [name, report] : samples::all()) {
    for (int width : {-5, 0, 1, 40, 41, 79, 200, 1000000}) {
      for (bool verbose : {false, true}) {
        std::string text = render_terminal(report, {.width = width, .verbose = verbose});
        ASSERT_TRUE(text.ends_with('\n')) << name;
        for (std::string_view line : lines(text)) {
          EXPECT_EQ(printable(line, 1U << 20), line) << name;
          EXPECT_FALSE(line.ends_with(' ')) << name << ": " << line;
        }
      }
    }
  }
}

TEST(RenderTerminal, colour_changes_nothing_but_colour) {
  for (const auto& [name, report] : samples::all()) {
    std::string coloured = render_terminal(report, {.colour = true, .width = 90, .verbose = true});
    std::string stripped;
    for (std::size_t i = 0; i < coloured.size(); ++i) {
      if (coloured[i] == '\033') i = coloured.find('m', i);
      else stripped += coloured[i];
    }
    EXPECT_EQ(stripped, render_terminal(report, {.width = 90, .verbose = true})) << name;
  }
}

TEST(RenderTerminal, ascii_reports_stay_ascii) {
  for (const auto& [name, report] : samples::all()) {
    if (std::string_view(name) == "hostile") continue;
    std::string text = render_terminal(report, {.width = 60, .verbose = true, .unicode = false});
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) << text;
  }
}

TEST(RenderTerminal, each_of_two_environments_with_one_framework_gets_its_own_finding) {
  Report report = samples::one_root();
  Prediction other = report.predictions[0];
  other.python = "/home/ana/other/bin/python";
  report.predictions = {report.predictions[0], other};
  RankedFinding second = report.findings[0];
  second.finding.subject = "TensorFlow 2.20.0 in ~/other";
  second.finding.headline = "the other one is broken";
  report.findings.push_back(second);
  std::string text = render_terminal(report, {.width = 200});
  EXPECT_LT(text.find("cuDNN 9 is not installed"), text.find("the other one is broken"));
  EXPECT_EQ(text.find("same reason"), std::string::npos);
}

TEST(RenderTerminal, a_fault_of_one_framework_is_never_blamed_on_another) {
  Report report = samples::one_root();
  report.predictions[1] = samples::prediction(FrameworkKind::torch, "2.11.0+cu128", 0, 0);
  report.predictions[1].blocked_at = "open-cudnn";
  std::string text = render_terminal(report, {.width = 200});
  EXPECT_NE(text.find("PyTorch 2.11.0+cu128 will see 0 of 1 GPU: it stops at \"open-cudnn\"\n    No cause known to gpuwhy explains this."),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace gpuwhy
