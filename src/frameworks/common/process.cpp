#include "frameworks/common/process.h"

#include <fmt/format.h>

#include "base/path.h"

namespace gpuwhy::frameworks {

namespace {

loader::Libc libc_of(const Snapshot& snapshot) {
  bool musl = snapshot.host.libc.is_known() && snapshot.host.libc->starts_with("musl");
  return musl ? loader::Libc::musl : loader::Libc::glibc;
}

Resolution without_caller(const std::string& soname, std::string_view caller) {
  Resolution unknown;
  unknown.name = soname;
  unknown.caller = caller;
  unknown.state = ResolutionState::cannot_tell;
  unknown.detail = fmt::format("{}, which would open it, does not load", caller);
  return unknown;
}

}  // namespace

Process::Process(const Snapshot& snapshot, const PythonEnvironment& environment)
    : map_(snapshot.libraries, snapshot.loader, libc_of(snapshot)) {
  if (environment.program.empty()) return;
  has_program_ = map_.load_program(environment.program).is_found();
}

bool Process::load(const std::vector<std::string>& objects) {
  for (const std::string& object : objects) {
    loaded_.push_back(map_.dlopen(object));
    if (!loaded_.back().is_found()) return false;
  }
  return true;
}

std::string Process::mapped_path(std::string_view file_name) const {
  for (const loader::Object& object : map_.objects())
    if (object.file && path::filename(object.file->path) == file_name) return object.file->path;
  return {};
}

Resolution Process::open(const std::string& soname, std::string_view caller) {
  std::string path = mapped_path(caller);
  return !caller.empty() && path.empty() ? without_caller(soname, caller) : map_.dlopen(soname, path);
}

Resolution Process::peek(const std::string& soname, std::string_view caller) const {
  std::string path = mapped_path(caller);
  if (!caller.empty() && path.empty()) return without_caller(soname, caller);
  loader::LinkMap copy = map_;  // without the answers that were given before, which are long
  return copy.dlopen(soname, path);
}

}  // namespace gpuwhy::frameworks
