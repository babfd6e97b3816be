// `gpuwhy diff` on pairs of machines. Each case of a cause that stops a framework is the side that fails; the side that works is a sound
// machine with the same frameworks, made different in more than thirty harmless ways (another distribution, user, kernel, card of the same
// generation, driver release, further packages, variables). The sentence must name the planted cause, carrying over what is told as causal
// must make it work, and none of the harmless differences may be told as one.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/compare.h"
#include "frameworks/predict.h"
#include "support/collected.h"

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t fewest_pairs = 40;

std::string slurp(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::optional<Snapshot> load(const fs::path& path) {
  std::string manifest = slurp(path);
  if (std::size_t told = manifest.find("\n---\n"); told != std::string::npos) manifest.resize(told + 1);
  auto snapshot = testing::collect_manifest_text(manifest, path.filename(), path.parent_path());
  return snapshot ? std::optional<Snapshot>(std::move(*snapshot)) : std::nullopt;
}

const PythonEnvironment* active_of(const Snapshot& snapshot) {
  for (const PythonEnvironment& environment : snapshot.environments)
    if (environment.active) return &environment;
  return nullptr;
}

std::set<std::string> frameworks_of(const Snapshot& snapshot) {
  std::set<std::string> names;
  if (const PythonEnvironment* environment = active_of(snapshot))
    for (const FrameworkBuild& build : environment->frameworks) names.insert(std::string(slug(build.framework)));
  return names;
}

// Names of differences that the disguise makes; none of them may be told as causal.
const std::set<std::string> harmless_names = {"the system", "the kernel", "the user's number",       "LANG",
                                              "LC_ALL",     "EDITOR",     "the package numpy-extra", "the kind of environment"};

// More than thirty differences that change nothing for a GPU.
Snapshot disguised(Snapshot machine) {
  Host& host = machine.host;
  host.os_id = Fact<std::string>::known("arch"), host.os_id_like = Fact<std::string>::absent(),
  host.os_version = Fact<std::string>::absent();
  host.os_name = Fact<std::string>::known("Arch Linux");
  host.host_name = Fact<Private<std::string>>::known(Private<std::string>("another"));
  host.user = Fact<Private<std::string>>::known(Private<std::string>("zoe"));
  host.uid = Fact<std::uint32_t>::known(1234u);
  host.groups = Fact<std::vector<std::uint32_t>>::known({1234, 44, 27});
  for (const char* name : {"LANG", "LC_ALL", "EDITOR", "PAGER", "TERM", "SHELL", "LOGNAME", "DISPLAY"})
    machine.variables[name] = fmt::format("other-{}", name);
  for (PythonEnvironment& environment : machine.environments) {
    if (!environment.active || !environment.packages.is_known()) continue;
    for (int i = 0; i < 24; ++i) {
      Package package;
      package.name = i == 0 ? "numpy-extra" : fmt::format("harmless-{}", i);
      package.version = fmt::format("1.{}", i);
      environment.packages.edit().push_back(package);
    }
  }
  return machine;
}

struct Pair {
  fs::path path;
  std::string cause;
  Snapshot works, fails;
  Comparison comparison;  // of the two
};

std::vector<Snapshot> sound_machines() {
  std::vector<Snapshot> sound;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(GPUWHY_SOURCE) / "tests/machines")) {
    bool named = entry.path().filename().string().starts_with("healthy-") || entry.path().filename() == "laptop-rtx4070";
    if (!named) continue;
    auto snapshot = load(entry.path() / "machine.manifest");
    if (snapshot && judge_without_proof(*snapshot, {}).verdict == OverallVerdict::usable) sound.push_back(std::move(*snapshot));
  }
  return sound;
}

const Snapshot* find_match(const std::vector<Snapshot>& sound, const Snapshot& fails) {
  std::set<std::string> wanted = frameworks_of(fails);
  if (wanted.empty()) return nullptr;
  auto holds = [&](const Snapshot& machine) { return std::ranges::includes(frameworks_of(machine), wanted); };
  auto same_place =
      std::ranges::find_if(sound, [&](const Snapshot& machine) { return holds(machine) && machine.platform.kind == fails.platform.kind; });
  if (same_place != sound.end()) return &*same_place;
  auto any = std::ranges::find_if(sound, holds);
  return any == sound.end() ? nullptr : &*any;
}

