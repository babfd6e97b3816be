// musl: LD_LIBRARY_PATH; RPATH or RUNPATH (one thing here) of the caller and of those that needed it, up to the program; the system's list.
// No cache, no sub-folders for processors. Only what cannot be opened is passed over: anything else by that name ends the search.
#include "loader/search.h"

namespace gpuwhy::loader {
namespace {

class MuslSearch final : public Search {
 public:
  using Search::Search;

  void run() {
    if (name_.find('/') != std::string::npos) try_path(name_);
    else if (by_variable() == Step::go_on && by_own_paths() == Step::go_on)
      try_places(SearchRule::default_folder, places_of(context_.settings.default_folders), "");
    if (result_.resolution.state == ResolutionState::not_found) result_.resolution.detail = words(last_error_);
  }

 private:
  std::string words(std::string_view error) const { return "Error loading shared library " + name_ + ": " + std::string(error); }
  void not_there() override { last_error_ = "No such file or directory"; }

  Step judge(SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file) override {
    auto stop = [&](const char* error, const char* outcome) {
      return end_with(ResolutionState::bad_file, rule, place, origin, file, words(error), outcome);
    };
    switch (file.state) {
      case CandidateState::loadable:
        return found(rule, place, origin, file);
      case CandidateState::dangling:
        if (file.detail == "Too many levels of symbolic links")
          return stop("Symbolic link loop", "a link that leads to itself: the loader stops here");
        not_there();
        note(rule, place, origin, "a link to nothing, skipped");
        return Step::go_on;
      case CandidateState::unreadable:
        last_error_ = "Permission denied";
        note(rule, place, origin, "no permission to read it, skipped");
        return Step::go_on;
      case CandidateState::folder:
        return stop("Is a directory", "a folder: the loader stops here");
      case CandidateState::wrong_class:
        return stop("Exec format error", "32-bit: the loader stops here");
      // It is mapped before musl meets a relocation that it does not know; for those behind it the effect is the same.
      case CandidateState::wrong_machine:
        return stop("Exec format error", "for another processor: the loader stops here");
      case CandidateState::too_short:
      case CandidateState::not_elf:
      case CandidateState::header_cut:
        return stop("Exec format error", "no usable ELF file: the loader stops here");
      case CandidateState::segments_cut:
        break;
    }
    return end_with(ResolutionState::process_dies, rule, place, origin, file,
                    file.detail.empty() ? "the file is shorter than its headers promise" : file.detail, "cut short: the process dies here");
  }

  Step by_variable() {
    const Fact<std::string>& value = context_.settings.library_path;
    if (value.is_unknown()) return cannot_tell(SearchRule::ld_library_path, "LD_LIBRARY_PATH", "", "its value is not known");
    if (value.is_absent() || value->empty()) {
      note(SearchRule::ld_library_path, "LD_LIBRARY_PATH", "", value.is_absent() ? "not set" : "empty");
      return Step::go_on;
    }
    return try_places(SearchRule::ld_library_path, places_of(musl_folders_of(*value)), "");
  }

  Step by_own_paths() {
    for (int index = context_.caller; index >= 0; index = object(index)->loaded_by) {
      const Candidate& holder = *object(index)->file;
      bool uses_runpath = !holder.runpath.empty();
      const std::string& list = uses_runpath ? holder.runpath : holder.rpath;
      if (has_foreign_token(list)) continue;  // musl then ignores the whole list
      Tokens tokens = tokens_of(index);
      std::vector<std::string> folders;
      for (const std::string& folder : musl_folders_of(list)) folders.push_back(expanded(folder, tokens));
      if (try_places(uses_runpath ? SearchRule::runpath : SearchRule::rpath, places_of(folders), holder.path) == Step::ended)
        return Step::ended;
    }
    return Step::go_on;
  }

  // musl knows $ORIGIN and ${ORIGIN} only.
  static bool has_foreign_token(std::string_view list) {
    for (std::size_t at = list.find('$'); at != std::string_view::npos; at = list.find('$', at + 1)) {
      std::string_view rest = list.substr(at);
      if (!rest.starts_with("$ORIGIN") && !rest.starts_with("${ORIGIN}")) return true;
    }
    return false;
  }

  std::string last_error_ = "No such file or directory";
};

}  // namespace

SearchResult search_musl(const SearchContext& context, const std::string& name) {
  MuslSearch search(context, name);
  search.run();
  return std::move(search).result();
}

}  // namespace gpuwhy::loader
