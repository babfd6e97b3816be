#include "engine/library_effects.h"

#include <algorithm>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/framework_releases.h"
#include "causes/support/library_faults.h"
#include "facts/facts.h"
#include "frameworks/architecture.h"
#include "frameworks/jax/parts.h"
#include "frameworks/predict.h"

namespace gpuwhy::effects {

namespace {

template <class T>
auto place_of(std::vector<T>& sorted, const std::string& path) {
  return std::ranges::lower_bound(sorted, path, {}, &T::path);
}

void list_in_folder(LibraryTable& table, const std::string& path) {
  std::string folder(path::parent(path)), name(path::filename(path));
  auto place = place_of(table.folders, folder);
  if (place == table.folders.end() || place->path != folder) place = table.folders.insert(place, {folder, {}});
  if (!place->names.is_known()) place->names = Fact<std::vector<std::string>>::known({});
  std::vector<std::string>& names = place->names.edit();
  if (std::ranges::find(names, name) == names.end()) names.insert(std::ranges::lower_bound(names, name), name);
}

PythonEnvironment* find_environment(Snapshot& snapshot, const std::string& interpreter) {
  for (PythonEnvironment& environment : snapshot.environments)
    if (environment.interpreter == interpreter) return &environment;
  return nullptr;
}

FrameworkBuild* find_build_of(PythonEnvironment& environment, std::string_view framework) {
  for (FrameworkBuild& build : environment.frameworks)
    if (slug(build.framework) == framework) return &build;
  return nullptr;
}

// Where pip would put a package of this environment.
std::string site_of(const PythonEnvironment& environment) {
  for (const FrameworkBuild& build : environment.frameworks)
    if (!build.folder.empty()) return std::string(path::parent(build.folder));
  if (!environment.search_path.is_known()) return {};
  for (const std::string& folder : *environment.search_path)
    if (folder.ends_with("site-packages") || folder.ends_with("dist-packages")) return folder;
  return {};
}

// The major version that a wheel of cuDNN of this version has in its sonames; other wheels hold one set only.
bool belongs_to(const facts::WheelLibrary& row, std::string_view version) {
  if (!is_cudnn(row.soname)) return true;
  auto parsed = Version::parse(version);
  return !parsed || row.soname.ends_with(".so." + std::to_string(parsed->major()));
}

void put_wheel(Snapshot& snapshot, const std::string& site, std::string_view wheel, std::string_view version) {
  for (const facts::WheelLibrary& row : facts::wheel_libraries()) {
    if (row.wheel != wheel || row.soname.find(".so") == std::string_view::npos) continue;
    std::string path = path::join(site, row.path);
    if (belongs_to(row, version)) put_library(snapshot.libraries, path, std::string(row.soname));
    else remove_path(snapshot, path);
  }
}

void set_package(PythonEnvironment& environment, const std::string& name, const std::string& version) {
  if (!environment.packages.is_known()) return;
  std::vector<Package>& packages = environment.packages.edit();
  auto found = std::ranges::find(packages, name, &Package::name);
  if (found == packages.end()) found = packages.insert(std::ranges::lower_bound(packages, name, {}, &Package::name), Package{});
  found->name = name;
  if (!version.empty()) found->version = version;
  found->record_faults = Fact<std::vector<RecordFault>>::known({});
  found->damaged_metadata = false;
}

bool is_cuda_soname(const std::string& soname) { return is_cudnn(soname) || is_cuda_library(soname); }

void take_tensorflow_row(FrameworkBuild& build, const Version& release) {
  const facts::TensorflowRelease* row = facts::find_tensorflow(release);
  if (!row) return;
  if (!row->cuda.empty()) build.cuda_version = Fact<std::string>::known(std::string(row->cuda));
  if (!row->cudnn.empty()) build.cudnn_version = Fact<std::string>::known(std::string(row->cudnn));
  build.architectures = Fact<std::vector<std::string>>::known(code_images_from_facts(row->sass, row->ptx));
}

void take_torch_row(const Snapshot& snapshot, FrameworkBuild& build, const Version& release) {
  std::string processor = snapshot.host.architecture.is_known() ? *snapshot.host.architecture : "x86_64";
  const facts::TorchRelease* row = facts::find_torch(release, release.local(), processor);
  if (!row) return;
  if (!row->cuda.empty()) build.cuda_version = Fact<std::string>::known(std::string(row->cuda));
  if (!row->cudnn.empty()) build.cudnn_version = Fact<std::string>::known(std::string(row->cudnn));
  build.architectures = Fact<std::vector<std::string>>::known(code_images_from_facts(row->sass, row->ptx));
}

// A search path without the folders of NVIDIA's wheels: another release names its own.
std::string without_wheels(const std::string& list) {
  std::vector<std::string> kept;
  for (std::string_view folder : split(list, ':'))
    if (folder.find("nvidia") == std::string_view::npos) kept.emplace_back(folder);
  return join(kept, ":");
}

// jax[cuda12]: the plugin of that CUDA in all of its parts. "0.10.2+cuda12", "+cuda12" for the release that is here.
void install_jax(Snapshot& snapshot, const PythonEnvironment& environment, FrameworkBuild& build, const std::string& value) {
  std::size_t plus = value.find('+'), digits = value.find_first_of("0123456789", plus);
  auto major = digits == std::string::npos ? std::nullopt : parse_int(std::string_view(value).substr(digits, 2));
  if (!major) return;
  if (plus > 0) build.version = Fact<std::string>::known(value.substr(0, plus));
  for (const std::string& file : frameworks::jax::install_plugin(build, site_of(environment), static_cast<int>(*major)))
    put_library(snapshot.libraries, file, std::string(path::filename(file)));
}

// The framework's own files as its wheel has them. Another release needs other CUDA libraries: those that the files asked for are dropped,
// the gates of that release ask for its own.
void mend_own_files(Snapshot& snapshot, const FrameworkBuild& build, bool is_other_release) {
  auto is_own = [&](const std::string& path) {
    return path::is_inside(path, build.folder) || std::ranges::any_of(build.parts, [&](const FrameworkPart& part) {
             return !part.folder.empty() && path::is_inside(path, part.folder);
           });
  };
  for (Candidate& file : snapshot.libraries.candidates) {
    if (!is_own(file.path)) continue;
    if (file.state != CandidateState::loadable) {
      file.state = CandidateState::loadable;
      file.real_path = file.path;
      if (file.soname.empty()) file.soname = path::filename(file.path);
    }
    if (!is_other_release) continue;
    std::erase_if(file.needed, is_cuda_soname);
    file.rpath = without_wheels(file.rpath);
    file.runpath = without_wheels(file.runpath);
  }
}

}  // namespace

void put_library(LibraryTable& table, const std::string& path, const std::string& soname) {
  auto place = place_of(table.candidates, path);
  bool is_there = place != table.candidates.end() && place->path == path;
  if (is_there && place->state == CandidateState::loadable) return;
  Candidate file;
  // Another good copy tells what such a file asks for; without one, it asks for nothing and looks beside itself, as cuDNN does.
  file.runpath = is_cudnn(soname) ? "$ORIGIN" : "";
  auto model = std::ranges::find_if(table.candidates, [&](const Candidate& other) {
    return other.soname == soname && other.state == CandidateState::loadable && !other.is_driver_stub && other.path.ends_with(soname);
  });
  if (model != table.candidates.end()) file = *model;
  file.path = file.real_path = path;
  file.soname = soname;
  file.state = CandidateState::loadable;
  file.detail.clear();
  if (is_there) *place = std::move(file);
  else table.candidates.insert(place, std::move(file));
  list_in_folder(table, path);
}

void remove_path(Snapshot& snapshot, const std::string& path) {
  auto goes = [&](const std::string& other) { return other == path || path::is_inside(other, path); };
  LibraryTable& table = snapshot.libraries;
  std::erase_if(table.candidates, [&](const Candidate& file) { return goes(file.path); });
  for (SearchedFolder& folder : table.folders) {
    if (!folder.names.is_known()) continue;
    std::erase_if(folder.names.edit(), [&](const std::string& name) { return goes(path::join(folder.path, name)); });
  }
  std::erase_if(table.folders, [&](const SearchedFolder& folder) { return goes(folder.path); });
  if (snapshot.loader.cache.is_known())
    std::erase_if(snapshot.loader.cache.edit(), [&](const CacheEntry& entry) { return goes(entry.path); });
}

void refresh_cache(Snapshot& snapshot) {
  std::set<std::string> covered(snapshot.loader.default_folders.begin(), snapshot.loader.default_folders.end());
  if (snapshot.loader.cache_folders.is_known())
    covered.insert(snapshot.loader.cache_folders->begin(), snapshot.loader.cache_folders->end());
  if (!snapshot.loader.cache.is_known()) snapshot.loader.cache = Fact<std::vector<CacheEntry>>::known({});
  std::vector<Candidate> files = snapshot.libraries.candidates;
  for (const Candidate& file : files) {
    std::string folder(path::parent(file.path));
    if (file.soname.empty() || file.state != CandidateState::loadable || !covered.contains(folder)) continue;
    std::string link = path::join(folder, file.soname);
    if (!snapshot.libraries.find(link)) {
      Candidate entry = file;
      entry.path = link;
      snapshot.libraries.candidates.insert(place_of(snapshot.libraries.candidates, link), std::move(entry));
      list_in_folder(snapshot.libraries, link);
    }
    std::vector<CacheEntry>& cache = snapshot.loader.cache.edit();
    bool is_listed = std::ranges::any_of(cache, [&](const CacheEntry& entry) { return entry.name == file.soname && entry.path == link; });
    if (!is_listed) cache.push_back({file.soname, link, ""});
  }
}

void install_package(Snapshot& snapshot, const Effect& effect) {
  PythonEnvironment* environment = find_environment(snapshot, effect.environment);
  if (!environment) return;
  set_package(*environment, effect.name, effect.value);
  std::string version = effect.value;
  const Package* package = find_package(*environment, effect.name);
  if (version.empty() && package) version = package->version;
  put_wheel(snapshot, site_of(*environment), effect.name, version);
}

void remove_package(Snapshot& snapshot, const Effect& effect) {
  PythonEnvironment* environment = find_environment(snapshot, effect.environment);
  if (!environment || !environment->packages.is_known()) return;
  std::erase_if(environment->packages.edit(), [&](const Package& package) { return package.name == effect.name; });
  for (FrameworkBuild& build : environment->frameworks)
    std::erase_if(build.parts, [&](const FrameworkPart& part) { return part.name == effect.name; });
  std::string site = site_of(*environment);
  for (const facts::WheelLibrary& row : facts::wheel_libraries())
    if (row.wheel == effect.name) remove_path(snapshot, path::join(site, row.path));
}

void replace_build(Snapshot& snapshot, const Effect& effect) {
  PythonEnvironment* environment = find_environment(snapshot, effect.environment);
  FrameworkBuild* build = environment ? find_build_of(*environment, effect.name) : nullptr;
  if (!build) return;
  bool was_cuda = build->accelerator.is(Accelerator::cuda);
  // pip's "torch==2.10.0" is content with 2.10.0+cu128; a CPU build is replaced by the release's default.
  std::string before = build->version.is_known() ? *build->version : "";
  std::string plain = before.substr(0, before.find('+'));
  std::string release_text = !effect.value.empty() && !(was_cuda && effect.value == plain) ? effect.value : was_cuda ? before : plain;
  const bool is_jax = build->framework == FrameworkKind::jax;
  if (is_jax) release_text = release_text.substr(0, release_text.find('+'));
  bool is_other_release = !was_cuda || (!release_text.empty() && release_text != before);
  if (!release_text.empty() && !is_jax) build->version = Fact<std::string>::known(release_text);
  build->accelerator = Fact<Accelerator>::known(Accelerator::cuda);
  for (const std::string& name : build->missing_files)
    if (name.find(".so") != std::string::npos && name.find('*') == std::string::npos)
      put_library(snapshot.libraries, path::join(build->folder, name), std::string(path::filename(name)));
  build->missing_files.clear();
  if (is_jax) install_jax(snapshot, *environment, *build, effect.value);
  auto release = build->version.is_known() ? Version::parse(*build->version) : std::nullopt;
  if (is_other_release) {
    build->code.clear();
    if (release && build->framework == FrameworkKind::tensorflow) take_tensorflow_row(*build, *release);
    if (release && build->framework == FrameworkKind::torch) take_torch_row(snapshot, *build, *release);
  }
  for (CodeLibrary& library : build->code)
    if (library.groups.is_unknown()) library.groups = Fact<std::vector<CodeGroup>>::unknown(Why::not_probed, "it would be installed again");
  mend_own_files(snapshot, *build, is_other_release);
  std::string distribution = build->distribution.empty() ? std::string(effect.name) : build->distribution;
  set_package(*environment, distribution, build->version.is_known() ? *build->version : "");
}

void complete_libraries(Snapshot& snapshot, const Effect& effect) {
  PythonEnvironment* environment = find_environment(snapshot, effect.environment);
  FrameworkBuild* build = environment ? find_build_of(*environment, effect.name) : nullptr;
  auto cuda = build && build->cuda_version.is_known() ? Version::parse(*build->cuda_version) : std::nullopt;
  if (!cuda) return;
  std::string site = site_of(*environment), cudnn = build->cudnn_version.is_known() ? *build->cudnn_version : "9";
  auto release = build->version.is_known() ? Version::parse(*build->version) : std::nullopt;
  const facts::TensorflowRelease* listed =
      release && build->framework == FrameworkKind::tensorflow ? facts::find_tensorflow(*release) : nullptr;
  // The build itself names the major version only; the release asks for a minor one.
  if (listed && listed->cudnn.starts_with(cudnn)) cudnn = listed->cudnn;
  std::set<std::string> folders;
  for (const facts::WheelLibrary& row : facts::wheel_libraries()) {
    if (row.cuda_major != cuda->major() || row.soname.find(".so") == std::string_view::npos || !belongs_to(row, cudnn)) continue;
    put_library(snapshot.libraries, path::join(site, row.path), std::string(row.soname));
    folders.emplace(path::parent(path::join(site, row.path)));
    const Package* package = find_package(*environment, row.wheel);
    set_package(*environment, std::string(row.wheel),
                package && !is_cudnn(row.soname) ? package->version
                : is_cudnn(row.soname)           ? cudnn
                                                 : "");
  }
  // The wheel's own search path leads to these folders, save that of the one release which forgot one.
  std::string searched = join(std::vector<std::string>(folders.begin(), folders.end()), ":");
  for (Candidate& file : snapshot.libraries.candidates) {
    bool names_folders = file.rpath.find("nvidia") != std::string::npos || file.runpath.find("nvidia") != std::string::npos;
    if (!path::is_inside(file.path, build->folder) || names_folders || has_broken_search_path(*build)) continue;
    std::string& list = file.rpath.empty() ? file.runpath : file.rpath;
    if (build->framework != FrameworkKind::onnxruntime) list += (list.empty() ? "" : ":") + searched;
  }
}

}  // namespace gpuwhy::effects
