// The loader's words about libraries, and lists of libraries (ldd, ldconfig -p, LD_DEBUG=libs, maps, find, ls).
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "evidence/readers/cuda_releases.h"
#include "evidence/readers/library_names.h"
#include "evidence/readers/library_words.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 16 * 1024;

struct LibraryLine {
  std::string_view text;
  std::string lower;
  std::size_t number = 0;
  std::vector<LibraryMention> mentions;
};

void add_missing(const LibraryName& name, std::size_t line, Clues& clues) {
  clues.add("lib.missing", name.file, line);
  clues.add("lib.missing.family", name.family, line);
  clues.add("missing." + name.kind, name.file, line);
  if (name.kind == "cudnn" && !name.number.empty()) {
    clues.add("lib.missing.major", name.number.substr(0, name.number.find('.')), line);
    clues.add("cudnn.wanted", name.number.substr(0, name.number.find('.')), line);
  }
  if (name.cuda.size() == 1) clues.add("lib.missing.major", name.cuda[0].substr(0, name.cuda[0].find('.')), line);
}

// Which names of the line are said to be missing. "Could not load A: B: cannot open ..." says it of B alone; of a file with a fault of
// its own it is not said at all.
std::vector<bool> find_missing(const LibraryLine& line) {
  if (line.mentions.empty()) return {};
  std::size_t symbol_end = 0;
  bool is_other_fault = !find_damage(line.lower).empty() || says_undefined_symbol(line.lower, symbol_end) ||
                        line.lower.contains("successfully opened") || line.lower.contains("is not a symbolic link") ||
                        line.lower.contains("1455") ||
                        line.lower.contains("not found in any environmental path");  // Windows' paging file is too small
  std::vector<bool> by_tail, by_head;
  for (const LibraryMention& mention : line.mentions) {
    std::string_view lower = line.lower;
    std::string_view head = lower.substr(0, mention.begin);
    // A name that a longer pattern takes in: "which depends on X which is missing", "A or B".
    by_tail.push_back(says_missing_after(lower.substr(mention.end)));
    by_head.push_back(says_missing_before(head));
  }
  bool any_tail = std::ranges::find(by_tail, true) != by_tail.end();
  std::vector<bool> missing;
  for (std::size_t i = 0; i < line.mentions.size(); ++i) {
    bool same_as_tail = false;
    for (std::size_t k = 0; k < line.mentions.size(); ++k)
      same_as_tail |= by_tail[k] && line.mentions[k].name.file == line.mentions[i].name.file;
    missing.push_back(!is_other_fault && (by_tail[i] || (by_head[i] && (!any_tail || same_as_tail))));
  }
  return missing;
}

// Does the whole line consist of names of files, as find, locate and ls print them (with permissions, sizes and dates before them)?
bool is_listing(const LibraryLine& line) {
  std::string_view text = trim(line.text);
  bool is_long_form = text.size() > 10 && (text[0] == '-' || text[0] == 'l') && (text[1] == 'r' || text[1] == '-');
  bool is_map =
      text.size() > 20 && text.substr(0, 30).contains('-') && (text.contains(" r-xp ") || text.contains(" r--p ") || text.contains("-xp "));
  if (is_long_form || is_map) return true;
  for (std::string_view word : split(text, ' '))
    if (!word.empty() && !word.contains(".so") && !to_lower(word).contains(".dll")) return false;
  return true;
}

bool is_standard_folder(std::string_view path) {
  std::string_view folder = path.substr(0, path.find_last_of('/'));
  constexpr std::string_view folders[] = {
      "/usr/lib",      "/lib", "/usr/lib64", "/lib64", "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
      "/usr/local/lib"};
  return std::ranges::find(folders, folder) != std::end(folders);
}

void read_present(const LibraryLine& line, const std::vector<bool>& missing, Clues& clues) {
  bool opened = line.lower.contains("successfully opened");
  bool listed = is_listing(line);
  bool from_cache = line.lower.contains("(libc6");
  for (std::size_t i = 0; i < line.mentions.size(); ++i) {
    const LibraryMention& mention = line.mentions[i];
    if (missing[i]) continue;
    std::string_view head = std::string_view(line.lower).substr(0, mention.begin);
    bool has_folder = mention.path.find_first_of("/\\") != std::string::npos;
    bool resolved = has_folder && (head.ends_with("=> ") || head.ends_with("calling init: ") || head.ends_with("-> "));
    if (opened) clues.add("lib.opened", mention.name.file, line.number);
    if (!opened && (resolved || listed)) {
      clues.add("lib.present", mention.path, line.number);
      if (mention.name.kind == "cudnn" && !mention.name.number.empty()) clues.add("cudnn.shown", mention.name.number, line.number);
      if (is_standard_folder(mention.path)) clues.add("lib.standard", mention.name.file, line.number);
    }
    if (from_cache) clues.add("lib.cached", mention.name.file, line.number);
    // A stub that lies on the disk does no harm; one that a program has loaded does.
    if (mention.path.contains("/stubs/") && (mention.name.family == "cuda" || mention.name.family == "nvml") &&
        (!listed || resolved || line.lower.contains("-xp ")))
      clues.add("lib.stub", mention.path, line.number);
  }
}

std::string_view word_at(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\'' || text[at] == '`')) ++at;
  std::size_t end = at;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) > ' ') && text[end] != ',' && text[end] != '\'' && text[end] != ')' &&
         text[end] != '"' && end - at < 300)
    ++end;
  return text.substr(at, end - at);
}

