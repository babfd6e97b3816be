// What decides whether the kernel takes an unsigned module: Secure Boot (UEFI specification, "Globally Defined Variables"; shim's
// MokSBState), the lockdown LSM, module.sig_enforce (Documentation/admin-guide/module-signing.rst).
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// As the kernel sees it: off where the firmware has it on and shim was told not to validate. false on a machine that was not started by
// EFI.
Fact<bool> read_secure_boot(Machine& machine);
Fact<std::string> read_lockdown(Machine& machine);
Fact<bool> read_signature_enforced(Machine& machine);

}  // namespace gpuwhy::probes
