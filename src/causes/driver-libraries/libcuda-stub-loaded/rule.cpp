#include "causes/support/cause.h"

#include "causes/support/place_faults.h"

namespace gpuwhy::causes::libcuda_stub_loaded {

namespace {

constexpr std::int64_t stub_library = 34;  // CUDA_ERROR_STUB_LIBRARY

}  // namespace

// The CUDA toolkit ships a link-time stub of the driver library. If the loader meets it before the real one, cuInit() answers 34 on a
// machine whose driver is perfectly healthy.
Verdict check(const FrameworkContext& context) {
  const Gate* gate = context.prediction.find_gate("open-libcuda");
  const Gate* init = context.prediction.find_gate("cu-init");
  if (!gate || !gate->library) return not_applicable("this build asks for no driver");
  const Resolution& found = *gate->library;
  if (found.state == ResolutionState::cannot_tell) return cannot_tell("where the loader finds libcuda.so.1", gate->summary);
  if (!found.is_found()) return not_applicable("no libcuda.so.1 is loaded");
  const Candidate* file = context.snapshot.libraries.find(found.path);
  bool is_stub = file && file->is_driver_stub, says_stub = init && init->code == stub_library;
  if (init && init->state == GateState::passed) return passes();
  if (!is_stub && !says_stub) return passes();

  const Candidate* drivers = find_drivers_own(context.snapshot, "libcuda.so.1");
  Finding finding;
  finding.headline = "the libcuda.so.1 that is loaded is a toolkit's link-time stub, not the NVIDIA driver";
  finding.details.push_back(fmt::format("{} is loaded, by {}", found.path, words(found.rule)));
  if (file && file->size > 0)
    finding.details.push_back(fmt::format("it has {} kB; the driver's own has tens of megabytes", file->size / 1000));
  finding.details.push_back(drivers ? fmt::format("the driver's own is {}", drivers->path)
                                    : std::string("the driver's own is in none of the folders that the loader knows"));
  if (says_stub) finding.details.push_back(init->summary);
  finding.because = {{Source::elf, found.path, std::string(words(found.rule))}};
  if (says_stub) finding.because.insert(finding.because.end(), init->evidence.begin(), init->evidence.end());
  finding.confidence = says_stub ? Confidence::certain : Confidence::likely;
  Remedy remedy = leave_folder_of(context.snapshot, found);
  if (!drivers) remedy.steps.push_back("the driver's own libcuda.so.1 must be found then: it comes with the NVIDIA driver");
  remedy.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {std::move(remedy)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::libcuda_stub_loaded
