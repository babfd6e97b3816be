#include "frameworks/architecture.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/text.h"
#include "base/version.h"
#include "facts/facts.h"

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

namespace {

// A kernel for one chip or one family only. IR for the linker serves nobody by itself.
bool is_special(const CodeGroup& group) {
  bool has_general = false, has_code = false;
  for (const std::string& text : group.images) {
    auto image = parse_code_image(text);
    if (!image) continue;
    has_code = true;
    has_general |= image->scope == CodeScope::forward;
  }
  return !has_code || !has_general;
}

// Those that count. A library that holds nothing but special kernels is judged by all of them.
std::vector<const CodeGroup*> general_groups(const std::vector<CodeGroup>& groups) {
  std::vector<const CodeGroup*> general;
  for (const CodeGroup& group : groups)
    if (!is_special(group)) general.push_back(&group);
  if (general.empty())
    for (const CodeGroup& group : groups) general.push_back(&group);
  return general;
}

bool can_compile(std::string_view isa, int driver_cuda) { return driver_cuda == 0 || cuda_of_ptx(isa) <= driver_cuda; }

// The images of a group that are code: IR for the linker and kinds that nobody knows do not decide.
CodeVerdict judge_group(const CodeGroup& group, std::string_view capability, int driver_cuda) {
  std::vector<std::string> code;
  for (const std::string& text : group.images)
    if (parse_code_image(text)) code.push_back(text);
  CodeVerdict verdict = judge_code(code, capability);
  if (verdict.support != CodeSupport::jit_from_ptx) return verdict;
  verdict.ptx_isa = group.ptx_isa;
  if (can_compile(group.ptx_isa, driver_cuda)) return verdict;
  verdict.support = CodeSupport::none;
  verdict.gap = CodeGap::ptx_too_new;
  return verdict;
}

std::vector<std::string> all_images(const std::vector<const CodeGroup*>& groups) {
  std::vector<std::string> images;
  for (const CodeGroup* group : groups)
    for (const std::string& image : group->images)
      if (parse_code_image(image)) images.push_back(image);
  return images;
}

// The best single container, for libraries whose containers share the work by architecture.
CodeVerdict judge_union(const std::vector<CodeGroup>& groups, std::string_view capability, int driver_cuda) {
  CodeVerdict best;
  bool has_too_new = false;
  std::string isa;
  std::vector<const CodeGroup*> all;
  for (const CodeGroup& group : groups) {
    all.push_back(&group);
    CodeVerdict verdict = judge_group(group, capability, driver_cuda);
    if (verdict.support == CodeSupport::native) return verdict;
    if (verdict.support == CodeSupport::jit_from_ptx) best = verdict;
    if (verdict.gap == CodeGap::ptx_too_new) has_too_new = true, isa = verdict.ptx_isa;
  }
  if (best.support == CodeSupport::jit_from_ptx) return best;
  CodeVerdict none = judge_code(all_images(all), capability);
  if (!has_too_new) return none;
  none.support = CodeSupport::none, none.gap = CodeGap::ptx_too_new, none.ptx_isa = isa;
  return none;
}

// Which of the two says less good things of the GPU.
bool is_worse(const CodeVerdict& a, const CodeVerdict& b) {
  auto rank = [](const CodeVerdict& verdict) {
    constexpr std::array order = {CodeSupport::native, CodeSupport::jit_from_ptx, CodeSupport::unknown, CodeSupport::none};
    return std::ranges::find(order, verdict.support) - order.begin();
  };
  return rank(a) > rank(b);
}

// By age, then SASS before PTX: the order in which makers write such lists.
std::tuple<bool, ComputeCapability, std::string> order_of(const std::string& text) {
  auto image = parse_code_image(text);
  return {image && image->kind == CodeKind::ptx, image ? image->target : ComputeCapability{}, text};
}

std::vector<std::string> base_set_of(const std::vector<const CodeGroup*>& general) {
  std::map<std::string, std::uint64_t> held;
  std::uint64_t containers = 0;
  for (const CodeGroup* group : general) {
    containers += group->containers;
    std::vector<std::string> distinct = group->images;
    std::ranges::sort(distinct);
    distinct.erase(std::ranges::unique(distinct).begin(), distinct.end());
    for (const std::string& image : distinct) held[image] += group->containers;
  }
  std::vector<std::string> base;
  for (const auto& [image, count] : held)
    if (parse_code_image(image) && count >= containers - containers / 2) base.push_back(image);
  std::ranges::sort(base, {}, order_of);
  return base;
}

}  // namespace

