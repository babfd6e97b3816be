#include "base/version.h"
#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/notebook_images.h"
#include "causes/support/place_faults.h"
#include "frameworks/predict.h"

namespace gpuwhy::causes::colab_preinstalled_versions {

namespace {

// The step at which a build fails that does not fit Colab's driver or its libraries; nullptr when it fails elsewhere or not at all.
const Gate* find_misfit(const Prediction& prediction) {
  const Gate* failed = prediction.first_failed();
  if (!failed) {
    auto broken = broken_library_gates(prediction);
    return broken.empty() || broken.front()->layer != Layer::cuda_libraries ? nullptr : broken.front();
  }
  bool is_misfit = (failed->library && failed->name != "open-libcuda") || failed->layer == Layer::cuda_libraries ||
                   failed->name == "driver-version" || failed->name == "architecture";
  return is_misfit ? failed : nullptr;
}

Remedy restore(const FrameworkContext& context, const std::string& version) {
  Remedy remedy =
      remedies::steps("take Colab's own packages again",
                      {"Runtime > Disconnect and delete runtime, then connect: the image's packages are back, everything else is lost",
                       fmt::format("and leave the line out that installs {} (pip install -U, or a requirement of another package)",
                                   title_of(context.build)),
                       "where code needs older packages: Runtime > Change runtime type > Runtime version"},
                      Safety::show_only, "run the cell that installs the other version again");
  remedy.effects = {{Effect::Kind::replace_build, std::string(slug(context.build.framework)), version, context.environment.interpreter}};
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

}  // namespace

// Colab's frameworks fit its driver and its libraries. One that was installed over them need not; what exactly misfits, other causes tell.
Verdict check(const FrameworkContext& context) {
  const Snapshot& snapshot = context.snapshot;
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "colab")) return not_applicable("this is not Colab");
  const Gate* misfit = find_misfit(context.prediction);
  if (!misfit) return passes();
  if (snapshot.platform.accelerator.is("cpu")) return not_applicable("this runtime has no GPU");
  if (!snapshot.variable("COLAB_RELEASE_TAG"))
    return cannot_tell("the release of Colab's image", "not-probed: COLAB_RELEASE_TAG is not set");
  const facts::ColabImage* image = find_gpu_image(snapshot);
  std::string brought = image ? version_in_image(*image, context.build.framework) : std::string();
  if (brought.empty()) return not_applicable("no table tells what this image of Colab brought");
  if (context.build.version.is_unknown()) return cannot_tell("the version of the framework", context.build.version);
  if (context.build.version.is(brought)) return not_applicable("it is the one that Colab's image brought");
  // torch's wheels of the default index do not say their variant in every file.
  auto plain = [](const std::string& version) { return version.substr(0, version.find('+')); };
  if (context.build.version.is_known() && !context.build.version->contains('+') && *context.build.version == plain(brought))
    return not_applicable("it is the release that Colab's image brought");

  Finding finding;
  finding.severity = Severity::note;
  finding.headline =
      fmt::format("it is not the one of this Colab image, which brought {} {}", display_name(context.build.framework), brought);
  prove(finding,
        fmt::format("the image is of {}; the versions in it since {} are {} {}", image_date(snapshot), image->date,
                    display_name(context.build.framework), brought),
        {Source::env, "COLAB_RELEASE_TAG", *snapshot.variable("COLAB_RELEASE_TAG")});
  prove(finding, fmt::format("{} stops here: {}", title_of(context.build), misfit->summary), context.build.version.evidence());
  finding.confidence = Confidence::likely;
  finding.remedies = {restore(context, brought)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::colab_preinstalled_versions
