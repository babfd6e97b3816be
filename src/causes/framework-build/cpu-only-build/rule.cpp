#include "causes/support/cause.h"
#include "causes/support/framework_releases.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::cpu_only_build {

namespace {

// JAX has one build; what makes it one for CUDA is a plugin beside it. The others are built in two ways.
std::string headline_of(const FrameworkBuild& build) {
  if (build.framework == FrameworkKind::jax) return fmt::format("{} lists only the CPU: its CUDA plugin is not installed", title_of(build));
  bool names_nothing = build.distribution.empty() || build.distribution == "torch";
  return fmt::format("{} is a build without CUDA",
                     names_nothing ? title_of(build) : fmt::format("{} ({})", title_of(build), build.distribution));
}

}  // namespace

// The installed build holds no CUDA at all, on a machine with an NVIDIA card.
Verdict check(const FrameworkContext& context) {
  const FrameworkBuild& build = context.build;
  if (build.accelerator.is_unknown()) return cannot_tell("whether this build uses CUDA", build.accelerator);
  if (!build.accelerator.is(Accelerator::cpu)) return passes();
  if (machine_has_card(context.snapshot).is(false)) return not_applicable("this machine has no NVIDIA card, so a CPU build is right");

  Finding finding;
  finding.headline = headline_of(build);
  finding.because = {build.accelerator.evidence()};
  if (!build.accelerator.evidence().excerpt.empty())
    finding.details.push_back(fmt::format("{} says: {}", build.accelerator.evidence().locator, build.accelerator.evidence().excerpt));
  if (const Package* installed = find_package(context.environment, build.distribution)) {
    finding.details.push_back(fmt::format("installed: {} {}{}", installed->name, installed->version,
                                          installed->installer.empty() ? "" : fmt::format(", by {}", installed->installer)));
    finding.because.push_back({Source::package, installed->location, installed->version});
  }
  finding.details.push_back("it never asks for a GPU, whatever the driver and the libraries are");
  finding.also_explains = {"cuda-build"};
  finding.remedies = install_gpu_build(context);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::cpu_only_build
