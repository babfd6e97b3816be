// Readings that the tests of this folder make by hand: what a text says is stated, whatever phrases the catalogue has.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "evidence/reading.h"

namespace gpuwhy::testing {

class MadeReading {
 public:
  // A line of the text; its index.
  std::size_t line(std::string text) {
    reading_.lines.push_back({reading_.lines.size() + 1, std::move(text), 0});
    return reading_.lines.size() - 1;
  }
  // A line that a phrase of this cause matches.
  MadeReading& says(std::string_view cause, Strength strength, std::string text = "some line", std::string_view headline = "-") {
    Phrase phrase;
    phrase.cause = cause;
    phrase.pattern = "some line";
    phrase.strength = strength;
    phrase.when = "-";
    phrase.says = headline;
    phrases_.push_back(phrase);
    reading_.sayings.push_back({&phrases_.back(), {}, line(std::move(text))});
    return *this;
  }
  MadeReading& clue(std::string_view name, std::string_view value) {
    reading_.clues.add(name, value, line(std::string(name) + " " + std::string(value)));
    return *this;
  }
  const Reading& reading() const { return reading_; }

 private:
  Reading reading_;
  std::deque<Phrase> phrases_;  // sayings point into it
};

}  // namespace gpuwhy::testing
