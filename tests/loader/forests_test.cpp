// Our loader against the real one on random forests. `forests_test --seed N --forests N` plays another series; a failure names its forest,
// and `--keep` leaves it on disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

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
int forests = 1250, first = 0;  // for each of the two tests
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

// "PATH: words" with the path in its plain form. The system's words for "not there" are left out: ld.so takes them from errno, which is
// still 0 where it had no place to look into at all.
std::string plain_message(const Forest& forest, std::string message) {
  constexpr std::string_view not_there = ": No such file or directory";
  if (message.ends_with(not_there)) message.resize(message.size() - not_there.size());
  std::size_t colon = std::min(message.find(": "), message.size());
  return plain(forest, message.substr(0, colon)) + message.substr(colon);
}

std::vector<Listed> listed_by_us(const Forest& forest, const std::vector<Resolution>& trace) {
  std::vector<Listed> listed;
  for (std::size_t i = 1; i < trace.size(); ++i) {
    const Resolution& answer = trace[i];
    if (answer.is_found() && answer.rule != SearchRule::already_loaded)
      listed.push_back({plain(forest, answer.name), plain(forest, answer.path)});
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
    if (plain_message(forest, ours) == plain_message(forest, real.error)) return "";
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
    if (!difference.empty()) {
      ++differing;
      ADD_FAILURE() << "--seed " << seed << ", forest " << i << ": " << difference;
      if (keep) std::_Exit(3);
    }
    testing::fell_forest(loader, forest);
  }
  std::printf("%d found, %d missing, %d stopped at a bad file, %d died\n", counts.found, counts.missing, counts.stopped, counts.died);
  EXPECT_GT(counts.found, forests / 2);
  EXPECT_GT(counts.missing, forests / 10);
}

// Some calls of dlopen in one process, each made by the program or by a library that is mapped by then.
struct Calls {
  std::vector<std::string> arguments;  // for the driver
  std::vector<Resolution> answers;     // ours
  std::vector<std::string> mapped;     // at the end
};

Calls play_calls(const Forest& forest, const Snapshot& snapshot, loader::LinkMap& map, testing::Random& random) {
  Calls calls;
  for (int i = 0; i < 6; ++i) {
    std::vector<std::string> callers = {"", ""};
    for (const loader::Object& object : map.objects())
      if (!object.is_program && path::is_inside(object.file->path, forest.folder)) callers.push_back(object.file->path);
    const std::string& caller = random.one_of(callers);
    std::string name = random.one_of(forest.names);
    if (random.chance(20)) name = random.one_of(snapshot.libraries.candidates).path;
    if (path::is_inside(name, forest.folder + "/bin")) continue;  // programs cannot be opened
    calls.arguments.push_back(caller + "|" + name);
    calls.answers.push_back(map.dlopen(name, caller));
    if (calls.answers.back().state == ResolutionState::process_dies) break;
  }
  for (const loader::Object& object : map.objects())
    if (!object.is_program && !path::filename(object.file->path).starts_with("ld-linux"))
      calls.mapped.push_back(plain(forest, object.file->path));
  return calls;
}

std::string compare_answer(const Forest& forest, const Resolution& ours, const std::string& line) {
  if (ours.state == ResolutionState::cannot_tell) return "we cannot tell: " + ours.detail;
  std::string expected = ours.is_found() ? "found " + plain(forest, ours.path) : "failed " + plain_message(forest, ours.loader_message());
  std::string real = line.starts_with("found ") ? "found " + plain(forest, line.substr(6))
                                                : "failed " + plain_message(forest, line.substr(std::min<std::size_t>(7, line.size())));
  ++(ours.is_found() ? counts.opened : counts.refused);
  return expected == real ? "" : "for " + ours.name + " by " + ours.caller + " we say \"" + expected + "\", ld.so says \"" + real + "\"";
}

std::string compare_calls(const testing::PrivateLoader& loader, const Forest& forest, int index) {
  std::string driver = testing::plant_driver(forest, GPUWHY_DLOPEN_DRIVER);
  if (driver.empty()) return "the driver has no placeholder for a search path";
  testing::RealMachine machine = machine_of(loader, forest);
  Snapshot snapshot;
  // The driver's own interpreter is the system's; the generated program names the private one, with its other default folders.
  probe_libraries(machine, {.programs = {forest.program, driver}, .objects = {}, .names = forest.names}, snapshot);
  loader::LinkMap map(snapshot.libraries, snapshot.loader);
  testing::Random random(seed * 31 + static_cast<std::uint64_t>(index));
  Resolution started = map.load_program(driver, loader.program());
  Calls calls;
  if (started.is_found()) calls = play_calls(forest, snapshot, map, random);
  std::vector<std::string> arguments = {loader.program(), driver};
  arguments.insert(arguments.end(), calls.arguments.begin(), calls.arguments.end());
  testing::ChildOutput output = testing::run_child(arguments, forest.environment(), forest.working_folder);
  if (started.state == ResolutionState::process_dies) return output.signal != 0 ? "" : "we say that the process dies at its start";
  if (!started.is_found())
    return output.exit_code == 127 ? "" : "we say that the process does not start: " + started.root_failure().loader_message();
  if (output.exit_code == 127) return "the process did not start: " + output.err;

  std::vector<std::string> real_mapped;
  std::size_t answered = 0;
  for (std::string_view line : lines(output.out)) {
    if (line.starts_with("mapped ")) {
      std::string path(line.substr(7));
      if (path.find('/') != std::string::npos && !path::filename(path).starts_with("ld-linux")) real_mapped.push_back(plain(forest, path));
      continue;
    }
    if (line.empty()) continue;
    if (answered == calls.answers.size()) return "too many answers";
    std::string difference = compare_answer(forest, calls.answers[answered++], std::string(line));
    if (!difference.empty()) return difference + "\ncalls:\n  " + join(calls.arguments, "\n  ");
  }
  bool dies = !calls.answers.empty() && calls.answers.back().state == ResolutionState::process_dies;
  if (dies) return output.signal != 0 && answered + 1 == calls.answers.size() ? "" : "we say that the process dies at the last call";
  if (output.signal != 0) return "the process died of signal " + std::to_string(output.signal) + " at call " + std::to_string(answered);
  if (real_mapped != calls.mapped)
    return "mapped by us:\n  " + join(calls.mapped, "\n  ") + "\nmapped by ld.so:\n  " + join(real_mapped, "\n  ");
  return "";
}

