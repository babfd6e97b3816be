// A Dockerfile, as far as it decides which packages an image holds: the base of its last stage, what pip installs there, and variables. Not
// a shell: a command that is built from variables is named as not resolved. Source: the Dockerfile reference of Docker.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "formats/requirements/requirements.h"

namespace gpuwhy::dockerfile {

struct Document {
  std::string base;  // "pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime", with ARG defaults put in; of the last stage, followed through AS
  std::vector<requirements::Requirement> requirements;  // of pip, uv pip and python -m pip in the last stage, in their order
  std::vector<requirements::Unresolved> unresolved;
  std::vector<std::string> indexes;
  std::vector<std::pair<std::string, std::string>> variables;  // ENV of the last stage
};

Document parse(Bytes bytes);

// "12.4" and "9" of a tag such as "12.4.1-cudnn9-runtime-ubuntu22.04" or "2.5.1-cuda12.4-cudnn9-runtime"; "" where it names none.
struct BaseImage {
  std::string cuda, cudnn, os;     // "ubuntu22.04"
  std::string framework, version;  // "torch", "2.5.1" of pytorch/pytorch; "tensorflow" of tensorflow/tensorflow:2.15.0-gpu
  bool is_gpu_build = false;
};
BaseImage read_base(std::string_view image);

}  // namespace gpuwhy::dockerfile
