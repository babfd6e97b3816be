#include "causes/support/card_faults.h"
#include "causes/support/driver_faults.h"

#include "base/text.h"

namespace gpuwhy::causes::vgpu_no_cuda {

namespace {

constexpr std::int64_t vgpu_guest = 2;  // NVML_GPU_VIRTUALIZATION_MODE_VGPU

// "NVIDIA RTXA6000-48A": the letter behind the memory is the kind of the profile; A is for published applications.
bool is_profile_without_cuda(std::string_view name) {
  std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || !name.ends_with('A')) return false;
  std::string_view memory = name.substr(dash + 1);
  memory.remove_suffix(1);
  return is_digits(memory) && memory.size() <= 3;
}

Remedy change_profile() {
  return checked(remedies::steps("ask for a profile that can compute",
                                 {"whoever runs the virtual machine: give it a vGPU of the C series (compute) or the Q series "
                                  "(workstation), whose names end in C or Q"},
                                 Safety::show_only, "set the former profile again"));
}

Remedy bring_licence() {
  return checked(remedies::steps("let the guest fetch its licence",
                                 {"put the client configuration token of the licence system into /etc/nvidia/ClientConfigToken (mode 0744)",
                                  "sudo systemctl restart nvidia-gridd; its messages: journalctl -u nvidia-gridd",
                                  "the guest must reach the licence system over the network, and its clock must be right"},
                                 Safety::ask, "take the token away again"));
}

}  // namespace

// A virtual GPU whose profile cannot compute, or that has no licence and so is slowed down or refuses new work.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_cards_are_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const Fact<bool>* unknown_licence = nullptr;
  bool any_guest = false;
  for (const Card& card : cards_of(snapshot)) {
    if (!card.nvml || !card.nvml->virtualization.is(vgpu_guest)) continue;
    any_guest = true;
    bool cannot_compute = is_profile_without_cuda(card.nvml->name), unlicensed = card.nvml->vgpu_licensed.is(false);
    if (card.nvml->vgpu_licensed.is_unknown()) unknown_licence = &card.nvml->vgpu_licensed;
    if (!cannot_compute && !unlicensed) continue;
    Finding finding;
    finding.headline = cannot_compute ? fmt::format("the profile of this vGPU, {}, is not made for CUDA", card.nvml->name)
                                      : fmt::format("the vGPU {} has no licence, so CUDA is limited or refused", card.nvml->name);
    prove(finding, "NVML calls the card a virtual GPU of a guest", card.nvml->virtualization.evidence());
    if (cannot_compute)
      prove(finding, "profiles whose name ends in A serve published applications", {Source::call, "nvmlDeviceGetName", card.nvml->name});
    if (unlicensed) prove(finding, "its software licence has not been granted", card.nvml->vgpu_licensed.evidence());
    prove_codes(snapshot, finding);
    finding.severity = severity_for_card(snapshot);
    finding.confidence = finding.severity == Severity::blocked && !cannot_compute ? Confidence::likely : Confidence::certain;
    if (cannot_compute) finding.remedies.push_back(change_profile());
    if (unlicensed) finding.remedies.push_back(bring_licence());
    return fires(std::move(finding));
  }
  if (!any_guest) return not_applicable("no card is a virtual GPU");
  return unknown_licence && !driver_reaches_gpu(snapshot) ? cannot_tell("whether the vGPU has a licence", *unknown_licence) : passes();
}

}  // namespace gpuwhy::causes::vgpu_no_cuda
