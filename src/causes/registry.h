// The catalogue of causes. The table is written by tools/gen-registry from the folders of src/causes; nobody edits a list by hand.
#pragma once

#include <span>
#include <string_view>

#include "causes/support/cause.h"

namespace gpuwhy {

struct Cause {
  std::string_view slug, title, since;
  Layer layer;
  Severity severity;
  std::string_view page;                       // cause.md, whole
  std::span<const std::string_view> explains;  // causes that follow from this one
  std::span<const std::string_view> gates;     // gates that this one accounts for when it fires
  // One for each word of the page's `subject`; the others are nullptr.
  Verdict (*check_machine)(const Snapshot&) = nullptr;
  Verdict (*check_environment)(const PythonEnvironment&, const Snapshot&) = nullptr;
  Verdict (*check_framework)(const FrameworkContext&) = nullptr;
  // Of a running process (--pid). What it finds holds whatever a new process would see.
  Verdict (*check_process)(const ObservedProcess&, const Snapshot&) = nullptr;
};

std::span<const Cause> all_causes();  // by layer, then by slug
const Cause* find_cause(std::string_view slug);
// Does `cause` entail `other`, directly or through others?
bool entails(const Cause& cause, std::string_view other);

}  // namespace gpuwhy
