// A project (requirements.txt, uv.lock, pyproject.toml, environment.yml, a Dockerfile, a notebook) laid over a target: which packages the
// target would hold then, and in words what pip would replace and what could not be resolved. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "formats/dockerfile/dockerfile.h"
#include "formats/requirements/requirements.h"
#include "model/snapshot.h"

namespace gpuwhy {

enum class ProjectKind { requirements, lock, pyproject, conda, dockerfile, notebook };

struct Project {
  std::string file;  // as its user named it
  ProjectKind kind = ProjectKind::requirements;
  std::string python;      // what it asks of Python: ">=3.11"
  std::string own_python;  // "3.11" where it brings its own
  std::vector<requirements::Requirement> requirements;
  std::vector<Package> locked;  // of a lock: all that there would be. requires_dist holds "glibc>=2.28" where no wheel runs on an older one
  std::vector<Package> brought;  // by conda or the base image, beside what pip installs
  std::vector<requirements::Unresolved> unresolved;
  std::vector<std::string> indexes;
  dockerfile::BaseImage base;
  std::string base_name;
  bool names_toolkit = false;  // conda or the base image says which CUDA toolkit is there

  // of a notebook
  std::string accelerator;                                     // "GPU"; "" = its metadata asks for none
  std::string gpu_type;                                        // "T4"
  std::vector<std::pair<std::string, std::string>> variables;  // that its cells set
  std::vector<std::string> cpu_lines;                          // cells that keep work on the CPU, with their lines
};

// By the name of the file, where `kind` does not say it. Fails for a name that none of the kinds has, and for a file that cannot be read.
Result<Project> read_project(const std::string& name, std::string_view bytes, std::optional<ProjectKind> kind = std::nullopt);

// Changes the environment of the target and adds to its notes.
void lay_over(const Project& project, Snapshot& target);
// The same for an environment of this machine, as it was collected.
void lay_over(const PythonEnvironment& environment, Snapshot& target);

}  // namespace gpuwhy
