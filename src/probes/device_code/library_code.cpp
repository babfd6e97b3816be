#include "probes/device_code/library_code.h"

#include <algorithm>
#include <array>

#include "base/path.h"
#include "base/text.h"
#include "probes/host/access.h"
#include "probes/python_sites/file_reader.h"

namespace gpuwhy {

namespace {

bool has_prefix_of(std::string_view name, const auto& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

CodeGroup code_group(const fatbin::Group& group) {
  CodeGroup result;
  std::pair<std::uint16_t, std::uint16_t> newest = {0, 0};
  for (const fatbin::Image& image : group.images) {
    result.images.push_back(fatbin::name_of(image));
    if (image.kind == fatbin::kind_ptx) newest = std::max(newest, {image.major, image.minor});
  }
  if (newest.first > 0) result.ptx_isa = std::to_string(newest.first) + "." + std::to_string(newest.second);
  result.containers = group.containers;
  return result;
}

}  // namespace

fatbin::Depth depth_for(std::string_view path, bool deep) {
  constexpr std::array<std::string_view, 3> with_code_in_data = {"libtensorflow_cc.so", "_pywrap_tensorflow_internal.", "libcufft.so"};
  if (deep) return fatbin::Depth::data;
  return has_prefix_of(path::filename(path), with_code_in_data) ? fatbin::Depth::constants : fatbin::Depth::sections;
}

bool is_judged_by_union(std::string_view path) {
  constexpr std::array<std::string_view, 10> of_nvidia = {"libcublas", "libcudnn",   "libcufft",    "libcusparse", "libcusolver",
                                                          "libcurand", "libnvshmem", "libcutensor", "libnpp",      "libcheckpoint"};
  return has_prefix_of(path::filename(path), of_nvidia);
}

std::string_view compiled_at_run_time(std::string_view path) {
  constexpr std::array<std::string_view, 8> compilers = {"libnvrtc",
                                                         "libnvJitLink",
                                                         "libcudnn_graph",
                                                         "libnvvm",
                                                         "libcudnn_engines_runtime_compiled",
                                                         "libnvptxcompiler",
                                                         "libnvidia-ptxjitcompiler",
                                                         "libcudnn_engines_tensor_ir"};
  return has_prefix_of(path::filename(path), compilers) ? "makes its code at run time" : "";
}

Fact<std::vector<CodeGroup>> code_groups(const fatbin::Content& content, Evidence evidence) {
  std::vector<CodeGroup> groups;
  for (const fatbin::Group& group : content.groups) groups.push_back(code_group(group));
  if (groups.empty()) return Fact<std::vector<CodeGroup>>::absent(std::move(evidence));
  return Fact<std::vector<CodeGroup>>::known(std::move(groups), std::move(evidence));
}

CodeLibrary code_library(const std::string& path, const fatbin::Content& content) {
  using Groups = Fact<std::vector<CodeGroup>>;
  CodeLibrary library{.path = path, .groups = {}, .union_only = is_judged_by_union(path)};
  Evidence evidence{Source::elf, path, content.problem};
  switch (content.state) {
    case fatbin::State::unread:
      library.groups = Groups::unknown(Why::malformed, path + ": it could not be read", evidence);
      return library;
    case fatbin::State::not_elf:
    case fatbin::State::damaged:
      library.groups = Groups::unknown(
          Why::malformed, std::string(path::filename(path)) + " is damaged, as by a broken download: " + printable(content.problem),
          evidence);
      return library;
    case fatbin::State::whole:
      break;
  }
  library.groups = code_groups(content, evidence);
  return library;
}

fatbin::Content read_library_code(File& file, const std::string& path, bool deep) {
  ElfFileReader reader(file);
  return fatbin::read_device_code(reader, depth_for(path, deep));
}

}  // namespace gpuwhy
