#include "engine/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "base/version.h"
#include "engine/target_by_hand.h"
#include "engine/target_images.h"
#include "facts/cards.h"
#include "facts/targets.h"

namespace gpuwhy {

namespace {

using targets::GivenCard;

// Of which type a place's word is, and which card it stands for.
struct Kind {
  std::string type = "gpu";
  std::optional<GivenCard> card;
};

struct Asked {
  std::string place;
  std::string word = "gpu";  // "t4", "cpu"
  std::string date;          // "2025-12-10"; "" = the newest
  std::string release;       // "2026.07" of Colab, "v170" of Kaggle
};

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && is_digits(text.substr(0, 4)) && is_digits(text.substr(5, 2)) &&
         is_digits(text.substr(8));
}

// "2026.07"
bool is_runtime_version(std::string_view text) {
  return text.size() == 7 && text[4] == '.' && is_digits(text.substr(0, 4)) && is_digits(text.substr(5));
}

bool is_kaggle_release(std::string_view text) { return text.starts_with('v') && is_digits(text.substr(1)); }

GivenCard colab_card(const facts::ColabAccelerator& row) {
  // The tables of the place first; else the card of that very name. "G4" is no card's name.
  std::string_view capability = row.compute_capability.empty() ? facts::capability_of_card(row.name) : row.compute_capability;
  return {fmt::format("NVIDIA {}", row.name), std::string(capability), 1};
}

std::optional<Kind> colab_kind(const std::string& word) {
  if (word == "gpu") return colab_kind("t4");
  if (word == "cpu" || word == "tpu") return Kind{word, std::nullopt};
  const facts::ColabAccelerator* row = facts::find_colab_accelerator(word);
  if (!row) return std::nullopt;
  if (row->kind != "gpu") return Kind{std::string(row->kind), std::nullopt};
  return Kind{"gpu", colab_card(*row)};
}

// The accelerators of Kaggle that the tables describe: two T4, one P100.
std::optional<Kind> kaggle_kind(const std::string& word) {
  if (word == "cpu") return Kind{"cpu", std::nullopt};
  if (word == "gpu" || word == "t4") return Kind{"gpu", GivenCard{"NVIDIA T4", std::string(facts::capability_of_card("T4")), 2}};
  if (word == "p100")
    return Kind{"gpu", GivenCard{"NVIDIA P100", std::string(facts::find_colab_accelerator("P100")->compute_capability), 1}};
  return std::nullopt;
}

std::vector<std::string> words_of(std::string_view place) {
  if (place == "kaggle") return {"gpu", "t4", "p100", "cpu"};
  std::vector<std::string> words = {"gpu", "cpu", "tpu"};
  for (const facts::ColabAccelerator& row : facts::colab_accelerators_table())
    if (row.kind != "cpu") words.push_back(to_lower(row.name));
  return words;
}

std::vector<std::string> runtimes_of(std::string_view place) {
  std::vector<std::string> found;
  auto add = [&](std::string_view name) {
    if (name != "-" && std::ranges::find(found, name) == found.end()) found.emplace_back(name);
  };
  if (place == "colab")
    for (const facts::ColabRelease& row : facts::colab_table())
      for (std::string_view name : split(row.pinned, ',')) add(name);
  else
    for (const facts::KaggleRelease& row : facts::kaggle_table())
      for (std::string_view name : split(row.release, ';')) add(name);
  std::ranges::sort(found);
  return found;
}

std::string nearest_of(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t distance = std::max<std::size_t>(word.size(), 2);
  for (const std::string& other : known)
    if (std::size_t d = edit_distance(word, other); d < distance) distance = d, best = other;
  return best;
}

std::unexpected<Error> unknown_word(const std::string& place, std::string_view part) {
  std::vector<std::string> known = words_of(place);
  bool looks_like_runtime = is_runtime_version(part) || is_kaggle_release(part);
  if (looks_like_runtime) known = runtimes_of(place);
  std::string nearest = looks_like_runtime ? "" : nearest_of(part, known);
  std::string advice = nearest.empty()
                           ? fmt::format("{} knows {}", place, join(known, ", "))
                           : fmt::format("did you mean {}:{}? ({} knows {}, a date, a release)", place, nearest, place, join(known, ", "));
  return fail(fmt::format("{} has no '{}'; {}", place, printable(part, 40), advice));
}

Result<Asked> parse_name(std::string_view name) {
  std::vector<std::string_view> parts = split(name, ':');
  Asked asked;
  asked.place = to_lower(parts.front());
  bool has_word = false, has_date = false;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    std::string part = to_lower(parts[i]);
    std::vector<std::string> known = words_of(asked.place), runtimes = runtimes_of(asked.place);
    bool is_when = is_date(part) || std::ranges::find(runtimes, part) != runtimes.end();
    bool is_word = std::ranges::find(known, part) != known.end();
    if (!is_when && !is_word) return unknown_word(asked.place, parts[i]);
    if ((is_when && has_date) || (is_word && has_word))
      return fail(fmt::format("{}: '{}' is the second of its kind", printable(name, 80), part));
    if (is_word) asked.word = part;
    else if (is_date(part)) asked.date = part;
    else asked.release = part;
    (is_word ? has_word : has_date) = true;
  }
  return asked;
}

template <class Row>
std::string first_date(std::span<const Row> rows, std::string_view type) {
  for (const Row& row : rows) {
    if constexpr (requires { row.pinned; }) {
      if (facts::serves(row, type)) return std::string(row.date);
    } else if (row.image == type) {
      return std::string(row.date);
    }
  }
  return "";
}

