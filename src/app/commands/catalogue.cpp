#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/commands/subject.h"
#include "app/embedded.h"
#include "app/output.h"
#include "base/text.h"
#include "causes/registry.h"
#include "engine/explain.h"
#include "facts/facts.h"
#include "render/completion/completion.h"
#include "render/terminal/page.h"

namespace gpuwhy::app {

namespace {

constexpr std::size_t most_found = 8;  // causes that a search shows

int answer(std::string_view text, const Options& options) {
  if (auto delivered = deliver(text, options.output); !delivered) {
    print_usage_error(delivered.error().message);
    return 2;
  }
  return 0;
}

int refuse(std::string_view message) {
  print_usage_error(message);
  return 2;
}

// How well a page speaks of the words: of all of them together, else of most of them one by one.
std::size_t page_score(const Cause& cause, std::string_view query, const std::vector<std::string>& words) {
  if (replace_all(std::string(cause.slug), "-", " ").contains(query) || to_lower(cause.title).contains(query)) return words.size() + 2;
  std::string text = to_lower(cause.page);
  if (text.contains(query)) return words.size() + 1;
  auto found = static_cast<std::size_t>(std::ranges::count_if(words, [&](const std::string& word) { return text.contains(word); }));
  return found * 2 > words.size() ? found : 0;
}

// Causes that the words point to, the nearest first: those whose phrases match them, then those whose pages have the words.
int search_causes(const Options& options) {
  std::vector<CauseEntry> entries;
  auto add = [&](const Cause& cause) {
    if (std::ranges::none_of(entries, [&](const CauseEntry& entry) { return entry.slug == cause.slug; }))
      entries.push_back({cause.slug, cause.title, cause.layer});
  };
  Report report = explain(read_text({{1, options.search, 0}}), {});
  for (const RankedFinding& ranked : report.findings)
    if (const Cause* cause = find_cause(ranked.finding.cause)) add(*cause);
  const std::string query = to_lower(trim(options.search));
  std::vector<std::string> words;
  for (std::string_view word : split(query, ' '))
    if (word.size() > 2) words.emplace_back(word);
  std::vector<std::pair<std::size_t, const Cause*>> scored;
  for (const Cause& cause : all_causes())
    if (std::size_t score = page_score(cause, query, words)) scored.emplace_back(score, &cause);
  std::ranges::stable_sort(scored, std::ranges::greater{}, [](const auto& entry) { return entry.first; });
  for (const auto& [score, cause] : scored)
    if (entries.size() < most_found) add(*cause);
  if (entries.empty()) return answer("no cause speaks of that; `gpuwhy causes` lists them, `gpuwhy explain` reads a whole log\n", options);
  return answer(render_found_causes(entries, terminal_options(options)), options);
}

}  // namespace

int run_causes(const Options& options) {
  if (!options.search.empty()) return search_causes(options);
  if (options.argument.empty()) {
    std::vector<CauseEntry> entries;
    for (const Cause& cause : all_causes()) entries.push_back({cause.slug, cause.title, cause.layer});
    return answer(render_cause_list(entries, terminal_options(options)), options);
  }
  const Cause* cause = find_cause(options.argument);
  if (!cause) return refuse(unknown_cause(options.argument));
  return answer(render_cause_page(cause->page, terminal_options(options)), options);
}

int run_schema(const Options& options) {
  std::string name = options.argument.empty() ? "report" : options.argument;
  for (const Embedded& file : embedded_files())
    if (file.name == "schema/" + name) return answer(file.bytes, options);
  return refuse(fmt::format("no schema is called '{}'; there are: report, diff, arch", printable(name)));
}

int run_completion(const Options& options) {
  auto shell = parse_shell(options.argument);
  if (!shell) return refuse(fmt::format("completion is made for bash, zsh or fish, not for '{}'", printable(options.argument)));
  return answer(render_completion(command_line_shape(), *shell), options);
}

int run_version() {
  print(fmt::format("gpuwhy {} (facts as of {})\n", GPUWHY_VERSION, facts::as_of()));
  return 0;
}

}  // namespace gpuwhy::app
