// A machine in memory for the unit tests of probes: files with their text, links, device nodes, and paths that refuse to be read. Folders
// follow from the paths in them. Links are followed as Linux does, also in the middle of a path.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "sys/machine.h"

namespace gpuwhy::testing {

class MemoryMachine final : public Machine {
 public:
  MemoryMachine() {
    identity_.emplace();
    identity_->uid = 1000;
    identity_->groups = {1000};
    identity_->host_name = "testhost";
    identity_->kernel_release = "6.8.0-60-generic";
    identity_->architecture = "x86_64";
  }

  // --- building it ---
  MemoryMachine& file(const std::string& path, std::string text, std::uint32_t mode = 0644, std::uint32_t uid = 0) {
    Node node;
    node.info.kind = FileKind::regular;
    node.info.size = text.size();
    node.info.mode = mode;
    node.info.uid = uid;
    node.text = std::move(text);
    return put(path, std::move(node));
  }
  MemoryMachine& folder(const std::string& path) {
    Node node;
    node.info.kind = FileKind::directory;
    node.info.mode = 0755;
    return put(path, std::move(node));
  }
  MemoryMachine& link(const std::string& path, std::string target) {
    Node node;
    node.info.kind = FileKind::symlink;
    node.info.mode = 0777;
    node.text = std::move(target);
    return put(path, std::move(node));
  }
  MemoryMachine& node(const std::string& path, std::uint32_t major, std::uint32_t minor, std::uint32_t mode = 0666) {
    Node device;
    device.info.kind = FileKind::character_device;
    device.info.mode = mode;
    device.info.device_major = major;
    device.info.device_minor = minor;
    return put(path, std::move(device));
  }
  // Reading or listing this path fails so; for a path below a folder that may not be entered, name that path.
  MemoryMachine& fails(const std::string& path, AccessProblem problem, std::string detail = "Permission denied") {
    failures_[path] = {problem, std::move(detail)};
    return put_parents(path);
  }
  MemoryMachine& denies(const std::string& path) { return fails(path, AccessProblem::denied); }
  MemoryMachine& variables(std::vector<Variable> all) {
    environment_ = std::move(all);
    return *this;
  }
  MemoryMachine& kernel(std::string release) {
    identity_->kernel_release = std::move(release);
    return *this;
  }
  MemoryMachine& user(std::uint32_t uid, std::string sudo_user = {}) {
    identity_->uid = uid;
    identity_->sudo_user = std::move(sudo_user);
    return *this;
  }
  MemoryMachine& as_root_folder() {
    basis_ = Basis::root_folder;
    identity_.reset();
    return *this;
  }

  // --- Machine ---
  Basis basis() const override { return basis_; }
  Access<FileInfo> stat(const std::string& path) override { return info_of(path, true); }
  Access<FileInfo> lstat(const std::string& path) override { return info_of(path, false); }
  Access<std::string> read_link(const std::string& path) override {
    auto real = resolve(path, false);
    if (!real) return std::unexpected(real.error());
    const Node& found = nodes_.at(*real);
    if (found.info.kind != FileKind::symlink) return std::unexpected(AccessError{AccessProblem::io_error, "Invalid argument"});
    return found.text;
  }
  Access<std::string> real_path(const std::string& path) override { return resolve(path, true); }
  Access<std::vector<std::string>> list(const std::string& path) override {
    auto real = resolve(path, true);
    if (!real) return std::unexpected(real.error());
    if (nodes_.at(*real).info.kind != FileKind::directory)
      return std::unexpected(AccessError{AccessProblem::not_a_directory, "Not a directory"});
    if (auto failure = failure_of(path, *real)) return std::unexpected(*failure);
    std::vector<std::string> names;
    const std::string prefix = *real == "/" ? "/" : *real + "/";
    for (auto at = nodes_.upper_bound(prefix); at != nodes_.end() && at->first.starts_with(prefix); ++at)
      if (at->first.find('/', prefix.size()) == std::string::npos) names.push_back(at->first.substr(prefix.size()));
    return names;
  }
  Access<std::unique_ptr<File>> open(const std::string& path) override {
    auto text = read(path, std::string::npos);
    if (!text) return std::unexpected(text.error());
    return std::make_unique<TextFile>(std::move(*text));
  }
  Access<std::string> read(const std::string& path, std::size_t limit = 1 << 20) override {
    auto real = resolve(path, true);
    if (!real) return std::unexpected(real.error());
    const Node& found = nodes_.at(*real);
    if (found.info.kind != FileKind::regular) return std::unexpected(AccessError{AccessProblem::io_error, "not a regular file"});
    if (auto failure = failure_of(path, *real)) return std::unexpected(*failure);
    if (found.text.size() > limit) return std::unexpected(AccessError{AccessProblem::too_large, "too large"});
    return found.text;
  }
  Access<std::string> kernel_log() override { return std::unexpected(AccessError{AccessProblem::denied, "no kernel log"}); }
  const Identity* identity() const override { return identity_ ? &*identity_ : nullptr; }
  const std::vector<Variable>& environment() const override { return environment_; }
  ProbeRun run_probe(const ProbeRequest&) override { return {}; }

