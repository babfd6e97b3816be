#include "model/resolution.h"

namespace gpuwhy {

std::string_view words(SearchRule rule) {
  switch (rule) {
    case SearchRule::already_loaded:
      return "already loaded";
    case SearchRule::direct_path:
      return "path";
    case SearchRule::rpath:
      return "RPATH";
    case SearchRule::ld_library_path:
      return "LD_LIBRARY_PATH";
    case SearchRule::runpath:
      return "RUNPATH";
    case SearchRule::cache:
      return "ld.so.cache";
    case SearchRule::default_folder:
      return "default folder";
  }
  return "";
}

std::string Resolution::loader_message() const {
  const Resolution& failure = root_failure();
  if (failure.detail.starts_with("Error loading shared library")) return failure.detail;  // musl's own words are whole
  switch (failure.state) {
    case ResolutionState::not_found:
      return failure.name + ": " + (failure.detail.empty() ? "cannot open shared object file: No such file or directory" : failure.detail);
    case ResolutionState::bad_file:
      return failure.path + ": " + failure.detail;
    case ResolutionState::found:
    case ResolutionState::dependency_failed:
    case ResolutionState::process_dies:  // it is killed before it could say anything
    case ResolutionState::cannot_tell:
      break;
  }
  return "";
}

}  // namespace gpuwhy
