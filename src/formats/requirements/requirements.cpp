#include "formats/requirements/requirements.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::requirements {

namespace {

constexpr std::size_t most_entries = 20'000, longest_line = 8'000, longest_text = 120;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::string without_blanks(std::string_view text) {
  std::string kept;
  for (char c : text)
    if (c != ' ' && c != '\t' && c != '(' && c != ')') kept.push_back(c);
  return kept;
}

bool is_specifier(std::string_view text) {
  return text.empty() || std::ranges::all_of(split(text, ','), [](std::string_view clause) {
           std::size_t at = clause.find_first_not_of("<>=!~");
           return at != std::string_view::npos && at > 0 && at <= 3;
         });
}

bool is_link(std::string_view text) {
  constexpr std::array<std::string_view, 6> fronts = {"git+", "hg+", "svn+", "bzr+", "./", "../"};
  return text.contains("://") || std::ranges::any_of(fronts, [&](std::string_view front) { return text.starts_with(front); }) ||
         text.starts_with('/') || text.ends_with(".whl") || text.ends_with(".tar.gz");
}

std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  return line;
}

struct Reader {
  Document document;

  void leave(std::size_t line, std::string_view kind, std::string_view text) {
    if (document.unresolved.size() < most_entries) document.unresolved.push_back({line, std::string(kind), printable(text, longest_text)});
  }

  // "--hash=sha256:..." stands behind a requirement.
  std::string_view without_hashes(std::string_view text) {
    std::size_t at = text.find("--hash");
    if (at == std::string_view::npos) return text;
    for (std::size_t next = at; next != std::string_view::npos; next = text.find("--hash", next + 1)) ++document.hashes;
    return trim(text.substr(0, at));
  }

  void requirement(std::size_t line, std::string_view text) {
    text = without_hashes(text);
    auto parsed = parse_requirement(text);
    if (!parsed) return leave(line, is_link(text) || text.contains('@') ? "a link" : "a line that is no requirement", text);
    parsed->line = line;
    if (document.requirements.size() < most_entries) document.requirements.push_back(std::move(*parsed));
  }

  // What stands behind an option, joined to it by '=' or by a blank.
  static std::string_view value_of(std::string_view text) {
    std::size_t end = text.find_first_of("= \t");
    return end == std::string_view::npos ? "" : trim(text.substr(end + 1));
  }

  void option(std::size_t line, std::string_view text) {
    std::string_view name = text.substr(0, text.find_first_of("= \t"));
    bool is_index = name == "-i" || name == "--index-url" || name == "--extra-index-url" || name == "-f" || name == "--find-links";
    if (is_index && document.indexes.size() < most_entries) document.indexes.emplace_back(value_of(text));
    else if (name == "-r" || name == "--requirement" || name == "-c" || name == "--constraint") leave(line, "an include", text);
    else if (name == "-e" || name == "--editable") leave(line, "an editable install", text);
    else leave(line, "an option", text);
  }

  void line(std::size_t number, std::string_view text) {
    text = trim(without_comment(text));
    if (text.empty()) return;
    if (text.size() > longest_line) return leave(number, "a line that is no requirement", text);
    if (text.starts_with('-')) option(number, text);
    else requirement(number, text);
  }
};

// "3.*" or "3" against 3.10: are all numbers of the clause the first numbers of the version?
bool is_prefix(const Version& clause, const Version& version) {
  for (std::size_t i = 0; i < clause.size(); ++i)
    if (clause.number(i) != version.number(i)) return false;
  return true;
}

bool holds(const Version& version, std::string_view clause) {
  std::size_t at = clause.find_first_not_of("<>=!~");
  if (at == std::string_view::npos) return true;
  std::string_view operation = clause.substr(0, at), text = clause.substr(at);
  auto bound = Version::parse(text);
  if (!bound) return true;
  bool is_wild = text.ends_with(".*");
  if (operation == "==" || operation == "===") {
    if (!bound->local().empty() && bound->local() != version.local()) return false;
    return is_wild ? is_prefix(*bound, version) : *bound == version;
  }
  if (operation == "!=") return is_wild ? !is_prefix(*bound, version) : *bound != version;
  if (operation == ">=") return version >= *bound;
  if (operation == "<=") return version <= *bound;
  if (operation == ">") return version > *bound;
  if (operation == "<") return version < *bound;
  // "~=2.3.1" is ">=2.3.1, ==2.3.*".
  for (std::size_t i = 0; i + 1 < bound->size(); ++i)
    if (bound->number(i) != version.number(i)) return false;
  return version >= *bound;
}

