// What tools/gen-facts writes from colab.tsv and kaggle.tsv, both by date, as platforms.cpp reads it. Private to this folder.
#pragma once

#include <span>

#include "facts/platforms.h"

namespace gpuwhy::facts::tables {

extern const std::span<const ColabImage> colab_images;
extern const std::span<const KaggleImage> kaggle_images;

}  // namespace gpuwhy::facts::tables
