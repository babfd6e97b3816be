// The list of mapped objects: who is already there, what a request adds to it, and in which order dependencies follow (breadth first).
#include <algorithm>
#include <utility>

#include "base/path.h"
#include "loader/link_map.h"
#include "loader/search.h"

namespace gpuwhy::loader {
namespace {

bool is_interpreter_name(std::string_view name) {
  return name.starts_with("ld-linux") || name.starts_with("ld64.so") || name.starts_with("ld-musl-");
}

// musl is one file: its parts have no files of their own.
bool is_part_of_musl(std::string_view name) {
  for (std::string_view part : {"libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet."})
    if (name.starts_with(part)) return true;
  return name.starts_with("ld-musl-");
}

std::vector<std::string> preload_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    std::size_t end = std::min(list.find_first_of(" :"), list.size());
    if (end > 0) names.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

}  // namespace

LinkMap::LinkMap(const LibraryTable& table, const LoaderSettings& settings, Libc libc)
    : table_(&table), settings_(&settings), libc_(libc), memo_(std::make_shared<PlacesMemo>()) {}

std::string LinkMap::path_of(int index) const { return index < 0 ? std::string() : objects_[static_cast<std::size_t>(index)].file->path; }

int LinkMap::find_index(std::string_view name) const {
  bool by_soname = libc_ == Libc::glibc;
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    const Object& object = objects_[i];
    if (std::ranges::find(object.names, name) != object.names.end()) return static_cast<int>(i);
    // The program itself has no name in the real list.
    if (by_soname && !object.is_program && object.file->path == name) return static_cast<int>(i);
    if (by_soname && !name.empty() && object.file->soname == name) return static_cast<int>(i);
    if (!by_soname && object.file->soname.starts_with("ld-musl-") && is_part_of_musl(name)) return static_cast<int>(i);
  }
  return -1;
}

int LinkMap::find_mapped_file(const std::string& path) const {
  for (std::size_t i = 0; i < objects_.size(); ++i)
    if (objects_[i].file->path == path || objects_[i].file->real_path == path) return static_cast<int>(i);
  const Candidate* candidate = find_candidate(*table_, path);
  for (std::size_t i = 0; candidate && i < objects_.size(); ++i)
    if (objects_[i].file->real_path == candidate->real_path) return static_cast<int>(i);
  return -1;
}

const Object* LinkMap::find_loaded(std::string_view name) const {
  int index = find_index(name);
  return index < 0 ? nullptr : &objects_[static_cast<std::size_t>(index)];
}

Resolution LinkMap::already_loaded(const std::string& name, int caller, int index) const {
  Resolution resolution;
  resolution.name = name;
  resolution.caller = path_of(caller);
  resolution.state = ResolutionState::found;
  resolution.rule = SearchRule::already_loaded;
  resolution.path = path_of(index);
  if (index >= 0) resolution.real_path = objects_[static_cast<std::size_t>(index)].file->real_path;
  return resolution;
}

// One request: matched by name, else sought, else matched by the file that was found, else mapped. `index` is the object or -1.
Resolution LinkMap::request(const std::string& name, int caller, int loaded_by, int& index) {
  index = find_index(name);
  if (index >= 0) return already_loaded(name, caller, index);
  // The loader is in every process that it starts, whether the table has its file or not.
  if (is_interpreter_name(name) || (libc_ == Libc::musl && is_part_of_musl(name))) return already_loaded(name, caller, -1);

  SearchContext context{*table_, *settings_, objects_, *memo_, caller};
  SearchResult result = libc_ == Libc::glibc ? search_glibc(context, name) : search_musl(context, name);
  if (!result.file) return std::move(result.resolution);
  bool was_path = name.find('/') != std::string::npos;
  bool takes_name = libc_ == Libc::glibc || !was_path;  // musl knows a file that was opened by its path under no name
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    if (objects_[i].file->real_path != result.file->real_path) continue;
    index = static_cast<int>(i);
    if (takes_name) objects_[i].names.push_back(name);
    Resolution same = already_loaded(name, caller, index);
    same.tried = std::move(result.resolution.tried);
    return same;
  }
  index = static_cast<int>(objects_.size());
  Object object{result.file, loaded_by, {}, false};
  if (takes_name) object.names.push_back(name);
  objects_.push_back(std::move(object));
  return std::move(result.resolution);
}

// Maps what the objects in `queue` need. The first request that fails ends it; when tracing, a library that is nowhere does not, and with
// musl nothing that can be survived.
std::optional<Resolution> LinkMap::map_dependencies(std::vector<int> queue, Trace* trace) {
  for (std::size_t done = 0; done < queue.size(); ++done) {
    int parent = queue[done];
    const Candidate& file = *objects_[static_cast<std::size_t>(parent)].file;
    Tokens tokens{origin_of(objects_[static_cast<std::size_t>(parent)]), settings_->lib_token, settings_->platform_token};
    for (const std::string& needed : file.needed) {
      int index = -1;
      std::size_t before = objects_.size();
      Resolution answer = request(libc_ == Libc::glibc ? expanded(needed, tokens) : needed, parent, parent, index);
      if (objects_.size() > before) queue.push_back(index);
      bool survives = answer.state == ResolutionState::not_found || (libc_ == Libc::musl && answer.state == ResolutionState::bad_file);
      bool goes_on = answer.is_found() || (trace && survives);
      if (trace) trace->push_back(answer);
      if (!goes_on) return answer;
    }
  }
  return std::nullopt;
}

