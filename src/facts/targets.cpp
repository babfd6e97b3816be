#include "facts/targets.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy::facts {

namespace {

// The last row of that type not newer than the date; "" = the last of all.
template <class Row, class Serves>
const Row* in_force(std::span<const Row> rows, std::string_view date, Serves serves_type) {
  const Row* found = nullptr;
  for (const Row& row : rows)
    if ((date.empty() || row.date <= date) && serves_type(row)) found = &row;
  return found;
}

}  // namespace

bool serves(const ColabRelease& row, std::string_view type) {
  if (row.image != "shared") return row.image == type;
  // The last shared list names builds for the CPU: from then on the GPU runtime had another one.
  bool is_for_cuda = !row.torch.ends_with("+cpu");
  return type == "cpu" || (type == "gpu" && is_for_cuda);
}

const ColabRelease* find_colab_release(std::string_view type, std::string_view date) {
  return in_force(colab_table(), date, [&](const ColabRelease& row) { return serves(row, type); });
}

const ColabRelease* find_pinned_colab(std::string_view type, std::string_view pinned) {
  const ColabRelease* found = nullptr;
  for (const ColabRelease& row : colab_table())
    if (serves(row, type) && std::ranges::count(split(row.pinned, ','), pinned) > 0) found = &row;
  return found;
}

const KaggleRelease* find_kaggle_release(std::string_view type, std::string_view date) {
  return in_force(kaggle_table(), date, [&](const KaggleRelease& row) { return row.image == type; });
}

const ColabAccelerator* find_colab_accelerator(std::string_view name) {
  for (const ColabAccelerator& row : colab_accelerators_table())
    if (to_lower(row.name) == to_lower(name)) return &row;
  return nullptr;
}

const ColabDriver* find_announced_driver(std::string_view date) {
  return in_force(colab_drivers_table(), date, [](const ColabDriver& row) { return row.kind == "announced"; });
}

std::string_view newest_target_date() {
  std::string_view newest;
  for (const ColabRelease& row : colab_table()) newest = std::max(newest, row.as_of);
  for (const KaggleRelease& row : kaggle_table()) newest = std::max(newest, row.as_of);
  for (const ColabDriver& row : colab_drivers_table()) newest = std::max(newest, row.as_of);
  return newest;
}

}  // namespace gpuwhy::facts
