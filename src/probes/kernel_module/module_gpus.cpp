#include "probes/kernel_module/module_gpus.h"

#include "formats/driver_proc/driver_proc.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {

Fact<std::vector<ModuleGpu>> read_module_gpus(Machine& machine) {
  const std::string folder = "/proc/driver/nvidia/gpus";
  auto names = machine.list(folder);
  if (!names) return failed<std::vector<ModuleGpu>>(names.error(), folder);
  std::vector<ModuleGpu> gpus;
  constexpr std::size_t cards_at_most = 256;
  for (const std::string& name : *names) {
    const std::string path = folder + "/" + name + "/information";
    auto text = machine.read(path, 64 << 10);
    if (!text && is_missing(text.error())) continue;  // unplugged between the listing and the look
    if (!text) return failed<std::vector<ModuleGpu>>(text.error(), path);
    auto gpu = driver_proc::parse_information(*text);
    if (!gpu) return malformed<std::vector<ModuleGpu>>(path, *text);
    if (gpus.size() < cards_at_most) gpus.push_back({printable(name, 40), gpu->model, gpu->firmware, gpu->excluded});
  }
  Evidence evidence = evidence_at(folder, std::to_string(gpus.size()) + " cards");
  return Fact<std::vector<ModuleGpu>>::known(std::move(gpus), std::move(evidence));
}

Fact<bool> read_hmm_disabled(Machine& machine) {
  const std::string path = "/sys/module/nvidia_uvm/parameters/uvm_disable_hmm";
  auto text = machine.read(path, 4096);
  if (!text) return failed<bool>(text.error(), path);
  std::string_view value = trim(*text);
  if (value == "Y" || value == "1") return Fact<bool>::known(true, evidence_at(path, value));
  if (value == "N" || value == "0") return Fact<bool>::known(false, evidence_at(path, value));
  return malformed<bool>(path, value);
}

}  // namespace gpuwhy::probes
