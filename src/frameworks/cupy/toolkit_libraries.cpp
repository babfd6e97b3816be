#include "frameworks/cupy/toolkit_libraries.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::frameworks::cupy {

namespace {

ToolkitLibrary library(int cuda_major, std::string_view stem, std::string_view suffix, std::string_view wheel) {
  // NVIDIA's wheels of CUDA 13 share one folder.
  return {fmt::format("lib{}.so.{}", stem, suffix),
          cuda_major >= 13 ? fmt::format("nvidia/cu{}/lib", cuda_major) : fmt::format("nvidia/{}/lib", wheel)};
}

bool uses_pathfinder(const FrameworkBuild& build) {
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  return !release || release->major() >= 14;
}

// A file by its path; asked for is still the library.
Resolution by_path(const Process& process, const std::string& file, const ToolkitLibrary& wanted) {
  Resolution resolution = process.peek(file, "");
  resolution.name = wanted.soname;
  return resolution;
}

// As os.path.isfile() sees it.
bool is_there(const Snapshot& snapshot, const std::string& file) {
  const Candidate* found = snapshot.libraries.find(file);
  return found && found->state != CandidateState::dangling && found->state != CandidateState::folder;
}

// "12.9" of "12.9.86".
std::string major_minor(std::string_view text) {
  auto parsed = Version::parse(text);
  return parsed && parsed->size() >= 2 ? fmt::format("{}.{}", parsed->major(), parsed->minor()) : std::string();
}

// CUDA_PATH wins over CUDA_HOME. A folder outside of the loader's table cannot be judged.
Resolution find_below_variables(const Snapshot& snapshot, const Process& process, const ToolkitLibrary& wanted, Resolution by_loader) {
  for (const char* variable : {"CUDA_PATH", "CUDA_HOME"}) {
    const std::string* root = snapshot.variable(variable);
    if (!root || root->empty()) continue;
    bool any_known = false;
    for (const char* inner : {"lib64", "lib"}) {
      std::string folder = path::join(*root, inner), file = path::join(folder, wanted.soname);
      if (is_there(snapshot, file)) return by_path(process, file, wanted);
      any_known |= snapshot.libraries.find_folder(folder) != nullptr;
    }
    if (!any_known) {
      by_loader.state = ResolutionState::cannot_tell;
      by_loader.detail = fmt::format("{}={} was not looked into", variable, *root);
    }
    return by_loader;
  }
  return by_loader;
}

}  // namespace

std::optional<ToolkitLibrary> opened_at_import(const FrameworkBuild& build) {
  auto cuda = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
  if (!cuda || !uses_pathfinder(build) || !build.distribution.starts_with("cupy-cuda")) return std::nullopt;
  return library(cuda->major(), "cublasLt", std::to_string(cuda->major()), "cublas");
}

ToolkitLibrary nvrtc_of(int cuda_major) {
  return library(cuda_major, "nvrtc", cuda_major == 11 ? "11.2" : std::to_string(cuda_major), "cuda_nvrtc");
}

std::vector<ToolkitLibrary> function_libraries(int cuda_major) {
  std::string cuda = std::to_string(cuda_major);
  return {library(cuda_major, "cublas", cuda, "cublas"), library(cuda_major, "cufft", std::to_string(cuda_major - 1), "cufft"),
          library(cuda_major, "curand", "10", "curand"), library(cuda_major, "cusolver", cuda_major >= 13 ? "12" : "11", "cusolver"),
          library(cuda_major, "cusparse", cuda_major == 11 ? "11" : "12", "cusparse")};
}

Resolution find_toolkit_library(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build,
                                const Process& process, const ToolkitLibrary& wanted) {
  bool pathfinder = uses_pathfinder(build);
  if (pathfinder && !process.map().find_loaded(wanted.soname)) {
    std::vector<std::string> folders;
    if (environment.search_path.is_known())
      for (const std::string& site : *environment.search_path) folders.push_back(path::join(site, wanted.wheel_folder));
    const std::string* conda = snapshot.variable("CONDA_PREFIX");
    if (conda && !conda->empty()) folders.push_back(path::join(*conda, "lib"));
    for (const std::string& folder : folders)
      if (std::string file = path::join(folder, wanted.soname); is_there(snapshot, file)) return by_path(process, file, wanted);
  }
  Resolution by_loader = process.peek(wanted.soname, "");
  if (!pathfinder || by_loader.is_found() || by_loader.state != ResolutionState::not_found) return by_loader;
  return find_below_variables(snapshot, process, wanted, std::move(by_loader));
}

std::string cuda_of_nvrtc(const PythonEnvironment& environment, const Resolution& nvrtc) {
  if (environment.packages.is_known() && nvrtc.path.find("/nvidia/") != std::string::npos)
    for (const Package& package : *environment.packages)
      if (package.name.starts_with("nvidia-cuda-nvrtc") && path::is_inside(nvrtc.path, path::parent(package.location)))
        return major_minor(package.version);
  constexpr std::string_view stem = "libnvrtc.so.", folder = "/cuda-";
  std::string_view name = path::filename(nvrtc.real_path);
  if (name.starts_with(stem))
    if (std::string found = major_minor(name.substr(stem.size())); !found.empty()) return found;
  std::size_t at = nvrtc.real_path.find(folder);
  return at == std::string::npos ? std::string() : major_minor(std::string_view(nvrtc.real_path).substr(at + folder.size()));
}

}  // namespace gpuwhy::frameworks::cupy
