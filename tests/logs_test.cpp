// Labelled logs against `explain`: those beside their causes (src/causes/*/*/cases/*.log) and those of tests/logs. A file begins with
//   #: expect SLUG [or SLUG...]   the root, or the first candidate where there is no root; "none": nothing is blamed;
//                                 "open": no root, candidates, and the command that decides
//   #: source WORDS               where the text comes from
// and the text follows.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "engine/explain.h"
#include "evidence/intake.h"

namespace gpuwhy {
namespace {

struct LabelledLog {
  std::string name;
  std::vector<std::string> expected;
  std::string source, text;
};

LabelledLog read_log(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream bytes;
  bytes << stream.rdbuf();
  std::string whole = bytes.str();
  LabelledLog log{path.parent_path().parent_path().filename().string() + "/" + path.filename().string(), {}, "", ""};
  std::size_t at = 0;
  while (whole.compare(at, 2, "#:") == 0) {
    std::size_t end = std::min(whole.find('\n', at), whole.size());
    std::string_view line = trim(std::string_view(whole).substr(at + 2, end - at - 2));
    if (line.starts_with("expect "))
      for (std::string_view word : split(line.substr(7), ' '))
        if (!word.empty() && word != "or") log.expected.emplace_back(word);
    if (line.starts_with("source ")) log.source = line.substr(7);
    at = end + 1;
  }
  log.text = at < whole.size() ? whole.substr(at) : "";
  return log;
}

std::vector<std::filesystem::path> find_logs() {
  std::vector<std::filesystem::path> found;
  for (const char* root : {"/src/causes", "/tests/logs"}) {
    std::filesystem::path folder = std::string(GPUWHY_SOURCE) + root;
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".log") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

Report explain_text(const std::string& text) {
  std::size_t at = 0;
  Intake intake = take_in([&](char* buffer, std::size_t size) {
    std::size_t count = std::min(size, text.size() - at);
    std::copy_n(text.data() + at, count, buffer);
    at += count;
    return static_cast<std::int64_t>(count);
  });
  return explain(read_text(std::move(intake.lines)), {});
}

std::string told(const Report& report) {
  std::string words = report.next_check ? "next_check " : "";
  for (const RankedFinding& ranked : report.findings)
    words += ranked.finding.cause + (ranked.role == Role::root ? "(root) " : ranked.role == Role::candidate ? "(candidate) " : "(other) ");
  return words.empty() ? "nothing" : words;
}

bool answers(const Report& report, const std::string& expected) {
  auto root = std::ranges::find(report.findings, Role::root, &RankedFinding::role);
  bool has_root = root != report.findings.end();
  if (expected == "none")
    return std::ranges::none_of(report.findings,
                                [](const RankedFinding& r) { return r.role == Role::root || r.finding.severity != Severity::note; });
  if (expected == "open") return !has_root && report.next_check && !report.findings.empty();
  if (has_root) return root->finding.cause == expected;
  auto candidate = std::ranges::find(report.findings, Role::candidate, &RankedFinding::role);
  return candidate != report.findings.end() && candidate->finding.cause == expected;
}

class Logs : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Logs, is_explained_as_labelled) {
  LabelledLog log = read_log(GetParam());
  ASSERT_FALSE(log.expected.empty()) << "no line '#: expect ...'";
  EXPECT_FALSE(log.source.empty()) << "no line '#: source ...'";
  Report report = explain_text(log.text);
  EXPECT_TRUE(std::ranges::any_of(log.expected, [&](const std::string& slug) { return answers(report, slug); }))
      << log.name << " is labelled " << join(log.expected, " or ") << ", told: " << told(report);
}

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.parent_path().parent_path().filename().string() + "_" + info.param.stem().string();
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Of, Logs, testing::ValuesIn(find_logs()), test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Logs);

}  // namespace
}  // namespace gpuwhy
