#include "frameworks/common/gates.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "frameworks/common/cxx_library.h"
#include "frameworks/common/musl_gate.h"
#include "frameworks/common/processor_features.h"

namespace gpuwhy::frameworks {

namespace {

Gate make_gate(std::string name, Layer layer, GateState state, std::string summary) {
  Gate gate;
  gate.name = std::move(name);
  gate.layer = layer;
  gate.state = state;
  gate.summary = std::move(summary);
  return gate;
}

std::string_view unasked_words(const DriverAnswers* driver) {
  return driver && !driver->end_detail.empty() ? std::string_view(driver->end_detail) : "the driver was not asked";
}

}  // namespace

Gate library_gate(std::string name, Layer layer, const Resolution& resolution, bool required, std::string log_line) {
  Gate gate = make_gate(std::move(name), layer, GateState::passed, fmt::format("{} is {}", resolution.name, resolution.path));
  gate.library = resolution;
  if (resolution.state == ResolutionState::cannot_tell) {
    gate.state = GateState::unknown;
    gate.summary = fmt::format("{}: {}", resolution.name, resolution.detail);
  } else if (!resolution.is_found()) {
    gate.state = required ? GateState::failed : GateState::degraded;
    gate.summary = resolution.loader_message();
    gate.log_line = std::move(log_line);
  }
  const Resolution& decisive = resolution.root_failure();
  gate.evidence.push_back({Source::elf, decisive.path.empty() ? decisive.name : decisive.path, gate.summary});
  return gate;
}

namespace {

// "GLIBC_2.28", the highest that an object of this framework asks for and this system does not have; "" when none.
std::string missing_glibc(const Snapshot& snapshot, const Process& process, const FrameworkBuild& build, std::string& asked_by) {
  if (!snapshot.host.libc.is_known() || !snapshot.host.libc->starts_with("glibc ")) return {};
  auto here = Version::parse(snapshot.host.libc->substr(6));
  if (!here) return {};
  std::string missing;
  for (const loader::Object& object : process.map().objects()) {
    if (!object.file || !path::is_inside(object.file->path, build.folder)) continue;
    auto needed = Version::parse(object.file->required_glibc);
    if (!needed || *needed <= *here || (!missing.empty() && *needed <= version(missing))) continue;
    missing = object.file->required_glibc;
    asked_by = object.file->path;
  }
  return missing;
}

}  // namespace

Gate import_gate(const Snapshot& snapshot, const Process& process, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Gate gate = make_gate("import", Layer::framework_build, GateState::passed, "its libraries load");
  if (!build.missing_files.empty()) {
    gate.state = GateState::failed;
    gate.summary = fmt::format("the installation is cut: {} is missing", build.missing_files.front());
    gate.evidence.push_back({Source::package, build.folder, gate.summary});
    return gate;
  }
  if (!process.has_program() || process.loaded().empty()) {
    gate.state = GateState::unknown;
    gate.summary = process.has_program() ? "its libraries were not found"
                                         : fmt::format("the program behind {} was not found", environment.interpreter);
    return gate;
  }
  const Resolution& last = process.loaded().back();
  std::string asked_by, glibc = missing_glibc(snapshot, process, build, asked_by);
  if (!glibc.empty()) {
    gate.state = GateState::failed;
    gate.summary = fmt::format("{} needs glibc {}; this system has {}", path::filename(asked_by), glibc, snapshot.host.libc->substr(6));
    gate.log_line =
        fmt::format("ImportError: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_{}' not found (required by {})", glibc, asked_by);
    gate.evidence.push_back({Source::elf, asked_by, "GLIBC_" + glibc});
    return gate;
  }
  if (auto cxx = find_missing_cxx(process, build)) {
    gate.state = GateState::failed;
    gate.summary = fmt::format("{} needs {}; {} ends at {}", path::filename(cxx->asked_by), cxx->version, cxx->library, cxx->highest);
    gate.log_line = fmt::format("ImportError: {}: version `{}' not found (required by {})", cxx->library, cxx->version, cxx->asked_by);
    gate.evidence.push_back({Source::elf, cxx->asked_by, cxx->version});
    return gate;
  }
  if (auto foreign = musl_gate(snapshot, process, build)) return *foreign;
  if (last.is_found()) return instruction_gate(snapshot, environment, build).value_or(gate);
  gate = library_gate("import", Layer::framework_build, last, true, fmt::format("ImportError: {}", last.root_failure().loader_message()));
  return gate;
}

Gate build_gate(const FrameworkBuild& build) {
  Gate gate = make_gate("cuda-build", Layer::framework_build, GateState::passed, "built with CUDA");
  if (build.accelerator.is_known()) gate.evidence.push_back(build.accelerator.evidence());
  if (build.accelerator.is(Accelerator::cuda)) {
    if (build.cuda_version.is_known()) gate.summary = fmt::format("built with CUDA {}", *build.cuda_version);
  } else if (build.accelerator.is(Accelerator::cpu)) {
    gate.state = GateState::failed;
    gate.summary = "built without CUDA";
  } else if (build.accelerator.is_known() && *build.accelerator != Accelerator::unknown) {
    gate.state = GateState::failed;
    gate.summary = "built for another kind of accelerator";
  } else {
    gate.state = GateState::unknown;
    gate.summary = "the package does not say whether it is built with CUDA";
  }
  return gate;
}

const DriverAnswers* find_driver(const Snapshot& snapshot, const std::string& libcuda) {
  if (libcuda.empty()) return nullptr;
  for (const DriverAnswers& driver : snapshot.drivers) {
    if (driver.loaded_libcuda.is(libcuda) || driver.libcuda == libcuda) return &driver;
  }
  return nullptr;
}

const DriverAnswers* find_driver(const Snapshot& snapshot, const Resolution& libcuda) {
  return libcuda.is_found() ? find_driver(snapshot, libcuda.real_path) : nullptr;
}

namespace {

// An image holds no driver: the host brings it when the container starts. What is not in another root folder is not missing.
bool given_a_driver(const Snapshot& snapshot, Gate& gate) {
  bool missing = gate.library && gate.library->state == ResolutionState::not_found;
  if (snapshot.meta.basis != "root" || !missing) return false;
  gate.state = GateState::unknown;
  gate.summary = "given a working driver: an image gets it from its host";
  gate.log_line.clear();
  return true;
}

}  // namespace

Gate libcuda_gate(const Snapshot& snapshot, const Resolution& libcuda, std::string log_line) {
  Gate gate = library_gate("open-libcuda", Layer::driver_libraries, libcuda, true, log_line);
  if (given_a_driver(snapshot, gate)) return gate;
  const DriverAnswers* driver = find_driver(snapshot, libcuda);
  if (driver && driver->loaded_libcuda.is_absent()) {  // the file is there and the real loader refused it
    gate.state = GateState::failed;
    gate.summary = driver->dlopen_error;
    gate.log_line = std::move(log_line);
    gate.evidence.push_back({Source::call, "dlopen", driver->dlopen_error});
  }
  return gate;
}

Gate init_gate(const DriverAnswers* driver) {
  Gate gate = make_gate("cu-init", Layer::driver_libraries, GateState::unknown, std::string(unasked_words(driver)));
  if (!driver || driver->end == "not run") return gate;
  if (driver->init.is_known()) {
    gate.code = *driver->init;
    gate.state = *driver->init == 0 ? GateState::passed : GateState::failed;
    gate.summary =
        *driver->init == 0 ? "cuInit answers 0" : fmt::format("cuInit answers {}: {}", *driver->init, driver_error_words(*driver->init));
    gate.evidence.push_back(driver->init.evidence());
  } else if (driver->end == "timed out" || driver->end == "crashed") {
    gate.state = GateState::failed;
    gate.evidence.push_back({Source::call, "driver probe", driver->end_detail});
  }
  return gate;
}

Gate count_gate(const DriverAnswers* driver) {
  Gate gate = make_gate("device-count", Layer::driver_libraries, GateState::unknown, std::string(unasked_words(driver)));
  if (!driver || !driver->init.is_known()) return gate;
  if (*driver->init != 0) {
    gate.state = GateState::not_reached;
    gate.summary = "not reached: cuInit fails";
  } else if (driver->count.is_known()) {
    gate.code = *driver->count;
    gate.state = *driver->count > 0 ? GateState::passed : GateState::failed;
    gate.summary = fmt::format("the driver offers {} GPU{}", *driver->count, *driver->count == 1 ? "" : "s");
    gate.evidence.push_back(driver->count.evidence());
  }
  return gate;
}

Gate driver_version_gate(const DriverAnswers* driver, const Fact<std::string>& runtime_cuda) {
  Gate gate = make_gate("driver-version", Layer::kernel_driver, GateState::unknown, std::string(unasked_words(driver)));
  if (!driver || !driver->version.is_known()) return gate;
  auto runtime = runtime_cuda.is_known() ? Version::parse(*runtime_cuda) : std::nullopt;
  if (!runtime) {
    gate.summary = "the build does not say which CUDA it needs";
    return gate;
  }
  gate.code = *driver->version;
  gate.evidence.push_back(driver->version.evidence());
  int driver_major = static_cast<int>(*driver->version / 1000), driver_minor = static_cast<int>(*driver->version % 1000 / 10);
  // Minor version compatibility begins with CUDA 11; before it a runtime needs a driver that is at least as new.
  bool enough = runtime->major() >= 11
                    ? driver_major >= runtime->major()
                    : driver_major > runtime->major() || (driver_major == runtime->major() && driver_minor >= runtime->minor());
  gate.state = enough ? GateState::passed : GateState::failed;
  gate.summary = fmt::format("the driver supports CUDA up to {}.{}; the build needs CUDA {}", driver_major, driver_minor, *runtime_cuda);
  return gate;
}

Gate nvml_gate(const Snapshot& snapshot, const DriverAnswers* driver, const Resolution& nvml, bool required) {
  GateState broken = required ? GateState::failed : GateState::degraded;
  Gate gate = library_gate("nvml-init", Layer::driver_libraries, nvml, required, "");
  if (given_a_driver(snapshot, gate)) return gate;
  if (gate.state != GateState::passed) return gate;
  if (driver && driver->loaded_nvml.is_absent()) {
    gate.state = broken;
    gate.summary = "libnvidia-ml.so.1 cannot be loaded";
  } else if (driver && driver->nvml_init.is_known()) {
    gate.code = *driver->nvml_init;
    gate.evidence.push_back(driver->nvml_init.evidence());
    const facts::ErrorCode* error = facts::find_nvml_error(static_cast<int>(*driver->nvml_init));
    gate.summary =
        fmt::format("nvmlInit answers {}{}", *driver->nvml_init, error && *driver->nvml_init ? fmt::format(": {}", error->meaning) : "");
    if (*driver->nvml_init != 0) gate.state = broken;
  } else {
    gate.state = GateState::unknown;
    gate.summary = std::string(unasked_words(driver));
  }
  return gate;
}

namespace {

// What the cards lack, or what their first start costs, in one line that names each card.
struct CardWords {
  std::vector<std::string> without, compiled, refused;