CodeVerdict judge_library(const CodeLibrary& library, std::string_view capability, int driver_cuda) {
  CodeVerdict verdict;
  if (!library.groups.is_known() || !parse_compute_capability(capability)) return verdict;
  if (library.union_only) {
    verdict = judge_union(*library.groups, capability, driver_cuda);
    verdict.library = library.path;
    return verdict;
  }
  std::vector<const CodeGroup*> general = general_groups(*library.groups);
  std::uint64_t containers = 0, compiled = 0, too_new = 0, lacking = 0;
  CodeVerdict native, jit, refused;
  for (const CodeGroup* group : general) {
    CodeVerdict one = judge_group(*group, capability, driver_cuda);
    containers += group->containers;
    if (one.support == CodeSupport::native) {
      if (native.support != CodeSupport::native) native = one;  // of the most frequent list
    } else if (one.support == CodeSupport::jit_from_ptx) {
      compiled += group->containers;
      if (cuda_of_ptx(one.ptx_isa) > cuda_of_ptx(jit.ptx_isa) || jit.image.empty()) jit = one;
    } else if (one.gap == CodeGap::ptx_too_new) {
      too_new += group->containers;
      if (cuda_of_ptx(one.ptx_isa) > cuda_of_ptx(refused.ptx_isa)) refused = one;
    } else {
      lacking += group->containers;
    }
  }
  if ((lacking + too_new) * 2 > containers) {
    verdict = too_new > lacking ? refused : judge_code(all_images(general), capability);
    // Some container does run: the GPU lies between those that the others serve.
    bool some_run = verdict.support == CodeSupport::native || verdict.support == CodeSupport::jit_from_ptx;
    if (some_run) verdict = {CodeSupport::none, CodeGap::between, ""};
  } else {
    bool mostly_native = compiled * 10 <= containers && native.support == CodeSupport::native;
    verdict = mostly_native ? native : jit;
  }
  verdict.library = library.path;
  verdict.containers = containers, verdict.compiled = compiled + too_new, verdict.lacking = lacking;
  return verdict;
}

const CodeLibrary* find_unread_library(const FrameworkBuild& build) {
  for (const CodeLibrary& library : build.code)
    if (library.groups.is_unknown() && !library.union_only) return &library;
  return nullptr;
}

CodeVerdict judge_build(const FrameworkBuild& build, const std::vector<std::string>& images, std::string_view capability, int driver_cuda) {
  if (find_unread_library(build)) return {};
  std::optional<CodeVerdict> worst;
  for (const CodeLibrary& library : build.code) {
    if (library.union_only || !library.groups.is_known()) continue;
    CodeVerdict verdict = judge_library(library, capability, driver_cuda);
    if (!worst || is_worse(verdict, *worst)) worst = verdict;
  }
  return worst ? *worst : judge_code(images, capability);
}

std::vector<std::string> base_set(const std::vector<CodeGroup>& groups) { return base_set_of(general_groups(groups)); }

std::vector<std::string> base_set(const FrameworkBuild& build) {
  std::vector<const CodeGroup*> general;
  for (const CodeLibrary& library : build.code)
    if (!library.union_only && library.groups.is_known())
      for (const CodeGroup* group : general_groups(*library.groups)) general.push_back(group);
  return base_set_of(general);
}

int cuda_of_ptx(std::string_view isa) {
  auto wanted = Version::parse(isa);
  if (!wanted) return 0;
  constexpr int first = 11000, last = 19990, unreleased_12_7 = 12070;
  if (*wanted == version("8.6")) return unreleased_12_7;  // no toolkit was released with it, but drivers 565 and 566 are of that CUDA
  int newest = 0;
  for (int cuda = first; cuda <= last; cuda += 10) {
    const facts::ToolkitTargets* toolkit = facts::find_toolkit_targets(cuda);
    auto known = toolkit ? Version::parse(toolkit->ptx_isa) : std::nullopt;
    if (!known) continue;
    newest = cuda;
    if (*known >= *wanted) return cuda == first ? 0 : cuda;
  }
  return newest + 10;  // newer than every CUDA that the tables know
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
