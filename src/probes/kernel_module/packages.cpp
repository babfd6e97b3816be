#include "probes/kernel_module/packages.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/dpkg/dpkg_status.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

using Packages = Fact<std::vector<DriverPackage>>;

constexpr std::uint64_t most_status_bytes = 256 << 20;
constexpr std::size_t piece = 1 << 20;

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts, [&](std::string_view start) { return name.starts_with(start); });
}

// "nvidia-open-dkms-570.124.06-3": the last two parts are version and release.
bool split_arch_name(std::string_view folder, DriverPackage& package) {
  std::size_t release = folder.rfind('-');
  std::size_t version = release == std::string_view::npos || release == 0 ? std::string_view::npos : folder.rfind('-', release - 1);
  if (version == std::string_view::npos || version == 0) return false;
  package = {std::string(folder.substr(0, version)), std::string(folder.substr(version + 1)), "installed"};
  return true;
}

Packages known(std::vector<DriverPackage> packages, const std::string& place) {
  std::string names;
  for (const DriverPackage& package : packages) names += (names.empty() ? "" : ", ") + package.name + " " + package.version;
  return Packages::known(std::move(packages), {Source::package, place, printable(names, 200)});
}

Packages read_dpkg(Machine& machine) {
  const std::string path = "/var/lib/dpkg/status";
  auto file = machine.open(path);
  if (!file) return failed<std::vector<DriverPackage>>(file.error(), path);
  dpkg::StatusReader reader(is_debian_driver_package);
  const std::uint64_t end = (*file)->size();
  if (end == 0) return Packages::absent();  // dpkg as a mere tool on a distribution with another package manager
  if (end > most_status_bytes) return Packages::unknown(Why::malformed, path + " is too large", evidence_at(path));
  for (std::uint64_t offset = 0; offset < end; offset += piece) {
    auto bytes = (*file)->read_at(offset, piece);
    if (!bytes) return failed<std::vector<DriverPackage>>(bytes.error(), path);
    reader.feed(*bytes);
    if (bytes->size() < piece && offset + bytes->size() < end)
      return Packages::unknown(Why::malformed, path + " became shorter while it was read", evidence_at(path));
  }
  std::vector<DriverPackage> packages;
  for (dpkg::InstalledPackage& package : reader.finish()) packages.push_back({package.name, package.version, package.state});
  return known(std::move(packages), path);
}

Packages read_pacman(Machine& machine) {
  const std::string folder = "/var/lib/pacman/local";
  auto names = machine.list(folder);
  if (!names) return failed<std::vector<DriverPackage>>(names.error(), folder);
  std::vector<DriverPackage> packages;
  DriverPackage package;
  for (const std::string& name : *names)
    if (split_arch_name(name, package) && is_arch_driver_package(package.name)) packages.push_back(package);
  return known(std::move(packages), folder);
}

Packages read_apk(Machine& machine) {
  const std::string path = "/lib/apk/db/installed";
  auto info = machine.stat(path);
  if (!info) return failed<std::vector<DriverPackage>>(info.error(), path);
  return Packages::known({}, {Source::package, path, "Alpine has no driver of NVIDIA"});
}

// The database itself is binary (SQLite, or Berkeley DB before) and is not read.
Packages read_rpm(Machine& machine) {
  std::string database;
  for (const char* path : {"/usr/lib/sysimage/rpm", "/var/lib/rpm"}) {
    auto there = look_for(machine, path);
    if (!there) return failed<std::vector<DriverPackage>>(there.error(), path);
    if (*there && database.empty()) database = path;
  }
  if (database.empty()) return Packages::absent();
  std::vector<DriverPackage> packages;
  for (const char* folder : {"/usr/share/doc", "/usr/share/doc/packages", "/usr/share/licenses"}) {
    auto names = machine.list(folder);
    if (!names) continue;
    for (const std::string& name : *names) {
      bool seen = std::ranges::any_of(packages, [&](const DriverPackage& package) { return package.name == name; });
      if (is_rpm_driver_package(name) && !seen) packages.push_back({name, "", "installed"});
    }
  }
  if (!packages.empty()) return known(std::move(packages), "/usr/share");
  return not_probed<std::vector<DriverPackage>>("the rpm database is not read", {Source::package, database, {}});
}

}  // namespace

bool is_debian_driver_package(std::string_view name) {
  return starts_with_any(name, {"nvidia-driver", "nvidia-dkms", "nvidia-kernel", "nvidia-open", "nvidia-fabricmanager", "nvidia-headless",
                                "nvidia-utils", "nvidia-tesla", "nvidia-legacy", "nvidia-smi", "libnvidia-compute", "libcuda1",
                                "libnvidia-ml1", "cuda-drivers", "linux-modules-nvidia-", "linux-image-nvidia-"});
}

bool is_arch_driver_package(std::string_view name) {
  if (name.starts_with("linux") && (name.ends_with("-nvidia") || name.contains("-nvidia-"))) return true;  // Manjaro, CachyOS
  if (!name.starts_with("nvidia")) return false;
  std::string_view rest = name.substr(6);
  // nvidia, nvidia-lts, nvidia-dkms, nvidia-open, nvidia-open-dkms, nvidia-utils, nvidia-470xx-dkms; not nvidia-settings, nvidia-prime, ...
  return rest.empty() || rest == "-lts" || rest == "-dkms" || rest == "-utils" || rest.starts_with("-open") ||
         (rest.size() > 4 && rest[0] == '-' && is_digits(rest.substr(1, 3)));
}

bool is_rpm_driver_package(std::string_view name) {
  return starts_with_any(name, {"nvidia-driver", "nvidia-open", "nvidia-kmod", "kmod-nvidia", "akmod-nvidia", "dkms-nvidia",
                                "xorg-x11-drv-nvidia", "nvidia-compute-G", "nvidia-video-G", "nvidia-gl-G", "x11-video-nvidiaG",
                                "nvidia-gfxG", "cuda-drivers", "nvidia-fabricmanager", "nvidia-fabric-manager"});
}

Packages find_driver_packages(Machine& machine) {
  for (auto read : {read_dpkg, read_pacman, read_apk, read_rpm})
    if (Packages packages = read(machine); !packages.is_absent()) return packages;
  return not_probed<std::vector<DriverPackage>>("no package database of dpkg, pacman, apk or rpm");
}

}  // namespace gpuwhy::probes
