// Asks the real ld.so what it loads.
#pragma once

#include <string>
#include <vector>

namespace gpuwhy::testing {

struct Listed {
  std::string name, path;  // path: "" when not found
  bool operator==(const Listed&) const = default;
};

struct LoaderAnswer {
  std::vector<Listed> listed;  // in the order of its list, without the program, the kernel's own object and ld.so itself
  std::string error;           // what it said when it gave up
  int signal = 0;              // that killed it
};

struct ChildOutput {
  std::string out, err;
  int exit_code = 0, signal = 0;
};

// Runs argv with exactly this environment in `folder`; output is bounded, the child is killed after 20 seconds.
ChildOutput run_child(const std::vector<std::string>& arguments, const std::vector<std::string>& environment, const std::string& folder);

// What `ld.so program` would load (LD_TRACE_LOADED_OBJECTS). Nothing of the program runs.
LoaderAnswer ask_loader(const std::string& ld_so, const std::string& program, std::vector<std::string> environment,
                        const std::string& folder);

// The same of musl's loader. It names the missing ones on the side, so their place in the list is at its end.
LoaderAnswer ask_musl_loader(const std::string& loader, const std::string& program, const std::vector<std::string>& environment,
                             const std::string& folder);

// The same file however its folder is spelt: links in the folder followed, the name kept.
std::string plain_path(const std::string& path, const std::string& folder);

}  // namespace gpuwhy::testing
