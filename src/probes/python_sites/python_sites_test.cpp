#include "probes/python_sites/python_sites.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "python/fake_files.h"
#include "support/elf_writer.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

std::string program(std::vector<std::string> needed = {"libc.so.6"}) {
  return gpuwhy::testing::make_elf({.needed = std::move(needed), .interpreter = "/lib64/ld-linux-x86-64.so.2"});
}

// A plain CPython below a prefix, as `make install` leaves it.
void add_python(FakeFiles& machine, const std::string& prefix, const std::string& version = "3.12", const std::string& library = "lib") {
  machine.file(prefix + "/bin/python" + version, program(), 0755);
  machine.link(prefix + "/bin/python3", "python" + version);
  machine.link(prefix + "/bin/python", "python3");
  machine.file(prefix + "/" + library + "/python" + version + "/os.py", "");
  machine.file(prefix + "/" + library + "/python" + version + "/site.py", "import os\n");
  machine.folder(prefix + "/" + library + "/python" + version + "/site-packages");
}

void add_venv(FakeFiles& machine, const std::string& folder, const std::string& base, const std::string& more = "") {
  machine.link(folder + "/bin/python", base + "/bin/python3.12");
  machine.link(folder + "/bin/python3", "python");
  machine.file(folder + "/pyvenv.cfg", "home = " + base + "/bin\ninclude-system-site-packages = false\nversion = 3.12.1\n" + more);
  machine.folder(folder + "/lib/python3.12/site-packages");
}

void add_package(FakeFiles& machine, const std::string& site, const std::string& name, const std::string& version,
                 const std::string& headers = "") {
  std::string folder = site + "/" + name + "-" + version + ".dist-info";
  machine.file(folder + "/METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n" + headers + "\nText\n");
  machine.file(folder + "/INSTALLER", "pip\n");
}

FakeFiles plain_machine() {
  FakeFiles machine;
  machine.variable_is("PATH", "/usr/local/bin:/usr/bin")
      .variable_is("HOME", "/home/ana")
      .variable_is("PWD", "/home/ana/proj")
      .folder("/home/ana/proj");
  return machine;
}

std::vector<PythonEnvironment> probe(FakeFiles& machine, PythonOptions options = {.interpreters = {}, .find_others = false}) {
  return probe_python_environments(machine, options);
}

bool has_note(const PythonEnvironment& environment, std::string_view part) {
  return std::ranges::any_of(environment.notes, [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

const Package* find(const PythonEnvironment& environment, std::string_view name) {
  for (const Package& package : *environment.packages)
    if (package.name == name) return &package;
  return nullptr;
}

constexpr const char* venv_site = "/home/ana/v/lib/python3.12/site-packages";

FakeFiles machine_with_venv() {
  FakeFiles machine = plain_machine();
  add_python(machine, "/usr/local");
  add_venv(machine, "/home/ana/v", "/usr/local");
  machine.variable_is("VIRTUAL_ENV", "/home/ana/v");
  return machine;
}

// --- which one is active ---

TEST(ActiveEnvironment, virtual_env_comes_before_conda_and_path) {
  FakeFiles machine = machine_with_venv();
  add_python(machine, "/opt/conda");
  machine.variable_is("CONDA_PREFIX", "/opt/conda");
  auto found = probe(machine);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].interpreter, "/home/ana/v/bin/python");
  EXPECT_EQ(found[0].program, "/usr/local/bin/python3.12");
  EXPECT_EQ(found[0].loader, "/lib64/ld-linux-x86-64.so.2");
  EXPECT_EQ(found[0].chosen_by, "VIRTUAL_ENV");
  EXPECT_EQ(found[0].kind, "venv");
  EXPECT_TRUE(found[0].active);
  EXPECT_TRUE(has_note(found[0], "VIRTUAL_ENV is set, but the word python starts /usr/local/bin/python"));
}

TEST(ActiveEnvironment, conda_prefix_gives_a_conda_environment) {
  FakeFiles machine = plain_machine();
  add_python(machine, "/opt/conda");
  machine.file("/opt/conda/conda-meta/cudnn-9.10.1-h0_0.json", "{}").variable_is("CONDA_PREFIX", "/opt/conda");
  auto found = probe(machine);
  EXPECT_EQ(found.at(0).kind, "conda");
  ASSERT_TRUE(find(found[0], "cudnn"));
  EXPECT_EQ(find(found[0], "cudnn")->installer, "conda");
  EXPECT_EQ(find(found[0], "cudnn")->location, "/opt/conda/conda-meta/cudnn-9.10.1-h0_0.json");
}

TEST(ActiveEnvironment, a_stale_virtual_env_falls_back_to_path_and_says_so) {
  FakeFiles machine = plain_machine();
  add_python(machine, "/usr/local");
  machine.variable_is("VIRTUAL_ENV", "/home/ana/gone");
  auto found = probe(machine);
  EXPECT_EQ(found.at(0).interpreter, "/usr/local/bin/python3");
  EXPECT_EQ(found[0].chosen_by, "first python3 on PATH");
  EXPECT_TRUE(has_note(found[0], "VIRTUAL_ENV names /home/ana/gone, where there is no bin/python"));
}

TEST(ActiveEnvironment, without_any_python_there_is_none) {
  FakeFiles machine = plain_machine();
  EXPECT_TRUE(probe(machine).empty());
}

TEST(ActiveEnvironment, named_interpreters_may_be_paths_folders_and_words) {
  FakeFiles machine = machine_with_venv();
  add_python(machine, "/opt/other", "3.9");
  auto found = probe(
      machine, {.interpreters = {"/home/ana/v", "python3", "/opt/other/bin/python", "python3.4", "/nowhere/python"}, .find_others = false});
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[0].interpreter, "/home/ana/v/bin/python");
  EXPECT_EQ(found[1].interpreter, "/usr/local/bin/python3");
  EXPECT_TRUE(found[2].version.is("3.9"));
  EXPECT_TRUE(has_note(found[3], "there is no python3.4 on PATH"));
  EXPECT_EQ(found[3].program, "");
  EXPECT_TRUE(has_note(found[4], "/nowhere/python does not exist"));
  EXPECT_TRUE(found[4].packages.is_unknown());
  for (const auto& one : found) EXPECT_EQ(one.chosen_by, "--python");
}

