#include "support/invented_machine.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "support/invented_manifest.h"
#include "support/invented_tree.h"

namespace gpuwhy::testing {

namespace {

AccessError unsuitable(const InventedNode& node) {
  return {AccessProblem::io_error, node.kind == FileKind::directory ? "a folder" : "no regular file"};
}

FileInfo info_of(const InventedNode& node) {
  return {.kind = node.kind,
          .size = node.size,
          .mode = node.attributes.mode & 07777,
          .uid = node.attributes.uid,
          .gid = node.attributes.gid,
          .device = 1,
          .inode = node.inode,
          .device_major = node.major,
          .device_minor = node.minor,
          .modified = node.attributes.modified};
}

class InventedFile : public File {
 public:
  explicit InventedFile(const InventedNode& node) : node_(node) {}
  std::uint64_t size() const override { return node_.size; }
  Access<std::string> read_at(std::uint64_t offset, std::size_t length) override { return node_.bytes(offset, length); }

 private:
  const InventedNode& node_;
};

class InventedMachine : public Machine {
 public:
  explicit InventedMachine(Manifest manifest) : manifest_(std::move(manifest)) {}

  Basis basis() const override { return Basis::invented; }
  const Identity* identity() const override { return &manifest_.identity; }
  const std::vector<Variable>& environment() const override { return manifest_.environment; }

  Access<FileInfo> stat(const std::string& path) override { return info(path, LastLink::follow); }
  Access<FileInfo> lstat(const std::string& path) override { return info(path, LastLink::keep); }

  Access<std::string> read_link(const std::string& path) override {
    auto found = tree().find(path, LastLink::keep);
    if (!found) return std::unexpected(found.error());
    if (found->node->kind != FileKind::symlink) return std::unexpected(access_problem(EINVAL));
    return found->node->content;
  }

  Access<std::string> real_path(const std::string& path) override {
    auto found = tree().find(path, LastLink::follow);
    if (!found) return std::unexpected(found.error());
    return found->real_path;
  }

  Access<std::vector<std::string>> list(const std::string& folder) override {
    auto found = tree().find(folder, LastLink::follow);
    if (!found) return std::unexpected(found.error());
    if (found->node->kind != FileKind::directory) return std::unexpected(AccessError{AccessProblem::not_a_directory, "Not a directory"});
    if (!tree().may(*found->node, 4)) return std::unexpected(access_problem(EACCES));
    std::vector<std::string> names;
    for (const auto& [name, child] : found->node->children) names.push_back(name);
    return names;
  }

  Access<std::unique_ptr<File>> open(const std::string& path) override {
    auto found = find_file(path);
    if (!found) return std::unexpected(found.error());
    return std::make_unique<InventedFile>(**found);
  }

  Access<std::string> read(const std::string& path, std::size_t limit) override {
    auto found = find_file(path);
    if (!found) return std::unexpected(found.error());
    if ((*found)->readable_size() > limit)
      return std::unexpected(AccessError{AccessProblem::too_large, fmt::format("more than {} bytes", limit)});
    return (*found)->bytes(0, limit);
  }

  Access<std::string> kernel_log() override {
    if (!manifest_.kernel_log) return std::unexpected(access_problem(EPERM));
    return *manifest_.kernel_log;
  }

  ProbeRun run_probe(const ProbeRequest& request) override {
    ProbeRun run;
    const ProbeBlock* block = find_block(request.libcuda);
    if (!block) {
      run.detail = manifest_.probes.empty() ? "the manifest holds no answers of a driver"
                                            : fmt::format("the manifest says nothing of {}", request.libcuda);
      return run;
    }
    run.end = block->end;
    run.detail = block->detail;
    if (run.end == ProbeRun::End::not_run) return run;
    run.text = "start\n" + open_lines(request, block->text);
    bool is_there = !request.libcuda.starts_with('/') || exists(request.libcuda);
    if (!is_there)
      run.text += fmt::format("step dlopen {}\nfact libcuda.error {}: cannot open shared object file: No such file or directory\n",
                              request.libcuda, request.libcuda);
    for (std::string_view line : lines(block->text)) {
      bool is_nvml = line.contains("nvml");
      if (line == "start" || line == "done" || (is_nvml && request.nvml.empty())) continue;
      if (!is_nvml && is_about_cuda(line) && (request.libcuda.empty() || !is_there)) continue;
      run.text.append(line) += '\n';
    }
    if (run.end == ProbeRun::End::finished) run.text += "done\n";
    return run;
  }

