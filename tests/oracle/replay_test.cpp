// What real frameworks answered in the environments of tests/oracle/recorded, against what gpuwhy makes of its snapshots of them now. The
// format is that of recording.py. No framework and no wheel is needed for it.
//
//   GPUWHY_RECORDED=FOLDER      recordings of another folder (prove.py)
//   GPUWHY_RECORDED_PART=1      they are a part only, so that their number says nothing

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/judge.h"
#include "frameworks/predict.h"
#include "store/snapshot_json.h"

namespace gpuwhy {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t least_environments = 2000, least_pairs = 600;
constexpr double least_share_of_roots = 0.97;

// --- reading a recording --------------------------------------------------------------------------------------------------------------

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Command {
  char action = 0;  // 'a' or 'd'
  std::size_t line = 0, count = 0;
};

Command parse_command(const std::string& text) {
  Command command;
  std::istringstream stream(text);
  stream >> command.action >> command.line >> command.count;
  if (!stream || (command.action != 'a' && command.action != 'd')) throw std::runtime_error("not a command of diff -n: " + text);
  return command;
}

std::string patched(const std::vector<std::string>& base, const json& patch, const json& lines) {
  std::string text;
  std::size_t taken = 0;  // lines of the base
  auto take_until = [&](std::size_t end) {
    for (; taken < std::min(end, base.size()); ++taken) text += base[taken] + "\n";
  };
  for (std::size_t i = 0; i < patch.size();) {
    Command command = parse_command(patch.at(i++).get<std::string>());
    if (command.action == 'd') {
      take_until(command.line - 1);
      taken += command.count;
      continue;
    }
    take_until(command.line);
    for (std::size_t added = 0; added < command.count; ++added)
      text += lines.at(patch.at(i++).get<std::size_t>()).get<std::string>() + "\n";
  }
  take_until(base.size());
  return text;
}

// --- comparing ---------------------------------------------------------------------------------------------------------------------------

struct Tally {
  std::size_t environments = 0, counts = 0, outcomes = 0, roots_known = 0, roots = 0, healthy = 0, silent = 0;
};

struct Recorded {
  std::map<std::string, std::map<std::string, Tally>> table;  // by build, then by kind
  Tally all;
  std::size_t pairs = 0;
  std::vector<std::string> wrong_counts, wrong_outcomes, wrong_roots, not_silent, broken;
};

const Prediction* find_prediction(const Report& report, std::string_view framework) {
  for (const Prediction& prediction : report.predictions)
    if (slug(prediction.framework) == framework) return &prediction;
  return nullptr;
}

std::string outcome_word(Outcome outcome) {
  if (outcome == Outcome::lists) return "lists";
  return outcome == Outcome::raises ? "raises" : "aborts";
}

std::string number_word(const Fact<std::int64_t>& fact) { return fact.is_known() ? std::to_string(*fact) : "?"; }

// A process that does not come to listing shows its user no GPU. ONNX Runtime runs a session on one device: none or some.
bool count_agrees(const Prediction& prediction, const json& answer) {
  std::int64_t real = answer.at("count").get<std::int64_t>();
  if (prediction.outcome != Outcome::lists && !prediction.sees_gpus.is_known()) return real == 0;
  if (!prediction.sees_gpus.is_known()) return false;
  if (prediction.framework == FrameworkKind::onnxruntime) return (*prediction.sees_gpus > 0) == (real > 0);
  return *prediction.sees_gpus == real;
}

// The calls that both know; a call that the prediction leaves out is not compared.
std::string wrong_call(const Prediction& prediction, const json& answer) {
  const json calls = answer.value("calls", json::object());
  for (const Call& call : prediction.calls) {
    auto real = calls.find(call.expression);
    if (real == calls.end()) continue;
    if (!call.answer.is_known() || *call.answer != real->get<std::int64_t>())
      return fmt::format("{} gives {}, predicted {}", call.expression, real->get<std::int64_t>(), number_word(call.answer));
  }
  return "";
}

std::set<std::string> causes_with_role(const Report& report, std::initializer_list<Role> roles) {
  std::set<std::string> found;
  for (const RankedFinding& ranked : report.findings)
    if (std::ranges::find(roles, ranked.role) != roles.end()) found.insert(ranked.finding.cause);
  return found;
}

std::string joined(const std::set<std::string>& words) { return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", ")); }

