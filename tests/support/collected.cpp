#include "support/collected.h"

#include "engine/collect.h"
#include "support/invented_machine.h"

namespace gpuwhy::testing {

namespace {

Result<Snapshot> collect_from(Result<std::unique_ptr<Machine>> machine) {
  if (!machine) return fail(machine.error().message);
  CollectOptions options;
  options.tool_version = "test";
  return collect(**machine, options);
}

}  // namespace

Result<Snapshot> collect_manifest(const std::string& path) { return collect_from(load_manifest(path)); }

Result<Snapshot> collect_manifest_text(std::string_view text, const std::string& name, const std::string& folder) {
  return collect_from(parse_manifest(text, name, folder));
}

}  // namespace gpuwhy::testing
