#include "causes/support/broken_environment.h"

namespace gpuwhy {

namespace {

// What brings the very Python back, which is the only cure that keeps what is installed.
Remedy bring_base_back(const PythonEnvironment& environment, const Snapshot& snapshot) {
  std::string release = environment.version.is_known() ? *environment.version : "";
  if (environment.kind == "uv") {
    Remedy remedy;
    remedy.title = "fetch the Python that this environment was made from";
    remedy.commands = {{"uv", "python", "install", release.empty() ? std::string("3") : release}};
    remedy.safety = Safety::safe;
    remedy.undo = fmt::format("uv python uninstall {}", release);
    return remedy;
  }
  std::string package = release.empty() ? "python3" : "python" + release;
  Remedy remedy = remedies::install_system(snapshot.host, fmt::format("bring Python {} back", release),
                                           {{package, package + "-venv"}, {package, package + "-venv"}, {package}, {package}, {}});
  remedy.steps.push_back("only the same minor version serves: the packages lie in a folder that bears its name");
  return remedy;
}

}  // namespace

Finding broken_environment(const PythonEnvironment& environment, const Snapshot& snapshot) {
  Finding finding;
  finding.headline = fmt::format("the Python of {} is gone: nothing that is installed there can be imported", where_of(environment));
  finding.details = {*environment.base_problem,
                     "an upgrade of the system, a removed pyenv or uv Python, or a copy from another machine does that"};
  finding.because = {environment.base_problem.evidence()};
  finding.severity = Severity::blocked;
  finding.confidence = Confidence::certain;
  std::string name = environment.prefix.empty() ? "venv" : environment.prefix;
  finding.remedies = {bring_base_back(environment, snapshot),
                      remedies::steps("or make the environment again with the Python that is here",
                                      {fmt::format("python3 -m venv {}.new, then install the packages there", name),
                                       "what is installed in the old one can be read from the names of its *.dist-info folders"},
                                      Safety::safe, fmt::format("remove {}.new", name))};
  for (Remedy& remedy : finding.remedies) remedy.check = {"gpuwhy", "check"};
  return finding;
}

}  // namespace gpuwhy
