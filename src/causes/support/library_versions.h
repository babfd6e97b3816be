// Of which version a library file is, from what a snapshot says of it: its own name, the package that owns it, or the toolkit's folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/version.h"
#include "model/snapshot.h"

namespace gpuwhy {

struct LibraryVersion {
  std::optional<Version> version;  // nothing: no name and no package tells
  Evidence evidence;               // what told
};

// `path` as the loader opened it; links are followed by the snapshot's table.
LibraryVersion version_of_library(const Snapshot& snapshot, const std::string& path);

// "9.10.2" or "of unknown version"
std::string words_of(const LibraryVersion& version);

// Major, minor and patch are equal, as far as both tell.
bool is_same_release(const Version& a, const Version& b);

// The folder of LD_LIBRARY_PATH that this file lies in, as written there; "" when it lies in none.
std::string folder_of_variable(const Snapshot& snapshot, std::string_view path);

}  // namespace gpuwhy
