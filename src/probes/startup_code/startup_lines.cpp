#include "probes/startup_code/startup_lines.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "formats/python_source/literals.h"
#include "formats/python_source/python_source.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_lines = 64, longest_kept = 400;

// Calls that take the GPU away from a framework, whatever their arguments: the reader sees the line.
constexpr std::array<std::string_view, 4> hiding_calls = {"set_visible_devices(", "set_default_device(", "jax_platforms",
                                                          "jax_platform_name"};

// The variables that decide what a framework sees, by their beginnings.
constexpr std::array<std::string_view, 9> variables = {"CUDA_", "JAX_", "TF_", "XLA_", "KERAS_", "NUMBA_", "PYTORCH_", "NVIDIA_", "LD_"};

bool concerns_a_gpu(std::string_view name) {
  return std::ranges::any_of(variables, [&](std::string_view start) { return name.starts_with(start); });
}

struct Assignment {
  std::string variable, value;
};

// os.environ["X"] = "v", os.environ.setdefault("X", "v"), os.putenv("X", "v"): from the place behind `environ` or `putenv`.
std::optional<Assignment> read_assignment(std::string_view rest, bool is_call) {
  python_source::LiteralScanner scanner(rest);
  if (!is_call && scanner.accept('[')) {
    auto name = scanner.text();
    if (!name || !scanner.accept(']') || !scanner.accept('=')) return std::nullopt;
    auto value = scanner.text();
    return value ? std::optional(Assignment{*name, *value}) : std::nullopt;
  }
  if (!is_call && (!scanner.accept('.') || !scanner.accept_word("setdefault"))) return std::nullopt;
  if (!scanner.accept('(')) return std::nullopt;
  auto name = scanner.text();
  if (!name || !scanner.accept(',')) return std::nullopt;
  auto value = scanner.text();
  if (!value || !scanner.accept(')')) return std::nullopt;
  return Assignment{*name, *value};
}

bool sets_environment(std::string_view statement) {
  for (std::string_view word : {"environ[", "environ.setdefault", "environ.update", "environ |=", "putenv("})
    if (statement.find(word) != std::string_view::npos) return true;
  return false;
}

// The assignment that begins this statement: what stands behind "if" or in a call is no certain one.
std::optional<Assignment> statement_assignment(std::string_view statement) {
  statement = trim(statement);
  for (std::string_view start : {"os.environ", "environ", "__import__('os').environ", "__import__(\"os\").environ"})
    if (statement.starts_with(start)) return read_assignment(statement.substr(start.size()), false);
  for (std::string_view start : {"os.putenv", "putenv"})
    if (statement.starts_with(start)) return read_assignment(statement.substr(start.size()), true);
  return std::nullopt;
}

bool names_known_variable(std::string_view line) {
  for (std::size_t at = line.find_first_of("'\""); at != std::string_view::npos; at = line.find_first_of("'\"", at + 1)) {
    std::size_t end = line.find(line[at], at + 1);
    if (end == std::string_view::npos) return false;
    if (concerns_a_gpu(line.substr(at + 1, end - at - 1))) return true;
  }
  return false;
}

// The statements of a line, split at the ';' that stand in no quotes; a comment ends them.
std::vector<std::string_view> statements(std::string_view line) {
  std::vector<std::string_view> found;
  std::size_t start = 0;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      else if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == ';' || c == '#') {
      found.push_back(line.substr(start, i - start));
      start = i + 1;
      if (c == '#') return found;
    }
  }
  found.push_back(line.substr(std::min(start, line.size())));
  return found;
}

void take_line(std::string_view line, std::vector<StartupLine>& found) {
  auto parts = statements(line);
  bool told = false, hides = false;
  for (std::string_view part : parts) {
    auto assignment = statement_assignment(part);
    if (assignment && concerns_a_gpu(assignment->variable)) {
      found.push_back({printable(line, longest_kept), printable(assignment->variable, 100), printable(assignment->value, longest_kept)});
      told = true;
    } else {
      hides |= sets_environment(part) && names_known_variable(part);
      hides |= std::ranges::any_of(hiding_calls, [&](std::string_view call) { return part.find(call) != std::string_view::npos; });
    }
  }
  if (!told && hides) found.push_back({printable(line, longest_kept), "", ""});
}

// Is this line, or its end, within a text in triple quotes? `quotes`: those that are open, "" = none.
bool is_within_text(std::string_view line, std::string_view& quotes) {
  bool was_open = !quotes.empty();
  for (std::size_t at = 0; at < line.size();) {
    if (!quotes.empty()) {
      at = line.find(quotes, at);
      if (at == std::string_view::npos) return true;
      quotes = {};
      at += 3;
      continue;
    }
    std::size_t one = line.find("'''", at), two = line.find("\"\"\"", at), first = std::min(one, two);
    if (first == std::string_view::npos) break;
    quotes = first == one ? "'''" : "\"\"\"";
    at = first + 3;
  }
  return was_open;
}

}  // namespace

std::vector<StartupLine> parse_startup_lines(Bytes bytes, bool is_pth) {
  std::vector<StartupLine> found;
  if (is_pth) {
    for (const python_source::PthLine& line : python_source::parse_pth(bytes))
      if (line.is_code && found.size() < most_lines) take_line(line.text, found);
    return found;
  }
  std::string_view quotes;
  for (std::string_view line : lines(bytes)) {
    if (found.size() >= most_lines) break;
    if (is_within_text(line, quotes) || line.size() > 4096 || trim(line).starts_with('#')) continue;
    take_line(line, found);
  }
  return found;
}

}  // namespace gpuwhy
