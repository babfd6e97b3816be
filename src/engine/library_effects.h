// Effects on the table of libraries and on what is installed in an environment. Internal to engine/.
#pragma once

#include <string>
#include <string_view>

#include "model/finding.h"
#include "model/snapshot.h"

namespace gpuwhy::effects {

// A good file with that soname at that path; what was known of a good file there stays.
void put_library(LibraryTable& table, const std::string& path, const std::string& soname);
// Takes away a file, or a folder with all in it, from the table and the cache.
void remove_path(Snapshot& snapshot, const std::string& path);
// ldconfig: in every folder that it covers, the link of each soname and the entry in the cache.
void refresh_cache(Snapshot& snapshot);

void install_package(Snapshot& snapshot, const Effect& effect);
void remove_package(Snapshot& snapshot, const Effect& effect);
void replace_build(Snapshot& snapshot, const Effect& effect);
void complete_libraries(Snapshot& snapshot, const Effect& effect);

}  // namespace gpuwhy::effects
