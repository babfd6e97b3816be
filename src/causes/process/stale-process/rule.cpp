#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/cause.h"
#include "causes/support/place_faults.h"
#include "causes/support/running_process.h"

namespace gpuwhy::causes::stale_process {

namespace {

Remedy restart(const ObservedProcess& process) {
  Remedy remedy = remedies::steps(fmt::format("restart process {}", process.pid), {}, Safety::show_only,
                                  "none: what the process holds in memory is lost, so save it first");
  remedy.steps = {"save what it holds, end it and start it again; in a notebook: restart the kernel", "a service: systemctl restart NAME"};
  remedy.check = {"gpuwhy", "--pid", "PID"};
  return remedy;
}

Finding start_of(const ObservedProcess& process, std::string headline) {
  Finding finding;
  finding.headline = std::move(headline);
  finding.details = {fmt::format("process {}: {}", process.pid, command_words(process))};
  finding.remedies = {restart(process)};
  return finding;
}

// The mapped libcuda is of another version than the module in the kernel: its calls are refused (CUDA error 803).
std::optional<Finding> other_driver(const ObservedProcess& process, const Snapshot& snapshot) {
  if (!snapshot.kernel_module.loaded_version.is_known()) return std::nullopt;
  for (const MappedFile& file : *process.mapped) {
    if (!path::filename(file.path).starts_with("libcuda.so.") || is_compat_path(file.path)) continue;
    std::string version = driver_version_of_file(file.path);
    if (version.empty() || version == *snapshot.kernel_module.loaded_version) continue;
    Finding finding = start_of(process, fmt::format("process {} holds libcuda {}, and the loaded kernel module is {}", process.pid, version,
                                                    *snapshot.kernel_module.loaded_version));
    finding.details.push_back(fmt::format("mapped\t{}{}", file.path, file.deleted ? " (replaced on disk)" : ""));
    finding.details.push_back("the driver refuses a libcuda of another version");
    finding.because = {{Source::procfs, process.mapped.evidence().locator, file.path}, snapshot.kernel_module.loaded_version.evidence()};
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> replaced_files(const ObservedProcess& process) {
  std::vector<const MappedFile*> replaced;
  for (const MappedFile& file : *process.mapped)
    if (file.deleted && is_gpu_library_file(file.path)) replaced.push_back(&file);
  if (replaced.empty()) return std::nullopt;
  std::string name(path::filename(replaced.front()->path));
  Finding finding = start_of(
      process, replaced.size() == 1
                   ? fmt::format("process {} holds a {} that was replaced on disk", process.pid, name)
                   : fmt::format("process {} holds {} and {} more that were replaced on disk", process.pid, name, replaced.size() - 1));
  finding.severity = Severity::degraded;
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < std::min(replaced.size(), most); ++i) {
    finding.details.push_back(fmt::format("mapped, and replaced since\t{}", replaced[i]->path));
    finding.because.push_back({Source::procfs, process.mapped.evidence().locator, replaced[i]->path + " (deleted)"});
  }
  finding.details.push_back("it goes on with the old files; what it loads from now on are the new ones");
  return finding;
}

// Packages that came after the start of the process and of which it has mapped nothing: what it had imported before is the old one.
std::optional<Finding> newer_packages(const ObservedProcess& process, const Snapshot& snapshot) {
  if (!process.started_at.is_known()) return std::nullopt;
  std::vector<std::string> names;
  std::vector<Evidence> because;
  for (const PythonEnvironment& environment : snapshot.environments) {
    if (!environment.active || !environment.packages.is_known()) continue;
    for (const FrameworkBuild& build : environment.frameworks) {
      const Package* package = find_package(environment, build.distribution);
      bool is_mapped = std::ranges::any_of(*process.mapped, [&](const MappedFile& file) { return is_in_build(build, file.path); });
      if (!package || !package->installed_at.is_known() || *package->installed_at <= *process.started_at || is_mapped) continue;
      names.push_back(fmt::format("{} {}", package->name, package->version));
      because.push_back({Source::package, package->location, date_words(*package->installed_at)});
    }
  }
  if (names.empty()) return std::nullopt;
  Finding finding = start_of(process, fmt::format("{} {} installed after process {} had started", join(names, ", "),
                                                  names.size() == 1 ? "was" : "were", process.pid));
  finding.severity = Severity::note;
  finding.confidence = Confidence::likely;
  finding.details.push_back(fmt::format("it runs since {}", date_words(*process.started_at)));
  finding.details.push_back("what it has imported before that stays the old one until it is started again");
  finding.because = std::move(because);
  return finding;
}

}  // namespace

// A process keeps what it has mapped; an upgrade on disk reaches the next one only.
Verdict check(const ObservedProcess& process, const Snapshot& snapshot) {
  if (!process.mapped.is_known()) return cannot_tell(fmt::format("what process {} has mapped", process.pid), process.mapped);
  if (auto finding = other_driver(process, snapshot)) return fires(std::move(*finding));
  if (auto finding = replaced_files(process)) return fires(std::move(*finding));
  if (auto finding = newer_packages(process, snapshot)) return fires(std::move(*finding));
  return passes();
}

}  // namespace gpuwhy::causes::stale_process
