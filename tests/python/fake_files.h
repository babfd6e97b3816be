// A file system in memory for the tests of the Python probes: files, folders, links, and places that may not be read.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/path.h"
#include "sys/machine.h"

namespace gpuwhy::testing {

class FakeFiles final : public Machine {
 public:
  FakeFiles& file(const std::string& path, std::string bytes, std::uint32_t mode = 0644) {
    nodes_[path] = {FileKind::regular, std::move(bytes), mode};
    return *this;
  }
  FakeFiles& link(const std::string& path, std::string target) {
    nodes_[path] = {FileKind::symlink, std::move(target), 0777};
    return *this;
  }
  FakeFiles& folder(const std::string& path) {
    nodes_[path] = {FileKind::directory, "", 0755};
    return *this;
  }
  FakeFiles& denied(const std::string& path) {
    denied_.insert(path);
    return *this;
  }
  FakeFiles& variable_is(const std::string& name, const std::string& value) {
    environment_.push_back({name, value});
    return *this;
  }
  FakeFiles& called_by_sudo(const std::string& user) {
    identity_.sudo_user = user;
    return *this;
  }
  FakeFiles& remove(const std::string& path) {
    std::erase_if(nodes_, [&](const auto& node) { return path::is_inside(node.first, path); });
    return *this;
  }
  // How often a path was opened or listed.
  int times(const std::string& path) const { return times_.contains(path) ? times_.at(path) : 0; }
  std::uint64_t bytes_read() const { return bytes_read_; }

  Basis basis() const override { return Basis::invented; }
  Access<FileInfo> stat(const std::string& path) override {
    auto real = resolve(path, true);
    return real ? info(*real) : Access<FileInfo>(std::unexpected(real.error()));
  }
  Access<FileInfo> lstat(const std::string& path) override {
    auto real = resolve(path, false);
    return real ? info(*real) : Access<FileInfo>(std::unexpected(real.error()));
  }
  Access<std::string> read_link(const std::string& path) override {
    auto real = resolve(path, false);
    if (!real) return real;
    if (kind(*real) != FileKind::symlink) return problem(AccessProblem::io_error, "Invalid argument");
    return nodes_.at(*real).bytes;
  }
  Access<std::string> real_path(const std::string& path) override { return resolve(path, true); }
  Access<std::vector<std::string>> list(const std::string& folder) override {
    auto real = resolve(folder, true);
    if (!real) return std::unexpected(real.error());
    if (kind(*real) != FileKind::directory) return problem(AccessProblem::not_a_directory, "Not a directory");
    if (denied_.contains(*real)) return problem(AccessProblem::denied, "Permission denied");
    ++times_[*real];
    std::set<std::string> names;
    std::string inside = *real == "/" ? "/" : *real + "/";
    for (const auto& [path, node] : nodes_)
      if (path.starts_with(inside) && path.size() > inside.size())
        names.insert(path.substr(inside.size(), path.find('/', inside.size()) - inside.size()));
    return std::vector<std::string>(names.begin(), names.end());
  }
  Access<std::unique_ptr<File>> open(const std::string& path) override {
    auto real = resolve(path, true);
    if (!real) return std::unexpected(real.error());
    if (denied_.contains(*real)) return problem(AccessProblem::denied, "Permission denied");
    if (kind(*real) != FileKind::regular) return problem(AccessProblem::io_error, "not a regular file");
    ++times_[*real];
    return std::make_unique<FakeFile>(nodes_.at(*real).bytes, bytes_read_);
  }
  Access<std::string> read(const std::string& path, std::size_t limit) override {
    auto file = open(path);
    if (!file) return std::unexpected(file.error());
    if ((*file)->size() > limit) return problem(AccessProblem::too_large, "too large");
    return (*file)->read_at(0, limit);
  }
  Access<std::string> kernel_log() override { return std::unexpected(AccessError{AccessProblem::denied, "no kernel log"}); }
  const Identity* identity() const override { return &identity_; }
  const std::vector<Variable>& environment() const override { return environment_; }
  ProbeRun run_probe(const ProbeRequest&) override { return {}; }

 private:
  struct Node {
    FileKind kind = FileKind::regular;
    std::string bytes;  // of a link: its target
    std::uint32_t mode = 0;
  };
  class FakeFile final : public File {
   public:
    FakeFile(const std::string& bytes, std::uint64_t& count) : bytes_(bytes), count_(count) {}
    std::uint64_t size() const override { return bytes_.size(); }
    Access<std::string> read_at(std::uint64_t offset, std::size_t length) override {
      std::string part = offset < bytes_.size() ? bytes_.substr(offset, length) : std::string();
      count_ += part.size();
      return part;
    }

   private:
    const std::string& bytes_;
    std::uint64_t& count_;
  };

  static std::unexpected<AccessError> problem(AccessProblem problem, std::string detail) {
    return std::unexpected(AccessError{problem, std::move(detail)});
  }

  // A folder is there when it was made or when something lies in it.
  FileKind kind(const std::string& path) const {
    auto found = nodes_.find(path);
    return found == nodes_.end() ? FileKind::directory : found->second.kind;
  }
  bool is_there(const std::string& path) const {
    if (path == "/" || nodes_.contains(path)) return true;
    auto next = nodes_.lower_bound(path + "/");
    return next != nodes_.end() && next->first.starts_with(path + "/");
  }

  Access<std::string> resolve(const std::string& path, bool follow_last) {
    std::string done = "/", rest = path;
    for (int links = 0; !rest.empty();) {
      std::size_t slash = rest.find('/');
      std::string name = rest.substr(0, slash);
      rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
      if (name.empty() || name == ".") continue;
      std::string next = name == ".." ? std::string(path::parent(done)) : path::join(done, name);
      if (!is_there(next)) return problem(AccessProblem::not_found, "No such file or directory");
      if (denied_.contains(done)) return problem(AccessProblem::denied, "Permission denied");
      bool is_last = rest.find_first_not_of('/') == std::string::npos;
      if (kind(next) == FileKind::symlink && (!is_last || follow_last)) {
        if (++links > 40) return problem(AccessProblem::link_loop, "Too many levels of symbolic links");
        const std::string& target = nodes_.at(next).bytes;
        rest = target + "/" + rest;
        if (target.starts_with('/')) done = "/";
        continue;
      }
      if (!is_last && kind(next) != FileKind::directory) return problem(AccessProblem::not_a_directory, "Not a directory");
      done = next;
    }
    return done;
  }

  Access<FileInfo> info(const std::string& path) {
    FileInfo info;
    info.kind = kind(path);
    auto found = nodes_.find(path);
    info.size = found == nodes_.end() ? 0 : found->second.bytes.size();
    info.mode = found == nodes_.end() ? 0755 : found->second.mode;
    info.device = 1;
    info.inode = std::hash<std::string>()(path);
    return info;
  }

  std::map<std::string, Node> nodes_;
  std::set<std::string> denied_;
  std::map<std::string, int> times_;
  std::uint64_t bytes_read_ = 0;
  std::vector<Variable> environment_;
  Identity identity_;
};

}  // namespace gpuwhy::testing
