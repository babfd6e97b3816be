// glibc: RPATH of the caller, of the object that needs it, and so on, then of the program (nothing of this when the caller has RUNPATH;
// those among them that have RUNPATH are skipped); LD_LIBRARY_PATH; RUNPATH of the caller alone; ld.so.cache; default folders. In each
// folder the sub-folders for the processor come first. A file that is not for this processor is passed over; a file that is broken ends it
// all.
#include <algorithm>

#include "base/path.h"
#include "loader/search.h"

namespace gpuwhy::loader {
namespace {

constexpr std::string_view cache_file = "/etc/ld.so.cache";
constexpr std::string_view link_loop = "Too many levels of symbolic links";

class GlibcSearch final : public Search {
 public:
  using Search::Search;

  void run() {
    if (name_.find('/') != std::string::npos) try_path(context_.caller >= 0 ? expanded(name_, tokens_of(context_.caller)) : name_);
    else if (by_rpath() == Step::go_on && by_variable() == Step::go_on && by_runpath() == Step::go_on && by_cache() == Step::go_on)
      by_default_folders();
    if (result_.resolution.state == ResolutionState::not_found) explain_failure();
  }

 private:
  bool uses_hwcaps() const override { return true; }
  void not_there() override { last_error_ = "No such file or directory"; }

  Step judge(SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file) override;
  Step skip(SearchRule rule, const std::string& place, const std::string& origin, std::string_view error, const char* outcome) {
    last_error_ = error;
    note(rule, place, origin, outcome);
    return error == link_loop ? Step::end_list : Step::go_on;
  }
  Step stop(SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file, const std::string& words) {
    return end_with(ResolutionState::bad_file, rule, place, origin, file, words, words + ": the loader stops here");
  }

  Step by_rpath();
  Step rpath_of(int index);
  Step by_variable();
  Step by_runpath();
  Step by_cache();
  void by_default_folders();
  const CacheEntry* best_cache_entry() const;
  bool skips_default_folders() const;
  void explain_failure();

