#include "render/text/words.h"

#include <algorithm>

#include "base/check.h"

namespace gpuwhy::render {

namespace {

// The table's entry for an enumerator; a value outside of the enumeration is a bug of ours, never a wrong word.
template <class Enum, std::size_t count>
std::string_view at(const std::string_view (&table)[count], Enum value) {
  auto index = static_cast<std::size_t>(value);
  GW_CHECK(index < count);
  return table[index];
}

}  // namespace

std::string_view display_name(FrameworkKind framework) {
  static constexpr std::string_view names[] = {"TensorFlow", "PyTorch", "JAX", "ONNX Runtime", "CuPy"};
  return at(names, framework);
}

std::string_view slug(FrameworkKind framework) {
  static constexpr std::string_view names[] = {"tensorflow", "torch", "jax", "onnxruntime", "cupy"};
  return at(names, framework);
}

const std::vector<FrameworkKind>& all_frameworks() {
  static const std::vector<FrameworkKind> all = {FrameworkKind::tensorflow, FrameworkKind::torch, FrameworkKind::jax,
                                                 FrameworkKind::onnxruntime, FrameworkKind::cupy};
  return all;
}

std::string title(const Prediction& prediction) {
  std::string name(display_name(prediction.framework));
  if (!prediction.version.empty()) name += " " + prediction.version;
  return name;
}

bool is_from_text(const Report& report) { return report.basis == "log"; }

std::string_view verdict_sentence(const Report& report) {
  bool of_text = is_from_text(report), usable = report.verdict == OverallVerdict::usable;
  for (const RankedFinding& ranked : report.findings) {
    if (ranked.role == Role::root && ranked.layer == Layer::program)
      return usable ? "The GPU works; the program itself fails." : "The program itself fails; nothing here blames the GPU.";
  }
  if (report.verdict == OverallVerdict::blocked) return "The GPU cannot be used.";
  if (report.verdict == OverallVerdict::degraded) return "The GPU works, with a limit.";
  if (usable) return of_text ? "Nothing is wrong with the GPU in this text." : "Nothing is wrong with the GPU here.";
  if (!of_text) return "gpuwhy cannot tell.";
  bool open = std::ranges::any_of(report.findings, [](const RankedFinding& ranked) { return ranked.role == Role::candidate; });
  return open ? "The text alone cannot tell." : "No cause is to be found in this text.";
}

std::string counted(std::uint64_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " ";
  text += noun;
  if (count != 1) text += "s";
  return text;
}

const Marks& marks(bool unicode) {
  static constexpr Marks signs = {"✓", "✗", "!", "?", "–", "·", "…", "×"};
  static constexpr Marks ascii = {"ok", "x", "!", "?", "-", "-", "...", "x"};
  return unicode ? signs : ascii;
}

std::string_view mark(RungState state, const Marks& marks) {
  const std::string_view table[] = {marks.good, marks.bad, marks.warning, marks.unknown, marks.none};
  return at(table, state);
}

std::string_view mark(GateState state, const Marks& marks) {
  const std::string_view table[] = {marks.good, marks.warning, marks.bad, marks.unknown, marks.none};
  return at(table, state);
}

std::string_view word(OverallVerdict verdict) {
  static constexpr std::string_view words[] = {"usable", "degraded", "unknown", "blocked"};
  return at(words, verdict);
}

std::string_view word(Outcome outcome) {
  static constexpr std::string_view words[] = {"lists", "raises", "aborts"};
  return at(words, outcome);
}

std::string_view word(PredictionBasis basis) {
  static constexpr std::string_view words[] = {"files", "probe", "log", "packages"};
  return at(words, basis);
}

std::string_view word(RungState state) {
  static constexpr std::string_view words[] = {"ok", "broken", "degraded", "unknown", "not-reached"};
  return at(words, state);
}

std::string_view word(GateState state) {
  static constexpr std::string_view words[] = {"passed", "degraded", "failed", "unknown", "not-reached"};
  return at(words, state);
}

std::string_view word(Role role) {
  static constexpr std::string_view words[] = {"root", "also", "candidate", "consequence", "note"};
  return at(words, role);
}

std::string_view word(Severity severity) {
  static constexpr std::string_view words[] = {"note", "degraded", "blocked"};
  return at(words, severity);
}

std::string_view word(Confidence confidence) {
  static constexpr std::string_view words[] = {"possible", "likely", "certain"};
  return at(words, confidence);
}

std::string_view word(Safety safety) {
  static constexpr std::string_view words[] = {"safe", "ask", "show-only"};
  return at(words, safety);
}

std::string_view word(Source source) {
  static constexpr std::string_view words[] = {"file", "procfs", "sysfs", "env", "elf", "call", "log", "package"};
  return at(words, source);
}

}  // namespace gpuwhy::render
