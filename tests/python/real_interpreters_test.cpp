// Our search path must equal the interpreter's own, entry by entry, and our prefix its sys.prefix. Interpreters: those of
// GPUWHY_TEST_PYTHONS (separated by ':'), else every version of pyenv and the system's.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "probes/python_sites/python_sites.h"
#include "real_files.h"

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> base_interpreters() {
  std::vector<std::string> found;
  if (const char* named = std::getenv("GPUWHY_TEST_PYTHONS")) {
    for (std::string_view one : split(named, ':'))
      if (!one.empty()) found.emplace_back(one);
    return found;
  }
  std::error_code ignored;
  std::string home = std::getenv("HOME") ? std::getenv("HOME") : "";
  for (const auto& entry : fs::directory_iterator(home + "/.pyenv/versions", ignored))
    if (fs::exists(entry.path() / "bin/python3")) found.push_back(entry.path() / "bin/python3");
  for (const char* system : {"/usr/bin/python3", "/usr/local/bin/python3"})
    if (fs::exists(system)) found.emplace_back(system);
  std::ranges::sort(found);
  return found;
}

struct Answer {
  std::string prefix;
  std::vector<std::string> search_path;
};

class RealInterpreter : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    char name[] = "/tmp/gpuwhy-python-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = fs::canonical(name);
    fs::create_directories(folder_ / "home");
    fs::create_directories(folder_ / "work");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  // Runs words of a shell; false when they fail.
  bool run(const std::string& command) const { return std::system((command + " >" + at("out.txt") + " 2>&1").c_str()) == 0; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }

  std::vector<Variable> environment(const std::vector<Variable>& more) const {
    std::vector<Variable> all = {{"PATH", "/usr/bin:/bin"}, {"HOME", at("home")}, {"PWD", at("work")}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Answer ask(const std::string& command, const std::vector<Variable>& more) const {
    std::string line = "cd '" + at("work") + "' && env -i";
    for (const Variable& variable : environment(more)) line += " '" + variable.name + "=" + variable.value + "'";
    line += " '" + command + "' -c 'import sys; print(sys.prefix); print(\"\\n\".join(sys.path[1:]))' 2>/dev/null";
    std::string text;
    FILE* pipe = ::popen(line.c_str(), "r");
    char part[4096];
    while (std::size_t got = std::fread(part, 1, sizeof part, pipe)) text.append(part, got);
    ::pclose(pipe);
    Answer answer;
    for (std::string_view one : lines(text)) answer.search_path.emplace_back(one);
    if (answer.search_path.empty()) return answer;
    answer.prefix = answer.search_path.front();
    answer.search_path.erase(answer.search_path.begin());
    return answer;
  }

  void expect_same(const std::string& command, const std::vector<Variable>& more = {}) const {
    SCOPED_TRACE(command);
    Answer answer = ask(command, more);
    ASSERT_FALSE(answer.prefix.empty()) << "the interpreter did not answer";
    gpuwhy::testing::RealFiles machine(environment(more));
    PythonEnvironment ours = read_python_environment(machine, read_python_settings(machine), command);
    ASSERT_TRUE(ours.search_path.is_known()) << ours.search_path.detail();
    EXPECT_EQ(*ours.search_path, answer.search_path);
    EXPECT_EQ(ours.prefix, answer.prefix);
  }

  // An environment made by venv; skipped where this Python cannot make one.
  bool make_venv(const std::string& name, const std::string& options) const {
    return run("env -u VIRTUAL_ENV '" + GetParam() + "' -m venv --without-pip " + options + " '" + at(name) + "'");
  }

  // "3.11", as the interpreter says it.
  std::string version() const {
    gpuwhy::testing::RealFiles machine(environment({}));
    PythonEnvironment ours = read_python_environment(machine, read_python_settings(machine), GetParam());
    return ours.version.is_known() ? *ours.version : "unknown";
  }

  fs::path folder_;
};

TEST_P(RealInterpreter, itself) { expect_same(GetParam()); }

TEST_P(RealInterpreter, with_folders_in_pythonpath) {
  fs::create_directories(folder_ / "more");
  expect_same(GetParam(), {{"PYTHONPATH", at("more") + "::" + at("more") + ":relative:/does/not/exist:" + at("more/../work")}});
}

TEST_P(RealInterpreter, with_a_user_site) {
  std::string user = "home/.local/lib/python" + version() + "/site-packages/";
  write(user + "a.pth", "# comment\n\n../beside\nmissing\nimport sys; sys.x = 1\n/usr\n  \n");
  write(user + ".hidden.pth", "/usr/share\n");
  fs::create_directories(folder_ / ("home/.local/lib/python" + version() + "/beside"));
  expect_same(GetParam());
  expect_same(GetParam(), {{"PYTHONNOUSERSITE", "1"}});
  expect_same(GetParam(), {{"PYTHONNOUSERSITE", "0"}});
  expect_same(GetParam(), {{"PYTHONNOUSERSITE", ""}});
  fs::rename(folder_ / "home/.local", folder_ / "base");
  expect_same(GetParam(), {{"PYTHONUSERBASE", at("base")}});
}

TEST_P(RealInterpreter, by_a_link_from_elsewhere) {
  fs::create_symlink(GetParam(), folder_ / "work/python3");
  expect_same(at("work/python3"));
}

TEST_P(RealInterpreter, in_a_venv) {
  if (!make_venv("v", "")) GTEST_SKIP() << "venv does not work here";
  write("home/.local/lib/python" + version() + "/site-packages/empty.txt", "");
  expect_same(at("v/bin/python"));
  expect_same(at("v/bin/python3"), {{"PYTHONPATH", at("work")}});
  fs::create_symlink(at("v/bin/python"), folder_ / "work/python");
  expect_same(at("work/python"));
  fs::create_directory_symlink(at("v"), folder_ / "link");
  expect_same(at("link/bin/python"));
  fs::rename(folder_ / "v", folder_ / "moved");
  expect_same(at("moved/bin/python"));
}

TEST_P(RealInterpreter, in_a_venv_with_the_systems_packages) {
  if (!make_venv("v", "--system-site-packages")) GTEST_SKIP() << "venv does not work here";
  write("home/.local/lib/python" + version() + "/site-packages/empty.txt", "");
  expect_same(at("v/bin/python"));
  expect_same(at("v/bin/python"), {{"PYTHONNOUSERSITE", "1"}});
}

TEST_P(RealInterpreter, in_a_venv_of_copies) {
  if (!make_venv("v", "--copies")) GTEST_SKIP() << "venv does not work here";
  expect_same(at("v/bin/python"));
}

TEST_P(RealInterpreter, in_a_venv_made_from_a_venv) {
  if (!make_venv("v", "") || !run("'" + at("v/bin/python") + "' -m venv --without-pip '" + at("w") + "'"))
    GTEST_SKIP() << "venv does not work here";
  expect_same(at("w/bin/python"));
}

TEST_P(RealInterpreter, in_an_environment_of_virtualenv) {
  if (!run("virtualenv --no-download --without-pip -p '" + GetParam() + "' '" + at("v") + "'") &&
      !run("virtualenv --no-pip --no-setuptools -p '" + GetParam() + "' '" + at("v") + "'"))
    GTEST_SKIP() << "no virtualenv that can make one";
  expect_same(at("v/bin/python"));
}

TEST_P(RealInterpreter, in_an_environment_of_uv) {
  if (!run("uv venv --offline -p '" + GetParam() + "' '" + at("v") + "'")) GTEST_SKIP() << "no uv that can make one";
  expect_same(at("v/bin/python"));
  if (run("uv venv --offline --system-site-packages -p '" + GetParam() + "' '" + at("w") + "'")) expect_same(at("w/bin/python"));
}

TEST_P(RealInterpreter, with_pythonhome) {
  Answer plain = ask(GetParam(), {});
  expect_same(GetParam(), {{"PYTHONHOME", plain.prefix}});
  if (make_venv("v", "")) expect_same(at("v/bin/python"), {{"PYTHONHOME", plain.prefix}});
}

INSTANTIATE_TEST_SUITE_P(Here, RealInterpreter, ::testing::ValuesIn(base_interpreters()), [](const auto& parameter) {
  std::string name;
  for (char c : parameter.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RealInterpreter);

}  // namespace
}  // namespace gpuwhy
