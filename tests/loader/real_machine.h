// The file system of this machine for tests, with an environment of the test's own and with single files replaced by others.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sys/machine.h"

namespace gpuwhy::testing {

class RealMachine final : public Machine {
 public:
  explicit RealMachine(std::vector<Variable> environment = {}, std::map<std::string, std::string> replaced = {})
      : environment_(std::move(environment)), replaced_(std::move(replaced)) {}

  Basis basis() const override { return Basis::live; }
  Access<FileInfo> stat(const std::string& path) override;
  Access<FileInfo> lstat(const std::string& path) override;
  Access<std::string> read_link(const std::string& path) override;
  Access<std::string> real_path(const std::string& path) override;
  Access<std::vector<std::string>> list(const std::string& folder) override;
  Access<std::unique_ptr<File>> open(const std::string& path) override;
  Access<std::string> read(const std::string& path, std::size_t limit) override;
  Access<std::string> kernel_log() override { return std::unexpected(AccessError{AccessProblem::denied, "no kernel log"}); }
  const Identity* identity() const override { return nullptr; }
  const std::vector<Variable>& environment() const override { return environment_; }
  ProbeRun run_probe(const ProbeRequest&) override { return {}; }

 private:
  const std::string& place_of(const std::string& path) const;

  std::vector<Variable> environment_;
  std::map<std::string, std::string> replaced_;  // asked for -> read instead
};

}  // namespace gpuwhy::testing
