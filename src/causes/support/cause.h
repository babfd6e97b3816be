// The only project header a rule includes. A rule is a pure function in the namespace of its folder, one for each word that `subject` holds
// in the front matter of its page; the word gives the signature:
//   subject: machine      Verdict check(const Snapshot&)
//   subject: environment  Verdict check(const PythonEnvironment&, const Snapshot&)
//   subject: framework    Verdict check(const FrameworkContext&)
//   subject: process      Verdict check(const ObservedProcess&, const Snapshot&)      asked where --pid named one
// Loops over environments and frameworks belong to the engine. A rule that lacks a fact returns cannot_tell; one whose question does not
// arise returns not_applicable.
#pragma once

#include <fmt/format.h>

#include "causes/support/library_faults.h"
#include "causes/support/questions.h"
#include "causes/support/remedies.h"
#include "facts/facts.h"
#include "model/finding.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy {

// One framework in one environment, with its gates already played through.
struct FrameworkContext {
  const Snapshot& snapshot;
  const PythonEnvironment& environment;
  const FrameworkBuild& build;
  const Prediction& prediction;
};

// The verdict for a fact that is not known; pass it on: `if (f.is_unknown()) return cannot_tell("the loaded module", f);`
template <class T>
Verdict cannot_tell(std::string missing, const Fact<T>& fact) {
  return cannot_tell(std::move(missing), describe_unknown(fact.why(), fact.detail()));
}

}  // namespace gpuwhy
