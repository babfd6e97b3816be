#include "loader/search.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "base/text.h"

namespace gpuwhy::loader {

namespace {

// The spelling under which the table keeps a path: without ".", "//" and "..", except for a ".." that climbs out of a link (or out of
// nothing), where the name alone does not say where it leads. For each of those the table has the folder "LINK/..".
std::string spelt_in(const LibraryTable& table, const std::string& path) {
  if (!path.starts_with('/')) return path;
  std::string spelt;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    bool pops = part == ".." && !spelt.ends_with("/..") && !table.find_folder(spelt + "/..");
    if (pops) spelt.resize(spelt.empty() ? 0 : spelt.rfind('/'));
    else if (part != ".." || !spelt.empty()) (spelt += '/') += part;
  }
  return spelt.empty() ? "/" : spelt;
}

// Without ".", ".." and "//": the table would spell it in the same way.
bool is_plain(std::string_view path) {
  if (!path.starts_with('/')) return true;
  while (!path.empty()) {
    path.remove_prefix(1);  // a slash
    std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(part.size());
  }
  return true;
}

}  // namespace

const Candidate* find_candidate(const LibraryTable& table, const std::string& path) {
  const Candidate* candidate = table.find(path);
  return candidate || is_plain(path) ? candidate : table.find(spelt_in(table, path));
}

const SearchedFolder* find_folder(const LibraryTable& table, const std::string& path) {
  const SearchedFolder* folder = table.find_folder(path);
  return folder || is_plain(path) ? folder : table.find_folder(spelt_in(table, path));
}

std::string origin_of(const Object& object) {
  const std::string& path = object.is_program && !object.file->real_path.empty() ? object.file->real_path : object.file->path;
  return std::string(path::parent(path));
}

Search::Search(const SearchContext& context, std::string name) : context_(context), name_(std::move(name)) {
  result_.resolution.name = name_;
  if (const Object* caller = object(context.caller)) result_.resolution.caller = caller->file->path;
}

Tokens Search::tokens_of(int index) const {
  const Object* holder = object(index);
  return {holder ? origin_of(*holder) : std::string(), context_.settings.lib_token, context_.settings.platform_token};
}

void Search::note(SearchRule rule, std::string place, std::string origin, std::string outcome) {
  result_.resolution.tried.push_back({rule, std::move(place), std::move(origin), std::move(outcome)});
}

Search::Step Search::found(SearchRule rule, const std::string& place, const std::string& origin, const Candidate& file) {
  result_.file = &file;
  return end_with(ResolutionState::found, rule, place, origin, file, "", "found");
}

Search::Step Search::end_with(ResolutionState state, SearchRule rule, const std::string& place, const std::string& origin,
                              const Candidate& file, std::string detail, std::string outcome) {
  Resolution& resolution = result_.resolution;
  resolution.state = state;
  resolution.rule = rule;
  resolution.path = file.path;
  resolution.real_path = file.real_path;
  resolution.detail = std::move(detail);
  note(rule, place, origin, std::move(outcome));
  return Step::ended;
}

Search::Step Search::cannot_tell(SearchRule rule, const std::string& place, const std::string& origin, std::string detail) {
  result_.resolution.state = ResolutionState::cannot_tell;
  result_.resolution.rule = rule;
  result_.resolution.detail = place + ": " + detail;
  note(rule, place, origin, std::move(detail));
  return Step::ended;
}

SearchPlaces Search::places_of(const std::vector<std::string>& folders) const {
  SearchPlaces places;
  places.reserve(folders.size());
  for (const std::string& folder : folders) {
    SearchPlace place{folder, find_folder(context_.table, folder), {}};
    if (place.known && place.known->names.is_known() && uses_hwcaps()) {
      for (const std::string& level : context_.settings.hwcap_folders) {
        const SearchedFolder* inner = context_.table.find_folder(path::join(place.known->path, level));
        if (inner && !inner->names.is_absent()) place.for_processor.push_back(inner);
      }
    }
    places.push_back(std::move(place));
  }
  return places;
}

PlacesMemo::Key Search::key_of(int index, PlacesMemo::List list) const {
  const Object* holder = object(index);
  return {holder ? holder->file : nullptr, list, holder && holder->is_program};
}

Search::Step Search::try_places(SearchRule rule, const SearchPlaces& places, const std::string& origin) {
  for (const SearchPlace& place : places) {
    Step step = try_place(rule, place, origin);
    if (step == Step::end_list) return Step::go_on;
    if (step == Step::ended) return step;
  }
  return Step::go_on;
}

Search::Step Search::try_place(SearchRule rule, const SearchPlace& place, const std::string& origin) {
  const SearchedFolder* known = place.known;
  if (!known) {
    if (place.folder.starts_with('/')) return cannot_tell(rule, place.folder, origin, "this folder was not looked into");
    not_there();
    note(rule, place.folder.empty() ? "." : place.folder, origin, "relative to the current folder of the program: not looked into");
    return Step::go_on;
  }
  if (known->names.is_unknown()) return cannot_tell(rule, place.folder, origin, "could not be listed: " + known->names.detail());
  if (known->names.is_absent()) {
    not_there();
    note(rule, known->path, origin, "no such folder");
    return Step::go_on;
  }
  for (const SearchedFolder* inner : place.for_processor) {
    if (inner->names.is_unknown()) return cannot_tell(rule, inner->path, origin, "could not be listed: " + inner->names.detail());
    if (try_in(rule, *inner, origin) == Step::ended) return Step::ended;
  }
  return try_in(rule, *known, origin);
}

Search::Step Search::try_in(SearchRule rule, const SearchedFolder& folder, const std::string& origin) {
  std::string path = path::join(folder.path, name_);
  if (const Candidate* file = find_candidate(context_.table, path)) return judge(rule, folder.path, origin, *file);
  return not_in(rule, &folder, folder.path, path, origin);
}

Search::Step Search::try_file(SearchRule rule, const std::string& place, const std::string& path, const std::string& origin) {
  if (const Candidate* file = find_candidate(context_.table, path)) return judge(rule, place, origin, *file);
  return not_in(rule, find_folder(context_.table, std::string(path::parent(path))), place, path, origin);
}

Search::Step Search::not_in(SearchRule rule, const SearchedFolder* folder, const std::string& place, const std::string& path,
                            const std::string& origin) {
  if (!folder) return cannot_tell(rule, place, origin, "the folder of " + path + " was not looked into");
  if (folder->names.is_unknown()) return cannot_tell(rule, place, origin, "could not be listed: " + folder->names.detail());
  if (folder->names.is_known() && std::ranges::find(*folder->names, path::filename(path)) != folder->names->end())
    return cannot_tell(rule, place, origin, path + " is there but could not be examined");
  not_there();
  note(rule, place, origin, "not there");
  return Step::go_on;
}

void Search::try_path(const std::string& path) {
  result_.resolution.rule = SearchRule::direct_path;
  // A path that leads from the current folder of the program: nobody can say where it ends.
  if (!path.starts_with('/') && !find_candidate(context_.table, path)) {
    cannot_tell(SearchRule::direct_path, path, "", "relative to the current folder of the program: not looked into");
    return;
  }
  try_file(SearchRule::direct_path, path, path, "");
}

}  // namespace gpuwhy::loader
