// Every library of this machine: what our loader would load for it must be what the real ld.so loads, in the same order.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "base/path.h"
#include "loader/link_map.h"
#include "loader/real_loader.h"
#include "loader/real_machine.h"
#include "probes/cuda_libraries/library_table.h"

namespace gpuwhy {
namespace {

using testing::Listed;

constexpr char ld_so[] = "/lib64/ld-linux-x86-64.so.2";
constexpr std::size_t most_libraries = 700;

std::vector<std::string> system_libraries(testing::RealMachine& machine) {
  std::set<std::string> found;
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib64"}) {
    auto names = machine.list(folder);
    if (!names) continue;
    for (const std::string& name : *names) {
      std::string path = path::join(folder, name);
      if (name.find(".so") == std::string::npos || found.size() >= most_libraries) continue;
      auto info = machine.stat(path);
      if (info && info->kind == FileKind::regular) found.insert(machine.real_path(path).value_or(path));
    }
  }
  return {found.begin(), found.end()};
}

std::vector<Listed> listed_by_us(const std::vector<Resolution>& trace) {
  std::vector<Listed> listed;
  for (std::size_t i = 1; i < trace.size(); ++i) {
    if (trace[i].is_found() && trace[i].rule != SearchRule::already_loaded)
      listed.push_back({trace[i].name, testing::plain_path(trace[i].path, "/")});
    if (trace[i].state == ResolutionState::not_found) listed.push_back({trace[i].name, ""});
  }
  return listed;
}

// Returns how many libraries were compared.
std::size_t expect_same(const std::string& library, const Snapshot& snapshot, const std::vector<std::string>& environment) {
  testing::LoaderAnswer real = testing::ask_loader(ld_so, library, environment, "/");
  for (Listed& entry : real.listed) entry.path = testing::plain_path(entry.path, "/");
  loader::LinkMap map(snapshot.libraries, snapshot.loader);
  std::vector<Resolution> trace = map.trace_program(library, ld_so);
  if (!real.error.empty()) {
    EXPECT_EQ(trace.back().loader_message(), real.error) << library;
    return 0;
  }
  std::vector<Listed> ours = listed_by_us(trace);
  EXPECT_EQ(ours.size(), real.listed.size()) << library << " " << trace.front().detail;
  for (std::size_t i = 0; i < std::min(ours.size(), real.listed.size()); ++i) {
    if (ours[i] == real.listed[i]) continue;
    ADD_FAILURE() << library << ": we say " << ours[i].name << " => " << ours[i].path << ", ld.so says " << real.listed[i].name << " => "
                  << real.listed[i].path;
    break;
  }
  return ours.size();
}

void compare_all(const std::string& library_path) {
  std::vector<Variable> variables;
  std::vector<std::string> environment;
  if (!library_path.empty()) {
    variables.push_back({"LD_LIBRARY_PATH", library_path});
    environment.push_back("LD_LIBRARY_PATH=" + library_path);
  }
  testing::RealMachine machine(variables);
  if (!machine.exists(ld_so)) GTEST_SKIP() << "no glibc loader for x86-64 here";
  std::vector<std::string> libraries = system_libraries(machine);
  ASSERT_FALSE(libraries.empty());
  Snapshot snapshot;
  probe_libraries(machine, {.programs = {}, .objects = libraries, .names = {}}, snapshot);
  std::size_t compared = 0;
  for (const std::string& library : libraries) compared += expect_same(library, snapshot, environment);
  std::printf("%zu libraries load %zu others\n", libraries.size(), compared);
  EXPECT_GT(compared, libraries.size());
}

TEST(SystemLibraries, are_resolved_as_the_real_loader_resolves_them) { compare_all(""); }

TEST(SystemLibraries, are_resolved_the_same_with_a_library_path) {
  compare_all("/usr/local/cuda/lib64:/nonexistent:/usr/lib/x86_64-linux-gnu/../x86_64-linux-gnu;/opt:$ORIGIN/..");
}

}  // namespace
}  // namespace gpuwhy
