// Pasted text -> what it says: clues, and the phrases that match, with their lines.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "evidence/clues.h"
#include "evidence/line.h"
#include "evidence/pattern.h"
#include "evidence/phrases.h"

namespace gpuwhy {

struct Saying {
  const Phrase* phrase = nullptr;
  Captures captures;
  std::size_t line = 0;  // index into the reading's lines
};

struct Reading {
  std::vector<Line> lines;
  Clues clues;
  std::vector<Saying> sayings;  // those whose conditions hold; in the order of their lines
};

Reading read_text(std::vector<Line> lines);

}  // namespace gpuwhy