// Cases whose planted cause is what stops the framework, for certain.
const std::vector<Pair>& pairs() {
  static const std::vector<Pair> made = [] {
    std::vector<Pair> found;
    std::vector<Snapshot> sound = sound_machines();
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(fs::path(GPUWHY_SOURCE) / "src/causes")) {
      if (entry.path().extension() != ".case" || !entry.path().stem().string().starts_with("fires-")) continue;
      auto fails = load(entry.path());
      if (!fails) continue;
      std::string cause = entry.path().parent_path().parent_path().filename();
      Report report = judge_without_proof(*fails, {});
      bool planted = report.verdict == OverallVerdict::blocked && !report.findings.empty() && report.findings.front().role == Role::root &&
                     report.findings.front().finding.cause == cause;
      const Snapshot* works = planted ? find_match(sound, *fails) : nullptr;
      if (works) found.push_back({entry.path(), cause, disguised(*works), std::move(*fails), {}});
    }
    std::ranges::sort(found, {}, &Pair::path);
    for (Pair& pair : found) pair.comparison = compare({"there", pair.works}, {"here", pair.fails}, {});
    return found;
  }();
  return made;
}

std::string names_of(const std::vector<Difference>& differences) {
  std::string names;
  for (const Difference& difference : differences)
    names += fmt::format("[{}: {} -> {}] ", difference.what, difference.there, difference.here);
  return names;
}

TEST(Diff, names_the_planted_cause_of_every_pair) {
  ASSERT_GE(pairs().size(), fewest_pairs);
  for (const Pair& pair : pairs()) {
    const Comparison& comparison = pair.comparison;
    EXPECT_EQ(comparison.kind, Comparison::Kind::one_fails) << pair.path;
    if (comparison.failing_report.findings.empty()) continue;
    EXPECT_EQ(comparison.failing_report.findings.front().finding.cause, pair.cause) << pair.path;
    EXPECT_NE(comparison.sentence.find(comparison.failing_report.findings.front().finding.headline), std::string::npos) << pair.path;
    EXPECT_GE(comparison.harmless.size(), 30u) << pair.path;
  }
}

TEST(Diff, calls_no_harmless_difference_a_cause) {
  ASSERT_GE(pairs().size(), fewest_pairs);
  for (const Pair& pair : pairs()) {
    const Comparison& comparison = pair.comparison;
    for (const Difference& difference : comparison.causal) {
      bool harmless = harmless_names.contains(difference.what) || difference.what.starts_with("the package harmless-");
      EXPECT_FALSE(harmless) << pair.path << ": " << names_of(comparison.causal);
    }
  }
}

TEST(Diff, proves_at_least_forty_of_them_by_carrying_the_difference_over) {
  std::size_t proven = 0;
  std::string open;
  for (const Pair& pair : pairs()) {
    const Comparison& comparison = pair.comparison;
    if (comparison.proven) ++proven;
    else open += fmt::format("\n  {} {}", pair.cause, pair.path.stem().string());
    if (std::getenv("GPUWHY_SHOW"))
      fmt::print("{} {}: {}\n", pair.cause, comparison.proven ? "proven" : "open", names_of(comparison.causal));
  }
  EXPECT_GE(proven, fewest_pairs) << "not proven:" << open;
  fmt::print("{} pairs, {} proven\n", pairs().size(), proven);
}

TEST(Diff, says_of_two_sound_machines_that_nothing_is_wrong) {
  std::vector<Snapshot> sound = sound_machines();
  ASSERT_GE(sound.size(), 11u);
  for (std::size_t i = 1; i < sound.size(); ++i) {
    Comparison comparison = compare({"a", sound[0]}, {"b", disguised(sound[i])}, {});
    EXPECT_EQ(comparison.kind, Comparison::Kind::both_work) << comparison.sentence;
    EXPECT_TRUE(comparison.causal.empty());
  }
}

TEST(Diff, takes_the_side_that_works_as_the_witness_in_either_order) {
  ASSERT_FALSE(pairs().empty());
  const Pair& pair = pairs().front();
  Comparison turned = compare({"here", pair.fails}, {"there", pair.works}, {});
  EXPECT_EQ(turned.working, "there");
  EXPECT_EQ(turned.failing, "here");
}

}  // namespace
}  // namespace gpuwhy
