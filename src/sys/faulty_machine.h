// A machine on which chosen reads fail, for tests: whatever fails when we read, no rule may state more than it knows. The faults are those
// of our own reading; what the machine itself suffers (a cut library) belongs into the machine underneath.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sys/machine.h"

namespace gpuwhy {

enum class FaultKind {
  denied,     // the contents may not be read; what the file is (stat, lstat) can still be seen, as on a real system
  hidden,     // a folder on the way may not be searched: everything is denied, stat too
  io_error,   // the contents give EIO
  truncated,  // reads come back short, without an error
  vanishing,  // listed by its folder, gone when it is looked at
  slow,       // the answer is right and late
};

inline constexpr std::string_view kernel_log_name = "/dev/kmsg";

struct Fault {
  FaultKind kind = FaultKind::io_error;
  std::function<bool(std::string_view path)> applies_to;
  std::size_t kept_bytes = 0;          // truncated: how much of the file there still is
  std::chrono::milliseconds delay{0};  // slow
};

Fault fault_at(FaultKind kind, std::string path);       // this path; the kernel's ring buffer is called kernel_log_name
Fault fault_below(FaultKind kind, std::string folder);  // this folder and all in it

class FaultyMachine : public Machine {
 public:
  FaultyMachine(Machine& inner, std::vector<Fault> faults) : inner_(inner), faults_(std::move(faults)) {}

  int faults_met() const { return faults_met_; }  // how many calls came back differently (or late): 0 means that the test tests nothing

  Basis basis() const override { return inner_.basis(); }
  Access<FileInfo> stat(const std::string& path) override;
  Access<FileInfo> lstat(const std::string& path) override;
  Access<std::string> read_link(const std::string& path) override;
  Access<std::string> real_path(const std::string& path) override;
  Access<std::vector<std::string>> list(const std::string& folder) override;
  Access<std::unique_ptr<File>> open(const std::string& path) override;
  Access<std::string> read(const std::string& path, std::size_t limit) override;
  Access<std::string> kernel_log() override;
  const Identity* identity() const override { return inner_.identity(); }
  const std::vector<Variable>& environment() const override { return inner_.environment(); }
  ProbeRun run_probe(const ProbeRequest& request) override { return inner_.run_probe(request); }

 private:
  enum class Needs { name_only, contents };
  // The error of the first fault that stops this call; waits where one is slow.
  const AccessError* problem_with(const std::string& path, Needs needs);
  const Fault* find_truncation(const std::string& path) const;

  Machine& inner_;
  std::vector<Fault> faults_;
  int faults_met_ = 0;
};

}  // namespace gpuwhy