TEST(Forests, dlopen_finds_what_the_real_loader_finds_for_each_caller) {
  testing::PrivateLoader loader;
  if (!loader.is_usable()) GTEST_SKIP() << "this test needs glibc's loader for x86-64 with Debian's default folders";
  int differing = 0;
  for (int i = first; i < first + forests && differing < 10; ++i) {
    Forest forest = testing::plant_forest(loader, seed + 1, i);
    std::string difference = compare_calls(loader, forest, i);
    if (!difference.empty()) {
      ++differing;
      ADD_FAILURE() << "--seed " << seed << ", forest " << i << ": " << difference;
      if (keep) std::_Exit(3);
    }
    testing::fell_forest(loader, forest);
  }
  std::printf("%d opened, %d refused\n", counts.opened, counts.refused);
  EXPECT_GT(counts.opened, forests / 2);
}

// Where musl is installed, or GPUWHY_MUSL_LOADER names its loader. It goes on after every failure, and so does our trace of it.
std::string compare_musl(const testing::PrivateLoader& loader, const Forest& forest, const std::string& musl) {
  testing::RealMachine machine = machine_of(loader, forest);
  Snapshot snapshot;
  probe_libraries(machine, {.programs = {forest.program}, .objects = {}, .names = forest.names}, snapshot);
  if (!snapshot.host.libc.is("musl")) return "the probe does not see that this is musl";
  loader::LinkMap map(snapshot.libraries, snapshot.loader, loader::Libc::musl);
  std::vector<Resolution> trace = map.trace_program(forest.program);
  testing::LoaderAnswer real = testing::ask_musl_loader(musl, forest.program, forest.environment(), forest.working_folder);
  if (real.signal != 0)
    return trace.back().state == ResolutionState::process_dies ? "" : "musl died of signal " + std::to_string(real.signal);
  std::vector<Listed> ours, failed;
  for (std::size_t i = 1; i < trace.size(); ++i) {
    const Resolution& answer = trace[i];
    if (answer.state == ResolutionState::cannot_tell) return answer.detail.starts_with("$ORIGIN") ? "" : "we cannot tell: " + answer.detail;
    // musl looks at neither class nor processor and maps what it cannot run.
    if (!answer.is_found() && !answer.tried.empty() && answer.tried.back().outcome.starts_with("for another processor")) return "";
    if (answer.is_found() && answer.rule != SearchRule::already_loaded) ours.push_back({"", plain(forest, answer.path)});
    constexpr std::size_t words = std::string_view("Error loading shared library ").size();
    if (!answer.is_found()) failed.push_back({answer.name, "! " + answer.detail.substr(words + answer.name.size() + 2)});
  }
  ours.insert(ours.end(), failed.begin(), failed.end());
  for (Listed& entry : real.listed)
    if (!entry.path.starts_with("! ")) entry = {"", plain(forest, entry.path)};
  return ours == real.listed ? "" : "we say\n" + shown(ours) + "musl says\n" + shown(real.listed);
}

TEST(Forests, a_program_for_musl_loads_what_its_loader_loads) {
  const char* given = std::getenv("GPUWHY_MUSL_LOADER");
  std::string musl = given ? given : "/lib/ld-musl-x86_64.so.1";
  testing::PrivateLoader loader;
  if (!std::filesystem::exists(musl) || !loader.is_usable()) GTEST_SKIP() << "musl is not installed here";
  int differing = 0;
  for (int i = first; i < first + forests && differing < 10; ++i) {
    Forest forest = testing::plant_forest(loader, seed + 2, i, loader.folder() + "/ld-musl-x86_64.so.1");
    std::string difference = compare_musl(loader, forest, musl);
    if (!difference.empty()) {
      ++differing;
      ADD_FAILURE() << "--seed " << seed << ", forest " << i << ": " << difference;
      if (keep) std::_Exit(3);
    }
    testing::fell_forest(loader, forest);
  }
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
