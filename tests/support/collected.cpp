#include "support/collected.h"

#include "engine/collect.h"

namespace gpuwhy::testing {

namespace {

Result<Snapshot> collect_from(Result<InventedSubject> subject) {
  if (!subject) return fail(subject.error().message);
  return collect_machine(*subject->machine, subject->asked);
}

}  // namespace

Result<Snapshot> collect_machine(Machine& machine, const Asked& asked) {
  CollectOptions options;
  options.tool_version = "test";
  options.pid = asked.pid;
  options.deep = asked.deep;
  auto snapshot = collect(machine, options);
  if (!snapshot) return snapshot;
  snapshot->meta.asked_frameworks = asked.frameworks;
  snapshot->meta.import_order = asked.import_order;
  return snapshot;
}

Result<Snapshot> collect_manifest(const std::string& path) { return collect_from(load_subject(path)); }

Result<Snapshot> collect_manifest_text(std::string_view text, const std::string& name, const std::string& folder) {
  return collect_from(parse_subject(text, name, folder));
}

}  // namespace gpuwhy::testing
