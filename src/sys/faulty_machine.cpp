#include "sys/faulty_machine.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/path.h"

namespace gpuwhy {
namespace {

const AccessError denied_error = {AccessProblem::denied, "Permission denied"};
const AccessError read_error = {AccessProblem::io_error, "Input/output error"};
const AccessError gone_error = {AccessProblem::not_found, "No such file or directory"};

// Says the full size and gives fewer bytes, as a file does that is cut while it is read.
class ShortFile : public File {
 public:
  ShortFile(std::unique_ptr<File> inner, std::size_t kept) : inner_(std::move(inner)), kept_(kept) {}
  std::uint64_t size() const override { return inner_->size(); }
  Access<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    if (offset >= kept_) return std::string();
    return inner_->read_at(offset, std::min<std::size_t>(length, kept_ - static_cast<std::size_t>(offset)));
  }

 private:
  std::unique_ptr<File> inner_;
  std::size_t kept_;
};

}  // namespace

Fault fault_at(FaultKind kind, std::string path) {
  return {.kind = kind, .applies_to = [wanted = std::move(path)](std::string_view asked) { return asked == wanted; }};
}

Fault fault_below(FaultKind kind, std::string folder) {
  return {.kind = kind, .applies_to = [wanted = std::move(folder)](std::string_view asked) { return path::is_inside(asked, wanted); }};
}

const AccessError* FaultyMachine::problem_with(const std::string& path, Needs needs) {
  const AccessError* problem = nullptr;
  for (const Fault& fault : faults_) {
    if (problem || fault.kind == FaultKind::truncated || !fault.applies_to || !fault.applies_to(path)) continue;
    switch (fault.kind) {
      case FaultKind::denied:
        problem = needs == Needs::contents ? &denied_error : nullptr;
        break;
      case FaultKind::io_error:
        problem = needs == Needs::contents ? &read_error : nullptr;
        break;
      case FaultKind::hidden:
        problem = &denied_error;
        break;
      case FaultKind::vanishing:
        problem = &gone_error;
        break;
      case FaultKind::slow:
        std::this_thread::sleep_for(fault.delay);
        ++faults_met_;
        break;
      case FaultKind::truncated:
        break;
    }
  }
  if (problem) ++faults_met_;
  return problem;
}

const Fault* FaultyMachine::find_truncation(const std::string& path) const {
  for (const Fault& fault : faults_)
    if (fault.kind == FaultKind::truncated && fault.applies_to && fault.applies_to(path)) return &fault;
  return nullptr;
}

Access<FileInfo> FaultyMachine::stat(const std::string& path) {
  if (const AccessError* problem = problem_with(path, Needs::name_only)) return std::unexpected(*problem);
  return inner_.stat(path);
}

Access<std::string> FaultyMachine::kernel_log() {
  std::string name(kernel_log_name);
  if (const AccessError* problem = problem_with(name, Needs::contents)) return std::unexpected(*problem);
  return inner_.kernel_log();
}

Access<FileInfo> FaultyMachine::lstat(const std::string& path) {
  if (const AccessError* problem = problem_with(path, Needs::name_only)) return std::unexpected(*problem);
  return inner_.lstat(path);
}

// The text of a link needs no right on the link itself, so "denied" does not stop it.
Access<std::string> FaultyMachine::read_link(const std::string& path) {
  if (const AccessError* problem = problem_with(path, Needs::name_only)) return std::unexpected(*problem);
  return inner_.read_link(path);
}

Access<std::string> FaultyMachine::real_path(const std::string& path) {
  if (const AccessError* problem = problem_with(path, Needs::name_only)) return std::unexpected(*problem);
  return inner_.real_path(path);
}

Access<std::vector<std::string>> FaultyMachine::list(const std::string& folder) {
  if (const AccessError* problem = problem_with(folder, Needs::contents)) return std::unexpected(*problem);
  return inner_.list(folder);
}

Access<std::unique_ptr<File>> FaultyMachine::open(const std::string& path) {
  if (const AccessError* problem = problem_with(path, Needs::contents)) return std::unexpected(*problem);
  auto file = inner_.open(path);
  const Fault* truncation = find_truncation(path);
  if (!file || !truncation) return file;
  ++faults_met_;
  return std::make_unique<ShortFile>(std::move(*file), truncation->kept_bytes);
}

Access<std::string> FaultyMachine::read(const std::string& path, std::size_t limit) {
  if (const AccessError* problem = problem_with(path, Needs::contents)) return std::unexpected(*problem);
  auto bytes = inner_.read(path, limit);
  const Fault* truncation = find_truncation(path);
  if (!bytes || !truncation || bytes->size() <= truncation->kept_bytes) return bytes;
  ++faults_met_;
  bytes->resize(truncation->kept_bytes);
  return bytes;
}

}  // namespace gpuwhy
