// uv.lock: the packages that uv has resolved, with the names of their wheels. The file is written by uv, one key or one wheel a line; a
// line of another form is passed over, and a file that is none gives nothing. Source: the lock files of uv, version 1.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::uv_lock {

struct LockedPackage {
  std::string name, version;        // normalised; the version may be "" of a package that is built from the project itself
  std::string source;               // "registry", "git", "url", "path", "editable", "virtual", "directory"; "" where none is said
  std::vector<std::string> wheels;  // file names: "torch-2.10.0-cp312-cp312-manylinux_2_28_x86_64.whl"
  bool has_markers = false;         // it belongs to a part of the resolution only
};

struct Document {
  std::string requires_python;  // ">=3.11"
  std::vector<LockedPackage> packages;
};

// Nothing when the bytes hold no [[package]].
std::optional<Document> parse(Bytes bytes);

// "2.28" of ..._manylinux_2_28_x86_64.whl, the lowest of several tags of one wheel; "2.17" of manylinux2014; "" of a wheel that runs
// anywhere or on another system.
std::string glibc_of_wheel(std::string_view file_name);

}  // namespace gpuwhy::uv_lock
