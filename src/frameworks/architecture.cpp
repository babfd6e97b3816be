#include "frameworks/architecture.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::string_view unread_ptx = "compute_?";

// "89" is 8.9, "120" is 12.0: the last digit is the minor number.
std::optional<ComputeCapability> parse_target(std::string_view digits) {
  if (!is_digits(digits) || digits.size() < 2 || digits.size() > 3) return std::nullopt;
  auto number = parse_int(digits);
  if (!number || digits.front() == '0') return std::nullopt;
  return ComputeCapability{static_cast<int>(*number / 10), static_cast<int>(*number % 10)};
}

// What the images say together, before the best of them is chosen.
struct Tally {
  std::string best_sass, best_ptx;
  std::optional<CodeImage> sass, ptx;
  bool unread = false;  // an image that could not be read at all
  bool has_unread_ptx = false;
  bool older = false, newer = false, same = false;  // images for an older, a newer, this very capability; none of them runs
};

// The nearest target wins; of equal ones, the one made for fewer GPUs.
bool is_better(const CodeImage& image, const std::optional<CodeImage>& than) {
  if (!than) return true;
  auto rank = [](const CodeImage& of) { return std::tuple(of.target, of.scope == CodeScope::exact, of.scope == CodeScope::family); };
  return rank(image) > rank(*than);
}

void count(Tally& tally, const std::string& text, ComputeCapability gpu) {
  auto image = parse_code_image(text);
  if (!image) {
    (text == unread_ptx ? tally.has_unread_ptx : tally.unread) = true;
  } else if (!can_run(*image, gpu)) {
    (image->target < gpu ? tally.older : image->target > gpu ? tally.newer : tally.same) = true;
  } else if (image->kind == CodeKind::sass ? is_better(*image, tally.sass) : is_better(*image, tally.ptx)) {
    (image->kind == CodeKind::sass ? tally.sass : tally.ptx) = image;
    (image->kind == CodeKind::sass ? tally.best_sass : tally.best_ptx) = text;
  }
}

}  // namespace

std::optional<ComputeCapability> parse_compute_capability(std::string_view text) {
  std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::string_view major = text.substr(0, dot), minor = text.substr(dot + 1);
  if (!is_digits(major) || major.size() > 2 || !is_digits(minor) || minor.size() != 1) return std::nullopt;
  ComputeCapability result{static_cast<int>(*parse_int(major)), static_cast<int>(*parse_int(minor))};
  return result.major > 0 ? std::optional(result) : std::nullopt;
}

std::optional<CodeImage> parse_code_image(std::string_view text) {
  CodeImage image;
  if (text.starts_with("sm_")) {
    text.remove_prefix(3);
  } else if (text.starts_with("compute_")) {
    image.kind = CodeKind::ptx;
    text.remove_prefix(8);
  } else {
    return std::nullopt;
  }
  if (text.ends_with('a')) image.scope = CodeScope::exact;
  if (text.ends_with('f')) image.scope = CodeScope::family;
  if (image.scope != CodeScope::forward) text.remove_suffix(1);
  auto target = parse_target(text);
  if (!target) return std::nullopt;
  image.target = *target;
  return image;
}

bool can_run(const CodeImage& image, ComputeCapability gpu) {
  if (image.scope == CodeScope::exact) return image.target == gpu;
  bool same_major = image.target.major == gpu.major && image.target.minor <= gpu.minor;
  if (image.scope == CodeScope::family || image.kind == CodeKind::sass) return same_major;
  return image.target <= gpu;
}

CodeVerdict judge_code(const std::vector<std::string>& images, std::string_view capability) {
  auto gpu = parse_compute_capability(capability);
  if (!gpu || images.empty()) return {};
  Tally tally;
  for (const std::string& text : images) count(tally, text, *gpu);
  if (tally.sass) return {CodeSupport::native, CodeGap::no, tally.best_sass};
  if (tally.ptx) return {CodeSupport::jit_from_ptx, CodeGap::no, tally.best_ptx};
  if (tally.unread) return {};
  // PTX of a build stands beside SASS for the same target, so PTX that nobody read cannot help a GPU older than all SASS.
  bool too_old = tally.newer && !tally.older && !tally.same;
  if (tally.has_unread_ptx && !too_old) return {};
  bool too_new = tally.older && !tally.newer && !tally.same;
  return {CodeSupport::none, too_old ? CodeGap::gpu_too_old : too_new ? CodeGap::gpu_too_new : CodeGap::between, ""};
}

std::vector<std::string> code_images_from_facts(std::string_view sass, std::string_view ptx) {
  std::vector<std::string> images;
  auto add = [&images](std::string_view prefix, std::string_view cell) {
    if (cell == "-") return;
    for (std::string_view target : split(cell, ',')) images.push_back(std::string(prefix) + std::string(trim(target)));
  };
  if (sass.empty()) return images;
  add("sm_", sass);
  if (ptx.empty()) images.emplace_back(unread_ptx);
  else add("compute_", ptx);
  return images;
}

}  // namespace gpuwhy
