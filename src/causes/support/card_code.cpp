#include "causes/support/card_code.h"

#include "base/text.h"
#include "frameworks/common/gates.h"

namespace gpuwhy {

std::string CardCode::title() const { return fmt::format("{} (compute capability {})", name, capability); }

const DriverAnswers* opened_driver(const FrameworkContext& context) {
  return frameworks::find_driver(context.snapshot, context.prediction.libcuda);
}

std::vector<CardCode> card_codes(const FrameworkContext& context) {
  const Gate* gate = context.prediction.find_gate("architecture");
  const DriverAnswers* driver = opened_driver(context);
  bool judged = gate && gate->state != GateState::unknown && gate->state != GateState::not_reached && !gate->evidence.empty();
  if (!judged || !driver || !driver->devices.is_known()) return {};
  std::vector<std::string> images;
  for (std::string_view image : split(gate->evidence.back().excerpt, ' '))
    if (!image.empty()) images.emplace_back(image);
  int driver_cuda = driver->version.is_known() ? static_cast<int>(*driver->version) : 0;
  std::vector<CardCode> cards;
  for (const CudaDevice& device : *driver->devices)
    cards.push_back({device.name, device.compute_capability, judge_build(context.build, images, device.compute_capability, driver_cuda)});
  return cards;
}

std::optional<Verdict> why_no_card_codes(const FrameworkContext& context) {
  const Gate* gate = context.prediction.find_gate("architecture");
  if (!gate) return not_applicable("this build runs no kernels on a CUDA card");
  for (std::string_view lower : {"open-libcuda", "cu-init", "device-count"})
    if (gate_failed(context.prediction, lower)) return not_applicable("no GPU is reached");
  if (gate->state == GateState::unknown) return cannot_tell("whether the build holds code for the cards", gate->summary);
  return std::nullopt;
}

bool compiles_at_run_time(FrameworkKind framework) { return framework == FrameworkKind::jax || framework == FrameworkKind::cupy; }

std::string share_words(const CodeVerdict& verdict, std::uint64_t part) {
  if (verdict.containers == 0) return "its GPU code";
  return part == verdict.containers ? fmt::format("all {} pieces of its GPU code", part)
                                    : fmt::format("{} of its {} pieces of GPU code", part, verdict.containers);
}

}  // namespace gpuwhy
