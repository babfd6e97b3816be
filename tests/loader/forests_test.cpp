// Our loader against the real one on random forests. `forests_test --seed N --forests N` plays another series; a failure names its forest,
// and `--keep` leaves it on disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/path.h"
#include "base/text.h"
#include "loader/forest.h"
#include "loader/link_map.h"
#include "loader/real_loader.h"
#include "loader/real_machine.h"
#include "probes/cuda_libraries/library_table.h"

namespace gpuwhy {
namespace {

using testing::Forest;
using testing::Listed;

std::uint64_t seed = 20'260'101;
int forests = 2000, first = 0;
bool keep = false;

struct Counts {
  int found = 0, missing = 0, stopped = 0, died = 0, opened = 0, refused = 0;
};
Counts counts;

testing::RealMachine machine_of(const testing::PrivateLoader& loader, const Forest& forest) {
  return testing::RealMachine(forest.variables, {{"/etc/ld.so.cache", loader.cache()}, {"/etc/ld.so.conf", loader.folder() + "/none"}});
}

std::string plain(const Forest& forest, const std::string& text) {
  return text.find('/') == std::string::npos ? text : testing::plain_path(text, forest.working_folder);
}

std::vector<Listed> listed_by_us(const Forest& forest, const std::vector<Resolution>& trace) {
  std::vector<Listed> listed;
  for (std::size_t i = 1; i < trace.size(); ++i) {
    const Resolution& answer = trace[i];
    if (answer.is_found() && answer.rule != SearchRule::already_loaded) listed.push_back({plain(forest, answer.name), plain(forest, answer.path)});
    if (answer.state == ResolutionState::not_found) listed.push_back({plain(forest, answer.name), ""});
  }
  return listed;
}

std::string shown(const std::vector<Listed>& listed) {
  std::string out;
  for (const Listed& entry : listed) out += "  " + entry.name + " => " + (entry.path.empty() ? "not found" : entry.path) + "\n";
  return out;
}

// "" when both agree.
std::string compare_trace(const testing::PrivateLoader& loader, const Forest& forest) {
  testing::RealMachine machine = machine_of(loader, forest);
  Snapshot snapshot;
  probe_libraries(machine, {.programs = {forest.program}, .objects = {}, .names = forest.names}, snapshot);
  loader::LinkMap map(snapshot.libraries, snapshot.loader);
  std::vector<Resolution> trace = map.trace_program(forest.program, loader.program());
  testing::LoaderAnswer real = testing::ask_loader(loader.program(), forest.program, forest.environment(), forest.working_folder);
  for (Listed& entry : real.listed) entry = {plain(forest, entry.name), plain(forest, entry.path)};
  const Resolution& last = trace.back();
  for (const Resolution& answer : trace)
    if (answer.state == ResolutionState::cannot_tell) return "we cannot tell: " + answer.detail;

  if (real.signal != 0) {
    ++counts.died;
    return last.state == ResolutionState::process_dies ? "" : "ld.so died of signal " + std::to_string(real.signal) + ", we say otherwise";
  }
  if (!real.error.empty()) {
    ++counts.stopped;
    std::string ours = last.loader_message();
    std::size_t colon = ours.find(": ");
    std::size_t theirs = real.error.find(": ");
    if (plain(forest, ours.substr(0, colon)) + ours.substr(std::min(colon, ours.size())) ==
        plain(forest, real.error.substr(0, theirs)) + real.error.substr(std::min(theirs, real.error.size())))
      return "";
    return "ld.so says \"" + real.error + "\", we say \"" + ours + "\"";
  }
  std::vector<Listed> ours = listed_by_us(forest, trace);
  for (const Listed& entry : real.listed) ++(entry.path.empty() ? counts.missing : counts.found);
  if (ours != real.listed) return "we say\n" + shown(ours) + "ld.so says\n" + shown(real.listed);
  return "";
}

TEST(Forests, a_program_loads_what_the_real_loader_loads_for_it) {
  testing::PrivateLoader loader;
  if (!loader.is_usable()) GTEST_SKIP() << "this test needs glibc's loader for x86-64 with Debian's default folders";
  int differing = 0;
  for (int i = first; i < first + forests && differing < 10; ++i) {
    Forest forest = testing::plant_forest(loader, seed, i);
    std::string difference = compare_trace(loader, forest);
    if (getenv("T")) { timespec t; clock_gettime(CLOCK_MONOTONIC,&t); std::fprintf(stderr, "%d %ld.%03ld\n", i, t.tv_sec, t.tv_nsec/1000000); }
    if (!difference.empty()) {
      ++differing;
      ADD_FAILURE() << "--seed " << seed << ", forest " << i << ": " << difference;
      if (keep) std::filesystem::copy(loader.folder(), "/tmp/kept-forest", std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
      if (keep) std::abort();
    }
    testing::fell_forest(loader, forest);
  }
  std::printf("%d found, %d missing, %d stopped at a bad file, %d died\n", counts.found, counts.missing, counts.stopped, counts.died);
  EXPECT_GT(counts.found, forests / 2);
  EXPECT_GT(counts.missing, forests / 10);
}

}  // namespace
}  // namespace gpuwhy

int main(int count, char** arguments) {
  ::testing::InitGoogleTest(&count, arguments);
  for (int i = 1; i < count; ++i) {
    std::string word = arguments[i];
    if (word == "--keep") gpuwhy::keep = true;
    else if (i + 1 < count && word == "--seed") gpuwhy::seed = std::strtoull(arguments[++i], nullptr, 10);
    else if (i + 1 < count && word == "--first") gpuwhy::first = std::atoi(arguments[++i]);
    else if (i + 1 < count && word == "--forests") gpuwhy::forests = std::atoi(arguments[++i]);
    else return std::fprintf(stderr, "unknown argument %s\n", arguments[i]), 2;
  }
  return RUN_ALL_TESTS();
}
