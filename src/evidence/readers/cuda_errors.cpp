#include <algorithm>
#include <string>

#include "base/text.h"
#include "evidence/literals.h"
#include "evidence/readers/error_texts.h"
#include "evidence/readers/readers.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 16384;  // bytes of a line that are looked at
constexpr std::size_t near = 160;            // how far before a number or a common word "CUDA" or "cuInit" must stand

// What a hit of the search means.
enum Kind : std::uint32_t { name, status, number_word, cuda_text = 1000, nvml_text = 2000 };

struct Prefix {
  std::string_view literal;
  std::string_view clue;  // of a status
};
constexpr Prefix statuses[] = {{"cudnn_status_", "cudnn.status"},       {"cublas_status_", "cublas.status"},
                               {"cusolver_status_", "cusolver.status"}, {"cusparse_status_", "cusparse.status"},
                               {"curand_status_", "curand.status"},     {"cufft_", "cufft.status"}};
constexpr std::string_view names[] = {"cuda_error_", "cudaerror", "nvml_error_", "nvmlerror_", " error_", "(error_"};
// Without one of these no number is an error.
constexpr std::string_view number_words[] = {"cuda", "cuinit", "nvml"};

LiteralSet make_literals() {
  std::vector<LiteralSet::Entry> entries;
  for (std::string_view word : names) entries.push_back({word, name});
  for (const Prefix& prefix : statuses) entries.push_back({prefix.literal, status});
  for (std::string_view word : number_words) entries.push_back({word, number_word});
  for (std::size_t i = 0; i < cuda_error_texts().size(); ++i)
    entries.push_back({cuda_error_texts()[i].text, static_cast<std::uint32_t>(cuda_text + i)});
  for (std::size_t i = 0; i < nvml_error_texts().size(); ++i)
    entries.push_back({nvml_error_texts()[i].text, static_cast<std::uint32_t>(nvml_text + i)});
  return LiteralSet(std::move(entries));
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view identifier_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < 100 && is_word(text[end])) ++end;
  return text.substr(at, end - at);
}

void add_error(int code, std::size_t line, Clues& clues) {
  if (code != 0) clues.add("error", std::to_string(code), line);
}

std::string_view before(std::string_view text, std::size_t at, std::size_t most = near) {
  std::size_t begin = at > most ? at - most : 0;
  return text.substr(begin, at - begin);
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.contains(word); });
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.ends_with(word); });
}

void read_name(std::string_view text, std::string_view lower, std::size_t at, std::size_t line, Clues& clues) {
  if (lower[at] == ' ' || lower[at] == '(') {  // " ERROR_..." of go-nvml and of CUDA.jl
    std::string_view word = identifier_at(text, at + 1);
    if (auto code = lower.contains("nvml") ? nvml_error_named(word) : std::nullopt) clues.add("nvml.error", std::to_string(*code), line);
    else if (auto other = lower.contains("cuda") ? cuda_error_named(word) : std::nullopt) add_error(*other, line, clues);
    return;
  }
  // "Check failed: e == cudaSuccess || e == cudaErrorCudartUnloading" prints what was asked, not what came.
  std::string_view left = trim(before(text, at, 8));
  if (left.ends_with("==") || left.ends_with("!=")) return;
  std::string_view word = identifier_at(text, at);
  if (auto code = cuda_error_named(word)) {
    add_error(*code, line, clues);
    clues.add("error.name", word, line);
  } else if (auto other = nvml_error_named(word)) {
    clues.add("nvml.error", std::to_string(*other), line);
    clues.add("error.name", word, line);
  }
}

void read_status(std::string_view text, std::string_view lower, std::size_t at, std::size_t line, Clues& clues) {
  for (const Prefix& prefix : statuses) {
    if (!lower.substr(at).starts_with(prefix.literal)) continue;
    std::string_view word = identifier_at(text, at + prefix.literal.size());
    bool is_constant = !word.empty() && std::ranges::none_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
    // CUFFT_INTERNAL_ERROR, but not the constants CUFFT_C2C, CUFFT_FORWARD.
    bool is_fault = prefix.clue != "cufft.status" || word.contains("ERROR") || word.contains("FAIL") || word.contains("INVALID");
    if (is_constant && is_fault && word != "SUCCESS") clues.add(prefix.clue, word, line);
  }
}

void read_cuda_text(const ErrorText& known, std::string_view lower, std::size_t at, std::size_t line, Clues& clues) {
  if (known.context == Context::behind_error) {
    std::string_view left = before(lower, at, 120);
    bool about_cuda = contains_any(left, {"cuda error", "cuda driver error", "cuda runtime error", "cuda failure", "cuinit", "cudaerror",
                                          "cuda_error", "cudagetdevicecount", "cuda driver initialization failed", "cudasuccess",
                                          "cuda: check failed", "failed to initialize cuda", "cuda initialization"});
    // "CUDA unknown error" and "operation not supported on this OS" are texts of their own; one number is enough where it stands there.
    if (!about_cuda || left.contains("nvml")) return;
    // "UNKNOWN ERROR (303)": XLA has no name for the number, and the number is what counts.
    std::string_view behind = lower.substr(at + known.text.size());
    if (known.code == 999 && behind.size() > 2 && behind.starts_with(" (") && is_digit(behind[2])) return;
    if (known.code == 801 && lower.substr(at).starts_with("operation not supported on this os")) return;
  }
  add_error(known.code, line, clues);
}

