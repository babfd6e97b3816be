// Words that the renderers share: names of frameworks, counts, marks, and the fixed words of the JSON schema.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"

namespace gpuwhy::render {

std::string_view display_name(FrameworkKind framework);  // "TensorFlow"
std::string_view slug(FrameworkKind framework);          // "tensorflow"
const std::vector<FrameworkKind>& all_frameworks();
std::string title(const Prediction& prediction);  // "PyTorch 2.11.0+cu128"

std::string counted(std::uint64_t count, std::string_view noun);  // "1 GPU", "2 GPUs"

// `gpuwhy explain`: what is known comes from a pasted text.
bool is_from_text(const Report& report);
// The answer about the GPU in one sentence, for a text and for a machine.
std::string_view verdict_sentence(const Report& report);

// Marks of our own; every one has a form in ASCII.
struct Marks {
  std::string_view good, bad, warning, unknown, none, dot, ellipsis, times;
};
const Marks& marks(bool unicode);
std::string_view mark(RungState state, const Marks& marks);
std::string_view mark(GateState state, const Marks& marks);

// The fixed words of schema gpuwhy.report/1.
std::string_view word(OverallVerdict verdict);
std::string_view word(Outcome outcome);
std::string_view word(PredictionBasis basis);
std::string_view word(RungState state);
std::string_view word(GateState state);
std::string_view word(Role role);
std::string_view word(Severity severity);
std::string_view word(Confidence confidence);
std::string_view word(Safety safety);
std::string_view word(Source source);

}  // namespace gpuwhy::render
