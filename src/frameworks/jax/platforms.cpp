#include "frameworks/jax/platforms.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace gpuwhy::frameworks::jax {

namespace {

// What "gpu" stands for, in this order.
std::vector<std::string> expand(std::string_view platform) {
  if (platform == "gpu") return {"cuda", "rocm", "oneapi"};
  return {std::string(platform)};
}

bool is_offered(std::string_view platform) { return platform == "cpu" || platform == "cuda"; }

void read_platforms(std::string_view value, PlatformChoice& choice) {
  std::vector<std::string> named;
  for (std::string_view word : split(value, ','))
    for (std::string& platform : expand(word)) named.push_back(std::move(platform));
  choice.is_named = true;
  choice.variable = "JAX_PLATFORMS";
  choice.value = printable(value);
  auto cuda = std::ranges::find(named, "cuda");
  auto unknown = std::ranges::find_if_not(named, is_offered);
  choice.starts_cuda = cuda != named.end();
  choice.lists_cuda = named.front() == "cuda";  // the first that starts is the default
  choice.only_cuda = std::ranges::all_of(named, [](const std::string& platform) { return platform == "cuda"; });
  if (unknown == named.end()) return;
  choice.unknown_platform = printable(*unknown);
  choice.unknown_before_cuda = unknown < cuda;
}

void read_platform_name(std::string_view value, PlatformChoice& choice) {
  std::string name = to_lower(value);
  bool is_cuda = name == "cuda" || name == "gpu";
  if (!is_cuda || choice.variable.empty()) {
    choice.variable = "JAX_PLATFORM_NAME";
    choice.value = printable(value);
  }
  if (is_cuda) {
    choice.insists_on_cuda = choice.lists_cuda = true;
    return;
  }
  choice.lists_cuda = false;
  if (!is_offered(name) && choice.unknown_platform.empty()) choice.unknown_platform = printable(name);
}

}  // namespace

PlatformChoice choose_platforms(std::optional<std::string_view> platforms, std::optional<std::string_view> platform_name) {
  PlatformChoice choice;
  if (platforms && !platforms->empty()) read_platforms(*platforms, choice);
  if (platform_name && !platform_name->empty()) read_platform_name(*platform_name, choice);
  return choice;
}

}  // namespace gpuwhy::frameworks::jax
