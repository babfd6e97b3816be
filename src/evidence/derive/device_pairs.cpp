#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "evidence/derive/architecture_pairs.h"
#include "evidence/derive/derive.h"

namespace gpuwhy {

namespace {

// The value as the driver reads it: without the quotes that a shell or a log puts around it.
std::string_view plain_value(std::string_view value) {
  value = trim(value);
  while (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
    value = trim(value.substr(1, value.size() - 2));
  return value;
}

// "CUDA_VISIBLE_DEVICES= python train.py": what follows an empty value is the command.
bool is_command(std::string_view value) {
  bool is_list =
      !value.empty() && ((value[0] >= '0' && value[0] <= '9') || value[0] == '-' || value.starts_with("GPU-") || value.starts_with("MIG-"));
  return value.contains(' ') && !is_list;
}

bool hides_all(std::string_view value) {
  std::string lower = to_lower(value);
  return value.empty() || value.starts_with("-1") || lower == "nodevfiles" || lower == "none" || lower == "void";
}

std::optional<std::int64_t> first_index(std::string_view value) {
  std::string_view first = trim(value.substr(0, value.find(',')));
  return first.size() <= 4 && is_digits(first) ? parse_int(first) : std::nullopt;
}

// How many cards there are by the text's own count; what a program sees through the variable is no count of the machine's cards.
std::optional<std::int64_t> card_count(const Clues& clues) {
  std::optional<std::int64_t> most;
  for (const Clue* clue : clues.all("gpu.count"))
    if (auto count = parse_int(clue->value); count && *count > 0) most = std::max(most.value_or(0), *count);
  return most;
}

void derive_visible_devices(Clues& clues) {
  auto count = card_count(clues);
  // The last value that the text sets counts, unless it is a variable of a script.
  std::vector<Clue> values;
  for (const Clue* clue : clues.all("env.CUDA_VISIBLE_DEVICES")) values.push_back(*clue);
  bool several = values.size() > 1;
  for (const Clue& clue : values) {
    std::string_view value = plain_value(clue.value);
    if (value.starts_with('$') || value.starts_with('{') || value.starts_with('<')) continue;
    bool is_empty = value.empty() || is_command(value);
    if (is_empty || hides_all(value)) {
      clues.add(several ? "pair.hidden-once" : "pair.all-hidden", is_empty ? "empty" : value, clue.line);
      continue;
    }
    auto index = first_index(value);
    if (!index) continue;
    clues.add("gpu.index", std::to_string(*index), clue.line);
    if (count && *index >= *count)
      clues.add("pair.index-beyond-count", std::to_string(*index) + " of " + std::to_string(*count), clue.line);
    else if (!count && *index > 0 && !several) clues.add("pair.index-not-first", std::to_string(*index), clue.line);
    else if (count && *index < *count) clues.add("pair.index-exists", std::to_string(*index), clue.line);
  }
}

// An index that a program was told: cuda:1, --gpu 1, device=1.
void derive_asked_index(Clues& clues) {
  auto count = card_count(clues);
  const Clue* asked = clues.first("gpu.asked");
  auto index = asked && is_digits(asked->value) && asked->value.size() <= 4 ? parse_int(asked->value) : std::nullopt;
  if (!index) return;
  if (count && *index >= *count)
    clues.add("pair.index-beyond-count", std::to_string(*index) + " of " + std::to_string(*count), asked->line);
  else if (!count && *index > 0) clues.add("pair.asked-not-first", asked->value, asked->line);
}

// The one sign under all the words for it: the program got no GPU.
void derive_symptom(Clues& clues) {
  struct Sign {
    std::string_view name, value;
  };
  constexpr Sign signs[] = {{"error", "100"},        {"torch.available", "False"}, {"torch.count", "0"},
                            {"tf.gpus", "0"},        {"tensorflow.cuda", "None"},  {"jax.devices", "cpu"},
                            {"ort.providers", "cpu"}};
  for (const Sign& sign : signs)
    for (const Clue* clue : clues.all(sign.name))
      if (clue->value == sign.value) return clues.add("symptom.no-gpu", "yes", clue->line);
}

}  // namespace

void derive_device_pairs(Clues& clues) {
  derive_symptom(clues);
  derive_visible_devices(clues);
  derive_asked_index(clues);
  derive_architecture_pairs(clues);
}

}  // namespace gpuwhy