// --- what stands behind a command ---

TEST(Interpreters, a_copied_python_whose_library_is_gone_is_named) {
  FakeFiles machine = plain_machine();
  add_venv(machine, "/home/ana/venv", "/opt/py");
  machine.remove("/home/ana/venv/bin/python").file("/home/ana/venv/bin/python", program({"libpython3.12.so.1.0"}), 0755);
  machine.variable_is("VIRTUAL_ENV", "/home/ana/venv");
  auto found = probe(machine);
  ASSERT_EQ(found.size(), 1u);
  ASSERT_TRUE(found[0].base_problem.is_known());
  EXPECT_NE(found[0].base_problem->find("there is no /opt/py/lib/python3.12"), std::string::npos) << *found[0].base_problem;
}

TEST(Interpreters, an_environment_whose_python_is_gone_is_named) {
  FakeFiles machine = machine_with_venv();
  machine.remove("/usr/local/bin").remove("/usr/local/lib");
  auto found = probe(machine);
  EXPECT_EQ(found.at(0).program, "");
  EXPECT_TRUE(has_note(found[0], "the Python this environment was made from is gone (it was made from the Python in /usr/local/bin)"));
  EXPECT_TRUE(found[0].base_problem.is_known());
  EXPECT_TRUE(found[0].search_path.is_unknown());
  EXPECT_EQ(found[0].prefix, "/home/ana/v");
}

TEST(Interpreters, a_script_is_not_taken_for_an_interpreter) {
  FakeFiles machine = plain_machine();
  machine.file("/usr/bin/python3", "#!/bin/sh\nexec /opt/python \"$@\"\n", 0755);
  auto found = probe(machine);
  EXPECT_EQ(found.at(0).program, "");
  EXPECT_TRUE(has_note(found[0], "/usr/bin/python3 is a script"));
}

TEST(Interpreters, python_2_is_named_and_not_judged) {
  FakeFiles machine = plain_machine();
  machine.file("/usr/bin/python2.7", program(), 0755).link("/usr/bin/python", "python2.7");
  auto found = probe(machine);
  EXPECT_TRUE(found.at(0).version.is("2.7"));
  EXPECT_TRUE(found[0].search_path.is_unknown());
  EXPECT_TRUE(has_note(found[0], "Python 2 is not judged"));
}

TEST(Interpreters, a_loop_of_links_ends) {
  FakeFiles machine = plain_machine();
  machine.link("/v/bin/python", "python3").link("/v/bin/python3", "python");
  EXPECT_TRUE(has_note(probe(machine, {.interpreters = {"/v"}, .find_others = false}).at(0), "loop of links"));
}

