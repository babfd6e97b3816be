// The process that a framework would live in: the interpreter's link map with the framework's own objects, replayed.
#pragma once

#include <string>
#include <vector>

#include "loader/link_map.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy::frameworks {

class Process {
 public:
  Process(const Snapshot& snapshot, const PythonEnvironment& environment);

  // What `import` maps, in order; stops at the first object that does not load. True when all did.
  bool load(const std::vector<std::string>& objects);
  const std::vector<Resolution>& loaded() const { return loaded_; }

  // dlopen by a bare name from the object whose file name is `caller` ("libtensorflow_framework.so.2"); "" = from the program. Where a
  // named caller is not mapped nobody can tell what it would find.
  Resolution open(const std::string& soname, std::string_view caller);
  // What would that dlopen find, without mapping it.
  Resolution peek(const std::string& soname, std::string_view caller) const;

  bool has_program() const { return has_program_; }
  const loader::LinkMap& map() const { return map_; }

 private:
  std::string mapped_path(std::string_view file_name) const;

  loader::LinkMap map_;
  bool has_program_ = false;
  std::vector<Resolution> loaded_;
};

}  // namespace gpuwhy::frameworks