  std::string last_error_ = "No such file or directory";
  bool saw_other_class_ = false;
};

Search::Step GlibcSearch::judge(SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file) {
  constexpr std::string_view absent = "No such file or directory";
  switch (file.state) {
    case CandidateState::loadable:
      return found(rule, place, origin, file);
    case CandidateState::dangling:
      if (file.detail == link_loop) return skip(rule, place, origin, link_loop, "a link that leads to itself, skipped");
      return skip(rule, place, origin, absent, "a link to nothing, skipped");
    case CandidateState::unreadable:
      return skip(rule, place, origin, "Permission denied", "no permission to read it, skipped");
    case CandidateState::wrong_class:
      saw_other_class_ = true;
      return skip(rule, place, origin, absent, "32-bit, skipped");
    case CandidateState::wrong_machine:
      return skip(rule, place, origin, absent, "for another processor, skipped");
    case CandidateState::too_short:
      return stop(rule, place, origin, file, "file too short");
    case CandidateState::not_elf:
      return stop(rule, place, origin, file, file.detail.empty() ? "invalid ELF header" : file.detail);
    case CandidateState::header_cut:
      return stop(rule, place, origin, file, "cannot read file data");
    case CandidateState::folder:
      return stop(rule, place, origin, file, "cannot read file data: Is a directory");
    case CandidateState::segments_cut:
      break;
  }
  return end_with(ResolutionState::process_dies, rule, place, origin, file,
                  file.detail.empty() ? "the file is shorter than its headers promise" : file.detail, "cut short: the process dies here");
}

Search::Step GlibcSearch::rpath_of(int index) {
  const Candidate& holder = *object(index)->file;
  if (holder.rpath.empty() || !holder.runpath.empty()) return Step::go_on;
  const SearchPlaces& places = context_.memo.get(key_of(index, PlacesMemo::List::rpath),
                                                 [&] { return places_of(folders_of(holder.rpath, object_separators, tokens_of(index))); });
  return try_places(SearchRule::rpath, places, holder.path);
}

Search::Step GlibcSearch::by_rpath() {
  const Object* caller = object(context_.caller);
  if (caller && !caller->file->runpath.empty()) return Step::go_on;
  bool did_program = false;
  for (int index = context_.caller; index >= 0; index = object(index)->loaded_by) {
    if (rpath_of(index) == Step::ended) return Step::ended;
    did_program |= object(index)->is_program;
  }
  bool has_program = !context_.objects.empty() && context_.objects.front().is_program;
  return did_program || !has_program ? Step::go_on : rpath_of(0);
}

Search::Step GlibcSearch::by_variable() {
  const Fact<std::string>& value = context_.settings.library_path;
  if (value.is_unknown()) return cannot_tell(SearchRule::ld_library_path, "LD_LIBRARY_PATH", "", "its value is not known");
  if (value.is_absent() || value->empty()) {
    note(SearchRule::ld_library_path, "LD_LIBRARY_PATH", "", value.is_absent() ? "not set" : "empty");
    return Step::go_on;
  }
  int program = context_.objects.empty() ? -1 : 0;
  const SearchPlaces& places = context_.memo.get(key_of(program, PlacesMemo::List::variable),
                                                 [&] { return places_of(folders_of(*value, variable_separators, tokens_of(program))); });
  return try_places(SearchRule::ld_library_path, places, "");
}

Search::Step GlibcSearch::by_runpath() {
  const Object* caller = object(context_.caller);
  if (!caller || caller->file->runpath.empty()) return Step::go_on;
  const SearchPlaces& places = context_.memo.get(key_of(context_.caller, PlacesMemo::List::runpath), [&] {
    return places_of(folders_of(caller->file->runpath, object_separators, tokens_of(context_.caller)));
  });
  return try_places(SearchRule::runpath, places, caller->file->path);
}

bool GlibcSearch::skips_default_folders() const {
  int index = context_.caller >= 0 ? context_.caller : (context_.objects.empty() ? -1 : 0);
  return index >= 0 && object(index)->file->no_default_folders;
}

// Entries for a level of the processor beat the plain one, the best level first.
const CacheEntry* GlibcSearch::best_cache_entry() const {
  const CacheEntry* best = nullptr;
  std::size_t best_level = SIZE_MAX;
  for (const CacheEntry& entry : *context_.settings.cache) {
    if (entry.name != name_) continue;
    if (entry.hwcap.empty()) {
      if (!best) best = &entry;
      continue;
    }
    const auto& levels = context_.settings.hwcap_folders;
    auto at = std::ranges::find_if(levels, [&](const std::string& level) { return path::filename(level) == entry.hwcap; });
    auto level = static_cast<std::size_t>(at - levels.begin());
    if (at == levels.end() || level >= best_level) continue;
    best = &entry;
    best_level = level;
  }
  return best;
}

Search::Step GlibcSearch::by_cache() {
  const std::string place(cache_file);
  const auto& cache = context_.settings.cache;
  if (cache.is_unknown()) return cannot_tell(SearchRule::cache, place, "", "could not be read: " + cache.detail());
  if (cache.is_absent()) {
    note(SearchRule::cache, place, "", "no such file");
    return Step::go_on;
  }
  const CacheEntry* entry = best_cache_entry();
  if (!entry) {
    note(SearchRule::cache, place, "", "no entry");
    return Step::go_on;
  }
  if (skips_default_folders() && std::ranges::any_of(context_.settings.default_folders, [&](const std::string& folder) {
        return entry->path.starts_with(folder == "/" ? folder : folder + "/");
      })) {
    note(SearchRule::cache, entry->path, "", "in a default folder, which this object forbids");
    return Step::go_on;
  }
  return try_file(SearchRule::cache, entry->path, entry->path, "") == Step::ended ? Step::ended : Step::go_on;
}

void GlibcSearch::by_default_folders() {
  if (skips_default_folders()) {
    note(SearchRule::default_folder, "default folders", "", "forbidden by this object");
    return;
  }
  const SearchPlaces& places =
      context_.memo.get({nullptr, PlacesMemo::List::defaults}, [&] { return places_of(context_.settings.default_folders); });
  try_places(SearchRule::default_folder, places, "");
}

void GlibcSearch::explain_failure() {
  if (saw_other_class_) result_.resolution.detail = "wrong ELF class: ELFCLASS32";
  else if (last_error_ != "No such file or directory") result_.resolution.detail = "cannot open shared object file: " + last_error_;
}

}  // namespace

SearchResult search_glibc(const SearchContext& context, const std::string& name) {
  GlibcSearch search(context, name);
  search.run();
  return std::move(search).result();
}

}  // namespace gpuwhy::loader
