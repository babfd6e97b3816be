#include <algorithm>
#include <optional>

#include "base/text.h"
#include "evidence/readers/smi_card.h"
#include "evidence/readers/smi_parts.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 600;
constexpr std::size_t most_fields = 40;

enum class Field { other, index, name, driver, used, total, capability, mode, mig, bus };

struct Known {
  std::string_view word;
  Field field;
};
// Names of nvidia-smi --help-query-gpu, as the heading of its CSV prints them.
constexpr Known known_fields[] = {
    {"index", Field::index},
    {"name", Field::name},
    {"gpu_name", Field::name},
    {"driver_version", Field::driver},
    {"memory.used", Field::used},
    {"memory.total", Field::total},
    {"compute_cap", Field::capability},
    {"compute_mode", Field::mode},
    {"mig.mode.current", Field::mig},
    {"pci.bus_id", Field::bus},
    {"gpu_bus_id", Field::bus},
    {"memory.free", Field::other},
    {"utilization.gpu", Field::other},
    {"utilization.memory", Field::other},
    {"temperature.gpu", Field::other},
    {"uuid", Field::other},
    {"gpu_uuid", Field::other},
    {"count", Field::other},
    {"power.draw", Field::other},
    {"serial", Field::other},
    {"persistence_mode", Field::other},
};

std::optional<Field> known_field(std::string_view cell) {
  std::string word = to_lower(cell.substr(0, cell.find(' ')));
  for (const Known& known : known_fields)
    if (word == known.word) return known.field;
  return std::nullopt;
}

std::vector<std::string_view> csv_cells(std::string_view text) {
  std::vector<std::string_view> cells = split(text, ',');
  for (std::string_view& cell : cells) cell = trim(cell);
  return cells;
}

// The heading of a CSV: at least two names that nvidia-smi has, and one that no other table would have.
std::vector<Field> heading_of(std::string_view text) {
  std::vector<Field> fields;
  std::size_t known = 0;
  std::vector<std::string_view> cells = csv_cells(text);
  if (cells.size() < 2 || cells.size() > most_fields) return fields;
  bool own = text.contains("[MiB]") || text.contains("driver_version") || text.contains("compute_cap") || text.contains("pci.bus_id");
  for (std::string_view cell : cells) {
    std::optional<Field> field = known_field(cell);
    known += field ? 1 : 0;
    fields.push_back(field.value_or(Field::other));
  }
  if (!own || known < 2) fields.clear();
  return fields;
}

void read_cell(Field field, std::string_view cell, SmiCard& card, Clues& clues) {
  std::string lower = to_lower(cell);
  switch (field) {
    case Field::index:
      card.index = cell;
      break;
    case Field::name:
      card.name = cell;
      break;
    case Field::driver:
      clues.add("driver", cell, card.line);
      break;
    case Field::used:
      card.used = mib_of(cell);
      break;
    case Field::total:
      card.total = mib_of(cell);
      break;
    case Field::capability:
      if (!cell.empty() && cell.front() >= '0' && cell.front() <= '9') clues.add("gpu.cc", cell, card.line);
      break;
    case Field::mode:
      card.mode = compute_mode_of(cell);
      break;
    case Field::mig:
      if (lower == "enabled" || lower == "disabled") card.mig = lower;
      break;
    case Field::bus:
      if (is_bus_id(cell)) card.bus = cell;
      break;
    case Field::other:
      break;
  }
}

// Without a heading (--format=csv,noheader): "NVIDIA GeForce RTX 3090, 24576 MiB, 535.54.03" tells its columns by their values.
bool read_bare_row(std::string_view text, std::size_t line, Clues& clues) {
  std::vector<std::string_view> cells = csv_cells(text);
  if (cells.size() < 2 || cells.size() > most_fields) return false;
  std::size_t first = is_digits(cells[0]) ? 1 : 0;
  std::string_view name = cells[first];
  bool is_card = name.size() < 60 &&
                 (name.starts_with("NVIDIA ") || name.starts_with("Tesla ") || name.starts_with("GeForce ") || name.starts_with("Quadro "));
  std::vector<std::int64_t> sizes;
  std::string driver;
  for (std::string_view cell : std::span(cells).subspan(first + 1)) {
    bool is_number = !cell.empty() && cell.front() >= '0' && cell.front() <= '9';
    if (auto size = cell.ends_with("MiB") ? mib_of(cell) : std::nullopt) sizes.push_back(*size);
    // Driver versions: 535.54.03, 552.44. Watts look like the second one, but where sizes have a unit watts have theirs, too.
    bool is_version = is_number && cell.find('.') == 3 && cell.find_first_not_of("0123456789.") == std::string_view::npos;
    if (is_version && (std::ranges::count(cell, '.') == 2 || text.contains(" MiB"))) driver = cell;
  }
  if (!is_card || (sizes.empty() && driver.empty())) return false;
  SmiCard card;
  if (first == 1) card.index = cells[0];
  card.name = name;
  card.line = line;
  if (!sizes.empty()) card.total = *std::ranges::max_element(sizes);
  if (!driver.empty()) clues.add("driver", driver, line);
  add_smi_card(card, clues);
  return true;
}

}  // namespace

void read_smi_queries(std::span<const Line> lines, Clues& clues) {
  std::vector<Field> fields;
  std::size_t cards = 0, first = 0;
  auto finish = [&] {
    if (cards > 0) clues.add("gpu.count", std::to_string(cards), first);
    fields.clear();
    cards = 0;
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = trim(lines[i].text);
    if (text.size() > longest_line || !text.contains(',')) {
      finish();
      continue;
    }
    if (std::vector<Field> heading = heading_of(text); !heading.empty()) {
      finish();
      fields = std::move(heading);
      continue;
    }
    std::vector<std::string_view> cells = csv_cells(text);
    if (fields.empty() || cells.size() != fields.size()) {
      finish();
      read_bare_row(text, i, clues);
      continue;
    }
    SmiCard card;
    card.line = i;
    for (std::size_t k = 0; k < cells.size(); ++k) read_cell(fields[k], cells[k], card, clues);
    if (cards++ == 0) first = i;
    add_smi_card(card, clues);
  }
  finish();
}

}  // namespace gpuwhy
