// Cures and checks for a machine that is known from a text only: cures.tsv of the cause, chosen by the place that the text shows.
#pragma once

#include <vector>

#include "causes/registry.h"
#include "evidence/clues.h"
#include "evidence/pattern.h"
#include "model/finding.h"

namespace gpuwhy {

std::vector<Remedy> text_cures(const Cause& cause, const Clues& clues, const Captures& captures);

// The command whose output tells this cause from the others that print the same; empty when the cause names none.
Command deciding_command(const Cause& cause, const Clues& clues);

}  // namespace gpuwhy