TEST(Interpreters, the_version_of_a_copy_comes_from_libpython) {
  FakeFiles machine = plain_machine();
  machine.file("/opt/p/bin/python", program({"libpython3.8.so.1.0", "libc.so.6"}), 0755).file("/opt/p/lib/python3.8/os.py", "");
  auto found = probe(machine, {.interpreters = {"/opt/p/bin/python"}, .find_others = false});
  EXPECT_TRUE(found.at(0).version.is("3.8"));
  EXPECT_TRUE(found[0].search_path.is_known());
}

TEST(Interpreters, a_free_threaded_python_has_folders_of_its_own) {
  FakeFiles machine = plain_machine();
  machine.file("/opt/p/bin/python3.13t", program(), 0755)
      .file("/opt/p/lib/python3.13t/os.py", "")
      .folder("/opt/p/lib/python3.13t/site-packages");
  auto found = probe(machine, {.interpreters = {"/opt/p/bin/python3.13t"}, .find_others = false});
  EXPECT_EQ(*found.at(0).search_path,
            (std::vector<std::string>{"/opt/p/lib/python313t.zip", "/opt/p/lib/python3.13t", "/opt/p/lib/python3.13t/lib-dynload",
                                      "/opt/p/lib/python3.13t/site-packages"}));
}

TEST(Pyenv, a_shim_is_followed_to_the_version_of_the_folder) {
  FakeFiles machine;
  machine.variable_is("PATH", "/home/ana/.pyenv/shims:/usr/bin").variable_is("HOME", "/home/ana").variable_is("PWD", "/home/ana/proj/deep");
  machine.file("/home/ana/.pyenv/shims/python3", "#!/usr/bin/env bash\nexec \"/home/ana/.pyenv/libexec/pyenv\" exec \"$program\" \"$@\"\n",
               0755);
  add_python(machine, "/home/ana/.pyenv/versions/3.11.7", "3.11");
  add_python(machine, "/home/ana/.pyenv/versions/3.12.1", "3.12");
  machine.file("/home/ana/.pyenv/version", "3.11.7\n").file("/home/ana/proj/.python-version", "# mine\n3.12\n");
  auto found = probe(machine);
  EXPECT_EQ(found.at(0).interpreter, "/home/ana/.pyenv/versions/3.12.1/bin/python3");
  EXPECT_EQ(found[0].kind, "pyenv");
  EXPECT_TRUE(has_note(found[0], "/home/ana/proj/.python-version chooses 3.12"));
  machine.variable_is("PYENV_VERSION", "3.7.9");
  found = probe(machine);
  EXPECT_EQ(found.at(0).program, "");
  EXPECT_TRUE(has_note(found[0], "PYENV_VERSION names 3.7.9, which has no python3"));
}

// --- sys.path ---

TEST(SearchPaths, a_venv_sees_only_itself) {
  FakeFiles machine = machine_with_venv();
  machine.folder("/home/ana/.local/lib/python3.12/site-packages");
  EXPECT_EQ(*probe(machine).at(0).search_path, (std::vector<std::string>{"/usr/local/lib/python312.zip", "/usr/local/lib/python3.12",
                                                                         "/usr/local/lib/python3.12/lib-dynload", venv_site}));
}

TEST(SearchPaths, fedora_has_lib64_and_usr_local_first) {
  FakeFiles machine = plain_machine();
  add_python(machine, "/usr", "3.12", "lib64");
  machine.file("/usr/lib64/python3.12/site.py", "    if ENABLE_USER_SITE:\n        PREFIXES.insert(0, \"/usr/local\")\n");
  for (const char* folder : {"/usr/lib/python3.12/site-packages", "/usr/local/lib/python3.12/site-packages"}) machine.folder(folder);
  EXPECT_EQ(*probe(machine).at(0).search_path,
            (std::vector<std::string>{"/usr/lib64/python312.zip", "/usr/lib64/python3.12", "/usr/lib64/python3.12/lib-dynload",
                                      "/usr/local/lib/python3.12/site-packages", "/usr/lib64/python3.12/site-packages",
                                      "/usr/lib/python3.12/site-packages"}));
}

TEST(SearchPaths, pth_files_are_read_in_order_and_their_code_is_reported_not_run) {
  FakeFiles machine = machine_with_venv();
  machine.file(std::string(venv_site) + "/b.pth", "/src/two\n")
      .file(std::string(venv_site) + "/a.pth", "/src/one\nimport evil\n/src/missing\n");
  machine.folder("/src/one").folder("/src/two");
  auto environment = probe(machine).at(0);
  EXPECT_EQ(environment.search_path->at(4), "/src/one");
  EXPECT_EQ(environment.search_path->at(5), "/src/two");
  EXPECT_EQ(environment.search_path->size(), 6u);
  EXPECT_TRUE(has_note(environment, "a.pth holds code"));
}

