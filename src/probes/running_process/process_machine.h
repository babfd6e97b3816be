// The machine as one running process sees it: with the environment that it was started with, and, where it lives in another mount namespace
// (a container), with the files below /proc/PID/root. Links there are followed by hand, so that none leads out into our own files.
#pragma once

#include <string>
#include <vector>

#include "sys/machine.h"

namespace gpuwhy {

struct ProcessView {
  std::vector<Variable> environment;
  std::string root;           // "/proc/1234/root" of a process in another mount namespace; "" = it sees our files
  bool is_foreign = false;    // it belongs to another user: nothing that it names (a loader, LD_PRELOAD) may be started by us
  std::string no_driver_why;  // why the driver cannot be asked for it at all; "" = it can
};

class ProcessMachine : public Machine {
 public:
  // `inner` must outlive this one.
  ProcessMachine(Machine& inner, ProcessView view) : inner_(inner), view_(std::move(view)) {}

  Basis basis() const override { return inner_.basis(); }
  Access<FileInfo> stat(const std::string& path) override;
  Access<FileInfo> lstat(const std::string& path) override;
  Access<std::string> read_link(const std::string& path) override;
  Access<std::string> real_path(const std::string& path) override;
  Access<std::vector<std::string>> list(const std::string& folder) override;
  Access<std::unique_ptr<File>> open(const std::string& path) override;
  Access<std::string> read(const std::string& path, std::size_t limit) override;
  Access<std::string> kernel_log() override { return inner_.kernel_log(); }
  const Identity* identity() const override { return inner_.identity(); }
  const std::vector<Variable>& environment() const override { return view_.environment; }
  ProbeRun run_probe(const ProbeRequest& request) override;

 private:
  // Where this path lies for `inner_`, with links on the way (and the last one, when asked) followed inside of the root.
  Access<std::string> place_of(const std::string& path, bool follow_last);
  bool is_shared(const std::string& path) const;

  Machine& inner_;
  ProcessView view_;
};

}  // namespace gpuwhy
