#include "causes/support/cause.h"
#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::cdi_spec_problem {

namespace {

// Of the driver that runs; "" where nothing tells.
std::string running_version(const Snapshot& snapshot) {
  if (snapshot.kernel_module.loaded_version.is_known()) return *snapshot.kernel_module.loaded_version;
  const DriverAnswers* driver = default_driver(snapshot);
  bool told = driver && driver->nvml_driver_version.is_known() && !in_wsl(snapshot);
  return told ? *driver->nvml_driver_version : std::string();
}

// What is wrong with it, in one clause; "" = nothing.
std::string fault_of(const CdiSpec& spec, const std::string& running) {
  if (!spec.problem.empty()) return spec.problem;
  if (!spec.driver_version.empty() && !running.empty() && spec.driver_version != running)
    return fmt::format("it was written for driver {}, and {} runs", spec.driver_version, running);
  if (spec.missing.empty()) return {};
  std::string more = spec.missing.size() > 1 ? fmt::format(" and {} more", spec.missing.size() - 1) : std::string();
  return fmt::format("it mounts what is not there: {}{}", spec.missing.front(), more);
}

// Written by the toolkit itself at every start, so a new one in /etc/cdi would stand beside it.
bool is_generated_at_boot(const CdiSpec& spec) { return spec.path.starts_with("/var/run/") || spec.path.starts_with("/run/"); }

Remedy generate(const Snapshot& snapshot, const CdiSpec& spec) {
  Remedy remedy;
  remedy.title = "write the specification anew for the driver that runs";
  if (is_generated_at_boot(spec))
    remedy.commands = {remedies::as_root(snapshot.host, {"systemctl", "restart", "nvidia-cdi-refresh.service"})};
  remedy.commands.push_back(remedies::as_root(snapshot.host, {"nvidia-ctk", "cdi", "generate", "--output=" + spec.path}));
  if (is_generated_at_boot(spec)) remedy.commands.resize(1);
  remedy.steps = {"after every update of the driver again, where nvidia-cdi-refresh.service (toolkit 1.18) does not do it",
                  "start the containers again that use it"};
  remedy.undo = "keep a copy of the former file, and put it back";
  return checked(std::move(remedy));
}

}  // namespace

// A specification is a list of files of one driver. The next driver brings others, and the engine then stops at the first that is gone.
Verdict check(const Snapshot& snapshot) {
  if (auto verdict = host_tools_are_not_judged(snapshot)) return *verdict;
  const auto& specs = snapshot.container_tools.cdi;
  if (specs.is_unknown()) return cannot_tell("the CDI specifications", specs);
  if (specs.is_absent()) return not_applicable("there is no CDI specification of NVIDIA's");
  std::string running = running_version(snapshot);
  for (const CdiSpec& spec : *specs) {
    std::string fault = fault_of(spec, running);
    if (fault.empty()) continue;
    Finding finding =
        host_note(snapshot, fmt::format("containers started through CDI may not get the GPU: {} is stale or damaged", spec.path));
    prove(finding, fault, {Source::file, spec.path, spec.kind});
    if (!spec.devices.empty()) finding.details.push_back(fmt::format("it offers {}={}", spec.kind, fmt::join(spec.devices, ", ")));
    finding.remedies = {generate(snapshot, spec)};
    return fires(std::move(finding));
  }
  return passes();
}

}  // namespace gpuwhy::causes::cdi_spec_problem