TEST(SearchPaths, under_sudo_the_callers_home_counts) {
  FakeFiles machine = plain_machine();
  add_python(machine, "/usr/local");
  machine.called_by_sudo("eva").file("/etc/passwd", "root:x:0:0::/root:/bin/sh\neva:x:1001:1001::/home/eva:/bin/sh\n");
  machine.folder("/home/eva/.local/lib/python3.12/site-packages");
  auto environment = probe(machine).at(0);
  EXPECT_EQ(environment.search_path->at(3), "/home/eva/.local/lib/python3.12/site-packages");
  EXPECT_TRUE(has_note(environment, "judged as eva would start it"));
}

TEST(SearchPaths, a_python_without_its_library_is_unknown) {
  FakeFiles machine = plain_machine();
  machine.file("/opt/p/bin/python3.12", program(), 0755);
  auto environment = probe(machine, {.interpreters = {"/opt/p/bin/python3.12"}, .find_others = false}).at(0);
  ASSERT_TRUE(environment.search_path.is_unknown());
  EXPECT_TRUE(environment.packages.is_unknown());
}

// --- packages ---

TEST(Packages, only_those_that_matter_are_read) {
  FakeFiles machine = machine_with_venv();
  add_package(machine, venv_site, "torch", "2.10.0",
              "Requires-Python: >=3.10\nRequires-Dist: nvidia-cudnn-cu12==9.10.2.21\nRequires-Dist: sympy\nRequires-Dist: triton==3.6.0\n");
  add_package(machine, venv_site, "nvidia_cudnn_cu12", "9.10.2.21", "Requires-Dist: nvidia-cublas-cu12\n");
  add_package(machine, venv_site, "requests", "2.0");
  auto environment = probe(machine).at(0);
  ASSERT_EQ(environment.packages->size(), 2u);
  const Package* torch = find(environment, "torch");
  ASSERT_TRUE(torch);
  EXPECT_EQ(torch->version, "2.10.0");
  EXPECT_EQ(torch->installer, "pip");
  EXPECT_EQ(torch->requires_python, ">=3.10");
  EXPECT_EQ(torch->requires_dist, (std::vector<std::string>{"nvidia-cudnn-cu12==9.10.2.21", "triton==3.6.0"}));
  EXPECT_TRUE(find(environment, "nvidia-cudnn-cu12")->requires_dist.empty());
  EXPECT_EQ(machine.times(std::string(venv_site) + "/requests-2.0.dist-info/METADATA"), 0);
  EXPECT_EQ(machine.times(venv_site), 1);
}

TEST(Packages, damaged_ones_are_still_named) {
  FakeFiles machine = machine_with_venv();
  std::string site = venv_site;
  machine.file(site + "/torch-2.10.0.dist-info/RECORD", "").link(site + "/triton-3.6.0.dist-info", "triton-3.6.0.dist-info");
  machine.file(site + "/numpy-2.0.0.dist-info/METADATA", "\xff\xfe binary");
  auto environment = probe(machine).at(0);
  ASSERT_EQ(environment.packages->size(), 3u);
  for (const Package& package : *environment.packages) EXPECT_TRUE(package.damaged_metadata) << package.name;
  EXPECT_EQ(find(environment, "torch")->version, "2.10.0");
}

