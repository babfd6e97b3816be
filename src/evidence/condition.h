// The `when` column of a phrase: terms with a blank between them, all of which must hold.
//
//   name            the text gives this clue            !name           it does not
//   name=a|b        one of its values is a or b         name!=a         no value is a (and the clue is there)
//   name~abc        a value contains abc
//   name<12.2       its first value is an older version; <=, >, >= likewise; false where the clue is not there
// A side may be a capture of the phrase in braces: {found}<{wanted}, driver<{needed}.
#pragma once

#include <string>
#include <string_view>

#include "evidence/clues.h"
#include "evidence/pattern.h"

namespace gpuwhy {

bool holds(std::string_view condition, const Clues& clues, const Captures& captures);

// Text with {captures} and {clue names} filled in; an unknown name becomes "?".
std::string fill(std::string_view text, const Clues& clues, const Captures& captures);

}  // namespace gpuwhy
