// One search: a name, asked for by one object, through all places in the loader's order, until a file decides.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loader/link_map.h"
#include "loader/search_path.h"

namespace gpuwhy::loader {

// A folder of a list, as the table knows it.
struct SearchPlace {
  std::string folder;                                // as the list names it
  const SearchedFolder* known = nullptr;             // nullptr: it was not looked into
  std::vector<const SearchedFolder*> for_processor;  // its sub-folders for the processor, best first, without those that are not there
};
using SearchPlaces = std::vector<SearchPlace>;

// The lists of folders of one table, each taken apart once: a framework asks through the same RPATH of hundreds of folders again and again.
// Shared by all copies of a LinkMap, because it holds nothing but what follows from the table and the settings.
class PlacesMemo {
 public:
  enum class List { rpath, runpath, variable, defaults };
  struct Key {
    const Candidate* holder = nullptr;
    List list = List::rpath;
    bool is_program = false;  // whose $ORIGIN is another than that of the same file as a library
    auto operator<=>(const Key&) const = default;
  };
  // `make` is called for a key that is new.
  template <class Make>
  const SearchPlaces& get(const Key& key, Make make) {
    auto at = places_.find(key);
    return at != places_.end() ? at->second : places_.emplace(key, make()).first->second;
  }

 private:
  std::map<Key, SearchPlaces> places_;
};

struct SearchContext {
  const LibraryTable& table;
  const LoaderSettings& settings;
  const std::vector<Object>& objects;
  PlacesMemo& memo;
  int caller = -1;  // index into objects; -1: nobody, as for the program itself
};

struct SearchResult {
  Resolution resolution;            // found: path, real_path, rule; not found: why
  const Candidate* file = nullptr;  // when found
};

SearchResult search_glibc(const SearchContext& context, const std::string& name);
SearchResult search_musl(const SearchContext& context, const std::string& name);

const Candidate* find_candidate(const LibraryTable& table, const std::string& path);
const SearchedFolder* find_folder(const LibraryTable& table, const std::string& path);
// $ORIGIN of an object: the folder of the path under which it was opened, for the program that of the real file.
std::string origin_of(const Object& object);

// What both loaders share: the walk through places, the record of what was tried, and the three ways to end.
class Search {
 public:
  Search(const SearchContext& context, std::string name);
  virtual ~Search() = default;
  SearchResult result() && { return std::move(result_); }

 protected:
  enum class Step {
    go_on,     // not here
    end_list,  // not here, and the rest of this list of folders is not looked at
    ended,     // the answer stands
  };
  SearchPlaces places_of(const std::vector<std::string>& folders) const;
  PlacesMemo::Key key_of(int object, PlacesMemo::List list) const;
  Step try_places(SearchRule rule, const SearchPlaces& places, const std::string& origin);
  Step try_place(SearchRule rule, const SearchPlace& place, const std::string& origin);
  Step try_in(SearchRule rule, const SearchedFolder& folder, const std::string& origin);
  Step try_file(SearchRule rule, const std::string& place, const std::string& path, const std::string& origin);
  Step not_in(SearchRule rule, const SearchedFolder* folder, const std::string& place, const std::string& path, const std::string& origin);
  void try_path(const std::string& path);
  // What a candidate means to this loader.
  virtual Step judge(SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file) = 0;
  virtual void not_there() = 0;  // open() would say ENOENT here
  virtual bool uses_hwcaps() const { return false; }

  void note(SearchRule rule, std::string place, std::string origin, std::string outcome);
  Step found(SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file);
  Step end_with(ResolutionState state, SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file,
                std::string detail, std::string outcome);
  Step cannot_tell(SearchRule rule, const std::string& place, const std::string& origin, std::string detail);
  Tokens tokens_of(int object) const;
  const Object* object(int index) const { return index < 0 ? nullptr : &context_.objects[static_cast<std::size_t>(index)]; }

  const SearchContext& context_;
  std::string name_;
  SearchResult result_;
};

}  // namespace gpuwhy::loader
