// A machine that exists only in a text file (the manifest; its grammar is in manifest.md): a sparse tree of files with links, owners and
// permissions as Linux would treat them, an environment, an identity, and what the driver probe would answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sys/machine.h"

namespace gpuwhy::testing {

// Reads a manifest and everything that it includes. Errors name file and line: "laptop.manifest:12: unknown word 'fiel'".
Result<std::unique_ptr<Machine>> load_manifest(const std::string& path);

// The same for a text in a test; `name` stands for the file in messages, includes are looked up in `folder`.
Result<std::unique_ptr<Machine>> parse_manifest(std::string_view text, const std::string& name = "manifest",
                                                const std::string& folder = ".");

}  // namespace gpuwhy::testing