 private:
  const InventedTree& tree() const { return manifest_.tree; }

  Access<FileInfo> info(const std::string& path, LastLink last) const {
    auto found = tree().find(path, last);
    if (!found) return std::unexpected(found.error());
    return info_of(*found->node);
  }

  Access<const InventedNode*> find_file(const std::string& path) const {
    auto found = tree().find(path, LastLink::follow);
    if (!found) return std::unexpected(found.error());
    if (found->node->kind != FileKind::regular) return std::unexpected(unsuitable(*found->node));
    if (!tree().may(*found->node, 4)) return std::unexpected(access_problem(EACCES));
    return found->node;
  }

  static bool is_about_cuda(std::string_view line) {
    for (std::string_view start : {"fact libcuda.", "fact cu", "fact device.", "step cu", "step dlopen"})
      if (line.starts_with(start)) return true;
    return false;
  }

  // The block for this very library (by its name or by the file behind it), else the one for any.
  const ProbeBlock* find_block(const std::string& libcuda) {
    const ProbeBlock* any = nullptr;
    for (const ProbeBlock& block : manifest_.probes) {
      if (block.libcuda.empty()) any = &block;
      else if (block.libcuda == libcuda) return &block;
      else if (libcuda.starts_with('/') && block.libcuda.starts_with('/') && is_same_file(block.libcuda, libcuda)) return &block;
    }
    return any;
  }

  bool is_same_file(const std::string& a, const std::string& b) {
    auto first = real_path(a), second = real_path(b);
    return first && second && *first == *second;
  }

  // What open() would answer: the manifest's word, else the tree's. A block may say it itself.
  std::string open_lines(const ProbeRequest& request, const std::string& block) const {
    std::string text;
    for (const std::string& node : request.nodes) {
      if (block.contains(fmt::format("fact open {} ", node))) continue;
      int answer = 0;
      if (auto stated = manifest_.open_results.find(node); stated != manifest_.open_results.end()) answer = stated->second;
      else if (auto found = tree().find(node, LastLink::follow); !found)
        answer = found.error().problem == AccessProblem::denied ? EACCES : ENOENT;
      else if (!tree().may(*found->node, 4) || !tree().may(*found->node, 2)) answer = EACCES;
      text += fmt::format("step open {}\nfact open {} {}\n", node, node, answer);
    }
    return text;
  }

  Manifest manifest_;
};

Result<InventedSubject> subject_of(Result<Manifest> manifest) {
  if (!manifest) return std::unexpected(manifest.error());
  Asked asked = manifest->asked;
  return InventedSubject{std::make_unique<InventedMachine>(std::move(*manifest)), std::move(asked)};
}

Result<std::unique_ptr<Machine>> machine_of(Result<InventedSubject> subject) {
  if (!subject) return std::unexpected(subject.error());
  return std::move(subject->machine);
}

}  // namespace

Result<InventedSubject> load_subject(const std::string& path) {
  auto text = read_text_file(path);
  if (!text) return std::unexpected(text.error());
  return subject_of(read_manifest(*text, path, std::string(path::parent(path))));
}

Result<InventedSubject> parse_subject(std::string_view text, const std::string& name, const std::string& folder) {
  return subject_of(read_manifest(text, name, folder));
}

Result<std::unique_ptr<Machine>> load_manifest(const std::string& path) { return machine_of(load_subject(path)); }

Result<std::unique_ptr<Machine>> parse_manifest(std::string_view text, const std::string& name, const std::string& folder) {
  return machine_of(parse_subject(text, name, folder));
}

}  // namespace gpuwhy::testing