TEST(Packages, a_huge_metadata_is_read_only_at_its_front) {
  FakeFiles machine = machine_with_venv();
  add_package(machine, venv_site, "torch", "2.10.0", "X: " + std::string(3'000'000, 'x') + "\n");
  auto environment = probe(machine).at(0);
  EXPECT_EQ(find(environment, "torch")->version, "2.10.0");
  EXPECT_LT(machine.bytes_read(), 400'000u);
}

TEST(Packages, two_installations_in_one_folder_are_a_note) {
  FakeFiles machine = machine_with_venv();
  add_package(machine, venv_site, "torch", "2.9.0");
  add_package(machine, venv_site, "torch", "2.10.0");
  auto environment = probe(machine).at(0);
  EXPECT_EQ(environment.packages->size(), 2u);
  EXPECT_TRUE(has_note(environment, "has two installations of torch"));
}

TEST(Packages, the_first_folder_wins_and_the_hidden_copy_is_a_note) {
  FakeFiles machine = plain_machine();
  add_python(machine, "/usr/local");
  add_package(machine, "/home/ana/.local/lib/python3.12/site-packages", "torch", "2.3.0");
  add_package(machine, "/usr/local/lib/python3.12/site-packages", "torch", "2.10.0");
  auto environment = probe(machine).at(0);
  EXPECT_EQ(find(environment, "torch")->version, "2.3.0");
  EXPECT_TRUE(has_note(environment, "torch 2.10.0 in /usr/local/lib/python3.12/site-packages is hidden by 2.3.0 in /home/ana/.local"));
}

TEST(Packages, a_folder_that_may_not_be_listed_makes_them_unknown) {
  FakeFiles machine = machine_with_venv();
  machine.denied(venv_site);
  auto environment = probe(machine).at(0);
  ASSERT_TRUE(environment.packages.is_unknown());
  EXPECT_EQ(environment.packages.why(), Why::denied);
}

TEST(Packages, editable_installs_and_leftovers_are_named) {
  FakeFiles machine = machine_with_venv();
  add_package(machine, venv_site, "torch", "2.11.0a0");
  machine.file(std::string(venv_site) + "/torch-2.11.0a0.dist-info/direct_url.json",
               R"({"dir_info":{"editable":true},"url":"file:///src/pytorch"})");
  machine.folder(std::string(venv_site) + "/~orch-2.9.0.dist-info");
  auto environment = probe(machine).at(0);
  EXPECT_TRUE(has_note(environment, "torch 2.11.0a0 is an editable install of /src/pytorch"));
  EXPECT_TRUE(has_note(environment, "was left behind by an interrupted pip"));
}

// --- the others ---

TEST(OtherEnvironments, kernels_local_folders_conda_and_pyenv_are_found_once) {
  FakeFiles machine = machine_with_venv();
  add_python(machine, "/opt/conda");
  machine.folder("/opt/conda/conda-meta");
  add_python(machine, "/opt/conda/envs/tf");
  add_venv(machine, "/home/ana/proj/.venv", "/usr/local", "uv = 0.5.1\n");
  machine.file("/home/ana/.local/share/jupyter/kernels/TF/kernel.json",
               R"({"argv": ["/opt/conda/envs/tf/bin/python", "-m", "ipykernel"], "env": {"CUDA_VISIBLE_DEVICES": "-1"}})");
  machine.file("/home/ana/v/share/jupyter/kernels/python3/kernel.json", R"({"argv": ["python3", "-m", "ipykernel_launcher"]})");
  machine.file("/usr/share/jupyter/kernels/ir/kernel.json", R"({"argv": ["R"]})");
  auto found = probe(machine, {});
  auto by = [&](std::string_view interpreter) -> const PythonEnvironment* {
    for (const auto& one : found)
      if (one.interpreter == interpreter) return &one;
    return nullptr;
  };
  ASSERT_EQ(found.size(), 5u);
  EXPECT_TRUE(found[0].active);
  EXPECT_TRUE(has_note(found[0], "also Jupyter kernel python3"));
  ASSERT_TRUE(by("/opt/conda/envs/tf/bin/python"));
  EXPECT_EQ(by("/opt/conda/envs/tf/bin/python")->chosen_by, "Jupyter kernel tf");
  EXPECT_TRUE(has_note(*by("/opt/conda/envs/tf/bin/python"), "sets CUDA_VISIBLE_DEVICES=-1"));
  ASSERT_TRUE(by("/home/ana/proj/.venv/bin/python"));
  EXPECT_EQ(by("/home/ana/proj/.venv/bin/python")->kind, "uv");
  EXPECT_TRUE(by("/usr/local/bin/python3"));
  EXPECT_TRUE(by("/opt/conda/bin/python"));
  EXPECT_EQ(std::ranges::count_if(found, &PythonEnvironment::active), 1);
}

TEST(OtherEnvironments, there_are_never_more_than_64) {
  FakeFiles machine = machine_with_venv();
  for (int i = 0; i < 64; ++i) add_venv(machine, "/home/ana/.virtualenvs/a" + std::to_string(i), "/usr/local");
  for (int i = 0; i < 64; ++i) add_venv(machine, "/home/ana/.venvs/b" + std::to_string(i), "/usr/local");
  EXPECT_EQ(probe(machine, {}).size(), 64u);
}

TEST(OtherEnvironments, a_file_with_a_frameworks_name_in_the_current_folder_is_a_note) {
  FakeFiles machine = machine_with_venv();
  machine.file("/home/ana/proj/torch.py", "");
  EXPECT_TRUE(has_note(probe(machine).at(0), "/home/ana/proj/torch.py hides the installed torch"));
}

}  // namespace
}  // namespace gpuwhy
