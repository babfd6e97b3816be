// The files of an invented machine: a sparse tree in memory that answers as Linux would (links, permissions, kinds of error), with the same
// AccessProblem for the same errno as the live machine.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sys/machine.h"

namespace gpuwhy::testing {

struct Attributes {
  std::uint32_t mode = 0;
  std::uint32_t uid = 0, gid = 0;
  std::int64_t modified = 0;  // seconds since 1970
};

struct InventedNode {
  FileKind kind = FileKind::directory;
  Attributes attributes;
  std::string content;     // of a file; the target of a link
  std::uint64_t size = 0;  // what stat says; zeros follow the content up to there
  std::uint64_t inode = 0;
  std::uint32_t major = 0, minor = 0;
  bool is_denied = false;  // nobody can read, list or enter it, be he root
  std::map<std::string, std::shared_ptr<InventedNode>, std::less<>> children;

  std::string bytes(std::uint64_t offset, std::uint64_t length) const;
  std::uint64_t readable_size() const { return std::max<std::uint64_t>(size, content.size()); }
};

struct FoundNode {
  const InventedNode* node = nullptr;
  std::string real_path;
};

enum class LastLink { follow, keep };

class InventedTree {
 public:
  InventedTree();

  // Makes the node and the folders above it (root's, 0755). Links on the way are followed; nullptr when something on the way is no folder.
  InventedNode* put(std::string_view path, FileKind kind, Attributes attributes);
  bool remove(std::string_view path);  // false: it was not there
  InventedNode* find_for_edit(std::string_view path);

  void act_as(const Identity& identity) { identity_ = identity; }
  Access<FoundNode> find(std::string_view path, LastLink last) const;
  Access<FoundNode> find_readable(std::string_view path) const;   // with the right to read it
  bool may(const InventedNode& node, std::uint32_t right) const;  // 4 read, 2 write, 1 search

 private:
  enum class Rights { honour, ignore };
  Access<FoundNode> walk(std::string_view path, LastLink last, Rights rights) const;

  std::shared_ptr<InventedNode> root_;
  Identity identity_;
  std::uint64_t last_inode_ = 1;
};

AccessError access_problem(int error_number);

}  // namespace gpuwhy::testing
