#include "frameworks/common/cxx_library.h"

#include "base/path.h"
#include "base/version.h"

namespace gpuwhy::frameworks {

namespace {

bool is_newer(const std::string& needed, const std::string& than) {
  auto wanted = Version::parse(needed), here = Version::parse(than);
  return wanted && here && *wanted > *here;
}

}  // namespace

std::optional<MissingCxx> find_missing_cxx(const Process& process, const FrameworkBuild& build) {
  const loader::Object* library = process.map().find_loaded("libstdc++.so.6");
  if (!library || !library->file || library->file->provided_glibcxx.empty()) return std::nullopt;
  const Candidate& has = *library->file;
  std::string cxx = has.provided_glibcxx, abi = has.provided_cxxabi;
  std::optional<MissingCxx> missing;
  for (const loader::Object& object : process.map().objects()) {
    if (!object.file || !path::is_inside(path::normalised(object.file->path), build.folder)) continue;
    if (is_newer(object.file->required_glibcxx, cxx)) {
      cxx = object.file->required_glibcxx;
      missing = {"GLIBCXX_" + cxx, "GLIBCXX_" + has.provided_glibcxx, has.path, object.file->path};
    } else if (!missing && is_newer(object.file->required_cxxabi, abi)) {
      missing = {"CXXABI_" + object.file->required_cxxabi, "CXXABI_" + has.provided_cxxabi, has.path, object.file->path};
    }
  }
  return missing;
}

}  // namespace gpuwhy::frameworks
