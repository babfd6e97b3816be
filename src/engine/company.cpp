#include "engine/company.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/import_orders.h"
#include "causes/support/library_versions.h"
#include "causes/support/running_process.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

// The process maps files of this framework, so it has imported it.
bool is_imported(const ObservedProcess& process, const FrameworkBuild& build) {
  return process.mapped.is_known() && std::ranges::any_of(*process.mapped, [&](const MappedFile& file) {
           return !build.folder.empty() && path::is_inside(file.path, build.folder);
         });
}

// What the frameworks that this process has imported would map in a new one.
std::vector<frameworks::CudaCopy> expected_copies(const Snapshot& snapshot, const std::vector<std::size_t>& environments,
                                                  const ObservedProcess& process) {
  std::vector<frameworks::CudaCopy> expected;
  for (std::size_t i : environments) {
    for (const FrameworkBuild& build : snapshot.environments[i].frameworks) {
      if (!is_imported(process, build)) continue;
      Played played = play(snapshot, i, build, snapshot.meta.import_order);
      expected.insert(expected.end(), played.copies.begin(), played.copies.end());
    }
  }
  return expected;
}

// A mapped file whose name a new process would find elsewhere. Replaced files are told by stale-process.
std::vector<std::string> differences(const std::vector<MappedFile>& mapped, const std::vector<frameworks::CudaCopy>& expected) {
  std::vector<std::string> told;
  for (const MappedFile& file : mapped) {
    std::string_view name = path::filename(file.path);
    const frameworks::CudaCopy* other = nullptr;
    bool is_expected = false;
    for (const frameworks::CudaCopy& copy : expected) {
      // libcudnn.so.9.10.2 is the file behind libcudnn.so.9.
      if (name != copy.soname && !name.starts_with(copy.soname + ".")) continue;
      is_expected |= copy.real_path == file.path || copy.path == file.path;
      other = &copy;
    }
    if (other && !is_expected && !file.deleted)
      told.push_back(fmt::format("really mapped: {}; a new process would map {}", file.path, other->path));
  }
  return told;
}

// --- riders ---

struct RiderKind {
  std::string_view name;
  bool is_torchs;  // it rides on PyTorch
};
constexpr std::array<RiderKind, 9> rider_kinds = {{{"torchvision", true},
                                                   {"torchaudio", true},
                                                   {"triton", true},
                                                   {"flash-attn", true},
                                                   {"bitsandbytes", true},
                                                   {"vllm", true},
                                                   {"xformers", true},
                                                   {"xgboost", false},
                                                   {"lightgbm", false}}};

// "12" of "cu128" and "cu12"; "" when the words name no CUDA. Of several ("cu118,cu124") the last one, which is the newest.
std::string cuda_major_of(std::string_view variant) {
  std::string_view last = split(variant, ',').back();
  if (!last.starts_with("cu") || last.size() < 4) return {};
  std::string_view digits = last.substr(2, 2);
  return is_digits(digits) ? std::string(digits) : "";
}

// "2.10.0" of a line "torch==2.10.0" or "torch (==2.10.0)".
std::string pinned_torch(const Package& package) {
  for (const std::string& line : package.requires_dist) {
    std::string_view name = std::string_view(line).substr(0, line.find_first_of(" (=<>!~;["));
    std::size_t pin = line.find("==");
    if (name != "torch" || pin == std::string::npos) continue;
    std::string_view rest = trim(std::string_view(line).substr(pin + 2));
    return std::string(rest.substr(0, rest.find_first_of(" );,*")));
  }
  return {};
}

std::string misfit_of(const Package& package, const FrameworkBuild& torch) {
  std::string title = fmt::format("{} {}", package.name, package.version);
  std::string cuda = torch.cuda_version.is_known() ? std::string(split(*torch.cuda_version, '.').front()) : "";
  bool is_gpu_build = torch.accelerator.is(Accelerator::cuda);
  std::string major = cuda_major_of(package.variant);
  std::string framework = fmt::format("PyTorch {}", torch.version.is_known() ? *torch.version : "of unknown version");
  if (package.variant == "cpu" && is_gpu_build)
    return fmt::format("{} is a build for the CPU beside {} for CUDA {}", title, framework, cuda);
  if (is_gpu_build && !major.empty() && !cuda.empty() && major != cuda)
    return fmt::format("{} is built for CUDA {}, {} for CUDA {}", title, major, framework, cuda);
  std::string pin = pinned_torch(package);
  auto wanted = Version::parse(pin), here = torch.version.is_known() ? Version::parse(*torch.version) : std::nullopt;
  if (wanted && here && !is_same_release(*wanted, *here))
    return fmt::format("{} is made for PyTorch {}; here is {}", title, pin, framework);
  return {};
}

}  // namespace

