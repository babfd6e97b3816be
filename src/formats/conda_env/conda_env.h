// environment.yml of conda: what it asks for, of conda and, below `pip:`, of pip. Source: conda's documentation of environment files and of
// package match specifications.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "formats/requirements/requirements.h"

namespace gpuwhy::conda_env {

struct CondaSpec {
  std::string name;       // normalised: "pytorch", "cudatoolkit"
  std::string channel;    // "nvidia", "" = none is named
  std::string specifier;  // as PEP 440 says it: "==11.8.*", ">=2.5"
  std::string build;      // "py3.11_cuda12.4_cudnn9.1.0_0", "*cuda*"; "" = any
  bool operator==(const CondaSpec&) const = default;
};

struct Document {
  std::vector<std::string> channels;
  std::vector<CondaSpec> conda;
  std::vector<requirements::Requirement> pip;
  std::vector<requirements::Unresolved> unresolved;
  std::string problem;  // why the file could not be read; "" = it was
};

Document parse(Bytes bytes);

}  // namespace gpuwhy::conda_env
