// The sentences of the terminal report that say what a framework will do and what machine this is.
#pragma once

#include <string>
#include <vector>

#include "model/report.h"
#include "render/terminal/blame.h"
#include "render/terminal/sheet.h"
#include "render/text/words.h"

namespace gpuwhy::render {

// "will see 0 of 1 GPU", "will abort at import", "will see 1 GPU but can use none of them"
std::string will_see(const Report& report, const Prediction& prediction);

// The first line: machine, system, GPUs with their driver, environment, time.
std::vector<std::vector<Span>> headline_parts(const Report& report, const Marks& marks);

// Where an interpreter lives, for people: "~/venv" of /home/ana/venv/bin/python, but /usr/bin/python3 whole.
std::string environment_name(std::string_view interpreter, std::string_view home);

// "timed out" for "timed-out"
std::string reason_words(std::string_view why);

std::string milliseconds(double value);

}  // namespace gpuwhy::render
