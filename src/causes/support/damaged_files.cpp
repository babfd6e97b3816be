#include "causes/support/damaged_files.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/gpu_packages.h"
#include "causes/support/place_faults.h"

namespace gpuwhy {

namespace {

// The framework's own files: all of it is written again, in the same build.
Remedy reinstall_framework(const FrameworkContext& context) {
  Remedy remedy = reinstall_build(context, fmt::format("install {} again", title_of(context.build)));
  remedy.steps.insert(remedy.steps.begin(), "see first that the disk and the quota have room (df -h, quota): a full disk cuts files");
  return remedy;
}

}  // namespace

std::string damage_of(const Candidate& file) {
  switch (file.state) {
    case CandidateState::dangling:
      return "a link to nothing";
    case CandidateState::unreadable:
      return "this user may not read it";
    case CandidateState::wrong_class:
      return "a 32-bit file";
    case CandidateState::wrong_machine:
      return "a file for another processor";
    case CandidateState::too_short:
      return file.size == 0 ? "the file is empty" : fmt::format("the file has {} bytes only", file.size);
    case CandidateState::not_elf:
      return "no library, but text or other bytes";
    case CandidateState::header_cut:
      return "the file is cut within its headers";
    case CandidateState::segments_cut:
      return "the file is shorter than its headers promise";
    case CandidateState::folder:
      return "a folder stands in its place";
    case CandidateState::loadable:
      break;
  }
  return "the loader does not take it";
}

Finding cut_installation(const FrameworkContext& context) {
  Finding finding;
  finding.headline = fmt::format("the installation of {} is incomplete", title_of(context.build));
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < context.build.missing_files.size() && i < most; ++i)
    finding.details.push_back(fmt::format("{} is missing in {}", context.build.missing_files[i], context.build.folder));
  finding.because = {{Source::package, context.build.folder, context.build.missing_files.front() + " is missing"}};
  finding.also_explains = {"import"};
  finding.remedies = {reinstall_framework(context)};
  finding.remedies.back().check = remedies::check_command(context.environment, context.build);
  return finding;
}

std::vector<Remedy> repairs(const FrameworkContext& context, const std::vector<FailedLibrary>& failed) {
  const FailedLibrary& first = failed.front();
  const std::string& name = first.request->name;
  bool is_drivers = name.starts_with("libcuda.so") || name.starts_with("libnvidia-");
  bool in_package = first.path.empty() || is_in_environment(context.environment, first.path);
  std::vector<Remedy> found;
  if (!first.folder.empty()) found.push_back(remedies::without_search_folder(context.snapshot, first.folder));
  if (is_drivers) found.push_back(reinstall_driver_libraries(context.snapshot, "install the driver's libraries again"));
  bool frameworks_own = !first.path.empty() && is_in_build(context.build, first.path);
  if (!is_drivers && in_package && (first.path.empty() || frameworks_own)) {
    found.push_back(reinstall_framework(context));
  } else if (!is_drivers) {
    found.push_back(reinstall_libraries(context, failed));
    found.back().steps.push_back("see first that the disk and the quota have room (df -h, quota): a full disk cuts files");
  }
  for (Remedy& remedy : found) remedy.check = remedies::check_command(context.environment, context.build);
  return found;
}

}  // namespace gpuwhy
