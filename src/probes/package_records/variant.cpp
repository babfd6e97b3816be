#include "probes/package_records/variant.h"

#include <algorithm>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "formats/python_source/python_source.h"

namespace gpuwhy {

namespace {

std::string variant_of_version(std::string_view version) {
  std::size_t plus = version.find('+');
  return plus == std::string_view::npos ? std::string() : variant_of_local(version.substr(plus + 1));
}

std::string variant_of_version_file(Machine& machine, const std::string& file) {
  auto bytes = machine.read(file, 64 << 10);
  if (!bytes) return {};
  auto told = python_source::parse_assignments(*bytes);
  auto found = told.find("__version__");
  return found != told.end() && found->second.kind == python_source::Literal::Kind::text ? variant_of_version(found->second.text)
                                                                                         : std::string();
}

// libbitsandbytes_cuda124.so, libbitsandbytes_cuda118_nocublaslt.so, libbitsandbytes_cpu.so
std::string variant_of_bitsandbytes(Machine& machine, const std::string& folder) {
  auto names = machine.list(folder);
  if (!names) return {};
  std::vector<std::string> found;
  bool cpu = false;
  for (const std::string& name : *names) {
    constexpr std::string_view stem = "libbitsandbytes_";
    if (!name.starts_with(stem) || !name.ends_with(".so")) continue;
    std::string variant = variant_of_local(std::string_view(name).substr(stem.size()));
    if (variant == "cpu") cpu = true;
    else if (!variant.empty() && std::ranges::find(found, variant) == found.end()) found.push_back(std::move(variant));
  }
  return found.empty() ? cpu ? "cpu" : "" : join(found, ",");
}

}  // namespace

std::string variant_of_local(std::string_view local) {
  if (local.starts_with("cpu")) return "cpu";
  if (local.starts_with("rocm")) return "rocm";
  if (local.starts_with("xpu")) return "xpu";
  if (!local.starts_with("cu")) return {};
  local.remove_prefix(local.starts_with("cuda") ? 4 : 2);
  std::size_t digits = 0;
  while (digits < local.size() && local[digits] >= '0' && local[digits] <= '9') ++digits;
  return digits == 0 || digits > 4 ? std::string() : "cu" + std::string(local.substr(0, digits));
}

std::string read_variant(Machine& machine, const Package& package) {
  std::string by_version = variant_of_version(package.version);
  if (!by_version.empty()) return by_version;
  std::string site(path::parent(package.location));
  if (package.name == "torch" || package.name == "torchvision" || package.name == "torchaudio")
    return variant_of_version_file(machine, path::join(site, package.name + "/version.py"));
  if (package.name == "bitsandbytes") return variant_of_bitsandbytes(machine, path::join(site, package.name));
  if (package.name == "xgboost-cpu" || package.name == "tensorflow-cpu") return "cpu";
  return package.name.ends_with("-rocm") ? "rocm" : package.name.ends_with("-xpu") ? "xpu" : "";
}

}  // namespace gpuwhy