 private:
  struct Node {
    FileInfo info;
    std::string text;  // of a file, or where a link leads
  };
  class TextFile final : public File {
   public:
    explicit TextFile(std::string text) : text_(std::move(text)) {}
    std::uint64_t size() const override { return text_.size(); }
    Access<std::string> read_at(std::uint64_t offset, std::size_t length) override {
      return offset >= text_.size() ? std::string() : text_.substr(static_cast<std::size_t>(offset), length);
    }

   private:
    std::string text_;
  };

  MemoryMachine& put(const std::string& path, Node node) {
    put_parents(path);
    nodes_[path] = std::move(node);
    return *this;
  }

  MemoryMachine& put_parents(const std::string& path) {
    for (std::string_view folder = path::parent(path); folder.size() > 1; folder = path::parent(folder)) {
      Node parent;
      parent.info.kind = FileKind::directory;
      parent.info.mode = 0755;
      nodes_.try_emplace(std::string(folder), parent);
    }
    Node root;
    root.info.kind = FileKind::directory;
    nodes_.try_emplace("/", root);
    return *this;
  }

  std::optional<AccessError> failure_of(const std::string& asked, const std::string& real) const {
    for (const std::string& path : {asked, real})
      if (auto found = failures_.find(path); found != failures_.end()) return found->second;
    return std::nullopt;
  }

  Access<FileInfo> info_of(const std::string& path, bool follow) {
    auto real = resolve(path, follow);
    if (!real) return std::unexpected(real.error());
    return nodes_.at(*real).info;
  }

  // The real path, links resolved; the last part only with `follow`.
  Access<std::string> resolve(const std::string& path, bool follow) const {
    std::vector<std::string> todo;
    auto push = [&](std::string_view text) {
      std::vector<std::string_view> parts = split(text, '/');
      for (std::size_t i = parts.size(); i-- > 0;)
        if (!parts[i].empty() && parts[i] != ".") todo.emplace_back(parts[i]);
    };
    push(path);
    std::string at = "/";
    int links = 0;
    while (!todo.empty()) {
      std::string part = todo.back();
      todo.pop_back();
      if (part == "..") {
        at = std::string(path::parent(at));
        continue;
      }
      std::string next = path::join(at, part);
      // A folder that may not be entered hides what is in it: denied before "not there".
      auto found = nodes_.find(next);
      if (found == nodes_.end()) {
        if (auto failure = failures_.find(next); failure != failures_.end()) return std::unexpected(failure->second);
        return std::unexpected(AccessError{AccessProblem::not_found, "No such file or directory"});
      }
      if (found->second.info.kind == FileKind::symlink && (follow || !todo.empty())) {
        if (++links > 40) return std::unexpected(AccessError{AccessProblem::link_loop, "Too many levels of symbolic links"});
        if (found->second.text.starts_with('/')) at = "/";
        push(found->second.text);
        continue;
      }
      at = next;
    }
    if (!nodes_.contains(at)) return std::unexpected(AccessError{AccessProblem::not_found, "No such file or directory"});
    return at;
  }

  Basis basis_ = Basis::invented;
  std::optional<Identity> identity_;
  std::vector<Variable> environment_;
  std::map<std::string, Node> nodes_;
  std::map<std::string, AccessError> failures_;
};

}  // namespace gpuwhy::testing