class Comparison {
 public:
  Comparison(const std::string& build, const json& row, const Report& report, Recorded& result)
      : name_(build + " " + row.at("name").get<std::string>()), row_(row), report_(report), result_(result) {
    std::string kind = row.at("kind").get<std::string>();
    result_.pairs += kind == "pair";
    tally_.environments = 1;
    compare_answers();
    compare_roots();
    add(result_.table[build][kind]);
    add(result_.table[build]["all"]);
    add(result_.all);
  }

 private:
  void compare_answers() {
    bool counts = true, outcomes = true;
    for (const json& answer : row_.at("answers")) {
      std::string framework = answer.at("framework").get<std::string>();
      const Prediction* prediction = find_prediction(report_, framework);
      if (!prediction) {
        counts = outcomes = false;
        result_.wrong_counts.push_back(fmt::format("{}: no prediction for {}", name_, framework));
        continue;
      }
      std::string real = answer.at("outcome").get<std::string>();
      std::string both = fmt::format("{}: {} {} {}, predicted {} {} at {}", name_, framework, real, answer.at("count").get<std::int64_t>(),
                                     outcome_word(prediction->outcome), number_word(prediction->sees_gpus), prediction->blocked_at);
      std::string call = wrong_call(*prediction, answer);
      if (!count_agrees(*prediction, answer) || !call.empty()) {
        counts = false;
        result_.wrong_counts.push_back(call.empty() ? both : both + "; " + call);
      }
      if (real != outcome_word(prediction->outcome)) {
        outcomes = false;
        result_.wrong_outcomes.push_back(both);
      }
    }
    tally_.counts = counts;
    tally_.outcomes = outcomes;
  }

  void compare_roots() {
    std::set<std::string> right = row_.at("causes").get<std::set<std::string>>();
    if (right == std::set<std::string>{"none"}) return compare_silence();
    if (right.empty()) return;
    std::set<std::string> found = causes_with_role(report_, {Role::root});
    if (found.empty() && !report_.unexplained.empty()) found.insert("unexplained");
    tally_.roots_known = 1;
    tally_.roots = std::ranges::any_of(found, [&](const std::string& cause) { return right.contains(cause); });
    if (!tally_.roots) result_.wrong_roots.push_back(fmt::format("{}: {}, not {}", name_, joined(found), joined(right)));
  }

  void compare_silence() {
    std::set<std::string> found = causes_with_role(report_, {Role::root, Role::also, Role::candidate});
    tally_.healthy = 1;
    tally_.silent = found.empty();
    if (!tally_.silent) result_.not_silent.push_back(fmt::format("{}: {}", name_, joined(found)));
  }

  void add(Tally& sum) const {
    sum.environments += tally_.environments;
    sum.counts += tally_.counts;
    sum.outcomes += tally_.outcomes;
    sum.roots_known += tally_.roots_known;
    sum.roots += tally_.roots;
    sum.healthy += tally_.healthy;
    sum.silent += tally_.silent;
  }

  std::string name_;
  const json& row_;
  const Report& report_;
  Recorded& result_;
  Tally tally_;
};

