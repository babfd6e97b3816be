#include "causes/support/cause.h"

#include "causes/support/place_faults.h"

namespace gpuwhy::causes::visible_devices_hidden {

// The driver shows no card when the list is empty or begins with something that names none; "" and "-1" are how people ask for the CPU.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  const std::string* value = snapshot.variable("CUDA_VISIBLE_DEVICES");
  if (!value) return not_applicable("CUDA_VISIBLE_DEVICES is not set");
  VisibleCards cards = read_visible_cards(*value, std::nullopt, std::nullopt);
  if (cards.fault != VisibleFault::hides_all) return passes();
  Fact<bool> card = machine_has_card(snapshot);
  if (card.is_unknown()) return cannot_tell("whether there is a GPU to hide", card);
  if (!*card) return not_applicable("there is no GPU to hide");

  Finding finding;
  finding.headline = value->empty() ? std::string("CUDA_VISIBLE_DEVICES is set and empty, which hides every GPU from this process")
                                    : fmt::format("CUDA_VISIBLE_DEVICES={} hides every GPU from this process", *value);
  const DriverAnswers* driver = default_driver(snapshot);
  bool was_asked = driver && !is_of_packages(snapshot);
  if (was_asked && driver->nvml_count.is_known())
    finding.details.push_back(
        fmt::format("NVML, which does not read that variable, lists {} GPU{}", *driver->nvml_count, *driver->nvml_count == 1 ? "" : "s"));
  bool seen = was_asked && (driver->init.is(std::int64_t{100}) || driver->count.is(std::int64_t{0}));
  if (seen)
    finding.details.push_back(driver->count.is_known() ? std::string("the CUDA driver offers no GPU")
                                                       : fmt::format("cuInit answers {}", *driver->init));
  finding.details.push_back("unset, the variable shows every GPU; set and empty it shows none");
  finding.because = {{Source::env, "CUDA_VISIBLE_DEVICES", *value}};
  if (was_asked && driver->init.is_known()) finding.because.push_back(driver->init.evidence());
  finding.confidence = seen ? Confidence::certain : Confidence::likely;
  finding.remedies = {show_cards(snapshot, {})};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::visible_devices_hidden
