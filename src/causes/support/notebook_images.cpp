#include "causes/support/notebook_images.h"

#include "causes/support/cause.h"
#include "causes/support/place_faults.h"

namespace gpuwhy {

std::string image_date(const Snapshot& snapshot) {
  const std::string* tag = snapshot.variable("COLAB_RELEASE_TAG");
  return tag ? facts::date_of_colab_release(*tag) : std::string();
}

const facts::ColabImage* find_gpu_image(const Snapshot& snapshot) { return facts::find_colab_image(image_date(snapshot), "gpu"); }

std::string version_in_image(const facts::ColabImage& image, FrameworkKind framework) {
  std::string_view version;
  if (framework == FrameworkKind::tensorflow) version = image.tensorflow;
  if (framework == FrameworkKind::torch) version = image.torch;
  if (framework == FrameworkKind::jax) version = image.jax;
  return version == "-" ? std::string() : std::string(version);
}

std::optional<Verdict> without_runtime_type(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  if (snapshot.platform.kind.is_unknown()) return cannot_tell("which place this is", snapshot.platform.kind);
  if (!is_platform(snapshot, "colab")) return not_applicable("this is not Colab");
  if (has_card_node(snapshot)) return not_applicable("a card was handed to this runtime");
  const Fact<std::string>& accelerator = snapshot.platform.accelerator;
  if (accelerator.is_unknown()) return cannot_tell("the type of this runtime", accelerator);
  if (accelerator.is_absent()) return cannot_tell("the type of this runtime", "not-probed: neither COLAB_GPU nor COLAB_IMAGE_TYPE says it");
  return std::nullopt;
}

}  // namespace gpuwhy