// The file that a message of the loader is about: the last path before it.
std::string path_before(std::string_view text, std::size_t at) {
  std::size_t end = text.substr(0, at).rfind(".so");
  if (end == std::string_view::npos) return "";
  std::size_t begin = end;
  while (begin > 0 && end - begin < 400 && static_cast<unsigned char>(text[begin - 1]) > ' ' && text[begin - 1] != '\'' &&
         text[begin - 1] != '"' && text[begin - 1] != ':')
    --begin;
  std::size_t stop = end;
  while (stop<at&& static_cast<unsigned char>(text[stop])> ' ' && text[stop] != ':') ++stop;
  return std::string(text.substr(begin, stop - begin));
}

// glibc's second form: "FILE: symbol NAME, version V not defined in file F with link time reference".
bool says_symbol_not_in_file(std::string_view lower, std::size_t& end) {
  std::size_t file = lower.find(" not defined in file ");
  std::size_t at = file == std::string_view::npos ? file : lower.substr(0, file).rfind(": symbol ");
  if (at == std::string_view::npos) return false;
  end = at + 9;
  return true;
}

void read_symbols(const LibraryLine& line, Clues& clues) {
  std::size_t end = 0;
  if (!line.lower.contains(".so") || (!says_undefined_symbol(line.lower, end) && !says_symbol_not_in_file(line.lower, end))) return;
  std::string_view symbol = word_at(line.text, end);
  if (symbol.empty()) return;
  clues.add("lib.symbol", symbol, line.number);
  if (std::string path = path_before(line.text, end); !path.empty()) clues.add("lib.symbol.in", path, line.number);
  if (std::size_t version = line.lower.find("version lib", end); version != std::string::npos)
    clues.add("lib.symbol.version", word_at(line.text, version + 7), line.number);
}

// "version `GLIBC_2.28' not found (required by FILE)", in any language.
void read_symbol_versions(const LibraryLine& line, Clues& clues) {
  struct Prefix {
    std::string_view text, clue;
  };
  constexpr Prefix prefixes[] = {
      {"GLIBC_", "glibc.wanted"}, {"GLIBCXX_", "glibcxx.wanted"}, {"CXXABI_", "cxxabi.wanted"}, {"GCC_", "libgcc.wanted"}};
  for (const Prefix& prefix : prefixes) {
    std::size_t at = line.text.find(prefix.text);
    if (at == std::string_view::npos || at + prefix.text.size() >= line.text.size()) continue;
    std::string_view rest = line.text.substr(at + prefix.text.size());
    std::string_view wanted = rest.substr(0, rest.find_first_not_of("0123456789."));
    if (wanted.empty() || !says_not_found(std::string_view(line.lower).substr(at))) continue;
    clues.add(prefix.clue, wanted, line.number);
    if (std::size_t by = line.lower.find("required by", at); by != std::string::npos)
      clues.add("lib.required-by", word_at(line.text, by + 11), line.number);
  }
  for (std::string_view quote : {"version `lib", "version 'lib", "version »lib", "version ‘lib", "version “lib"})
    if (std::size_t at = line.lower.find(quote); at != std::string::npos && says_not_found(std::string_view(line.lower).substr(at)))
      clues.add("lib.version-missing", word_at(line.text, at + quote.size() - 3), line.number);
}

void read_damage(const LibraryLine& line, Clues& clues) {
  if (!line.lower.contains(".so") && !line.lower.contains(".dll")) return;
  std::string_view what = find_damage(line.lower);
  if (what.empty()) return;
  std::size_t so = line.lower.find(".so");
  std::string path = so == std::string::npos ? "" : path_before(line.text, so + 3);
  bool is_ours =
      !line.mentions.empty() || line.lower.contains("torch") || line.lower.contains("tensorflow") || line.lower.contains("nvidia");
  if (!is_ours) return;
  clues.add("lib.damaged", line.mentions.empty() ? path : line.mentions.front().path, line.number);
  clues.add("lib.damage", what, line.number);
}

// "### CUDA/cuDNN version", as issue templates ask for it: the answer stands on a line of its own.
bool is_heading_of_cuda(std::string_view text) {
  std::string lower = to_lower(trim(text));
  while (!lower.empty() && (lower.back() == ':' || lower.back() == '*')) lower.pop_back();
  return lower.size() < 60 && lower.ends_with("version") && lower.contains("cuda") && !lower.contains("driver");
}

}  // namespace

void read_libraries(std::span<const Line> lines, Clues& clues) {
  std::size_t heading = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = std::string_view(lines[i].text).substr(0, longest_line);
    read_cuda_releases(text, i, clues);
    if (is_heading_of_cuda(text)) heading = i;
    bool is_answer = heading < i && i - heading <= 2 && !trim(text).empty() && trim(text).size() < 20 && is_digits(trim(text).substr(0, 1));
    if (is_answer) read_cuda_releases("cuda " + std::string(trim(text)), i, clues);
    bool may_matter = text.contains('.') || text.contains("GLIBC");
    if (!may_matter) continue;
    LibraryLine line{text, to_lower(text), i, find_libraries(text)};
    std::vector<bool> missing = find_missing(line);
    for (std::size_t k = 0; k < missing.size(); ++k)
      if (missing[k]) add_missing(line.mentions[k].name, i, clues);
    read_present(line, missing, clues);
    read_symbols(line, clues);
    read_symbol_versions(line, clues);
    read_damage(line, clues);
  }
}

}  // namespace gpuwhy
