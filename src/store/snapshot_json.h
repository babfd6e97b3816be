// A snapshot as one JSON document, schema "gpuwhy.snapshot/1", and back without loss.
//
// How things are written (docs of the schema):
//   a section           an object; a field that holds its default is left out
//   Fact, known         {"value": ..., "from": [source, locator, excerpt]}; "from" is shortened from its end where it is empty
//   Fact, absent        {"absent": true, "from": [...]}
//   Fact, unknown       {"unknown": "denied", "detail": "...", "from": [...]}; a fact that nobody looked at is left out
//   bytes, not UTF-8    {"hex": "..."} in place of the text
//   enumerations        words ("not-probed", "wrong-class")
// Within a major version there are only additions: a reader ignores keys that it does not know.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/snapshot.h"

namespace gpuwhy {

inline constexpr std::string_view snapshot_schema = "gpuwhy.snapshot/1";
inline constexpr std::size_t snapshot_size_limit = 16 << 20;  // bytes; a usual one has under 200 kB

enum class Redaction { off, on };

std::string write_snapshot(const Snapshot& snapshot, Redaction redaction);

// Errors: too large, not JSON (with line and column), nested too deeply, a key given twice, not a snapshot, a newer schema, a field of the
// wrong type (with its path). Each is one line.
Result<Snapshot> read_snapshot(std::string_view text);

}  // namespace gpuwhy
