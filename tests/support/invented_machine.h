// A machine that exists only in a text file (the manifest; its grammar is in manifest.md): a sparse tree of files with links, owners and
// permissions as Linux would treat them, an environment, an identity, and what the driver probe would answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sys/machine.h"

namespace gpuwhy::testing {

// Reads a manifest and everything that it includes. Errors name file and line: "laptop.manifest:12: unknown word 'fiel'".
Result<std::unique_ptr<Machine>> load_manifest(const std::string& path);

// What the user asks for on the command line (the manifest's line `asked`).
struct Asked {
  std::vector<std::string> frameworks, import_order;
  std::optional<std::int64_t> pid;
  bool deep = false;
};
struct InventedSubject {
  std::unique_ptr<Machine> machine;
  Asked asked;
};
Result<InventedSubject> load_subject(const std::string& path);
Result<InventedSubject> parse_subject(std::string_view text, const std::string& name, const std::string& folder);

// The same for a text in a test; `name` stands for the file in messages, includes are looked up in `folder`.
Result<std::unique_ptr<Machine>> parse_manifest(std::string_view text, const std::string& name = "manifest",
                                                const std::string& folder = ".");

}  // namespace gpuwhy::testing
