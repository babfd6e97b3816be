#include "engine/target_by_hand.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "base/version.h"
#include "engine/target_images.h"
#include "facts/cards.h"
#include "frameworks/architecture.h"
#include "frameworks/packages/packages.h"

namespace gpuwhy::targets {

namespace {

constexpr std::array<std::string_view, 7> keys = {"gpu", "driver", "cuda", "cudnn", "python", "os", "glibc"};
constexpr std::array<std::string_view, 8> package_keys = {"tensorflow", "tensorflow-cpu", "torch",           "jax",
                                                          "jaxlib",     "onnxruntime",    "onnxruntime-gpu", "cupy"};
constexpr std::string_view source = "told by hand";
constexpr int most_cards = 64;

using Told = std::map<std::string, std::string>;

bool is_key(std::string_view key) { return std::ranges::find(keys, key) != keys.end(); }

bool is_package_key(std::string_view key) {
  return std::ranges::find(package_keys, key) != package_keys.end() || key.starts_with("jax-cuda") || key.starts_with("cupy-cuda") ||
         key.starts_with("nvidia-");
}

Result<Told> parse(std::string_view text) {
  Told told;
  for (std::string_view part : split(text, ',')) {
    std::size_t equals = part.find('=');
    std::string key = to_lower(trim(part.substr(0, equals))), value(equals == part.npos ? "" : trim(part.substr(equals + 1)));
    if (key.empty() || value.empty()) return fail(fmt::format("'{}' is not KEY=VALUE", printable(part, 40)));
    if (!is_key(key)) key = normalised_package_name(key);
    if (!is_key(key) && !is_package_key(key)) {
      std::string_view best;
      std::size_t distance = 3;
      auto consider = [&](std::string_view other) {
        if (std::size_t d = edit_distance(key, other); d < distance) distance = d, best = other;
      };
      std::ranges::for_each(keys, consider), std::ranges::for_each(package_keys, consider);
      return fail(fmt::format("a target has no '{}'{}", printable(key, 40),
                              best.empty() ? "; it takes gpu, driver, cuda, cudnn, python, os, glibc and packages (torch=2.10.0+cu128)"
                                           : fmt::format("; did you mean {}?", best)));
    }
    if (!told.emplace(key, value).second) return fail(fmt::format("'{}' is said twice", key));
  }
  return told;
}

// "T4", "RTX 4090x2", "8.9".
Result<GivenCard> parse_card(const std::string& text) {
  GivenCard card;
  std::string name = text;
  std::size_t cross = text.find_last_of('x');
  if (cross != std::string::npos && cross > 0 && is_digits(std::string_view(text).substr(cross + 1))) {
    auto count = parse_int(std::string_view(text).substr(cross + 1));
    if (!count || *count < 1 || *count > most_cards)
      return fail(fmt::format("gpu={}: from 1 to {} cards", printable(text, 40), most_cards));
    card.count = static_cast<int>(*count);
    name = trim(std::string_view(text).substr(0, cross));
  }
  if (parse_compute_capability(name)) {
    card.name = "a GPU";
    card.capability = name;
    return card;
  }
  card.capability = facts::capability_of_card(name);
  if (card.capability.empty())
    return fail(
        fmt::format("gpu={}: no card is called so, or cards of several compute capabilities are; gpu=8.9 names one", printable(text, 40)));
  card.name = name.starts_with("NVIDIA") ? name : "NVIDIA " + name;
  return card;
}

Evidence by_hand(const std::string& key, const std::string& value) {
  return {Source::package, std::string(source), fmt::format("{}={}", key, value)};
}

Fact<std::string> said(const Told& told, const std::string& key) {
  auto found = told.find(key);
  if (found == told.end()) return Fact<std::string>::unknown(Why::not_probed, fmt::format("{} was not said", key));
  return Fact<std::string>::known(found->second, by_hand(key, found->second));
}

// "ubuntu22.04", "debian 12"; the C library of Ubuntu's releases as the tables of Colab have it.
Result<bool> put_system(const Told& told, Snapshot& snapshot) {
  Host& host = snapshot.host;
  host.architecture = Fact<std::string>::known("x86_64", {Source::package, std::string(source), "x86_64"});
  if (auto os = told.find("os"); os != told.end()) {
    std::string text = to_lower(os->second);
    std::size_t digits = text.find_first_of("0123456789");
    std::string id(trim(std::string_view(text).substr(0, digits)));
    std::string release = digits == std::string::npos ? "" : text.substr(digits);
    if (id.empty()) return fail(fmt::format("os={}: a name and a release, as in ubuntu22.04", printable(os->second, 40)));
    host.os_id = Fact<std::string>::known(id, by_hand("os", os->second));
    host.os_name = Fact<std::string>::known(release.empty() ? id : fmt::format("{} {}", id, release), by_hand("os", os->second));
    if (!release.empty()) host.os_version = Fact<std::string>::known(release, by_hand("os", os->second));
    for (const facts::ColabRelease& row : facts::colab_table())
      if (id == "ubuntu" && !release.empty() && row.ubuntu.starts_with(release))
        host.libc = Fact<std::string>::known(fmt::format("glibc {}", row.glibc), {Source::package, std::string(row.source), ""});
  }
  if (auto glibc = told.find("glibc"); glibc != told.end()) {
    if (!Version::parse(glibc->second)) return fail(fmt::format("glibc={}: a version", printable(glibc->second, 40)));
    host.libc = Fact<std::string>::known("glibc " + glibc->second, by_hand("glibc", glibc->second));
  }
  return true;
}

void put_toolkit(const Told& told, Snapshot& snapshot, std::vector<Package>& packages) {
  namespace names = frameworks::packages;
  auto unsaid = [&](std::string_view what, std::string_view key) {
    snapshot.unread.push_back({std::string(what), Why::not_probed, fmt::format("{} was not said", key)});
  };
  auto cuda = told.find("cuda"), cudnn = told.find("cudnn");
  if (cuda == told.end()) unsaid(names::unsaid_toolkit, "cuda");
  else if (Version::parse(cuda->second))
    packages.push_back(system_package("cuda-cudart-" + replace_all(cuda->second, ".", "-"), cuda->second, source));
  if (cudnn == told.end()) unsaid(names::unsaid_cudnn, "cudnn");
  else if (auto version = Version::parse(cudnn->second))
    packages.push_back(system_package(fmt::format("libcudnn{}", version->major()), cudnn->second, source));
}

Result<bool> check_versions(const Told& told) {
  for (const auto& [key, value] : told) {
    bool is_version = key != "gpu" && key != "os";
    bool is_none = value == "none" && (key == "cuda" || key == "cudnn");
    if (is_version && !is_none && !Version::parse(value)) return fail(fmt::format("{}={}: not a version", key, printable(value, 40)));
  }
  return true;
}

Result<bool> put_card(const Told& told, Snapshot& snapshot) {
  auto gpu = told.find("gpu");
  if (gpu == told.end()) return true;
  Evidence evidence = by_hand("gpu", gpu->second);
  if (to_lower(gpu->second) == "none") {
    snapshot.platform.accelerator = Fact<std::string>::known("cpu", evidence);
    snapshot.pci.display = Fact<std::vector<PciFunction>>::known({}, evidence);
    return true;
  }
  auto card = parse_card(gpu->second);
  if (!card) return std::unexpected(card.error());
  auto driver = told.find("driver");
  auto release = driver == told.end() ? std::nullopt : std::optional(driver->second);
  snapshot.platform.accelerator = Fact<std::string>::known("gpu", evidence);
  snapshot.drivers.push_back(driver_with(*card, release, "the driver was not said (driver=550.54.15)", evidence));
  return true;
}

}  // namespace

bool is_by_hand(std::string_view text) {
  std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || text.substr(0, equals).find('/') != std::string_view::npos) return false;
  std::string key = to_lower(trim(text.substr(0, equals)));
  return is_key(key) || is_package_key(normalised_package_name(key)) || text.find(',') != std::string_view::npos;
}

Result<Snapshot> make_by_hand(std::string_view text) {
  auto told = parse(text);
  if (!told) return std::unexpected(told.error());
  if (auto good = check_versions(*told); !good) return std::unexpected(good.error());
  Snapshot snapshot = empty_target(std::string(text));
  snapshot.platform.kind = Fact<std::string>::known("bare", {Source::package, std::string(source), ""});
  if (auto good = put_system(*told, snapshot); !good) return std::unexpected(good.error());
  if (auto good = put_card(*told, snapshot); !good) return std::unexpected(good.error());
  snapshot.environments.front().version = said(*told, "python");
  std::vector<Package> packages;
  put_toolkit(*told, snapshot, packages);
  for (const auto& [key, value] : *told)
    if (!is_key(key)) packages.push_back(python_package(key, value, source));
  put_packages(snapshot, std::move(packages));
  return snapshot;
}

}  // namespace gpuwhy::targets
