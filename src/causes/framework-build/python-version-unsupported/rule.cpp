#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"
#include "frameworks/packages/packages.h"

namespace gpuwhy::causes::python_version_unsupported {

namespace {

// A CPU build of a release that has GPU builds for this processor, but none of them for this Python.
bool has_gpu_build_elsewhere_only(const FrameworkBuild& build, const Version& python, const Snapshot& snapshot) {
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  if (!release || !build.accelerator.is(Accelerator::cpu)) return false;
  bool any = false, fits = false;
  auto consider = [&](std::string_view row, std::string_view ranges) {
    auto parsed = Version::parse(row);
    if (!parsed || parsed->major() != release->major() || parsed->minor() != release->minor()) return;
    any = true;
    fits |= is_python_in(python, ranges);
  };
  if (build.framework == FrameworkKind::tensorflow)
    for (const facts::TensorflowRelease& row : facts::tensorflow_releases()) consider(row.release, row.python);
  else if (build.framework == FrameworkKind::torch)
    for (const facts::TorchRelease& row : facts::torch_releases())
      if (row.cuda != "-" && snapshot.host.architecture.is_known() &&
          row.platform.find("linux-" + *snapshot.host.architecture) != std::string_view::npos)
        consider(row.release, row.python);
  return any && !fits;
}

}  // namespace

// No GPU build exists for this Python: the package manager takes none, or a CPU build.
Verdict check(const PythonEnvironment& environment, const Snapshot& snapshot) {
  if (!environment.active) return not_applicable("another environment is active");
  auto python = python_of(environment);
  if (!python) return cannot_tell("the version of this Python", "malformed: nothing beside the interpreter tells it");
  bool asked = !snapshot.meta.asked_frameworks.empty();
  for (FrameworkKind framework : wanted_frameworks(snapshot)) {
    const FrameworkBuild* build = find_build(environment, framework);
    bool not_there = !build && (asked || environment.frameworks.empty()) && !has_any_release(framework, *python);
    // Without --framework all whose Pythons are known must be out of reach: one of them would do.
    for (FrameworkKind other : wanted_frameworks(snapshot)) not_there &= asked || !tells_pythons(other) || !has_any_release(other, *python);
    // What is only planned (a target, a project) is known by its version alone: pip would find no wheel of it.
    bool is_refused = build && is_of_packages(snapshot) && frameworks::packages::has_no_wheel_for(*build, environment);
    if (!not_there && !is_refused && !(build && has_gpu_build_elsewhere_only(*build, *python, snapshot))) continue;
    NewestRelease newest = newest_release(framework);
    Finding finding;
    finding.headline = build ? fmt::format("{} has no GPU build for Python {}", title_of(*build), python->text())
                             : fmt::format("no release of {} with GPU support is known for Python {}", words({framework}), python->text());
    finding.details = {fmt::format("{} is Python {}", environment.interpreter, *environment.version),
                       fmt::format("the newest release known here, {}, has builds up to Python {}", newest.release, newest.python)};
    finding.because = {environment.version.evidence()};
    finding.severity = build || asked ? Severity::blocked : Severity::note;
    finding.confidence = Confidence::likely;
    if (build) finding.also_explains = {"cuda-build", "import"};
    finding.remedies = {new_environment(environment, framework, newest.python)};
    return fires(std::move(finding));
  }
  return passes();
}

}  // namespace gpuwhy::causes::python_version_unsupported
