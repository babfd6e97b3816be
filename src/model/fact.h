// Fact<T>: unknown (and why), absent, or a value, with its evidence. There is no conversion to bool or T and no "value or default":
// no rule can take "I could not look" for "it is not there". Dereferencing what is not known throws in every build.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "model/evidence.h"

namespace gpuwhy {

enum class Why { not_probed, denied, timed_out, crashed, malformed };

template <class T>
class Fact {
 public:
  Fact() = default;  // unknown: not probed

  static Fact unknown(Why why, std::string detail, Evidence evidence = {}) {
    Fact fact;
    fact.why_ = why;
    fact.detail_ = std::move(detail);
    fact.evidence_ = std::move(evidence);
    return fact;
  }
  static Fact absent(Evidence evidence = {}) {
    Fact fact;
    fact.state_ = State::absent;
    fact.evidence_ = std::move(evidence);
    return fact;
  }
  static Fact known(T value, Evidence evidence = {}) {
    Fact fact;
    fact.state_ = State::known;
    fact.value_ = std::move(value);
    fact.evidence_ = std::move(evidence);
    return fact;
  }

  bool is_unknown() const { return state_ == State::unknown; }
  bool is_absent() const { return state_ == State::absent; }
  bool is_known() const { return state_ == State::known; }

  // True only when the value is known and equal: unknown and absent are not equal to anything.
  template <class U>
  bool is(const U& value) const {
    return is_known() && *value_ == value;
  }

  const T& operator*() const {
    GW_CHECK(is_known());
    return *value_;
  }
  const T* operator->() const { return &**this; }
  T& edit() {
    GW_CHECK(is_known());
    return *value_;
  }

  Why why() const {
    GW_CHECK(is_unknown());
    return why_;
  }
  const std::string& detail() const { return detail_; }
  const Evidence& evidence() const { return evidence_; }

  bool operator==(const Fact&) const = default;

 private:
  enum class State { unknown, absent, known };
  State state_ = State::unknown;
  Why why_ = Why::not_probed;
  std::string detail_;
  std::optional<T> value_;
  Evidence evidence_;
};

}  // namespace gpuwhy
