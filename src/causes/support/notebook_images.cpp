#include "causes/support/notebook_images.h"

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

}  // namespace gpuwhy
