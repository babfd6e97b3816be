#include "formats/python_source/torch_preload.h"

#include <algorithm>

#include "formats/python_source/literals.h"

namespace gpuwhy::python_source {

namespace {

constexpr std::size_t most_libraries = 200;

// The body of a function at the outermost level: from its `def` to the next line that is not indented.
std::string_view function_body(std::string_view text, std::string_view name) {
  std::string head = "\ndef " + std::string(name) + "(";
  std::size_t start = text.find(head);
  if (start == std::string_view::npos) return {};
  std::size_t end = start + 1;
  bool in_head = true;  // the parameters may go on for lines, up to ") -> None:"
  for (;;) {
    std::size_t next = text.find('\n', end);
    if (next == std::string_view::npos || next + 1 >= text.size()) return text.substr(start);
    std::string_view line = text.substr(end, next - end);
    if (in_head && line.ends_with(':')) in_head = false;
    char first = text[next + 1];
    if (!in_head && first != ' ' && first != '\t' && first != '\n' && first != '\r' && first != '#')
      return text.substr(start, next - start);
    end = next + 1;
  }
}

// A pair of texts in parentheses that the scanner stands before.
bool take_pair(LiteralScanner& scanner, std::vector<std::pair<std::string, std::string>>& pairs) {
  auto folder = scanner.text();
  if (!folder || !scanner.accept(',')) return false;
  auto pattern = scanner.text();
  if (!pattern || pairs.size() >= most_libraries) return false;
  pairs.emplace_back(std::move(*folder), std::move(*pattern));
  return true;
}

// cuda_libs: list[tuple[str, str]] = [("cublas", "libcublasLt.so.*[0-9]"), ...], then single calls of _preload_cuda_lib behind it.
void read_table(std::string_view body, TorchPreload& preload) {
  std::size_t start = body.find("cuda_libs");
  std::size_t open = start == std::string_view::npos ? start : body.find("= [", start);
  if (open == std::string_view::npos) return;
  LiteralScanner scanner(body.substr(open + 3));
  while (scanner.accept('(')) {
    if (!take_pair(scanner, preload.libraries) || !scanner.accept(')')) return;
    scanner.accept(',');
  }
  if (!scanner.accept(']')) return;
  constexpr std::string_view call = "_preload_cuda_lib(";
  std::string_view rest = scanner.rest();
  std::size_t calls = 0;
  for (std::size_t at = rest.find(call); at != std::string_view::npos && ++calls <= most_libraries; at = rest.find(call, at + 1)) {
    LiteralScanner arguments(rest.substr(at + call.size()));
    take_pair(arguments, preload.libraries);
  }
}

}  // namespace

TorchPreload parse_torch_preload(Bytes init_py) {
  TorchPreload preload;
  std::string_view body = function_body(init_py, "_load_global_deps");
  body = body.substr(0, body.find("except OSError"));
  std::size_t loaded = body.rfind("mode=ctypes.RTLD_GLOBAL");
  if (loaded == std::string_view::npos) return preload;
  body = body.substr(loaded);
  constexpr std::string_view call = "_preload_cuda_deps(";
  for (std::size_t at = body.find(call); at != std::string_view::npos; at = body.find(call, at + 1)) {
    std::string_view arguments = body.substr(at + call.size());
    LiteralScanner scanner(arguments);
    preload.stops_at_missing = true;
    if (take_pair(scanner, preload.libraries)) continue;
    preload.stops_at_missing = arguments.substr(0, arguments.find(')')).find("required=False") == std::string_view::npos;
    read_table(function_body(init_py, "_preload_cuda_deps"), preload);
    break;
  }
  if (preload.libraries.empty()) return {};
  constexpr std::string_view condition = " not in _maps";
  for (std::size_t at = body.find(condition); at != std::string_view::npos; at = body.find(condition, at + 1)) {
    if (at < 2 || body[at - 1] != '"' || preload.conditions.size() >= most_libraries) continue;
    std::size_t open = body.rfind('"', at - 2);
    if (open != std::string_view::npos) preload.conditions.emplace_back(body.substr(open + 1, at - open - 2));
  }
  return preload;
}

namespace {

bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') {
    for (std::size_t skip = 0; skip <= name.size(); ++skip)
      if (matches(name.substr(skip), pattern.substr(1))) return true;
    return false;
  }
  if (name.empty()) return false;
  if (pattern.starts_with("[0-9]")) return name[0] >= '0' && name[0] <= '9' && matches(name.substr(1), pattern.substr(5));
  return name[0] == pattern[0] && matches(name.substr(1), pattern.substr(1));
}

}  // namespace

// Each further '*' multiplies the work, and no pattern of torch's has more than two.
bool matches_glob(std::string_view name, std::string_view pattern) {
  return std::ranges::count(pattern, '*') <= 3 && name.size() <= 255 && pattern.size() <= 255 && matches(name, pattern);
}

}  // namespace gpuwhy::python_source
