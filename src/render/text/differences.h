// Words of a comparison that its renderers share.
#pragma once

#include <string>
#include <string_view>

#include "model/comparison.h"

namespace gpuwhy::render {

bool is_not_known(const std::string& value);
std::string_view word(Comparison::Kind kind);  // of schema gpuwhy.diff/1: "one-fails"

// The first finding that names the root, nullptr when there is none.
const RankedFinding* find_root(const Report& report);

// Headings of the two sides: "laptop.json (works)", or the bare names unless one works and one fails.
struct ColumnNames {
  std::string there, here;
};
ColumnNames column_names(const Comparison& comparison);

// "proven: carried over to a copy of B, these together let the GPU be seen there"; "" unless one works and one fails.
std::string proof_sentence(const Comparison& comparison);

// "44 differences that do not matter"; "44 differences between them" where both work or both fail. "" without any.
std::string harmless_sentence(const Comparison& comparison);

}  // namespace gpuwhy::render
