#include "frameworks/common/cuda_copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/path.h"

namespace gpuwhy::frameworks {

namespace {

constexpr std::array<std::string_view, 15> stems = {"libcuda.so",     "libcudart.so",       "libcublas.so",    "libcublasLt.so",
                                                    "libcudnn.so",    "libcufft.so",        "libcurand.so",    "libcusolver.so",
                                                    "libcusparse.so", "libcusparseLt.so",   "libnvJitLink.so", "libnvrtc.so",
                                                    "libnccl.so",     "libnvshmem_host.so", "libcupti.so"};

// Of cuDNN 9 and 8, in the order in which the shim opens them (its documentation's list of sub-libraries).
constexpr std::array<std::string_view, 7> parts_of_9 = {
    "graph", "ops", "cnn", "adv", "heuristic", "engines_precompiled", "engines_runtime_compiled"};
constexpr std::array<std::string_view, 6> parts_of_8 = {"ops_infer", "cnn_infer", "adv_infer", "ops_train", "cnn_train", "adv_train"};

template <class Names>
void open_parts(Process& process, const std::string& shim, std::string_view suffix, const Names& names, CudnnParts& found) {
  for (std::string_view name : names) {
    Resolution part = process.open(fmt::format("libcudnn_{}{}", name, suffix), path::filename(shim));
    if (part.is_found()) found.parts.push_back(std::move(part));
  }
}

}  // namespace

bool is_copy_of_interest(std::string_view soname) {
  return soname.starts_with("libcudnn_") || std::ranges::any_of(stems, [&](std::string_view stem) { return soname.starts_with(stem); });
}

std::vector<CudaCopy> cuda_copies(const Process& process, const std::vector<std::string>& order,
                                  const std::vector<std::size_t>& objects_before) {
  std::vector<CudaCopy> copies;
  const std::vector<loader::Object>& objects = process.map().objects();
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Candidate* file = objects[i].file;
    if (!file) continue;
    std::string soname = file->soname.empty() ? std::string(path::filename(file->path)) : file->soname;
    if (!is_copy_of_interest(soname)) continue;
    std::string brought_by;
    for (std::size_t k = 0; k < order.size() && k < objects_before.size(); ++k)
      if (i >= objects_before[k]) brought_by = order[k];
    copies.push_back({std::move(soname), path::normalised(file->path), file->real_path, std::move(brought_by)});
  }
  return copies;
}

CudnnParts cudnn_parts(Process process) {
  CudnnParts found;
  for (const loader::Object& object : process.map().objects()) {
    if (!object.file || !object.file->soname.starts_with("libcudnn.so.")) continue;
    found.shim = object.file->path;
    found.real_shim = object.file->real_path;
    std::string suffix = object.file->soname.substr(std::string_view("libcudnn").size());
    if (suffix == ".so.8") open_parts(process, found.shim, suffix, parts_of_8, found);
    else open_parts(process, found.shim, suffix, parts_of_9, found);
    break;
  }
  return found;
}

}  // namespace gpuwhy::frameworks
