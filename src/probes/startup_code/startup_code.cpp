#include "probes/startup_code/startup_code.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "probes/startup_code/startup_lines.h"

namespace gpuwhy {

namespace {

constexpr std::size_t file_limit = 256 << 10, most_files = 200;

bool is_gone(AccessProblem problem) { return problem == AccessProblem::not_found || problem == AccessProblem::not_a_directory; }

class Collector {
 public:
  explicit Collector(Machine& machine) : machine_(machine) {}

  // What site.py runs of a folder of packages. A hidden .pth is passed over, as newer releases of Python do.
  void scan_folder(const std::string& folder) {
    auto names = machine_.list(folder);
    if (!names) {
      if (!is_gone(names.error().problem)) fail(folder, names.error());
      return;
    }
    std::size_t taken = 0;
    for (const std::string& name : *names)
      if (name.ends_with(".pth") && !name.starts_with('.') && ++taken <= most_files) take(path::join(folder, name), true);
  }

  // The first module of that name on the search path. True when it was there.
  bool take_module(const std::vector<std::string>& search_path, const std::string& name) {
    for (const std::string& folder : search_path)
      for (const std::string& file : {name + "/__init__.py", name + ".py"})
        if (take(path::join(folder, file), false)) return true;
    return false;
  }

  Fact<std::vector<StartupCode>> finish(const Evidence& evidence) {
    if (failed_) return Fact<std::vector<StartupCode>>::unknown(why_, detail_, {Source::file, failed_path_, ""});
    return Fact<std::vector<StartupCode>>::known(std::move(found_), evidence);
  }

 private:
  bool take(const std::string& file, bool is_pth) {
    auto bytes = machine_.read(file, file_limit);
    if (!bytes) {
      if (is_gone(bytes.error().problem)) return false;
      // Editors and tools write no .pth of that size, and what is no regular file is not run.
      if (bytes.error().problem != AccessProblem::too_large) fail(file, bytes.error());
      return true;
    }
    for (StartupLine& line : parse_startup_lines(*bytes, is_pth))
      found_.push_back({file, std::move(line.text), std::move(line.variable), std::move(line.value)});
    return true;
  }

  void fail(const std::string& place, const AccessError& error) {
    if (failed_) return;
    failed_ = true;
    failed_path_ = place;
    why_ = error.problem == AccessProblem::denied ? Why::denied : Why::malformed;
    detail_ = place + ": " + printable(error.detail);
  }

  Machine& machine_;
  std::vector<StartupCode> found_;
  bool failed_ = false;
  std::string failed_path_, detail_;
  Why why_ = Why::malformed;
};

}  // namespace

void probe_startup_code(Machine& machine, PythonEnvironment& environment) {
  using Code = Fact<std::vector<StartupCode>>;
  if (!environment.search_path.is_known()) {
    const Fact<std::vector<std::string>>& path = environment.search_path;
    if (path.is_unknown()) environment.startup_code = Code::unknown(path.why(), path.detail(), path.evidence());
    return;
  }
  Collector collector(machine);
  bool user_folder = false;
  for (const std::string& folder : *environment.search_path) {
    if (!folder.ends_with("/site-packages") && !folder.ends_with("/dist-packages")) continue;
    user_folder |= folder.find("/.local/lib/") != std::string::npos;
    collector.scan_folder(folder);
  }
  collector.take_module(*environment.search_path, "sitecustomize");
  if (user_folder) collector.take_module(*environment.search_path, "usercustomize");
  environment.startup_code = collector.finish(environment.search_path.evidence());
}

}  // namespace gpuwhy
