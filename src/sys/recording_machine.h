// Passes every call on to another machine and keeps what was asked for, so that a test can say what a probe touches.
#pragma once

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sys/machine.h"

namespace gpuwhy {

enum class Operation { stat, lstat, read_link, real_path, list, open, read, kernel_log, run_probe };

struct Touch {
  Operation operation = Operation::stat;
  std::string path;  // of run_probe: what was to be loaded, libcuda and NVML, and each node, in one Touch each
  bool succeeded = false;

  bool operator==(const Touch&) const = default;
};

class RecordingMachine : public Machine {
 public:
  explicit RecordingMachine(Machine& inner) : inner_(inner) {}

  const std::vector<Touch>& touches() const { return touches_; }
  bool has_touched(std::string_view path) const {
    return std::ranges::any_of(touches_, [&](const Touch& touch) { return touch.path == path; });
  }
  bool has_run_anything() const {
    return std::ranges::any_of(touches_, [](const Touch& touch) { return touch.operation == Operation::run_probe; });
  }
  std::set<std::string> paths() const {
    std::set<std::string> all;
    for (const Touch& touch : touches_) all.insert(touch.path);
    return all;
  }
  void forget() { touches_.clear(); }

  Basis basis() const override { return inner_.basis(); }
  Access<FileInfo> stat(const std::string& path) override { return note(Operation::stat, path, inner_.stat(path)); }
  Access<FileInfo> lstat(const std::string& path) override { return note(Operation::lstat, path, inner_.lstat(path)); }
  Access<std::string> read_link(const std::string& path) override { return note(Operation::read_link, path, inner_.read_link(path)); }
  Access<std::string> real_path(const std::string& path) override { return note(Operation::real_path, path, inner_.real_path(path)); }
  Access<std::vector<std::string>> list(const std::string& folder) override { return note(Operation::list, folder, inner_.list(folder)); }
  Access<std::unique_ptr<File>> open(const std::string& path) override { return note(Operation::open, path, inner_.open(path)); }
  Access<std::string> read(const std::string& path, std::size_t limit) override {
    return note(Operation::read, path, inner_.read(path, limit));
  }
  Access<std::string> kernel_log() override { return note(Operation::kernel_log, "", inner_.kernel_log()); }
  const Identity* identity() const override { return inner_.identity(); }
  const std::vector<Variable>& environment() const override { return inner_.environment(); }
  ProbeRun run_probe(const ProbeRequest& request) override {
    ProbeRun run = inner_.run_probe(request);
    bool ran = run.end != ProbeRun::End::not_run;
    for (const std::string& node : request.nodes) touches_.push_back({Operation::run_probe, node, ran});
    touches_.push_back({Operation::run_probe, request.libcuda, ran});
    touches_.push_back({Operation::run_probe, request.nvml, ran});
    return run;
  }

 private:
  template <class T>
  Access<T> note(Operation operation, const std::string& path, Access<T> result) {
    touches_.push_back({operation, path, result.has_value()});
    return result;
  }

  Machine& inner_;
  std::vector<Touch> touches_;
};

}  // namespace gpuwhy