bool takes_value(std::string_view option) {
  constexpr std::array<std::string_view, 12> with_value = {"-i",           "--index-url", "--extra-index-url", "-f",
                                                           "--find-links", "-r",          "--requirement",     "-c",
                                                           "--constraint", "-e",          "--editable",        "--target"};
  return std::ranges::find(with_value, option) != with_value.end();
}

}  // namespace

bool Requirement::has_extra(std::string_view extra) const { return std::ranges::find(extras, extra) != extras.end(); }

std::string Requirement::exact() const {
  if (!specifier.starts_with("==") || specifier.contains(',') || specifier.ends_with(".*")) return {};
  return specifier.substr(specifier.find_first_not_of('='));
}

std::optional<Requirement> parse_requirement(std::string_view text) {
  Requirement found;
  text = trim(text);
  // A marker stands behind the first semicolon; a link may hold one, and links give nothing.
  std::size_t semicolon = text.find(';');
  if (semicolon != std::string_view::npos) {
    found.marker = trim(text.substr(semicolon + 1));
    text = trim(text.substr(0, semicolon));
  }
  std::size_t end = 0;
  while (end < text.size() && is_name_character(text[end])) ++end;
  if (end == 0 || std::string_view("-_.").contains(text[0])) return std::nullopt;
  found.name = normalised_package_name(text.substr(0, end));
  std::string_view rest = trim(text.substr(end));
  if (rest.starts_with('[')) {
    std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    for (std::string_view extra : split(rest.substr(1, close - 1), ','))
      if (!trim(extra).empty()) found.extras.push_back(normalised_package_name(trim(extra)));
    rest = trim(rest.substr(close + 1));
  }
  if (is_link(text) || rest.starts_with('@')) return std::nullopt;
  found.specifier = without_blanks(rest);
  if (!is_specifier(found.specifier)) return std::nullopt;
  return found;
}

bool satisfies(std::string_view version, std::string_view specifier) {
  auto parsed = Version::parse(version);
  if (!parsed || specifier.empty()) return true;
  return std::ranges::all_of(split(specifier, ','), [&](std::string_view clause) { return holds(*parsed, trim(clause)); });
}

Document parse(Bytes bytes) {
  Reader reader;
  std::string joined;
  std::size_t number = 0, begin = 0;
  for (std::string_view line : lines(bytes)) {
    ++number;
    if (joined.empty()) begin = number;
    bool goes_on = line.ends_with('\\');
    if (goes_on) line.remove_suffix(1);
    if (joined.size() + line.size() <= 2 * longest_line) joined += line;
    if (goes_on) {
      joined += ' ';
      continue;
    }
    reader.line(begin, joined);
    joined.clear();
  }
  if (!joined.empty()) reader.line(begin, joined);
  return std::move(reader.document);
}

Document parse_arguments(std::string_view arguments) {
  Reader reader;
  std::vector<std::string> words(1);
  char quote = 0;
  for (char c : arguments.substr(0, longest_line)) {
    bool is_blank = c == ' ' || c == '\t';
    if (quote ? c == quote : c == '"' || c == '\'') quote = quote ? 0 : c;
    else if (is_blank && !quote) words.emplace_back();
    else words.back().push_back(c);
  }
  std::erase(words, "");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with('-')) {
      reader.requirement(0, words[i]);
    } else if (takes_value(words[i]) && i + 1 < words.size()) {
      reader.option(0, words[i] + " " + words[i + 1]);
      ++i;
    } else if (words[i].contains('=')) {
      reader.option(0, words[i]);
    }
    // A flag such as -U or -q says nothing of what is installed.
  }
  return std::move(reader.document);
}

}  // namespace gpuwhy::requirements