void LinkMap::add_interpreter(const std::string& path) {
  const Candidate* file = path.empty() ? nullptr : find_candidate(*table_, path);
  for (const Candidate& candidate : table_->candidates) {
    if (file) break;
    if (candidate.state == CandidateState::loadable && is_interpreter_name(path::filename(candidate.path))) file = &candidate;
  }
  if (file) objects_.push_back({file, -1, {file->path}, false});
}

// LD_PRELOAD: what cannot be loaded is reported and passed over, except for a file that kills the process.
std::optional<Resolution> LinkMap::map_preloads(std::vector<int>& queue, Trace* trace) {
  if (!settings_->preload.is_known()) return std::nullopt;
  for (const std::string& name : preload_names(*settings_->preload)) {
    int index = -1;
    std::size_t before = objects_.size();
    int asks = libc_ == Libc::glibc ? 0 : -1;  // with musl nobody asks: the program's search path does not serve here
    Resolution answer = request(name, asks, asks, index);
    if (objects_.size() > before) queue.push_back(index);
    if (trace && (answer.is_found() || answer.state == ResolutionState::process_dies)) trace->push_back(answer);
    if (answer.state == ResolutionState::process_dies) return answer;
    if (answer.is_found() || libc_ == Libc::musl) continue;  // musl says nothing
    std::string why = answer.detail.empty() ? "cannot open shared object file" : answer.detail;
    if (why.starts_with("cannot ")) why = why.substr(0, why.find(": "));  // without the system's words
    messages_.push_back("ERROR: ld.so: object '" + name + "' from LD_PRELOAD cannot be preloaded (" + why + "): ignored.");
  }
  return std::nullopt;
}

Resolution LinkMap::start(const std::string& path, const std::string& interpreter, Trace* trace) {
  objects_.clear();
  messages_.clear();
  SearchContext context{*table_, *settings_, objects_, *memo_, -1};
  SearchResult program = libc_ == Libc::glibc ? search_glibc(context, path) : search_musl(context, path);
  if (!program.file) return std::move(program.resolution);
  objects_.push_back({program.file, -1, {""}, true});
  add_interpreter(interpreter);
  std::vector<int> queue{0};
  std::optional<Resolution> failed = map_preloads(queue, trace);
  if (!failed) failed = map_dependencies(std::move(queue), trace);
  Resolution resolution = std::move(program.resolution);
  if (!failed) return resolution;
  bool keeps_state = failed->state == ResolutionState::process_dies || failed->state == ResolutionState::cannot_tell;
  resolution.state = keeps_state ? failed->state : ResolutionState::dependency_failed;
  resolution.detail = failed->detail;
  resolution.failed_dependency = {std::move(*failed)};
  return resolution;
}

Resolution LinkMap::load_program(const std::string& path, const std::string& interpreter) { return start(path, interpreter, nullptr); }

std::vector<Resolution> LinkMap::trace_program(const std::string& path, const std::string& interpreter) {
  Trace trace;
  Resolution program = start(path, interpreter, &trace);
  trace.insert(trace.begin(), std::move(program));
  return trace;
}

Resolution LinkMap::dlopen(const std::string& name, const std::string& caller) {
  int index = -1;
  int caller_index = caller.empty() ? (objects_.empty() ? -1 : 0) : find_mapped_file(caller);
  if (caller_index < 0 && !caller.empty()) {
    Resolution unknown;
    unknown.name = name;
    unknown.caller = caller;
    unknown.state = ResolutionState::cannot_tell;
    unknown.detail = caller + ": this object is not mapped, so nobody calls";
    return unknown;
  }
  // musl seeks for the program, whoever calls.
  if (libc_ == Libc::musl && !objects_.empty()) caller_index = 0;
  const std::size_t before = objects_.size();
  // The caller lends its search paths to this request only: the real loader records nobody as the one who needs the object.
  Resolution resolution = request(name, caller_index, libc_ == Libc::musl ? caller_index : -1, index);
  if (!resolution.is_found() || objects_.size() == before) return resolution;
  std::optional<Resolution> failed = map_dependencies({index}, nullptr);
  if (!failed) return resolution;
  objects_.resize(before);
  bool keeps_state = failed->state == ResolutionState::process_dies || failed->state == ResolutionState::cannot_tell;
  resolution.state = keeps_state ? failed->state : ResolutionState::dependency_failed;
  resolution.detail = failed->detail;
  resolution.failed_dependency = {std::move(*failed)};
  return resolution;
}

}  // namespace gpuwhy::loader