void read_nvml_text(const ErrorText& known, std::string_view lower, std::size_t at, std::size_t line, Clues& clues) {
  if (known.context == Context::behind_error &&
      !contains_any(before(lower, at, 60), {"nvml: ", "nvml error: ", "nvml:", "nvmlinit", "init nvml"}))
    return;
  clues.add("nvml.error", std::to_string(known.code), line);
}

// What stands directly before a number that is an error: "error 804", "error code: 35", "(code #214", "cuInit returned 100".
bool introduces_error(std::string_view left) {
  std::size_t end = left.find_last_not_of(" :=#([{'\"-<>\t");
  if (end == std::string_view::npos) return false;
  std::string_view word = left.substr(0, end + 1);
  if (ends_with_any(word, {"exit code", "exit status", "return code", "exited with code", "status code", "http error", "client error",
                           "server error", "errors"}))
    return false;
  return ends_with_any(word, {"error", "error code", "error number", "errorcode", "errcode", "err", "code", "failure", "returned",
                              "returns", "result", "failed", "failed with", "cuinit", "cuinit(0)", "cudaerror_t", "curesult"});
}

// Directly behind the name of CUDA even the small numbers count: "CUDA error 2".
bool names_cuda_error(std::string_view left) {
  std::size_t end = left.find_last_not_of(" :=#([{'\"-\t");
  if (end == std::string_view::npos) return false;
  return ends_with_any(left.substr(0, end + 1),
                       {"cuda error", "cuda failure", "cuda error code", "cuda driver error", "cuda runtime error", "cudaerror"});
}

// One number of the line, digits [begin, end).
void read_number(std::string_view lower, std::size_t begin, std::size_t end, std::size_t line, Clues& clues) {
  std::string_view left = before(lower, begin), right = lower.substr(end);
  auto printed = parse_int(lower.substr(begin, end - begin));
  if (!printed || *printed == 0) return;
  std::size_t nvml = left.rfind("nvml"), cuda = std::max(left.rfind("cuda") + 1, left.rfind("cuinit") + 1);
  bool compared = right.starts_with(" vs. 0"), called = left.ends_with('[') && right.starts_with("] call to c");
  if (called) {
    if (auto code = driver_error_of(static_cast<int>(*printed))) add_error(*code, line, clues);
    return;
  }
  bool about_nvml = nvml != std::string_view::npos && nvml + 1 > cuda;
  if ((cuda == 0 && !about_nvml) || (!compared && !introduces_error(left))) return;
  if (about_nvml) {
    if (facts::find_nvml_error(static_cast<int>(*printed))) clues.add("nvml.error", std::to_string(*printed), line);
    return;
  }
  if (*printed < 3 && !names_cuda_error(left) && !compared) return;
  auto code = driver_error_of(static_cast<int>(*printed));
  // 4 was a failed launch in the old runtime, and the driver's end in today's.
  if (*printed == 4 && lower.contains("launch failure")) code = 719;
  if (code) add_error(*code, line, clues);
}

void read_numbers(std::string_view lower, std::size_t line, Clues& clues) {
  for (std::size_t at = 0; at < lower.size();) {
    if (!is_digit(lower[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < lower.size() && is_digit(lower[end])) ++end;
    bool is_part = (at > 0 && (is_word(lower[at - 1]) || lower[at - 1] == '.')) || (end < lower.size() && is_word(lower[end])) ||
                   (end + 1 < lower.size() && (lower[end] == '.' || lower[end] == '/') && is_digit(lower[end + 1]));
    if (!is_part && end - at <= 3) read_number(lower, at, end, line, clues);
    at = end;
  }
}

void read_line(const LiteralSet& literals, std::string_view text, std::size_t line, Clues& clues) {
  text = text.substr(0, longest_line);
  std::string lower;
  bool has_number_word = false;
  std::size_t covered = 0;  // by a text that was read: shorter ones inside of it say nothing more
  std::vector<std::pair<std::size_t, std::uint32_t>> hits;
  literals.scan(text, [&](std::uint32_t id, std::size_t at) {
    if (id == number_word) has_number_word = true;
    else if (hits.size() < 200) hits.emplace_back(at, id);
  });
  if (hits.empty() && !has_number_word) return;
  lower = to_lower(text);
  if (lower.contains("hip error") || lower.contains("hiperror")) return;  // AMD's runtime has the same texts
  std::ranges::sort(hits);
  for (const auto& [at, id] : hits) {
    if (id == name) read_name(text, lower, at, line, clues);
    else if (id == status) read_status(text, lower, at, line, clues);
    else if (at >= covered) {
      const ErrorText& known = id >= nvml_text ? nvml_error_texts()[id - nvml_text] : cuda_error_texts()[id - cuda_text];
      if (known.context == Context::alone) covered = at + known.text.size();
      if (id >= nvml_text) read_nvml_text(known, lower, at, line, clues);
      else read_cuda_text(known, lower, at, line, clues);
    }
  }
  if (has_number_word) read_numbers(lower, line, clues);
}

}  // namespace

void read_cuda_errors(std::span<const Line> lines, Clues& clues) {
  static const LiteralSet literals = make_literals();
  for (std::size_t i = 0; i < lines.size(); ++i) read_line(literals, lines[i].text, i, clues);
}

}  // namespace gpuwhy