  void add(const CudaDevice& device, const CodeVerdict& verdict) {
    std::string card = fmt::format("{} (compute capability {})", device.name, device.compute_capability);
    if (verdict.gap == CodeGap::ptx_too_new) refused.push_back(card);
    else if (verdict.support == CodeSupport::none) without.push_back(card);
    else if (verdict.support == CodeSupport::jit_from_ptx) compiled.push_back(card);
  }

  std::string summary() const {
    std::vector<std::string> parts;
    if (!without.empty()) parts.push_back(fmt::format("the build has no code for {}", join(without, ", ")));
    if (!refused.empty()) parts.push_back(fmt::format("it has only PTX that is newer than the driver for {}", join(refused, ", ")));
    if (!compiled.empty()) parts.push_back(fmt::format("compiled from PTX at the first start for {}", join(compiled, ", ")));
    return parts.empty() ? "the build holds code for every GPU" : join(parts, "; ");
  }
};

// The list that the verdicts rest on, and where it stands.
Evidence architecture_evidence(const FrameworkBuild& build, const std::vector<std::string>& images, std::string_view source) {
  std::vector<std::string> base = base_set(build);
  if (base.empty()) return {Source::package, std::string(source), join(images, " ")};
  auto read = std::ranges::find_if(build.code, [](const CodeLibrary& library) { return library.groups.is_known() && !library.union_only; });
  return {Source::elf, read->path, join(base, " ")};
}

ArchitectureAnswer open_answer(ArchitectureAnswer answer, Why why, std::string words) {
  answer.gate.state = GateState::unknown;
  answer.gate.summary = words;
  answer.usable = Fact<std::int64_t>::unknown(why, std::move(words));
  answer.verdicts.clear();
  return answer;
}

}  // namespace

ArchitectureAnswer architecture_gate(const DriverAnswers* driver, const FrameworkBuild& build, const std::vector<std::string>& images,
                                     std::string_view source, Kernels kernels) {
  ArchitectureAnswer answer;
  answer.gate = make_gate("architecture", Layer::first_kernel, GateState::unknown, "");
  if (!driver || !driver->devices.is_known()) return open_answer(answer, Why::not_probed, std::string(unasked_words(driver)));
  if (const CodeLibrary* unread = find_unread_library(build)) {
    answer.gate.evidence.push_back(unread->groups.evidence());
    return open_answer(answer, unread->groups.why(), unread->groups.detail());
  }
  Evidence evidence = architecture_evidence(build, images, source);
  if (evidence.excerpt.empty()) return open_answer(answer, Why::not_probed, "which GPU code this build holds is not known");
  answer.gate.evidence.push_back(std::move(evidence));
  int driver_cuda = driver->version.is_known() ? static_cast<int>(*driver->version) : 0;
  std::int64_t usable = 0;
  CardWords words;
  for (const CudaDevice& device : *driver->devices) {
    CodeVerdict verdict = judge_build(build, images, device.compute_capability, driver_cuda);
    if (verdict.support == CodeSupport::unknown)
      return open_answer(answer, Why::malformed,
                         parse_compute_capability(device.compute_capability) ? fmt::format("which code serves {} is not known", device.name)
                                                                             : "the compute capability of a GPU is not known");
    if (verdict.support != CodeSupport::none || kernels == Kernels::compiled_at_run_time) ++usable;
    words.add(device, verdict);
    answer.verdicts.push_back(std::move(verdict));
  }
  answer.usable = Fact<std::int64_t>::known(usable, driver->devices.evidence());
  bool all_served = words.without.empty() && words.refused.empty();
  answer.gate.state = all_served ? GateState::passed : usable > 0 ? GateState::degraded : GateState::failed;
  answer.gate.summary = words.summary();
  return answer;
}

ArchitectureAnswer architecture_gate(const DriverAnswers* driver, const std::vector<std::string>& images, std::string_view source) {
  return architecture_gate(driver, FrameworkBuild{}, images, source);
}

std::string driver_error_words(std::int64_t code) {
  const facts::ErrorCode* error = facts::find_driver_error(static_cast<int>(code));
  return error ? fmt::format("{}: {}", error->symbol, error->meaning) : fmt::format("UNKNOWN ERROR ({})", code);
}

void close_behind(const Gate& libcuda, std::vector<Gate*> gates) {
  if (libcuda.state != GateState::failed) return;
  for (Gate* gate : gates) {
    if (gate->state != GateState::unknown) continue;
    gate->state = GateState::not_reached;
    gate->summary = "not reached: libcuda.so.1 does not open";
  }
}

const DriverAnswers* find_nvml_driver(const Snapshot& snapshot, const DriverAnswers* driver) {
  if (driver || snapshot.drivers.empty()) return driver;
  return &snapshot.drivers.front();
}

namespace {

// A library that is cut behind its headers kills the process while it is mapped, at the first gate that opens it.
bool dies_in_the_loader(const Prediction& prediction) {
  for (const Gate& gate : prediction.gates) {
    if (gate.state != GateState::failed) continue;
    return gate.library && gate.library->root_failure().state == ResolutionState::process_dies;
  }
  return false;
}

}  // namespace

void conclude(Prediction& prediction) {
  const Gate* failed = prediction.first_failed();
  prediction.blocked_at = failed ? failed->name : "";
  if (dies_in_the_loader(prediction) || (failed && dies_of_instructions(*failed))) prediction.outcome = Outcome::aborts;
  for (const Gate& gate : prediction.gates) {
    bool speaks = gate.state == GateState::failed || gate.state == GateState::degraded;
    if (speaks && !gate.log_line.empty()) prediction.expected_log.push_back(gate.log_line);
    if (gate.code) prediction.basis = PredictionBasis::probe;
    // A framework that cannot be imported prints nothing of what would come later.
    if (gate.name == "import" && gate.state == GateState::failed) break;
  }
}

}  // namespace gpuwhy::frameworks