std::unexpected<Error> no_row(const Asked& asked, std::string_view type, const std::string& first) {
  if (!asked.release.empty()) return fail(fmt::format("the tables have no {} image of {} {}", type, asked.place, asked.release));
  return fail(fmt::format("the tables of {} begin on {} for the type {}; {} is before that", asked.place, first, type, asked.date));
}

Result<Snapshot> make_colab(const Asked& asked, const std::string& name) {
  Kind kind = *colab_kind(asked.word);
  const facts::ColabRelease* row =
      asked.release.empty() ? facts::find_colab_release(kind.type, asked.date) : facts::find_pinned_colab(kind.type, asked.release);
  if (!row) return no_row(asked, kind.type, first_date(facts::colab_table(), kind.type));
  return targets::colab_snapshot(*row, kind.type, name, kind.card, asked.date);
}

Result<Snapshot> make_kaggle(const Asked& asked, const std::string& name) {
  Kind kind = *kaggle_kind(asked.word);
  const facts::KaggleRelease* row = nullptr;
  if (asked.release.empty()) row = facts::find_kaggle_release(kind.type, asked.date);
  else
    for (const facts::KaggleRelease& other : facts::kaggle_table())
      if (other.image == kind.type && std::ranges::count(split(other.release, ';'), asked.release) > 0) row = &other;
  if (!row) return no_row(asked, kind.type, first_date(facts::kaggle_table(), kind.type));
  return targets::kaggle_snapshot(*row, kind.type, name, kind.card);
}

bool has_place(std::string_view name) {
  std::string place = to_lower(name.substr(0, name.find(':')));
  return place == "colab" || place == "kaggle";
}

// --- the list ---

std::optional<std::chrono::sys_days> day_of(std::string_view date) {
  if (!is_date(date)) return std::nullopt;
  auto number = [&](std::size_t at, std::size_t length) { return static_cast<unsigned>(parse_int(date.substr(at, length)).value_or(0)); };
  std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number(0, 4))), std::chrono::month(number(5, 2)),
                                  std::chrono::day(number(8, 2))};
  return day.ok() ? std::optional(std::chrono::sys_days(day)) : std::nullopt;
}

std::string words_of_snapshot(const Snapshot& snapshot) {
  std::vector<std::string> parts;
  const PythonEnvironment& environment = snapshot.environments.front();
  if (environment.version.is_known()) parts.push_back("Python " + *environment.version);
  if (environment.packages.is_known())
    for (const Package& package : *environment.packages) {
      bool is_shown = package.name == "tensorflow" || package.name == "torch" || package.name == "jax";
      if (is_shown) parts.push_back(fmt::format("{} {}", package.name, package.version));
      else if (package.name.starts_with("cuda-cudart-")) parts.push_back("CUDA " + package.version);
    }
  for (const DriverAnswers& driver : snapshot.drivers)
    if (driver.devices.is_known() && !driver.devices->empty())
      parts.push_back(fmt::format("{} x {}", driver.devices->size(), driver.devices->front().name));
  return join(parts, ", ");
}

TargetLine line_of(const std::string& name, std::string_view date, std::string_view source, std::string_view as_of) {
  TargetLine line;
  line.name = name;
  line.date = date;
  line.source = fmt::format("{}, as of {}", source, as_of);
  auto from = day_of(date), to = day_of(facts::newest_target_date());
  if (from && to) line.age_days = static_cast<int>((*to - *from).count());
  auto snapshot = make_target(name);
  if (!snapshot) return line;
  line.words = words_of_snapshot(*snapshot);
  if (!snapshot->drivers.empty()) {
    const Fact<std::string>& driver = snapshot->drivers.front().nvml_driver_version;
    line.driver = driver.is_known() ? *driver : driver.detail();
  }
  return line;
}

}  // namespace

bool is_target_name(std::string_view name) { return has_place(name) || targets::is_by_hand(name); }

Result<Snapshot> make_target(std::string_view name) {
  if (targets::is_by_hand(name)) return targets::make_by_hand(name);
  if (!has_place(name)) {
    std::string nearest = nearest_of(to_lower(name.substr(0, name.find(':'))), {"colab", "kaggle"});
    return fail(fmt::format("no target is called '{}'{}; `gpuwhy targets` lists them", printable(name, 80),
                            nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)));
  }
  auto asked = parse_name(name);
  if (!asked) return std::unexpected(asked.error());
  return asked->place == "colab" ? make_colab(*asked, std::string(name)) : make_kaggle(*asked, std::string(name));
}

std::vector<TargetLine> list_targets() {
  std::vector<TargetLine> lines;
  for (const std::string& word : words_of("colab"))
    if (const facts::ColabRelease* row = facts::find_colab_release(colab_kind(word)->type, ""))
      lines.push_back(line_of("colab:" + word, row->date, row->source, row->as_of));
  for (const std::string& runtime : runtimes_of("colab"))
    if (const facts::ColabRelease* row = facts::find_pinned_colab("gpu", runtime))
      lines.push_back(line_of("colab:" + runtime, row->date, row->source, row->as_of));
  for (const std::string& word : words_of("kaggle"))
    if (const facts::KaggleRelease* row = facts::find_kaggle_release(kaggle_kind(word)->type, ""))
      lines.push_back(line_of("kaggle:" + word, row->date, row->source, row->as_of));
  return lines;
}

}  // namespace gpuwhy
