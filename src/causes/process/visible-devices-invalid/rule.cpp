#include "causes/support/cause.h"

#include <algorithm>

#include "causes/support/place_faults.h"

namespace gpuwhy::causes::visible_devices_invalid {

namespace {

std::string words_of(const VisibleCards& cards, std::int64_t count) {
  std::string has = fmt::format("this machine has {} GPU{}", count, count == 1 ? "" : "s");
  switch (cards.fault) {
    case VisibleFault::no_such_index:
      return fmt::format("{}, and they are counted from 0: there is no GPU {}", has, cards.element);
    case VisibleFault::no_such_uuid:
      return fmt::format("no GPU here has a UUID that begins with {}", cards.element);
    case VisibleFault::ambiguous_uuid:
      return fmt::format("{} begins the UUID of several GPUs", cards.element);
    case VisibleFault::repeated:
      return fmt::format("{} stands there twice, and a repeated GPU hides all of them", cards.element);
    default:
      return fmt::format("'{}' is neither a number nor the UUID of a GPU here", cards.element);
  }
}

}  // namespace

// The driver ends the list at the first element that names nothing; what stands first there decides between some GPUs and none.
Verdict check(const Snapshot& snapshot) {
  const std::string* value = snapshot.variable("CUDA_VISIBLE_DEVICES");
  if (!value) return not_applicable("CUDA_VISIBLE_DEVICES is not set");
  Fact<std::int64_t> count = physical_cards(snapshot);
  const DriverAnswers* driver = default_driver(snapshot);
  bool has_uuids = driver && driver->nvml_uuids.is_known();
  VisibleCards cards = read_visible_cards(*value, count.is_known() ? std::optional(*count) : std::nullopt,
                                          has_uuids ? std::optional(*driver->nvml_uuids) : std::nullopt);
  if (cards.fault == VisibleFault::hides_all) return not_applicable("the value hides every GPU");
  if (cards.fault == VisibleFault::none) return passes();
  bool works = driver_reaches_gpu(snapshot);
  if (cards.fault == VisibleFault::mig)
    return works ? passes() : cannot_tell("the MIG instances of this machine", "not-probed: only whole GPUs are listed");
  if (cards.fault == VisibleFault::unknown_cards && works) return passes();
  if (cards.fault == VisibleFault::unknown_cards)
    return count.is_unknown()
               ? cannot_tell("how many GPUs this machine has", count)
               : cannot_tell("the UUIDs of the GPUs", driver ? describe_unknown(driver->nvml_uuids.why(), driver->nvml_uuids.detail())
                                                             : "not-probed: the driver was not asked");
  if (count.is_unknown() && !works) return cannot_tell("how many GPUs this machine has", count);
  if (count.is(std::int64_t{0})) return not_applicable("there is no GPU to name");
  if (cards.usable.empty() && works) return passes();  // the driver read the list in another way, and it is right

  bool none = cards.usable.empty();
  Finding finding;
  finding.headline = none ? fmt::format("CUDA_VISIBLE_DEVICES={} names no GPU that exists here", *value)
                          : fmt::format("CUDA_VISIBLE_DEVICES={} names more GPUs than there are: only {} can be seen", *value,
                                        fmt::join(cards.usable, ", "));
  if (cards.fault == VisibleFault::repeated)
    finding.headline = fmt::format("CUDA_VISIBLE_DEVICES={} names a GPU twice, which hides every GPU", *value);
  finding.details.push_back(words_of(cards, count.is_known() ? *count : 0));
  bool seen = driver && (driver->init.is(std::int64_t{100}) || driver->count.is(std::int64_t{0}));
  if (none && seen)
    finding.details.push_back(driver->count.is_known() ? std::string("the CUDA driver offers no GPU")
                                                       : fmt::format("cuInit answers {}", *driver->init));
  finding.because = {{Source::env, "CUDA_VISIBLE_DEVICES", *value}, count.evidence()};
  if (none && seen) finding.because.push_back(driver->init.evidence());
  finding.confidence = seen || works ? Confidence::certain : Confidence::likely;
  finding.severity = none ? Severity::blocked : Severity::note;
  std::vector<std::string> better = cards.usable;
  if (cards.fault == VisibleFault::repeated)
    for (const std::string& name : cards.named)
      if (std::ranges::find(better, name) == better.end()) better.push_back(name);
  finding.remedies = {show_cards(snapshot, better)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::visible_devices_invalid
