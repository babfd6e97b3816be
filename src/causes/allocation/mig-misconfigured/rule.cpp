#include "causes/support/card_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

#include <algorithm>

#include "base/text.h"

namespace gpuwhy::causes::mig_misconfigured {

namespace {

bool is_in_mig_mode(const NvmlDevice& card) { return card.mig_mode.is(std::int64_t{1}); }

// The MIG instances of all cards; nothing when one card's are not known.
std::optional<std::vector<std::string>> instances(const std::vector<NvmlDevice>& cards) {
  std::vector<std::string> all;
  for (const NvmlDevice& card : cards) {
    if (card.mig_mode.is_unknown()) return std::nullopt;
    if (!is_in_mig_mode(card)) continue;
    if (!card.mig_devices.is_known()) return std::nullopt;
    for (const MigDevice& device : *card.mig_devices) all.push_back(device.uuid.reveal());
  }
  return all;
}

std::vector<Remedy> make_instances(const Snapshot& snapshot, std::size_t index) {
  if (in_container(snapshot))
    return {
        checked(remedies::steps("make instances on the host, and hand one in",
                                {"on the host: sudo nvidia-smi mig -lgip lists the profiles, sudo nvidia-smi mig -cgi PROFILE -C makes one",
                                 "then start the container with that instance: --gpus '\"device=0:0\"'"},
                                Safety::ask, "sudo nvidia-smi mig -dci && sudo nvidia-smi mig -dgi on the host"))};
  std::string card = std::to_string(index);
  Remedy whole;
  whole.title = "switch MIG off, so that the card is whole again";
  whole.commands = {remedies::as_root(snapshot.host, {"nvidia-smi", "-i", card, "-mig", "0"})};
  whole.steps = {"if it says 'pending', reset the card (sudo nvidia-smi --gpu-reset -i " + card + ") or reboot"};
  whole.undo = fmt::format("sudo nvidia-smi -i {} -mig 1", card);
  whole.effects = {remedies::working_driver()};
  return {checked(remedies::steps(
              "make an instance",
              {fmt::format("sudo nvidia-smi mig -i {} -lgip lists the profiles and their numbers", card),
               fmt::format("sudo nvidia-smi mig -i {} -cgi NUMBER -C makes one with its compute instance; it lasts until the next reset",
                           card)},
              Safety::ask, fmt::format("sudo nvidia-smi mig -i {0} -dci && sudo nvidia-smi mig -i {0} -dgi", card))),
          checked(std::move(whole))};
}

Verdict judge_name(const Snapshot& snapshot, const std::string& value, const std::string& first, const std::vector<std::string>& there) {
  // "MIG-GPU-UUID/1/0" is the way of drivers before 470, which NVML does not name so.
  bool older_form = first.starts_with("MIG-GPU-");
  if (older_form || std::ranges::find(there, first) != there.end()) return passes();
  Finding finding;
  finding.headline = fmt::format("CUDA_VISIBLE_DEVICES={} names a MIG instance that does not exist here", value);
  finding.because = {{Source::env, "CUDA_VISIBLE_DEVICES", value}};
  constexpr std::size_t shown = 3;
  for (std::size_t i = 0; i < there.size() && i < shown; ++i) finding.details.push_back(fmt::format("there is {}", there[i]));
  if (there.empty()) finding.details.push_back("no card of this machine has a MIG instance");
  finding.details.push_back("instances are lost at a reset of the card, and made anew they have other names");
  prove_codes(snapshot, finding);
  finding.confidence = init_code(snapshot) ? Confidence::certain : Confidence::likely;
  finding.remedies = {show_cards(snapshot, there.empty() ? there : std::vector{there.front()})};
  // The copy on which cures are played knows whole cards only.
  if (!there.empty()) finding.remedies.front().effects.clear();
  return fires(std::move(finding));
}

}  // namespace

// A card in MIG mode offers nothing but its instances: none were made, or the one that is asked for is not there.
Verdict check(const Snapshot& snapshot) {
  if (std::string why = why_cards_are_not_judged(snapshot); !why.empty()) return not_applicable(why);
  const std::string* value = snapshot.variable("CUDA_VISIBLE_DEVICES");
  std::string first = value ? std::string(trim(split(*value, ',').front())) : "";
  bool works = driver_reaches_gpu(snapshot), names_instance = first.starts_with("MIG-");
  const DriverAnswers* driver = default_driver(snapshot);
  if (!driver || !driver->nvml_devices.is_known())
    return names_instance && !works && driver ? cannot_tell("the MIG instances of this machine", driver->nvml_devices)
                                              : not_applicable("NVML lists no card");
  const std::vector<NvmlDevice>& cards = *driver->nvml_devices;
  auto there = instances(cards);
  if (!there && !works) return cannot_tell("the MIG instances of this machine", "NVML does not list those of every card");
  if (names_instance) return works || !there ? passes() : judge_name(snapshot, *value, first, *there);
  if (value) return not_applicable("CUDA_VISIBLE_DEVICES chooses the cards");
  auto empty = std::ranges::find_if(
      cards, [](const NvmlDevice& card) { return is_in_mig_mode(card) && card.mig_devices.is_known() && card.mig_devices->empty(); });
  bool listed = empty != cards.end() && driver->devices.is_known() &&
                std::ranges::find(*driver->devices, empty->pci_address, &CudaDevice::pci_address) != driver->devices->end();
  if (empty == cards.end() || listed) return passes();

  Finding finding;
  finding.headline = fmt::format("{} is in MIG mode and has no instance, so that CUDA has nothing to offer of it", empty->name);
  prove(finding, fmt::format("MIG mode is on for {}", empty->pci_address), empty->mig_mode.evidence());
  prove(finding, "NVML lists no MIG instance of it", empty->mig_devices.evidence());
  prove_codes(snapshot, finding);
  finding.severity = severity_for_card(snapshot);
  finding.confidence = init_code(snapshot) ? Confidence::certain : Confidence::likely;
  finding.remedies = make_instances(snapshot, static_cast<std::size_t>(empty - cards.begin()));
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::mig_misconfigured
