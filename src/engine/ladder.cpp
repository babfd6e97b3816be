#include "engine/ladder.h"

#include <fmt/format.h>

#include <algorithm>

#include "causes/support/questions.h"

namespace gpuwhy {

namespace {

constexpr Layer rungs[] = {Layer::hardware,       Layer::kernel_driver,   Layer::device_nodes, Layer::allocation,  Layer::driver_libraries,
                           Layer::cuda_libraries, Layer::framework_build, Layer::process,      Layer::first_kernel};

// The worst that the gates of this rung say, over all predictions; nothing when none of them stands on it.
std::optional<RungState> state_by_gates(Layer layer, const std::vector<Prediction>& predictions) {
  std::optional<RungState> worst;
  for (const Prediction& prediction : predictions) {
    for (const Gate& gate : prediction.gates) {
      if (gate.layer != layer || gate.state == GateState::not_reached) continue;
      RungState state = gate.state == GateState::passed     ? RungState::ok
                        : gate.state == GateState::degraded ? RungState::degraded
                        : gate.state == GateState::failed   ? RungState::broken
                                                            : RungState::unknown;
      auto badness = [](RungState s) { return s == RungState::ok ? 0 : s == RungState::unknown ? 1 : s == RungState::degraded ? 2 : 3; };
      if (!worst || badness(state) > badness(*worst)) worst = state;
    }
  }
  return worst;
}

Rung known_good(Layer layer, std::string summary) { return {layer, RungState::ok, std::move(summary)}; }

// What the machine itself shows of a rung, without the frameworks.
Rung state_by_machine(Layer layer, const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot) && layer <= Layer::driver_libraries) return known_good(layer, "the driver reaches a GPU");
  switch (layer) {
    case Layer::hardware:
      if (auto cards = nvidia_functions(snapshot); !cards.empty()) return known_good(layer, card_title(*cards.front()));
      break;
    case Layer::kernel_driver:
      if (snapshot.kernel_module.loaded.is(true))
        return known_good(layer, snapshot.kernel_module.loaded_version.is_known()
                                     ? fmt::format("module {} is loaded", *snapshot.kernel_module.loaded_version)
                                     : "the module is loaded");
      break;
    case Layer::device_nodes:
      if (const DeviceNode* control = find_node(snapshot, "/dev/nvidiactl");
          control && control->open_error.is(std::int64_t{0}) && !card_nodes(snapshot).empty())
        return known_good(layer, "the device files open");
      break;
    default:
      break;
  }
  return {layer, RungState::unknown, ""};
}

// No gate stands on the rung of the process: it is in order where a framework sees every GPU that the driver has.
bool frameworks_see_all(const std::vector<Prediction>& predictions) {
  bool any = false;
  for (const Prediction& prediction : predictions) {
    if (!prediction.outside.empty()) continue;
    if (!prediction.sees_gpus.is_known() || *prediction.sees_gpus < 1) return false;
    any = true;
  }
  return any;
}

}  // namespace

std::vector<Rung> make_ladder(const Snapshot& snapshot, const std::vector<Prediction>& predictions,
                              const std::vector<RankedFinding>& findings) {
  std::vector<Rung> ladder;
  bool reached = true;
  for (Layer layer : rungs) {
    Rung rung = state_by_machine(layer, snapshot);
    auto by_gates = state_by_gates(layer, predictions);
    if (by_gates && layer > Layer::driver_libraries) rung.state = *by_gates;
    // Of a target the driver's release may be what nobody published.
    bool is_unpublished = is_of_packages(snapshot) && layer == Layer::kernel_driver && by_gates == RungState::unknown;
    if (is_unpublished) rung = {layer, RungState::unknown, ""};
    if (layer == Layer::process && frameworks_see_all(predictions)) rung.state = RungState::ok;
    if (by_gates == RungState::broken && layer == Layer::driver_libraries && rung.state != RungState::ok) rung.state = RungState::unknown;
    for (const RankedFinding& ranked : findings) {
      if (ranked.layer != layer || ranked.role == Role::consequence || ranked.role == Role::candidate) continue;
      if (ranked.finding.severity == Severity::blocked) rung = {layer, RungState::broken, ranked.finding.headline};
      else if (ranked.finding.severity == Severity::degraded && rung.state != RungState::broken)
        rung = {layer, RungState::degraded, ranked.finding.headline};
    }
    if (!reached) rung = {layer, RungState::not_reached, ""};
    if (rung.state == RungState::broken) reached = false;
    ladder.push_back(rung);
  }
  return ladder;
}

}  // namespace gpuwhy
