#include "facts/platforms.h"

#include "base/text.h"
#include "facts/platform_tables.h"

namespace gpuwhy::facts {

namespace {

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && is_digits(text.substr(0, 4)) && is_digits(text.substr(5, 2)) &&
         is_digits(text.substr(8));
}

}  // namespace

const ColabImage* find_colab_image(std::string_view date, std::string_view image) {
  const ColabImage* in_force = nullptr;
  if (!is_date(date)) return nullptr;
  for (const ColabImage& row : tables::colab_images)
    if (row.date <= date && (row.image == image || (row.image == "shared" && image != "tpu"))) in_force = &row;
  return in_force;
}

const KaggleImage* find_kaggle_image(std::string_view colab_date, std::string_view image) {
  for (const KaggleImage& row : tables::kaggle_images)
    if (!row.colab_date.empty() && row.colab_date == colab_date && row.image == image) return &row;
  return nullptr;
}

std::string date_of_colab_release(std::string_view tag) {
  for (std::string_view part : split(tag, '_')) {
    std::string_view day = part.substr(0, part.find('-'));
    if (day.size() != 8 || !is_digits(day) || !day.starts_with("20")) continue;
    return std::string(day.substr(0, 4)) + "-" + std::string(day.substr(4, 2)) + "-" + std::string(day.substr(6));
  }
  return {};
}

}  // namespace gpuwhy::facts
