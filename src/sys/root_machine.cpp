#include "sys/root_machine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <optional>
#include <utility>

#include "base/text.h"
#include "sys/file_access.h"

namespace gpuwhy {
namespace {

constexpr int links_followed_limit = 40;          // as the kernel's
constexpr std::size_t pending_limit = 64 * 1024;  // bytes of path still to walk, links put in
constexpr int steps_limit = 20'000;               // an image made to keep us busy is given up

// One walk from the root to a path. The kernel is asked for one name at a time and never to follow a link, so nothing outside can be
// reached: links are read and put in front of what is left, and ".." takes a name off the list of those walked.
class Walk {
 public:
  Walk(int root, bool follow_last) : root_(root), follow_last_(follow_last) {}

  Access<FoundPath> to(std::string_view path) {
    if (path.empty() || path.find('\0') != std::string_view::npos) return std::unexpected(access_error(ENOENT));
    if (path.size() >= PATH_MAX) return std::unexpected(access_error(ENAMETOOLONG));
    pending_ = path;
    if (auto problem = go_to_walked()) return std::unexpected(*problem);
    while (!pending_.empty()) {
      bool wants_folder = pending_.find('/') != std::string::npos;
      std::string name = pending_.substr(0, pending_.find('/'));
      pending_.erase(0, wants_folder ? name.size() + 1 : name.size());
      if (auto problem = take(name, wants_folder)) return std::unexpected(*problem);
    }
    return std::move(here_);
  }

  std::string walked_path() const { return walked_.empty() ? "/" : "/" + join(walked_, "/"); }

 private:
  std::optional<AccessError> take(const std::string& name, bool wants_folder) {
    if (name.empty() || name == ".") return need_folder();
    if (name == "..") {
      if (auto problem = need_folder()) return problem;
      if (walked_.empty()) return std::nullopt;
      walked_.pop_back();
      return go_to_walked();
    }
    if (auto problem = descend(name)) return problem;
    if (!S_ISLNK(here_.info.st_mode)) {
      walked_.push_back(name);
      return wants_folder ? need_folder() : std::nullopt;
    }
    if (!wants_folder && !follow_last_) {
      walked_.push_back(name);
      return std::nullopt;
    }
    return follow(wants_folder);
  }

  // `here_` is the link; its text takes the place of its name.
  std::optional<AccessError> follow(bool wants_folder) {
    if (++links_followed_ > links_followed_limit) return access_error(ELOOP);
    auto text = read_link_text(here_.object.get());
    if (!text) return text.error();
    if (text->empty()) return access_error(ENOENT);
    if (text->size() + pending_.size() > pending_limit) return access_error(ENAMETOOLONG);
    if (text->front() == '/') walked_.clear();
    pending_ = *text + (wants_folder ? "/" + pending_ : std::string());
    return go_to_walked();
  }

  std::optional<AccessError> need_folder() const {
    return S_ISDIR(here_.info.st_mode) ? std::nullopt : std::optional(access_error(ENOTDIR));
  }

  std::optional<AccessError> descend(const std::string& name) {
    if (auto problem = need_folder()) return problem;
    if (++steps_ > steps_limit) return access_error(ENAMETOOLONG);
    FoundPath next;
    next.object = OwnedFd(::openat(here_.object.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next.object.is_open() || ::fstat(next.object.get(), &next.info) != 0) return access_error(errno);
    next.folder = std::move(here_.object);
    next.name = name;
    here_ = std::move(next);
    return std::nullopt;
  }

  // Walks the names that are known to be no links again. One that has become a link since is not followed: it is no folder then.
  std::optional<AccessError> go_to_walked() {
    here_ = FoundPath();
    here_.object = OwnedFd(::openat(root_, ".", O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!here_.object.is_open() || ::fstat(here_.object.get(), &here_.info) != 0) return access_error(errno);
    here_.folder = OwnedFd(::openat(root_, ".", O_PATH | O_NOFOLLOW | O_CLOEXEC));
    here_.name = ".";
    for (const std::string& name : walked_)
      if (auto problem = descend(name)) return problem;
    return need_folder();
  }

  int root_;
  bool follow_last_;
  int links_followed_ = 0, steps_ = 0;
  std::string pending_;
  std::vector<std::string> walked_;
  FoundPath here_;
};

class RootMachine : public Machine {
 public:
  RootMachine(const std::string& root, std::vector<Variable> environment) : environment_(std::move(environment)) {
    root_ = OwnedFd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root_.is_open()) problem_ = access_error(errno);
  }

  Basis basis() const override { return Basis::root_folder; }

  Access<FileInfo> stat(const std::string& path) override { return info(path, true); }
  Access<FileInfo> lstat(const std::string& path) override { return info(path, false); }

  Access<std::string> read_link(const std::string& path) override {
    auto found = find(path, false);
    if (!found) return std::unexpected(found.error());
    if (!S_ISLNK(found->info.st_mode)) return std::unexpected(AccessError{AccessProblem::io_error, "is not a symbolic link"});
    return read_link_text(found->object.get());
  }

  Access<std::string> real_path(const std::string& path) override {
    std::string walked;
    auto found = find(path, true, &walked);
    if (!found) return std::unexpected(found.error());
    return walked;
  }

  Access<std::vector<std::string>> list(const std::string& folder) override {
    auto found = find(folder, true);
    if (!found) return std::unexpected(found.error());
    return list_folder(*found);
  }

  Access<std::unique_ptr<File>> open(const std::string& path) override {
    auto found = find(path, true);
    if (!found) return std::unexpected(found.error());
    return open_regular_file(*found);
  }

  Access<std::string> read(const std::string& path, std::size_t limit) override {
    auto found = find(path, true);
    if (!found) return std::unexpected(found.error());
    return read_whole_file(*found, limit);
  }

  Access<std::string> kernel_log() override {
    return std::unexpected(AccessError{AccessProblem::denied, "another root folder has no kernel of its own"});
  }

  const Identity* identity() const override { return nullptr; }
  const std::vector<Variable>& environment() const override { return environment_; }
  ProbeRun run_probe(const ProbeRequest&) override {
    return {.end = ProbeRun::End::not_run, .text = {}, .detail = "another root folder: nothing is executed there", .abandoned = false};
  }

 private:
  Access<FoundPath> find(const std::string& path, bool follow, std::string* walked = nullptr) {
    if (problem_) return std::unexpected(*problem_);
    Walk walk(root_.get(), follow);
    auto found = walk.to(path);
    if (walked) *walked = walk.walked_path();
    return found;
  }

  Access<FileInfo> info(const std::string& path, bool follow) {
    auto found = find(path, follow);
    if (!found) return std::unexpected(found.error());
    return file_info(found->info);
  }

  OwnedFd root_;
  std::optional<AccessError> problem_;
  std::vector<Variable> environment_;
};

}  // namespace

std::unique_ptr<Machine> make_root_machine(std::string root, std::vector<Variable> environment) {
  return std::make_unique<RootMachine>(root, std::move(environment));
}

}  // namespace gpuwhy