void add_shared_process(const Snapshot& snapshot, const std::vector<std::size_t>& environments, Report& report) {
  const std::vector<std::string>& asked = snapshot.meta.import_order;
  if (asked.empty() || environments.empty()) return;
  const PythonEnvironment& environment = snapshot.environments[environments.front()];
  SharedProcess shared;
  std::vector<std::string> missing;
  for (const std::string& name : asked) {
    auto& list = find_build(environment, name) ? shared.order : missing;
    if (std::ranges::find(list, name) == list.end()) list.push_back(name);
  }
  for (const std::string& name : missing)
    report.remarks.push_back(fmt::format("--import-order: {} is not installed in this environment", order_words({name})));
  if (shared.order.size() < 2) return;
  report.remarks.push_back(fmt::format("judged as one process that imports {}", order_words(shared.order)));
  for (const std::string& name : shared.order) {
    Played played = play(snapshot, environments.front(), *find_build(environment, name), asked);
    for (const frameworks::CudaCopy& copy : played.copies) {
      LibraryVersion version = version_of_library(snapshot, copy.path);
      shared.libraries.push_back({name, copy.soname, copy.path, version.version ? version.version->text() : "", copy.brought_by});
    }
  }
  report.shared_process = std::move(shared);
}

void add_observed_process(const Snapshot& snapshot, const std::vector<std::size_t>& environments, Report& report) {
  if (!snapshot.process.is_known()) return;
  const ObservedProcess& observed = *snapshot.process;
  ReportedProcess process;
  process.pid = observed.pid;
  process.command = command_words(observed);
  if (observed.executable.is_known()) process.executable = *observed.executable;
  if (observed.started_at.is_known()) process.started = date_words(*observed.started_at);
  if (observed.device_files.is_known()) process.device_files = *observed.device_files;
  if (observed.mapped.is_known())
    for (const MappedFile& file : *observed.mapped)
      if (is_gpu_library_file(file.path)) process.mapped.push_back(file);
  process.differences = differences(process.mapped, expected_copies(snapshot, environments, observed));

  std::string since = process.started.empty() ? "" : fmt::format(", running since {}", process.started);
  report.remarks.push_back(fmt::format("judged for process {} ({}){}", process.pid, process.command, since));
  report.remarks.push_back(observed.variables.is_known()
                               ? "its variables are those at its start: what it has changed in os.environ since is not seen"
                               : "its variables could not be read: what they decide is not known");
  bool is_python = path::filename(process.executable).starts_with("python");
  if (!process.executable.empty() && !is_python)
    report.remarks.push_back(
        fmt::format("{} is no Python: the environment judged is the one that its variables lead to", process.executable));
  report.remarks.insert(report.remarks.end(), process.differences.begin(), process.differences.end());
  report.process = std::move(process);
}

void add_riders(const Snapshot& snapshot, const std::vector<std::size_t>& environments, Report& report) {
  bool is_told =
      std::ranges::any_of(report.findings, [](const RankedFinding& ranked) { return ranked.finding.cause == "framework-plugin-mismatch"; });
  for (std::size_t i : environments) {
    const PythonEnvironment& environment = snapshot.environments[i];
    if (!environment.packages.is_known() || environment.frameworks.empty()) continue;
    const FrameworkBuild* torch = find_build(environment, slug(FrameworkKind::torch));
    for (const Package& package : *environment.packages) {
      auto kind = std::ranges::find(rider_kinds, package.name, &RiderKind::name);
      if (kind == rider_kinds.end() || (kind->is_torchs && !torch)) continue;
      report.riders.push_back({package.name, package.version, package.variant});
      if (std::string misfit = torch && kind->is_torchs ? misfit_of(package, *torch) : ""; !misfit.empty() && !is_told)
        report.remarks.push_back(misfit);
    }
  }
}

}  // namespace gpuwhy
