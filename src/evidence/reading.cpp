#include "evidence/reading.h"

#include <algorithm>
#include <span>

#include "base/text.h"
#include "evidence/condition.h"
#include "evidence/derive/derive.h"
#include "evidence/phrase_index.h"
#include "evidence/readers/notebook.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

constexpr std::size_t continuation_lines = 2;  // a wrapped message is read over this many further lines
constexpr std::size_t longest_window = 4000;
constexpr std::size_t stretch_overlap = 1000;
constexpr std::size_t most_hits = 64;  // of one phrase

// What a continued line repeats before its text: a kernel time stamp, "NVRM:", a pod's name and time.
std::string_view without_prefix(std::string_view text) {
  text = trim(text);
  if (text.starts_with('['))
    if (std::size_t end = text.find(']'); end != std::string_view::npos && end < 24) text = trim(text.substr(end + 1));
  if (text.starts_with("NVRM:")) text = trim(text.substr(5));
  return text;
}

struct Hit {
  std::uint32_t phrase = 0;
  Captures captures;
  std::size_t line = 0;
};

// Looks at one stretch of a line, and at the lines behind it where the stretch reaches the line's end.
void find_hits_in(std::string_view stretch, std::span<const Line> behind, std::size_t line, const PhraseIndex& index,
                  std::vector<std::size_t>& count, std::vector<Hit>& hits) {
  std::string joined(stretch);
  Folded own = fold(joined);
  if (own.lower.empty()) return;
  for (const Line& next : behind.first(std::min(behind.size(), continuation_lines))) {
    joined += ' ';
    joined += without_prefix(std::string_view(next.text).substr(0, longest_window));
  }
  Folded window = fold(joined);
  for (std::uint32_t id : index.candidates(window.lower)) {
    Pattern::Match match;
    if (count[id] >= most_hits || !index.pattern(id)->find(window, own.lower.size(), match)) continue;
    ++count[id];
    hits.push_back({id, std::move(match.captures), line});
  }
}

std::vector<Hit> find_hits(std::span<const Line> lines, const PhraseIndex& index) {
  std::vector<Hit> hits;
  std::vector<std::size_t> count(all_phrases().size(), 0);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = lines[i].text;
    // A line that is longer than any message is looked at in stretches that overlap.
    for (; text.size() > longest_window; text.remove_prefix(longest_window - stretch_overlap))
      find_hits_in(text.substr(0, longest_window), {}, i, index, count, hits);
    find_hits_in(text, lines.subspan(i + 1), i, index, count, hits);
  }
  return hits;
}

void set_clues(const Phrase& phrase, const Captures& captures, std::size_t line, Clues& clues) {
  for (std::string_view term : split(phrase.says, ' ')) {
    term = trim(term);
    if (term.empty() || term == "-") continue;
    std::size_t equals = term.find('=');
    std::string value = equals == std::string_view::npos ? "yes" : fill(term.substr(equals + 1), clues, captures);
    clues.add(term.substr(0, equals), value, line);
  }
}

// A row without a pattern stands at the first clue that it names.
const Clue* first_named(std::string_view when, const Clues& clues) {
  for (std::string_view term : split(when, ' ')) {
    std::string_view name = trim(term).substr(0, trim(term).find_first_of("=<>~!"));
    if (const Clue* clue = name.empty() ? nullptr : clues.first(name)) {
      std::size_t equals = term.find('=');
      if (equals == std::string_view::npos || term.contains('<') || term.contains('>')) return clue;
      for (const Clue* candidate : clues.all(name))
        for (std::string_view wanted : split(term.substr(equals + 1), '|'))
          if (to_lower(candidate->value) == to_lower(wanted)) return candidate;
      return clue;
    }
  }
  return nullptr;
}

enum class Kind { clue, healthy, other };

Kind kind_of(const Phrase& phrase) {
  return phrase.strength == Strength::clue ? Kind::clue : phrase.strength == Strength::healthy ? Kind::healthy : Kind::other;
}

void take_hits(const std::vector<Hit>& hits, Kind kind, Reading& reading) {
  for (const Hit& hit : hits) {
    const Phrase& phrase = all_phrases()[hit.phrase];
    if (kind_of(phrase) != kind || !holds(phrase.when, reading.clues, hit.captures)) continue;
    if (kind == Kind::clue) set_clues(phrase, hit.captures, hit.line, reading.clues);
    else reading.sayings.push_back({&phrase, hit.captures, hit.line});
  }
}

void mark_healthy(Reading& reading) {
  for (const Saying& saying : reading.sayings)
    if (saying.phrase->strength == Strength::healthy) reading.clues.add("healthy", "yes", saying.line);
}

}  // namespace

Reading read_text(std::vector<Line> lines) {
  Reading reading;
  reading.lines = expand_notebook(std::move(lines));
  static const PhraseIndex index;
  for (Reader reader : all_readers()) reader(reading.lines, reading.clues);
  std::vector<Hit> hits = find_hits(reading.lines, index);
  take_hits(hits, Kind::clue, reading);
  derive_clues(reading.clues);
  // Signs of health first: other phrases may ask for them.
  take_hits(hits, Kind::healthy, reading);
  mark_healthy(reading);
  take_hits(hits, Kind::other, reading);
  // Rows without a pattern: those that set clues come first, so that the causes' rows can ask for them.
  for (bool clues_only : {true, false})
    for (const Phrase& phrase : all_phrases()) {
      if (phrase.pattern != "-" || (phrase.strength == Strength::clue) != clues_only || !holds(phrase.when, reading.clues, {})) continue;
      const Clue* at = first_named(phrase.when, reading.clues);
      std::size_t line = at ? at->line : 0;
      if (clues_only) set_clues(phrase, {}, line, reading.clues);
      else reading.sayings.push_back({&phrase, {}, line});
    }
  std::ranges::stable_sort(reading.sayings, {}, &Saying::line);
  return reading;
}

}  // namespace gpuwhy
