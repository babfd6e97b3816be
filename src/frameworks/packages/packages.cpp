#include "frameworks/packages/packages.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "facts/facts.h"
#include "frameworks/common/gates.h"
#include "frameworks/packages/libraries.h"

namespace gpuwhy::frameworks::packages {

namespace {

Gate make_gate(std::string_view name, Layer layer, GateState state, std::string summary, Evidence evidence = {}) {
  Gate gate;
  gate.name = name, gate.layer = layer, gate.state = state;
  gate.summary = std::move(summary);
  if (!evidence.locator.empty()) gate.evidence.push_back(std::move(evidence));
  return gate;
}

std::string title(const FrameworkBuild& build) {
  return fmt::format("{} {}", build.distribution, build.version.is_known() ? *build.version : "of unknown version");
}

// Of the rows of the same minor release: is there any that says for which Pythons it is, and is this one among them?
struct PythonRows {
  bool any = false, fits = false;
  std::string said;

  void take(const Version& release, const Version& python, std::string_view row, std::string_view ranges) {
    auto parsed = Version::parse(row);
    if (!parsed || parsed->major() != release.major() || parsed->minor() != release.minor() || ranges.empty() || ranges == "-") return;
    any = true;
    said = ranges;
    for (std::string_view range : split(ranges, ',')) {
      std::size_t dash = range.find('-');
      auto first = Version::parse(trim(range.substr(0, dash))), last = Version::parse(trim(range.substr(dash + 1)));
      fits |= first && last && *first <= python && python <= *last;
    }
  }
};

PythonRows python_rows(const FrameworkBuild& build, const PythonEnvironment& environment) {
  PythonRows rows;
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  auto whole = environment.version.is_known() ? Version::parse(*environment.version) : std::nullopt;
  if (!release || !whole) return rows;
  Version python = version(fmt::format("{}.{}", whole->major(), whole->minor()));
  if (build.framework == FrameworkKind::tensorflow)
    for (const facts::TensorflowRelease& row : facts::tensorflow_releases()) rows.take(*release, python, row.release, row.python);
  if (build.framework == FrameworkKind::torch)
    for (const facts::TorchRelease& row : facts::torch_releases()) rows.take(*release, python, row.release, row.python);
  return rows;
}

Gate import_gate(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  PythonRows rows = python_rows(build, environment);
  if (rows.any && !rows.fits) {
    Gate gate =
        make_gate("import", Layer::framework_build, GateState::failed,
                  fmt::format("there is no wheel of {} for Python {}: it has them for {}", title(build), *environment.version, rows.said),
                  environment.version.evidence());
    gate.log_line =
        fmt::format("ERROR: No matching distribution found for {}=={}", build.distribution, build.version.is_known() ? *build.version : "");
    return gate;
  }
  std::string glibc = needed_glibc(build, environment);
  auto needed = Version::parse(glibc);
  bool is_glibc = snapshot.host.libc.is_known() && snapshot.host.libc->starts_with("glibc ");
  auto here = is_glibc ? Version::parse(std::string_view(*snapshot.host.libc).substr(6)) : std::nullopt;
  if (needed && here && *here < *needed)
    return make_gate("import", Layer::framework_build, GateState::failed,
                     fmt::format("the wheels of {} need glibc {}; there is {}", title(build), glibc, here->text()),
                     snapshot.host.libc.evidence());
  if (auto missing = missing_requirement(environment, build)) return *missing;
  return make_gate("import", Layer::framework_build, GateState::passed, "its packages fit together, as far as their names tell");
}

// A driver that answers (a difference or a cure was played through) says more than the name of the runtime.
bool is_without_gpu(const Snapshot& snapshot) {
  const Fact<std::string>& accelerator = snapshot.platform.accelerator;
  return snapshot.drivers.empty() && (accelerator.is("cpu") || accelerator.is("tpu"));
}

// As the driver says it, else as its kernel module does.
const Fact<std::string>& release_of(const Snapshot& snapshot) {
  const Fact<std::string>& told = snapshot.drivers.front().nvml_driver_version;
  return told.is_unknown() && snapshot.kernel_module.loaded_version.is_known() ? snapshot.kernel_module.loaded_version : told;
}

// A target with a GPU is one whose driver reaches it; which driver that is, is another question.
Gate place_gate(const Snapshot& snapshot) {
  const Fact<std::string>& accelerator = snapshot.platform.accelerator;
  if (is_without_gpu(snapshot))
    return make_gate("open-libcuda", Layer::driver_libraries, GateState::failed,
                     fmt::format("a runtime of type {} has no GPU and no driver", accelerator.is("tpu") ? "TPU" : "CPU"),
                     accelerator.evidence());
  if (snapshot.drivers.empty())
    return make_gate("open-libcuda", Layer::driver_libraries, GateState::unknown, "which accelerator this place gives is not known");
  return make_gate("open-libcuda", Layer::driver_libraries, GateState::passed, "a runtime with a GPU comes with its driver",
                   accelerator.evidence());
}

Gate version_gate(const Snapshot& snapshot, const FrameworkBuild& build) {
  Gate gate = make_gate("driver-version", Layer::kernel_driver, GateState::unknown, "the driver is not known");
  auto cuda = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
  const facts::ToolkitMinimum* minimum = cuda ? facts::find_toolkit_minimum(facts::cuda_number(*cuda)) : nullptr;
  std::string needs = minimum ? fmt::format("CUDA {} needs {} or newer", *build.cuda_version, minimum->family_min) : std::string();
  if (snapshot.drivers.empty()) return gate;
  const Fact<std::string>& installed = release_of(snapshot);
  if (!installed.is_known()) {
    gate.summary = installed.detail() + (needs.empty() ? "" : "; " + needs);
    return gate;
  }
  auto version = Version::parse(*installed);
  gate.evidence.push_back(installed.evidence());
  if (!minimum || !version) {
    gate.summary = "which CUDA the build needs is not known";
    return gate;
  }
  bool enough = false;
  for (std::string_view floor : {minimum->family_min, minimum->native_min})
    if (auto lowest = Version::parse(floor)) enough |= *lowest <= *version;
  const facts::DriverBranch* branch = facts::find_driver_branch(version->major());
  if (branch) gate.code = branch->cuda;
  gate.state = enough ? GateState::passed : GateState::failed;
  gate.summary = fmt::format("the driver is {}; {}", *installed, needs);
  return gate;
}

bool compiles_at_run_time(FrameworkKind framework) { return framework == FrameworkKind::jax || framework == FrameworkKind::cupy; }

void play(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Prediction& prediction) {
  prediction.gates.push_back(place_gate(snapshot));
  if (is_without_gpu(snapshot)) return;
  const DriverAnswers* driver = snapshot.drivers.empty() ? nullptr : &snapshot.drivers.front();
  if (driver) prediction.libcuda = driver->libcuda;
  prediction.gates.push_back(init_gate(driver));
  prediction.gates.push_back(count_gate(driver));
  prediction.gates.push_back(version_gate(snapshot, build));
  for (Gate& gate : library_gates(snapshot, environment, build)) prediction.gates.push_back(std::move(gate));
  std::vector<std::string> images = build.architectures.is_known() ? *build.architectures : std::vector<std::string>{};
  bool is_compiled = compiles_at_run_time(build.framework);
  std::string source = build.architectures.is_known() ? build.architectures.evidence().locator : "";
  ArchitectureAnswer answer =
      architecture_gate(driver, build, images, source, is_compiled ? Kernels::compiled_at_run_time : Kernels::prebuilt);
  bool knows_cards = driver && driver->devices.is_known() && std::ranges::all_of(*driver->devices, [](const CudaDevice& card) {
                       return parse_compute_capability(card.compute_capability).has_value();
                     });
  // What compiles its kernels for the card needs no list of code that was built beforehand.
  if (is_compiled && images.empty() && knows_cards) {
    answer.gate.state = GateState::passed;
    answer.gate.summary = "it compiles its kernels for the card when they are first used";
    answer.usable = driver->count;
  }
  prediction.gates.push_back(answer.gate);
  prediction.usable_gpus = answer.usable;
}

std::vector<Call> calls_of(const Prediction& prediction, FrameworkKind framework) {
  const Fact<std::int64_t>& count = prediction.sees_gpus;
  Call available{"torch.cuda.is_available()", count, true};
  if (count.is_known()) available.answer = Fact<std::int64_t>::known(*count > 0);
  switch (framework) {
    case FrameworkKind::tensorflow:
      return {{"tf.config.list_physical_devices('GPU')", count, false}};
    case FrameworkKind::torch:
      return {available, {"torch.cuda.device_count()", count, false}};
    default:
      return {};
  }
}

// TensorFlow lists a card whatever the age of its driver and the code of its build; the others refuse with too old a driver.
void answer(Prediction& prediction, FrameworkKind framework) {
  const Gate *failed = nullptr, *open = nullptr;
  bool works_not = false;
  for (const Gate& gate : prediction.gates) {
    if (gate.name == "architecture") continue;
    if (gate.state == GateState::failed && gate.name == "driver-version" && framework == FrameworkKind::tensorflow) works_not = true;
    else if (gate.state == GateState::failed && !failed) failed = &gate;
    if (gate.state == GateState::unknown && !open) open = &gate;
  }
  const Gate* count = prediction.find_gate("device-count");
  auto unknown = [](const Gate& gate) { return Fact<std::int64_t>::unknown(Why::not_probed, gate.summary); };
  if (failed) prediction.sees_gpus = prediction.usable_gpus = Fact<std::int64_t>::known(0);
  else if (open) prediction.sees_gpus = unknown(*open);
  else if (count && count->code) prediction.sees_gpus = Fact<std::int64_t>::known(*count->code);
  else prediction.sees_gpus = Fact<std::int64_t>::unknown(Why::not_probed, "how many GPUs this place gives is not known");
  if (works_not) prediction.usable_gpus = Fact<std::int64_t>::known(0);
  bool none_usable = prediction.usable_gpus.is(std::int64_t{0});
  if (open && !failed && !none_usable) prediction.usable_gpus = prediction.sees_gpus;
}

}  // namespace

std::string needed_glibc(const FrameworkBuild& build, const PythonEnvironment& environment) {
  if (!environment.packages.is_known()) return "";
  for (const Package& package : *environment.packages)
    for (const std::string& line : package.requires_dist)
      if (package.name == build.distribution && line.starts_with("glibc>=")) return line.substr(7);
  return "";
}

bool has_no_wheel_for(const FrameworkBuild& build, const PythonEnvironment& environment) {
  PythonRows rows = python_rows(build, environment);
  return rows.any && !rows.fits;
}

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Prediction prediction;
  prediction.gates.push_back(import_gate(snapshot, environment, build));
  bool raises = prediction.gates.back().state == GateState::failed;
  // Without the place nothing else can be told: which type of runtime it is decides which build its image holds.
  Gate of_build = build_gate(build);
  bool has_cuda = of_build.state != GateState::failed;
  prediction.gates.push_back(std::move(of_build));
  // What cannot be installed opens nothing.
  if (has_cuda && !raises) play(snapshot, environment, build, prediction);
  answer(prediction, build.framework);
  if (raises) prediction.outcome = Outcome::raises;
  else prediction.calls = calls_of(prediction, build.framework);
  conclude(prediction);
  prediction.basis = PredictionBasis::packages;
  return prediction;
}

}  // namespace gpuwhy::frameworks::packages
