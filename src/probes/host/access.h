// How an answer of Machine becomes a Fact, the same way in every probe: "not there" is absence, every other failure is ignorance with its
// reason.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "model/fact.h"
#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// Why detail of everything that only a running kernel can tell, when the machine is a folder.
inline constexpr std::string_view no_running_kernel = "a root folder has no running kernel";

inline Why why_of(AccessProblem problem) { return problem == AccessProblem::denied ? Why::denied : Why::malformed; }

// The kind of source follows from the path; the excerpt is made printable and cut to 200 bytes.
inline Evidence evidence_at(std::string path, std::string_view excerpt = {}) {
  Source source = path.starts_with("/proc/") ? Source::procfs : path.starts_with("/sys/") ? Source::sysfs : Source::file;
  return {source, std::move(path), printable(trim(excerpt), 200)};
}

inline Evidence evidence_in_environment(std::string name, std::string_view value) {
  return {Source::env, std::move(name), printable(value, 200)};
}

inline bool is_missing(const AccessError& error) { return error.problem == AccessProblem::not_found; }

// Is something at `path`? An error when that could not be found out.
inline Access<bool> look_for(Machine& machine, const std::string& path) {
  auto info = machine.stat(path);
  if (info) return true;
  if (is_missing(info.error())) return false;
  return std::unexpected(info.error());
}

// For a read of `path` that failed: absent when nothing is there, unknown otherwise.
template <class T>
Fact<T> failed(const AccessError& error, const std::string& path) {
  if (is_missing(error)) return Fact<T>::absent(evidence_at(path));
  return Fact<T>::unknown(why_of(error.problem), path + ": " + printable(error.detail), evidence_at(path));
}

template <class T>
Fact<T> malformed(const std::string& path, std::string_view found) {
  return Fact<T>::unknown(Why::malformed, path + " does not hold what it should", evidence_at(path, found));
}

template <class T>
Fact<T> not_probed(std::string_view detail, Evidence evidence = {}) {
  return Fact<T>::unknown(Why::not_probed, std::string(detail), std::move(evidence));
}

inline void note_unread(Snapshot& snapshot, std::string fact, Why why, std::string detail) {
  snapshot.unread.push_back({std::move(fact), why, printable(detail)});
}

// A fact that could not be learnt although we looked gets its line in `unread`.
template <class T>
void note_if_unread(Snapshot& snapshot, std::string name, const Fact<T>& fact) {
  if (fact.is_unknown() && fact.why() != Why::not_probed) note_unread(snapshot, std::move(name), fact.why(), fact.detail());
}

}  // namespace gpuwhy::probes
