#include "evidence/readers/cuda_releases.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace gpuwhy {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// Words before a number that make it something asked for, not something that is there.
bool is_asked_for(std::string_view before, std::string_view after) {
  constexpr std::string_view words[] = {">=",         "<=",      "require",    "need",     "expect",  "built",      "compiled",
                                        "support",    "want",    "for ",       "driver",   "capabil", "minimum",    "at least",
                                        "instead of", "umd",     "nvidia-smi", "install ", "upgrade", "or newer",   "not ",
                                        "tf-",        "depends", "must",       "should",   "using ",  "version of", "searching"};
  if (before.size() > 40) before.remove_prefix(before.size() - 40);
  if (std::ranges::any_of(words, [&](std::string_view word) { return before.contains(word); })) return true;
  // cupy-cuda12x, jax[cuda12], spacy[cuda11x], jax-cuda12-plugin: what a package is for.
  constexpr std::string_view packages[] = {"[", "cupy-", "jax-", "jax_", "jaxlib-", "onnxruntime-", "onnxruntime_", "ollama_", "xla_"};
  if (std::ranges::any_of(packages, [&](std::string_view word) { return before.ends_with(word); })) return true;
  return after.starts_with(" or ") || after.starts_with("+") || after.starts_with(" is required") || after.starts_with(" capab");
}

// "12.1", "12-1", "11.7.99", "12" at the place; "" = no plausible release. CUDA 5 to 19, cuDNN 3 to 19.
std::string release_at(std::string_view text, std::size_t at, std::size_t& end) {
  std::size_t stop = at;
  while (stop < text.size() && is_digit(text[stop])) ++stop;
  if (stop == at || stop - at > 2) return "";
  std::string release(text.substr(at, stop - at));
  auto major = parse_int(release);
  if (!major || *major < 3 || *major > 19) return "";
  if (stop + 1 < text.size() && (text[stop] == '.' || text[stop] == '-' || text[stop] == '_') && is_digit(text[stop + 1])) {
    std::size_t minor = stop + 1;
    while (minor < text.size() && is_digit(text[minor])) ++minor;
    if (minor - stop <= 3) release += "." + std::string(text.substr(stop + 1, minor - stop - 1)), stop = minor;
  }
  end = stop;
  return release;
}

// Behind "cuda" or "cudnn": a word of their own, then marks, then the number.
std::size_t skip_to_number(std::string_view lower, std::size_t at) {
  for (std::string_view word :
       {" toolkit", "toolkit", "-toolkit", " version", " runtime version", "runtime", "_version", "-libraries", "-compat"})
    if (lower.substr(at).starts_with(word)) {
      at += word.size();
      break;
    }
  std::size_t marks = 0;
  while (at < lower.size() && marks < 4 && std::string_view(" :=_-/\\v\"'*`|").contains(lower[at])) ++at, ++marks;
  return at;
}

void read_named(std::string_view lower, std::string_view name, std::string_view clue, std::size_t number, Clues& clues) {
  int hits = 0;
  for (std::size_t at = lower.find(name); at != std::string_view::npos && hits < 16; at = lower.find(name, at + name.size()), ++hits) {
    if (at > 0 && is_letter(lower[at - 1]) && !lower.substr(0, at).ends_with("lib")) continue;
    std::size_t begin = skip_to_number(lower, at + name.size()), end = begin;
    std::string release = release_at(lower, begin, end);
    if (release.empty() || is_asked_for(lower.substr(0, at), lower.substr(end))) continue;
    auto major = parse_int(release.substr(0, release.find('.')));
    if (name == "cuda" && (!major || *major < 5)) continue;
    clues.add(clue, release, number);
  }
}

// "+cu118", "-cu12", "/cu121", "_cu11": tags of wheels and their folders.
void read_tags(std::string_view lower, std::size_t number, Clues& clues) {
  int hits = 0;
  for (std::size_t at = lower.find("cu"); at != std::string_view::npos && hits < 32; at = lower.find("cu", at + 2), ++hits) {
    if (at == 0 || !std::string_view("+-/_=").contains(lower[at - 1])) continue;
    std::size_t end = at + 2;
    while (end < lower.size() && is_digit(lower[end])) ++end;
    std::string digits(lower.substr(at + 2, end - at - 2));
    if (digits.size() < 2 || digits.size() > 3 || (end < lower.size() && (is_letter(lower[end]) || lower[end] == '.'))) continue;
    bool is_short = digits.size() == 2 && digits[0] >= '5';  // cu92
    std::string major = digits.substr(0, is_short ? 1 : 2), minor = digits.substr(major.size());
    auto value = parse_int(major);
    if (value && *value >= 6 && *value <= 19) clues.add("cuda.shown", minor.empty() ? major : major + "." + minor, number);
  }
}

}  // namespace

void read_cuda_releases(std::string_view line, std::size_t number, Clues& clues) {
  // The line of TensorFlow's issue template that names both: CUDA's release comes first.
  std::string lower = replace_all(to_lower(line), "cuda/cudnn", "cuda");
  if (std::size_t at = lower.find("cuda compilation tools, release "); at != std::string::npos) {
    std::size_t end = 0;
    if (std::string release = release_at(lower, at + 32, end); !release.empty()) {
      clues.add("cuda.toolkit", release, number);
      clues.add("cuda.shown", release, number);
    }
    return;
  }
  bool of_driver = lower.contains("driver version") || lower.contains("nvidia-smi") || lower.contains("cuda umd version");
  if (lower.contains("cuda") && !of_driver) read_named(lower, "cuda", "cuda.shown", number, clues);
  if (lower.contains("cudnn")) read_named(lower, "cudnn", "cudnn.shown", number, clues);
  if (lower.contains("cu1") || lower.contains("cu9") || lower.contains("cu8")) read_tags(lower, number, clues);
}

}  // namespace gpuwhy
