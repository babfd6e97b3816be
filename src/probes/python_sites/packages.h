// The distributions in the folders of sys.path that matter to a GPU.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"
#include "probes/python_sites/folders.h"
#include "probes/python_sites/search_path.h"

namespace gpuwhy {

// By its normalised name: frameworks, their companions and everything that brings a library of NVIDIA's.
bool matters_to_a_gpu(std::string_view normalised_name);

struct FoundPackages {
  Fact<std::vector<Package>>
      packages;                    // in the order of sys.path; of two with one name in different folders only the first, which is imported
  std::vector<std::string> notes;  // two versions in one folder, a shadowed copy, an editable install, what a broken pip left behind
};

FoundPackages find_packages(Folders& folders, const SearchPath& search_path);

}  // namespace gpuwhy
