// A snapshot of an invented machine, made by the same collector as a real one.
#pragma once

#include <string>

#include "base/result.h"
#include "model/snapshot.h"
#include "support/invented_machine.h"

namespace gpuwhy::testing {

Result<Snapshot> collect_machine(Machine& machine, const Asked& asked);
Result<Snapshot> collect_manifest(const std::string& path);
// For a text with includes that are relative to `folder`.
Result<Snapshot> collect_manifest_text(std::string_view text, const std::string& name, const std::string& folder);

}  // namespace gpuwhy::testing
