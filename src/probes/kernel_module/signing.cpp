#include "probes/kernel_module/signing.h"

#include <optional>

#include "base/text.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

const std::string efi_folder = "/sys/firmware/efi", variables_folder = "/sys/firmware/efi/efivars";
const std::string secure_boot_path = variables_folder + "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
const std::string shim_path = variables_folder + "/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23";

// A variable of efivarfs with one byte of data: four bytes of attributes stand before it.
std::optional<bool> parse_flag(std::string_view bytes) {
  if (bytes.size() != 5 || static_cast<unsigned char>(bytes[4]) > 1) return std::nullopt;
  return bytes[4] == 1;
}

std::string data_byte(std::string_view bytes) {
  return bytes.size() == 5 ? "data byte " + std::to_string(static_cast<unsigned char>(bytes[4])) : "not 5 bytes";
}

// The variable is not there. A container hides /sys/firmware behind an empty folder; a machine started by a BIOS has no folder efi in it.
Fact<bool> without_variable(Machine& machine) {
  auto firmware = machine.list("/sys/firmware");
  if (!firmware || firmware->empty()) return not_probed<bool>("/sys/firmware is not shown here", evidence_at("/sys/firmware"));
  auto efi = look_for(machine, efi_folder);
  if (!efi) return failed<bool>(efi.error(), efi_folder);
  if (!*efi) return Fact<bool>::known(false, evidence_at(efi_folder, "not started by EFI"));
  auto variables = machine.list(variables_folder);
  if (!variables || variables->empty()) return not_probed<bool>("the EFI variables are not mounted", evidence_at(variables_folder));
  return Fact<bool>::known(false, evidence_at(secure_boot_path, "the firmware has no such variable"));
}

}  // namespace

Fact<bool> read_secure_boot(Machine& machine) {
  auto bytes = machine.read(secure_boot_path, 4096);
  if (!bytes) return is_missing(bytes.error()) ? without_variable(machine) : failed<bool>(bytes.error(), secure_boot_path);
  auto flag = parse_flag(*bytes);
  if (!flag) return malformed<bool>(secure_boot_path, data_byte(*bytes));
  if (*flag) {
    auto shim = machine.read(shim_path, 4096);
    if (!shim && !is_missing(shim.error())) return failed<bool>(shim.error(), shim_path);
    if (shim && !parse_flag(*shim)) return malformed<bool>(shim_path, data_byte(*shim));
    if (shim && parse_flag(*shim) == true) return Fact<bool>::known(false, evidence_at(shim_path, "shim does not validate"));
  }
  return Fact<bool>::known(*flag, evidence_at(secure_boot_path, data_byte(*bytes)));
}

// "none [integrity] confidentiality": the word in brackets is in force.
Fact<std::string> read_lockdown(Machine& machine) {
  const std::string folder = "/sys/kernel/security", path = folder + "/lockdown";
  auto text = machine.read(path, 4096);
  if (!text) {
    if (!is_missing(text.error())) return failed<std::string>(text.error(), path);
    auto names = machine.list(folder);
    if (names && !names->empty()) return Fact<std::string>::absent(evidence_at(path));  // a kernel without this module
    return not_probed<std::string>(folder + " is not mounted", evidence_at(folder));
  }
  std::size_t open = text->find('['), close = text->find(']');
  if (open == std::string::npos || close == std::string::npos || close <= open + 1) return malformed<std::string>(path, *text);
  return Fact<std::string>::known(text->substr(open + 1, close - open - 1), evidence_at(path, *text));
}

Fact<bool> read_signature_enforced(Machine& machine) {
  const std::string path = "/sys/module/module/parameters/sig_enforce";
  auto text = machine.read(path, 4096);
  if (!text) {
    if (is_missing(text.error()) && !machine.is_folder("/sys/module"))
      return not_probed<bool>("/sys/module is not shown here", evidence_at(path));
    return failed<bool>(text.error(), path);
  }
  std::string_view value = trim(*text);
  if (value != "Y" && value != "N" && value != "1" && value != "0") return malformed<bool>(path, value);
  return Fact<bool>::known(value == "Y" || value == "1", evidence_at(path, value));
}

}  // namespace gpuwhy::probes
