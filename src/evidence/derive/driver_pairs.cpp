#include <fmt/format.h>

#include <optional>
#include <string>

#include "base/text.h"
#include "base/version.h"
#include "evidence/derive/derive.h"
#include "facts/cards.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

// 10010 -> "10.1": the form of cuDriverGetVersion, which PyTorch prints.
std::optional<std::string> cuda_of_number(std::string_view text) {
  auto number = parse_int(text);
  if (!number || *number < 1000 || *number > 99990) return std::nullopt;
  return fmt::format("{}.{}", *number / 1000, *number % 1000 / 10);
}

void derive_cuda_of_driver(Clues& clues) {
  const Clue* printed = clues.first("cuda.driver.number");
  if (auto cuda = printed ? cuda_of_number(printed->value) : std::nullopt) clues.add("cuda.driver", *cuda, printed->line);
  const Clue* driver = clues.first("driver");
  if (const Clue* told = clues.first("cuda.driver")) {
    clues.add("driver.cuda", told->value, told->line);
  } else if (auto version = driver ? Version::parse(driver->value) : std::nullopt) {
    if (const facts::DriverBranch* branch = facts::find_driver_branch(version->major()); branch && branch->cuda > 0)
      clues.add("driver.cuda", fmt::format("{}.{}", branch->cuda / 1000, branch->cuda % 1000 / 10), driver->line);
  }
}

void derive_capabilities(Clues& clues) {
  constexpr std::size_t most_names = 64;
  std::vector<Clue> found;
  for (const Clue* gpu : clues.all("gpu")) {
    if (found.size() >= most_names) break;
    std::string_view capability = facts::capability_of_card(gpu->value);
    if (!capability.empty()) found.push_back({"gpu.cc", std::string(capability), gpu->line});
  }
  for (const Clue& clue : found) clues.add(clue.name, clue.value, clue.line);
}

enum class Age { unknown, too_old, new_enough };

struct Judged {
  Age age = Age::unknown;
  std::string words;   // "470.57.02 < 525.60.13"
  std::string wanted;  // the oldest driver that does
  std::size_t line = 0;
};

Judged judged(bool new_enough, std::string_view found, std::string_view wanted, std::size_t line) {
  Judged result{new_enough ? Age::new_enough : Age::too_old, fmt::format("{} {} {}", found, new_enough ? ">=" : "<", wanted), "", line};
  return result;
}

// "525.60.13", or "R615" where only the branch is documented.
std::optional<Version> driver_version(std::string_view text) {
  if (text.starts_with('R')) text.remove_prefix(1);
  return Version::parse(text);
}

bool is_windows_driver(const Clues& clues) {
  return clues.has("place", "windows") || clues.has("place", "wsl") || clues.has("smi.driver-model");
}

// Within one major release any driver of its family runs a newer minor one; CUDA 10 and older know no such rule.
Judged judge_by_cuda(const Clue& driver_cuda, const Version& wanted) {
  auto has = Version::parse(driver_cuda.value);
  if (!has) return {};
  constexpr int first_compatible_major = 11;
  bool does = wanted.major() >= first_compatible_major ? has->major() >= wanted.major() : *has >= wanted;
  return judged(does, "CUDA " + driver_cuda.value, "CUDA " + wanted.text(), driver_cuda.line);
}

Judged judge_by_driver(const Clue& driver, const Version& wanted) {
  const facts::ToolkitMinimum* minimum = facts::find_toolkit_minimum(facts::cuda_number(wanted));
  auto has = Version::parse(driver.value);
  if (!minimum || !has) return {};
  auto native = driver_version(minimum->native_min), family = driver_version(minimum->family_min);
  if (!native && !family) return {};
  bool does = (native && *has >= *native) || (family && *has >= *family);
  std::string oldest(family ? minimum->family_min : minimum->native_min);
  Judged result = judged(does, driver.value, oldest, driver.line);
  result.wanted = oldest;
  return result;
}

void derive_driver_age(Clues& clues) {
  const Clue* driver = clues.first(clues.has("driver") ? "driver" : "driver.module");
  const Clue* driver_cuda = clues.first("cuda.driver");
  bool any_new = false;
  std::vector<Judged> old;
  std::string oldest_wanted;
  for (std::string_view name : {"cuda.wanted", "cuda.build"}) {
    for (const Clue* clue : clues.all(name)) {
      auto wanted = Version::parse(clue->value);
      if (!wanted) continue;
      Judged by_driver = driver && !is_windows_driver(clues) ? judge_by_driver(*driver, *wanted) : Judged{};
      Judged result = driver_cuda ? judge_by_cuda(*driver_cuda, *wanted) : by_driver;
      if (by_driver.age != Age::unknown) result = by_driver;
      if (result.age == Age::new_enough) any_new = true;
      if (result.age == Age::too_old) old.push_back(result);
      if (!result.wanted.empty() && oldest_wanted.empty()) oldest_wanted = result.wanted;
    }
  }
  const Clue* at = driver ? driver : driver_cuda;
  if (!at) return;
  if (!oldest_wanted.empty())
    clues.add("driver.wanted", old.empty() || old.front().wanted.empty() ? oldest_wanted : old.front().wanted, at->line);
  if (!old.empty()) clues.add("pair.driver-older-than-cuda", old.front().words, old.front().line);
  else if (any_new) clues.add("pair.driver-new-enough", at->value, at->line);
}

void compare_versions(const Clue& module, const Clue& library, Clues& clues) {
  auto of_module = Version::parse(module.value), of_library = Version::parse(library.value);
  if (!of_module || !of_library || *of_module == *of_library) return;
  // A text may give one of the two by its first numbers alone ("570.124").
  bool is_short = module.value.starts_with(library.value + ".") || library.value.starts_with(module.value + ".");
  if (is_short) return;
  std::size_t line = std::max(module.line, library.line);
  std::string words = fmt::format("{} != {}", module.value, library.value);
  bool older = *of_library < *of_module;
  clues.add("pair.module-library-differ", words, line);
  clues.add(older ? "pair.libcuda-older" : "pair.libcuda-newer", "yes", line);
}

// Both from one line ("kernel version X does not match DSO version Y"), or else the only ones that the text has: a log of several days may
// show the versions of before and after an upgrade.
void derive_mismatch(Clues& clues) {
  std::vector<Clue> modules, libraries;
  for (const Clue* clue : clues.all("driver.module")) modules.push_back(*clue);
  for (const Clue* clue : clues.all("driver.library")) libraries.push_back(*clue);
  for (const Clue& module : modules)
    for (const Clue& library : libraries)
      if (module.line == library.line || (modules.size() == 1 && libraries.size() == 1)) compare_versions(module, library, clues);
}

}  // namespace

void derive_driver_pairs(Clues& clues) {
  derive_cuda_of_driver(clues);
  derive_capabilities(clues);
  derive_driver_age(clues);
  derive_mismatch(clues);
}

}  // namespace gpuwhy
