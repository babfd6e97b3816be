// Hosted notebooks: which frameworks their image brought, by the tables of data/facts and the release tag that the image bears, and what a
// Colab runtime says of its type.
#pragma once

#include <optional>
#include <string>

#include "facts/platforms.h"
#include "model/finding.h"
#include "model/snapshot.h"

namespace gpuwhy {

// The date in COLAB_RELEASE_TAG; "" where the variable is not set or holds none. Kaggle's images inherit it from Colab's.
std::string image_date(const Snapshot& snapshot);
// The GPU image in force at that date; nullptr where no table reaches.
const facts::ColabImage* find_gpu_image(const Snapshot& snapshot);
// The version of that framework in the image: "2.11.0+cu128"; "" where the table does not say.
std::string version_in_image(const facts::ColabImage& image, FrameworkKind framework);

// What a rule about the type of a Colab runtime answers where its question does not arise or cannot be answered; nothing where it does:
// then snapshot.platform.accelerator is known.
std::optional<Verdict> without_runtime_type(const Snapshot& snapshot);

}  // namespace gpuwhy
