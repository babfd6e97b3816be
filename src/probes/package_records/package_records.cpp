#include "probes/package_records/package_records.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "formats/dist_info/dist_info.h"
#include "probes/package_records/variant.h"

namespace gpuwhy {

namespace {

constexpr std::size_t record_limit = 16 << 20;  // TensorFlow's has 3 MB
constexpr std::size_t most_faults = 64;

bool is_dist_info(const Package& package) { return package.location.ends_with(".dist-info"); }

Why why_of(AccessProblem problem) { return problem == AccessProblem::denied ? Why::denied : Why::malformed; }

// The file as it is against its size in RECORD; nothing when they agree. A look that failed for our own reasons is no fault.
struct Look {
  bool differs = false, failed = false;
  RecordFault fault;
};

Look look_at(Machine& machine, const std::string& folder, const dist_info::RecordedFile& recorded) {
  Look look;
  look.fault.path = path::join(folder, recorded.path);
  look.fault.recorded = recorded.size;
  auto info = machine.stat(look.fault.path);
  Evidence evidence{Source::file, look.fault.path, ""};
  if (info) {
    look.differs = info->kind != FileKind::regular || info->size != recorded.size;
    look.fault.actual = Fact<std::uint64_t>::known(info->kind == FileKind::regular ? info->size : 0, evidence);
  } else if (info.error().problem == AccessProblem::not_found || info.error().problem == AccessProblem::not_a_directory) {
    look.differs = true;
    look.fault.actual = Fact<std::uint64_t>::absent(evidence);
  } else {
    look.failed = true;
  }
  return look;
}

Fact<std::vector<RecordFault>> read_faults(Machine& machine, const Package& package) {
  using Faults = Fact<std::vector<RecordFault>>;
  std::string file = path::join(package.location, "RECORD");
  Evidence evidence{Source::package, file, ""};
  if (!is_dist_info(package) || package.installer == "conda") return Faults::absent({Source::package, package.location, ""});
  auto bytes = machine.read(file, record_limit);
  if (!bytes) {
    bool none = bytes.error().problem == AccessProblem::not_found || bytes.error().problem == AccessProblem::not_a_directory;
    return none ? Faults::absent(evidence) : Faults::unknown(why_of(bytes.error().problem), printable(bytes.error().detail), evidence);
  }
  std::vector<RecordFault> faults;
  std::string folder(path::parent(package.location));
  for (const dist_info::RecordedFile& recorded : dist_info::parse_record_libraries(*bytes)) {
    Look look = look_at(machine, folder, recorded);
    if (look.failed) return Faults::unknown(Why::denied, look.fault.path + " could not be looked at", evidence);
    if (look.differs && faults.size() < most_faults) faults.push_back(std::move(look.fault));
  }
  return Faults::known(std::move(faults), evidence);
}

Fact<std::int64_t> read_time(Machine& machine, const Package& package) {
  Evidence evidence{Source::file, package.location, ""};
  if (!is_dist_info(package)) {
    auto info = machine.stat(package.location);
    if (info) return Fact<std::int64_t>::known(info->modified, evidence);
    return Fact<std::int64_t>::unknown(why_of(info.error().problem), printable(info.error().detail), evidence);
  }
  std::int64_t newest = 0;
  bool any = false;
  for (const char* name : {"METADATA", "INSTALLER", "RECORD"}) {
    auto info = machine.stat(path::join(package.location, name));
    if (!info) continue;
    newest = any ? std::max(newest, info->modified) : info->modified;
    any = true;
  }
  if (any) return Fact<std::int64_t>::known(newest, evidence);
  return Fact<std::int64_t>::unknown(Why::malformed, "no file of it can be looked at", evidence);
}

}  // namespace

void probe_package_records(Machine& machine, PythonEnvironment& environment) {
  if (!environment.packages.is_known()) return;
  for (Package& package : environment.packages.edit()) {
    package.variant = read_variant(machine, package);
    package.record_faults = read_faults(machine, package);
    package.installed_at = read_time(machine, package);
  }
}

}  // namespace gpuwhy
