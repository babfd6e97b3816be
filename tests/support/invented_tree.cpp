#include "support/invented_tree.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/path.h"
#include "base/text.h"

namespace gpuwhy::testing {

namespace {

constexpr int links_followed_limit = 40;  // as the kernel's
constexpr std::size_t path_limit = 4096;

std::unexpected<AccessError> refuse(int error_number) { return std::unexpected(access_problem(error_number)); }

// The names still to walk, the next one last. A trailing "/" asks for a folder, as "." would.
std::vector<std::string> reversed_names(std::string_view path) {
  std::vector<std::string> names;
  for (std::string_view name : split(path, '/'))
    if (!name.empty()) names.emplace_back(name);
  if (path.ends_with('/') && !names.empty()) names.emplace_back(".");
  std::ranges::reverse(names);
  return names;
}

}  // namespace

AccessError access_problem(int error_number) {
  AccessProblem problem = AccessProblem::io_error;
  if (error_number == ENOENT || error_number == ENOTDIR) problem = AccessProblem::not_found;
  if (error_number == EACCES || error_number == EPERM) problem = AccessProblem::denied;
  if (error_number == ELOOP) problem = AccessProblem::link_loop;
  return {problem, std::strerror(error_number)};
}

std::string InventedNode::bytes(std::uint64_t offset, std::uint64_t length) const {
  std::uint64_t end = readable_size();
  if (offset >= end) return {};
  length = std::min(length, end - offset);
  std::string part = offset < content.size() ? content.substr(offset, length) : std::string();
  part.resize(length, '\0');
  return part;
}

InventedTree::InventedTree() : root_(std::make_shared<InventedNode>()) {
  root_->attributes = {0755, 0, 0};
  root_->inode = last_inode_;
}

InventedNode* InventedTree::put(std::string_view path, FileKind kind, Attributes attributes) {
  std::string whole = path::normalised(path::join("/", path));
  if (whole == "/") {
    if (kind != FileKind::directory) return nullptr;
    root_->attributes = attributes;
    return root_.get();
  }
  std::string folder(path::parent(whole));
  InventedNode* parent = find_for_edit(folder);
  if (!parent) parent = put(folder, FileKind::directory, {0755, 0, 0});
  if (!parent || parent->kind != FileKind::directory) return nullptr;
  std::shared_ptr<InventedNode>& node = parent->children[std::string(path::filename(whole))];
  if (!node || node->kind != kind || kind != FileKind::directory) {
    node = std::make_shared<InventedNode>();
    node->inode = ++last_inode_;
  }
  node->kind = kind;
  node->attributes = attributes;
  return node.get();
}

bool InventedTree::remove(std::string_view path) {
  std::string whole = path::normalised(path::join("/", path));
  InventedNode* parent = find_for_edit(path::parent(whole));
  return parent && parent->children.erase(std::string(path::filename(whole))) > 0;
}

InventedNode* InventedTree::find_for_edit(std::string_view path) {
  auto found = walk(path, LastLink::follow, Rights::ignore);
  return found ? const_cast<InventedNode*>(found->node) : nullptr;  // every node is owned by this tree, which is not const here
}

Access<FoundNode> InventedTree::find(std::string_view path, LastLink last) const { return walk(path, last, Rights::honour); }

Access<FoundNode> InventedTree::find_readable(std::string_view path) const {
  auto found = find(path, LastLink::follow);
  if (found && !may(*found->node, 4)) return refuse(EACCES);
  return found;
}

bool InventedTree::may(const InventedNode& node, std::uint32_t right) const {
  if (node.is_denied) return false;
  const Attributes& of = node.attributes;
  if (identity_.uid == 0) return right != 1 || node.kind == FileKind::directory || (of.mode & 0111) != 0;
  std::uint32_t shift = 0;
  if (of.uid == identity_.uid) shift = 6;
  else if (std::ranges::find(identity_.groups, of.gid) != identity_.groups.end()) shift = 3;
  return (of.mode >> shift & right) != 0;
}

Access<FoundNode> InventedTree::walk(std::string_view path, LastLink last, Rights rights) const {
  if (path.empty() || path.contains('\0')) return refuse(ENOENT);
  if (path.size() >= path_limit) return refuse(ENAMETOOLONG);
  std::vector<std::string> pending = reversed_names(path);
  std::vector<std::pair<std::string, const InventedNode*>> walked;
  auto here = [&] { return walked.empty() ? root_.get() : walked.back().second; };
  int links_followed = 0;
  while (!pending.empty()) {
    std::string name = std::move(pending.back());
    pending.pop_back();
    if (here()->kind != FileKind::directory) return refuse(ENOTDIR);
    if (rights == Rights::honour && !may(*here(), 1)) return refuse(EACCES);
    if (name == "." || name == "..") {
      if (name == ".." && !walked.empty()) walked.pop_back();
      continue;
    }
    if (name.size() > 255) return refuse(ENAMETOOLONG);
    auto child = here()->children.find(name);
    if (child == here()->children.end()) return refuse(ENOENT);
    const InventedNode* node = child->second.get();
    if (node->kind != FileKind::symlink || (pending.empty() && last == LastLink::keep)) {
      walked.emplace_back(std::move(name), node);
      continue;
    }
    if (++links_followed > links_followed_limit) return refuse(ELOOP);
    if (node->content.empty()) return refuse(ENOENT);
    if (node->content.starts_with('/')) walked.clear();
    for (std::string& next : reversed_names(node->content)) pending.push_back(std::move(next));
  }
  std::string real_path;
  for (const auto& [name, node] : walked) real_path += "/" + name;
  return FoundNode{here(), real_path.empty() ? "/" : real_path};
}

}  // namespace gpuwhy::testing
