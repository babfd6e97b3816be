#include "frameworks/common/effective_variables.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy::frameworks {

namespace {

constexpr std::int64_t no_device = 100;  // CUDA_ERROR_NO_DEVICE: what cuInit answers where the variable leaves no card

// The devices that the driver shows for this value, of those that it showed without it (CUDA Programming Guide, environment variables: the
// list counts up to its first invalid entry). Nothing when an entry names a card in a way that needs more than the list of devices.
std::optional<std::vector<CudaDevice>> shown(const std::string& value, const std::vector<CudaDevice>& devices) {
  std::vector<CudaDevice> found;
  for (std::string_view entry : split(value, ',')) {
    entry = trim(entry);
    if (entry.starts_with("GPU-") || entry.starts_with("MIG-")) return std::nullopt;
    auto index = parse_int(entry);
    if (!index || *index < 0 || *index >= static_cast<std::int64_t>(devices.size())) break;
    found.push_back(devices[static_cast<std::size_t>(*index)]);
  }
  return found;
}

// A value that names no card on any machine: empty, "-1", "NoDevFiles".
bool hides_all(const std::string& value) {
  std::string_view first = trim(split(value, ',').front());
  auto index = parse_int(first);
  return !first.starts_with("GPU-") && !first.starts_with("MIG-") && (!index || *index < 0);
}

void show_only(const std::string& value, DriverAnswers& driver) {
  if (!driver.init.is(std::int64_t{0}) || !driver.devices.is_known()) return;
  auto devices = shown(value, *driver.devices);
  if (!devices) return;
  Evidence evidence{Source::env, "CUDA_VISIBLE_DEVICES", value};
  if (!devices->empty()) {
    driver.count = Fact<std::int64_t>::known(static_cast<std::int64_t>(devices->size()), evidence);
    driver.devices = Fact<std::vector<CudaDevice>>::known(std::move(*devices), evidence);
    return;
  }
  driver.init = Fact<std::int64_t>::known(no_device, evidence);
  driver.count = Fact<std::int64_t>::unknown(Why::not_probed, "cuInit fails", evidence);
  driver.devices = Fact<std::vector<CudaDevice>>::unknown(Why::not_probed, "cuInit fails", evidence);
}

}  // namespace

bool is_certain(const StartupCode& code) {
  return !code.variable.empty() && !code.text.empty() && code.text.front() != ' ' && code.text.front() != '\t';
}

std::map<std::string, std::string> effective_variables(const Snapshot& snapshot, const PythonEnvironment& environment) {
  std::map<std::string, std::string> variables = snapshot.variables;
  if (!environment.startup_code.is_known()) return variables;
  for (const StartupCode& code : *environment.startup_code) {
    if (!is_certain(code)) continue;
    bool only_if_unset = code.text.find(".setdefault") != std::string::npos;
    if (only_if_unset) variables.emplace(code.variable, code.value);
    else variables[code.variable] = code.value;
  }
  return variables;
}

std::optional<Snapshot> as_started(const Snapshot& snapshot, const PythonEnvironment& environment) {
  if (!environment.startup_code.is_known() || std::ranges::none_of(*environment.startup_code, is_certain)) return std::nullopt;
  auto variables = effective_variables(snapshot, environment);
  if (variables == snapshot.variables) return std::nullopt;
  Snapshot started = snapshot;
  auto value = variables.find("CUDA_VISIBLE_DEVICES");
  const std::string* before = snapshot.variable("CUDA_VISIBLE_DEVICES");
  // Where the process had a list of its own, the driver was asked with that one: its devices are not all that there are.
  bool changes = value != variables.end() && (!before || (*before != value->second && hides_all(value->second)));
  if (changes)
    for (DriverAnswers& driver : started.drivers) show_only(value->second, driver);
  started.variables = std::move(variables);
  return started;
}

}  // namespace gpuwhy::frameworks
