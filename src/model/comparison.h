// The answer of `gpuwhy diff`, before it is rendered: why there and not here.
#pragma once

#include <string>
#include <vector>

#include "model/layer.h"
#include "model/report.h"

namespace gpuwhy {

struct Difference {
  std::string what;         // "the driver's version", "CUDA_VISIBLE_DEVICES", "the package nvidia-cudnn-cu12"
  std::string there, here;  // its value where it works and where it fails; "" = none, "?" = not known
  Layer layer = Layer::hardware;
};

// A value of a difference in words: "none", "not known", or the value itself.
inline std::string value_words(const std::string& value) { return value.empty() ? "none" : value == "?" ? "not known" : value; }

struct Comparison {
  enum class Kind { one_fails, both_work, both_fail, cannot_tell };
  Kind kind = Kind::cannot_tell;
  std::string working, failing;  // what the user called them; unless one fails: the first and the second
  Report working_report, failing_report;
  std::string sentence;
  std::vector<Difference> causal;      // carried over together they make it work; the first is the cause, the others add to it
  std::vector<Difference> harmless;    // all others
  bool proven = false;                 // the causal ones were carried over and the prediction flipped
  std::vector<std::string> behaviour;  // both work: what the frameworks will do differently
};

}  // namespace gpuwhy
