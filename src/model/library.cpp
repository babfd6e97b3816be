#include "model/library.h"

#include <algorithm>

namespace gpuwhy {
namespace {

template <class Items>
auto find_by_path(const Items& items, const std::string& path) -> decltype(items.data()) {
  auto at = std::ranges::lower_bound(items, path, {}, [](const auto& item) -> const std::string& { return item.path; });
  return at != items.end() && at->path == path ? &*at : nullptr;
}

}  // namespace

const Candidate* LibraryTable::find(const std::string& path) const { return find_by_path(candidates, path); }
const SearchedFolder* LibraryTable::find_folder(const std::string& path) const { return find_by_path(folders, path); }

}  // namespace gpuwhy
