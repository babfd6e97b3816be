// What hosted notebooks brought at which date (data/facts/colab.tsv, kaggle.tsv): one row whenever a listed version changed.
#pragma once

#include <string>
#include <string_view>

namespace gpuwhy::facts {

struct ColabImage {
  std::string_view date;                    // "2026-08-19", of the commit that names it
  std::string_view image;                   // "gpu", "cpu", "tpu"; "shared" = one for GPU and CPU, before 2026
  std::string_view python;                  // "3.13.15"; "" where nobody read it
  std::string_view tensorflow, torch, jax;  // "2.20.0", "2.11.0+cu128"; "-" = not installed
  std::string_view cuda;                    // of its Debian packages: "12.8"
  std::string_view source;
};
// The row in force for that image at that date; nullptr before the first one, or for a date that is none.
const ColabImage* find_colab_image(std::string_view date, std::string_view image);

struct KaggleImage {
  std::string_view date;        // "2026-06-22", of the commit that names it
  std::string_view image;       // "gpu", "cpu"
  std::string_view release;     // "v170", "-" = none that is known
  std::string_view colab_date;  // of the Colab image that it is built from: "2026-05-14"; "" before 2024-11
  std::string_view source;
};
// The first image of Kaggle that was built from the Colab image of that very date; nullptr when none is known.
const KaggleImage* find_kaggle_image(std::string_view colab_date, std::string_view image);

// "2026-09-17" of COLAB_RELEASE_TAG ("release-colab-external-images_20260917-060051_RC00"); "" when the tag holds no date.
std::string date_of_colab_release(std::string_view tag);

}  // namespace gpuwhy::facts
