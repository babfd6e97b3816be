// Every case of every cause: src/causes/LAYER/SLUG/cases/{fires,passes,abstains}-*.case. A case is a manifest (tests/support/manifest.md);
// after a line `---` follows, for a cause that fires, what it says. GPUWHY_BLESS=1 writes that part anew; read the difference afterwards.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "engine/judge.h"
#include "frameworks/predict.h"
#include "render/text/shell.h"
#include "support/collected.h"

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;

struct CaseFile {
  fs::path path;
  std::string cause, name;
};

std::vector<CaseFile> all_cases() {
  std::vector<CaseFile> cases;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(GPUWHY_SOURCE) / "src/causes"))
    if (entry.path().extension() == ".case")
      cases.push_back({entry.path(), entry.path().parent_path().parent_path().filename(), entry.path().stem()});
  std::ranges::sort(cases, {}, &CaseFile::path);
  return cases;
}

std::string slurp(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string told(const Finding& finding) {
  std::string text = fmt::format("{}\n", finding.headline);
  if (!finding.subject.empty()) text = fmt::format("{}: {}", finding.subject, text);
  for (const std::string& line : finding.details) text += fmt::format("  {}\n", line);
  for (const Remedy& remedy : finding.remedies) {
    text += fmt::format("cure: {}\n", remedy.title);
    for (const Command& command : remedy.commands) text += fmt::format("  $ {}\n", shell_quoted(command));
    for (const std::string& step : remedy.steps) text += fmt::format("  - {}\n", step);
    if (!remedy.undo.empty()) text += fmt::format("  undo: {}\n", remedy.undo);
    if (!remedy.check.empty()) text += fmt::format("  check: {}\n", shell_quoted(remedy.check));
  }
  return text;
}

struct Judged {
  bool fires = false, cannot_tell = false;
  std::string crash, text, missing;
};

Judged judge_case(const Cause& cause, const Snapshot& snapshot) {
  Judged judged;
  for (const CauseVerdict& verdict : judge_cause(cause, snapshot, predict_all(snapshot))) {
    if (const Fires* fired = std::get_if<Fires>(&verdict.verdict)) {
      judged.fires = true;
      for (const Finding& finding : fired->findings) judged.text += told(finding);
    } else if (const CannotTell* open = std::get_if<CannotTell>(&verdict.verdict)) {
      judged.cannot_tell = true;
      judged.missing += fmt::format("{}: {}\n", open->missing, open->why);
    } else if (const Crashed* crashed = std::get_if<Crashed>(&verdict.verdict)) {
      judged.crash = crashed->what;
    }
  }
  return judged;
}

class CauseCase : public ::testing::TestWithParam<CaseFile> {};

TEST_P(CauseCase, is_judged_as_its_name_says) {
  const CaseFile& file = GetParam();
  std::string whole = slurp(file.path), manifest = whole, expected;
  if (std::size_t at = whole.find("\n---\n"); at != std::string::npos) {
    manifest = whole.substr(0, at + 1);
    expected = whole.substr(at + 5);
  }
  auto snapshot = testing::collect_manifest_text(manifest, file.path.filename(), file.path.parent_path());
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  const Cause* cause = find_cause(file.cause);
  ASSERT_NE(cause, nullptr);
  Judged judged = judge_case(*cause, *snapshot);
  EXPECT_EQ(judged.crash, "");
  if (file.name.starts_with("fires-")) {
    EXPECT_TRUE(judged.fires) << judged.missing;
    if (std::getenv("GPUWHY_BLESS")) std::ofstream(file.path) << manifest << "---\n" << judged.text;
    else EXPECT_EQ(judged.text, expected) << "tools/bless writes what is said now; read the difference";
  } else {
    EXPECT_FALSE(judged.fires) << judged.text;
    EXPECT_EQ(judged.cannot_tell, file.name.starts_with("abstains-")) << judged.missing;
  }
}

// Where the rule fires, no cure that it proposes may be one that changes nothing: the engine would drop it.
TEST_P(CauseCase, proposes_no_cure_that_changes_nothing) {
  const CaseFile& file = GetParam();
  std::string whole = slurp(file.path), manifest = whole.substr(0, whole.find("\n---\n") + 1);
  if (!file.name.starts_with("fires-")) GTEST_SKIP();
  auto snapshot = testing::collect_manifest_text(manifest, file.path.filename(), file.path.parent_path());
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  Report proposed = judge_without_proof(*snapshot, {}), played = judge(*snapshot, {});
  ASSERT_EQ(proposed.findings.size(), played.findings.size());
  for (std::size_t i = 0; i < played.findings.size(); ++i) {
    if (played.findings[i].finding.cause != file.cause) continue;
    for (const Remedy& remedy : proposed.findings[i].finding.remedies) {
      bool kept =
          std::ranges::any_of(played.findings[i].finding.remedies, [&](const Remedy& other) { return other.title == remedy.title; });
      EXPECT_TRUE(kept) << "dropped: " << remedy.title;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Causes, CauseCase, ::testing::ValuesIn(all_cases()), [](const ::testing::TestParamInfo<CaseFile>& parameter) {
  std::string name = parameter.param.cause + "_" + parameter.param.name;
  std::ranges::replace_if(
      name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CauseCase);

}  // namespace
}  // namespace gpuwhy