void replay(const fs::path& file, Recorded& result) {
  std::string build = file.stem().string();
  std::vector<std::string> rows = lines_of(content_of(file));
  std::vector<std::string> base = lines_of(content_of(file.parent_path() / (build + ".snapshot.json")));
  json lines;
  for (const std::string& text : rows) {
    json row = json::parse(text);
    if (row.contains("lines")) {
      lines = row.at("lines");
      continue;
    }
    if (!row.contains("patch")) {
      result.broken.push_back(fmt::format("{} {}: no snapshot was recorded with it", build, row.at("name").get<std::string>()));
      continue;
    }
    Result<Snapshot> snapshot = read_snapshot(patched(base, row.at("patch"), lines));
    if (!snapshot) {
      result.broken.push_back(fmt::format("{} {}: {}", build, row.at("name").get<std::string>(), snapshot.error().message));
      continue;
    }
    JudgeOptions options;
    options.frameworks = snapshot->meta.asked_frameworks;
    Report report = judge(*snapshot, options);
    Comparison(build, row, report, result);
  }
}

// --- the table ---------------------------------------------------------------------------------------------------------------------------

void print_table(const Recorded& result) {
  fmt::print("\n{:<34} {:<16} {:>12} {:>7} {:>8} {:>9} {:>9}\n", "build", "kind", "environments", "counts", "outcome", "root", "silent");
  auto row = [](const std::string& build, const std::string& kind, const Tally& tally) {
    fmt::print("{:<34} {:<16} {:>12} {:>7} {:>8} {:>9} {:>9}\n", build, kind, tally.environments, tally.counts, tally.outcomes,
               fmt::format("{}/{}", tally.roots, tally.roots_known), fmt::format("{}/{}", tally.silent, tally.healthy));
  };
  for (const auto& [build, kinds] : result.table)
    for (const auto& [kind, tally] : kinds) row(build, kind, tally);
  row("all", fmt::format("{} pairs", result.pairs), result.all);
  std::fflush(stdout);
}

const Recorded& recorded() {
  static const Recorded result = [] {
    Recorded all;
    const char* other = std::getenv("GPUWHY_RECORDED");
    fs::path folder = other ? fs::path(other) : fs::path(GPUWHY_SOURCE) / "tests" / "oracle" / "recorded";
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    std::ranges::sort(files);
    for (const fs::path& file : files) replay(file, all);
    print_table(all);
    return all;
  }();
  return result;
}

std::string listed(const std::vector<std::string>& lines) { return fmt::format("{}", fmt::join(lines, "\n")); }

// --- claims ------------------------------------------------------------------------------------------------------------------------------

TEST(Recorded, every_recorded_snapshot_can_still_be_read) { EXPECT_TRUE(recorded().broken.empty()) << listed(recorded().broken); }

TEST(Recorded, there_are_enough_environments_and_pairs_to_speak_of) {
  if (!std::getenv("GPUWHY_RECORDED_ALL")) GTEST_SKIP() << "only `make prove` records all builds and judges their number";
  EXPECT_GE(recorded().all.environments, least_environments);
  EXPECT_GE(recorded().pairs, least_pairs);
}

TEST(Recorded, the_number_of_gpus_is_what_the_framework_answered) {
  EXPECT_TRUE(recorded().wrong_counts.empty()) << listed(recorded().wrong_counts);
  EXPECT_GT(recorded().all.counts, 0u);
}

TEST(Recorded, listing_raising_and_aborting_are_what_the_framework_did) {
  EXPECT_TRUE(recorded().wrong_outcomes.empty()) << listed(recorded().wrong_outcomes);
}

TEST(Recorded, the_root_is_a_change_that_was_made_in_97_percent) {
  const Tally& all = recorded().all;
  EXPECT_GT(all.roots_known, 0u);
  EXPECT_GE(static_cast<double>(all.roots), least_share_of_roots * static_cast<double>(all.roots_known)) << listed(recorded().wrong_roots);
}

TEST(Recorded, a_healthy_environment_is_not_spoken_of) { EXPECT_TRUE(recorded().not_silent.empty()) << listed(recorded().not_silent); }

}  // namespace
}  // namespace gpuwhy
