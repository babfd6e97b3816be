#include "model/prediction.h"

#include <algorithm>

namespace gpuwhy {

const Gate* Prediction::find_gate(std::string_view name) const {
  auto found = std::ranges::find(gates, name, &Gate::name);
  return found == gates.end() ? nullptr : &*found;
}

const Gate* Prediction::first_failed() const {
  auto found = std::ranges::find(gates, GateState::failed, &Gate::state);
  return found == gates.end() ? nullptr : &*found;
}

}  // namespace gpuwhy
