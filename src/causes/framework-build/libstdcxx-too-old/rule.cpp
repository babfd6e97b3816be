#include <algorithm>
#include <iterator>

#include "base/path.h"
#include "base/version.h"
#include "causes/support/cause.h"
#include "frameworks/common/cxx_library.h"

namespace gpuwhy::causes::libstdcxx_too_old {

namespace {

// The release of GCC that brought a version of GLIBCXX (libstdc++'s ABI policy); "" for one that is not in the list.
std::string_view compiler_of(std::string_view version) {
  constexpr std::pair<std::string_view, std::string_view> brought[] = {
      {"GLIBCXX_3.4.20", "4.9"},  {"GLIBCXX_3.4.21", "5.1"},  {"GLIBCXX_3.4.22", "6.1"},  {"GLIBCXX_3.4.23", "7.1"},
      {"GLIBCXX_3.4.24", "7.2"},  {"GLIBCXX_3.4.25", "8.1"},  {"GLIBCXX_3.4.26", "9.1"},  {"GLIBCXX_3.4.27", "9.2"},
      {"GLIBCXX_3.4.28", "9.3"},  {"GLIBCXX_3.4.29", "11.1"}, {"GLIBCXX_3.4.30", "12.1"}, {"GLIBCXX_3.4.31", "13.1"},
      {"GLIBCXX_3.4.32", "13.2"}, {"GLIBCXX_3.4.33", "14.1"}};
  auto found = std::ranges::find(brought, version, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(brought) ? std::string_view() : found->second;
}

// Another libstdc++.so.6 of the table that has this version.
const Candidate* find_newer(const Snapshot& snapshot, const frameworks::MissingCxx& missing) {
  std::size_t mark = missing.version.find('_');
  auto wanted = Version::parse(std::string_view(missing.version).substr(mark + 1));
  for (const Candidate* file : candidates_for(snapshot, "libstdc++.so.6")) {
    auto has = Version::parse(missing.version.starts_with("GLIBCXX") ? file->provided_glibcxx : file->provided_cxxabi);
    if (wanted && has && *has >= *wanted && file->path != missing.library) return file;
  }
  return nullptr;
}

std::vector<Remedy> cures(const FrameworkContext& context, const frameworks::MissingCxx& missing, const Candidate* newer) {
  std::vector<Remedy> found;
  std::string folder(path::parent(missing.library));
  if (newer && !is_in_environment(context.environment, missing.library) && context.snapshot.loader.library_path.is_known() &&
      context.snapshot.loader.library_path->find(folder) != std::string::npos)
    found.push_back(remedies::without_search_folder(context.snapshot, folder));
  if (context.environment.kind == "conda" && is_in_environment(context.environment, missing.library)) {
    Remedy update;
    std::string_view compiler = compiler_of(missing.version);
    std::string package = compiler.empty() ? "libstdcxx-ng" : fmt::format("libstdcxx-ng>={}", compiler);
    update.title = "install a newer C++ library into this conda environment";
    update.commands = {{"conda", "install", "-p", context.environment.prefix, "-c", "conda-forge", package}};
    update.safety = Safety::safe;
    update.undo = fmt::format("conda install -p {} --revision N (conda list --revisions shows N)", context.environment.prefix);
    update.effects = {{Effect::Kind::provide_library, "libstdc++.so.6", folder, context.environment.interpreter}};
    found.push_back(std::move(update));
  }
  if (!found.empty()) return found;
  return {remedies::steps(
      "run it where the C++ library is newer",
      {"in a container: docker run --gpus all ..., or apptainer exec --nv ..., with an image of Debian 12, Ubuntu 22.04 or newer",
       "or in a conda environment, which brings its own: conda create -n gpu -c conda-forge python",
       "the system's libstdc++ itself must not be replaced by hand"},
      Safety::show_only, "stop the container, or remove the environment")};
}

}  // namespace

// One libstdc++ serves the whole process, and this one lacks a version that an object of the framework asks for.
Verdict check(const FrameworkContext& context) {
  frameworks::Process process(context.snapshot, context.environment);
  if (!process.has_program()) return not_applicable("the program behind this environment was not found");
  process.load(context.build.objects);
  auto missing = frameworks::find_missing_cxx(process, context.build);
  if (!missing) {
    // A folder that decides which copy comes first could not be read.
    const Gate* import = context.prediction.find_gate("import");
    bool open = import && import->state == GateState::unknown && import->library;
    return open ? cannot_tell("whether the C++ library serves every object that is mapped",
                              "denied: " + import->library->root_failure().detail)
                : passes();
  }
  const Candidate* newer = find_newer(context.snapshot, *missing);

  Finding finding;
  finding.headline =
      fmt::format("{} needs {}; the C++ library of this process ends at {}", title_of(context.build), missing->version, missing->highest);
  finding.details = {fmt::format("{} asks for {}", path::filename(missing->asked_by), missing->version),
                     fmt::format("the process maps {}", missing->library)};
  if (newer) finding.details.push_back(fmt::format("{} has it, and the loader does not come to that one first", newer->path));
  finding.because = {{Source::elf, missing->asked_by, missing->version}, {Source::elf, missing->library, missing->highest}};
  finding.also_explains = {"import"};
  finding.remedies = cures(context, *missing, newer);
  for (Remedy& remedy : finding.remedies) remedy.check = remedies::check_command(context.environment, context.build);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::libstdcxx_too_old
