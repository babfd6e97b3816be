// What the pages share: frameworks, findings, differences. Internal to render/html.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/comparison.h"
#include "model/report.h"
#include "render/html/markup.h"

namespace gpuwhy::render::html {

std::string_view css_class(RungState state);
std::string_view css_class(OverallVerdict verdict);

// The sign for the eye, hidden from a screen reader: a word beside it says the same.
Markup sign(std::string_view mark, std::string_view css_class);

// "✗ TensorFlow 2.20.0 will see 0 of 1 GPU", one line each.
Markup predictions(const Report& report);
// The calls, steps and log lines of each framework, folded.
Markup prediction_details(const Report& report);

// A section with headline, proof, cure, and the evidence folded.
Markup finding(const RankedFinding& ranked);

// The layers as a stack, the topmost first; the lowest broken one is marked, and what lies above it is greyed.
Markup stack(const Report& report);
// The layer where the stack breaks first; nullptr when none does.
const Rung* find_break(const Report& report);

// A table of at most `limit` differences under the names of the two sides.
Markup difference_table(const std::vector<Difference>& differences, const std::string& there, const std::string& here, std::size_t limit);

// "laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python 3.12 ~/venv"
std::string machine_line(const Report& report);

}  // namespace gpuwhy::render::html
