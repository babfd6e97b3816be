// Which releases of a framework fit a Python version, a driver and the cards, for the rules about the framework's own build.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "causes/support/cause.h"
#include "frameworks/architecture.h"

namespace gpuwhy {

// --- Python ---
// "3.12" lies in "2.7,3.3-3.7"; false for what cannot be read.
bool is_python_in(const Version& python, std::string_view ranges);
// 3.12 of an environment; nothing when it is not known.
std::optional<Version> python_of(const PythonEnvironment& environment);
// The tables say for which Pythons this framework is built.
bool tells_pythons(FrameworkKind framework);
// Some release with GPU support is known for this Python, or may exist where no table tells.
bool has_any_release(FrameworkKind framework, const Version& python);
// The newest release of the tables and its newest Python: "2.21.0" for "3.13".
struct NewestRelease {
  std::string release, python;
};
NewestRelease newest_release(FrameworkKind framework);
// An environment of its own with that Python, made by the tool that made this one, and the framework in it.
Remedy new_environment(const PythonEnvironment& environment, FrameworkKind framework, const std::string& python);

// --- which framework is asked for ---
// Those named by --framework, else all.
std::vector<FrameworkKind> wanted_frameworks(const Snapshot& snapshot);
const FrameworkBuild* find_build(const PythonEnvironment& environment, FrameworkKind framework);
// "TensorFlow or PyTorch"
std::string words(const std::vector<FrameworkKind>& frameworks);

// --- GPU builds ---
// The newest CUDA that the driver supports, 12080: as it answers, else by its branch; 0 = not known.
int driver_cuda(const Snapshot& snapshot);
// Installs the GPU build in the place of this CPU build, of the same release where there is one.
std::vector<Remedy> install_gpu_build(const FrameworkContext& context);

// --- code for the card ---
struct CardWithoutCode {
  std::string name, capability;
  CodeGap gap = CodeGap::no;
};
// Cards for which this build holds no code; empty when every card has some or nobody can tell. Only of the driver that this build opens.
std::vector<CardWithoutCode> cards_without_code(const FrameworkContext& context);
// The finding of both rules about it, without headline; `cards`: at least one.
Finding code_finding(const FrameworkContext& context, const std::vector<CardWithoutCode>& cards);

}  // namespace gpuwhy
