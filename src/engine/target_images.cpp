#include "engine/target_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "facts/facts.h"
#include "facts/platforms.h"
#include "frameworks/packages/build.h"
#include "frameworks/packages/packages.h"

namespace gpuwhy::targets {

namespace {

namespace names = frameworks::packages;

bool is_there(std::string_view cell) { return !cell.empty() && cell != "-"; }

Evidence row_evidence(std::string_view source, std::string excerpt) { return {Source::package, std::string(source), std::move(excerpt)}; }

template <class T>
Fact<T> untold(std::string detail) {
  return Fact<T>::unknown(Why::not_probed, std::move(detail));
}

Fact<std::string> told(std::string_view cell, std::string_view source) {
  if (!is_there(cell)) return untold<std::string>("the tables do not say");
  return Fact<std::string>::known(std::string(cell), row_evidence(source, std::string(cell)));
}

void put_system(Snapshot& snapshot, std::string_view ubuntu, std::string_view glibc, std::string_view source) {
  std::string release(ubuntu.substr(0, ubuntu.find('(')));
  Host& host = snapshot.host;
  host.architecture = Fact<std::string>::known("x86_64", row_evidence(source, "x86_64"));
  if (!release.empty()) {
    host.os_id = Fact<std::string>::known("ubuntu", row_evidence(source, release));
    host.os_version = Fact<std::string>::known(release.substr(0, 5), row_evidence(source, release));
    host.os_name = Fact<std::string>::known("Ubuntu " + release, row_evidence(source, release));
  }
  if (!glibc.empty())
    host.libc = Fact<std::string>::known(fmt::format("glibc {}", glibc), row_evidence(source, fmt::format("libc6 {}", glibc)));
}

// "cuda-cudart-12-8" for each of "12.5,12.8", "libcudnn9" for "9.8.0.87".
void add_toolkit(std::vector<Package>& packages, std::string_view cuda, std::string_view cudnn, std::string_view source) {
  for (std::string_view version : split(cuda, ','))
    if (is_there(version))
      packages.push_back(system_package("cuda-cudart-" + replace_all(std::string(version), ".", "-"), version, source));
  for (std::string_view version : split(cudnn, ','))
    if (is_there(version))
      packages.push_back(system_package(fmt::format("libcudnn{}", version.substr(0, version.find('.'))), version, source));
}

// "jax-cuda12-plugin=0.7.2"; the plugin requires its client of the very same version (jax.tsv).
void add_plugin(std::vector<Package>& packages, std::string_view cell, std::string_view source) {
  std::size_t equals = cell.find('=');
  if (equals == std::string_view::npos) return;
  std::string name(cell.substr(0, equals));
  packages.push_back(python_package(name, cell.substr(equals + 1), source));
  packages.push_back(python_package(replace_all(name, "-plugin", "-pjrt"), cell.substr(equals + 1), source));
}

void add_named(std::vector<Package>& packages, std::string_view cell, std::string_view source) {
  std::size_t equals = cell.find('=');
  if (equals != std::string_view::npos)
    packages.push_back(system_package(std::string(cell.substr(0, equals)), cell.substr(equals + 1), source));
}

std::vector<Package> packages_of(const facts::ColabRelease& row) {
  std::vector<Package> packages;
  auto add = [&](std::string_view name, std::string_view cell) {
    if (is_there(cell)) packages.push_back(python_package(std::string(name), cell, row.source));
  };
  add("tensorflow", row.tensorflow);
  add("torch", row.torch);
  add("jax", row.jax);
  add("jaxlib", row.jaxlib);
  add_plugin(packages, row.jax_plugin, row.source);
  add("libtpu", row.libtpu);
  add("torch-xla", row.torch_xla);
  int major = Version::parse(row.cuda_apt) ? Version::parse(row.cuda_apt)->major() : 12;
  add(fmt::format("nvidia-cudnn-cu{}", major), row.cudnn_pip);
  add_toolkit(packages, row.cuda_apt, row.cudnn_apt, row.source);
  if (is_there(row.nccl_apt)) packages.push_back(system_package("libnccl2", row.nccl_apt, row.source));
  add_named(packages, row.cuda_compat, row.source);
  return packages;
}

void put_accelerator(Snapshot& snapshot, std::string_view place, std::string_view type, const std::string& name) {
  Evidence evidence = row_evidence(name, fmt::format("a runtime of type {}", type));
  snapshot.platform.kind = Fact<std::string>::known(std::string(place), row_evidence(name, std::string(place)));
  snapshot.platform.accelerator = Fact<std::string>::known(std::string(type), evidence);
  snapshot.platform.markers.push_back(name);
}

// The release of the driver, where Colab announced it for this very image; else in words why it is not known.
std::optional<std::string> announced_for(const facts::ColabRelease& row, std::string_view asked_date, std::string& why_unknown) {
  const facts::ColabDriver* announced = facts::find_announced_driver(asked_date.empty() ? "" : asked_date);
  if (!announced) {
    why_unknown = "Colab published no version of its driver before that date";
    return std::nullopt;
  }
  if (!asked_date.empty() && announced->date >= row.date) return std::string(announced->driver);
  why_unknown = fmt::format("Colab does not publish its driver; the last announced is {} ({}, {})", announced->driver, announced->date,
                            announced->source);
  return std::nullopt;
}

void put_python(Snapshot& snapshot, std::string_view python, std::string_view source, const std::string& name) {
  PythonEnvironment& environment = snapshot.environments.front();
  environment.version = told(python, source);
  environment.chosen_by = "the image of " + name;
}

}  // namespace

Package system_package(std::string name, std::string_view version, std::string_view source) {
  Package package = python_package(std::move(name), version, source);
  package.installer = names::system_installer;
  return package;
}

Package python_package(std::string name, std::string_view version, std::string_view source) {
  Package package;
  package.name = std::move(name);
  package.version = version;
  package.location = source;
  package.record_faults = Fact<std::vector<RecordFault>>::absent();
  return package;
}

DriverAnswers driver_with(const GivenCard& card, const std::optional<std::string>& release, const std::string& why_unknown,
                          const Evidence& evidence) {
  DriverAnswers driver;
  driver.libcuda = "libcuda.so.1";
  driver.init = Fact<std::int64_t>::known(0, evidence);
  driver.count = driver.nvml_count = Fact<std::int64_t>::known(card.count, evidence);
  std::vector<CudaDevice> devices;
  for (int i = 0; i < card.count; ++i) devices.push_back({.name = card.name, .compute_capability = card.capability});
  driver.devices = Fact<std::vector<CudaDevice>>::known(std::move(devices), evidence);
  driver.end = "finished";
  driver.version = untold<std::int64_t>(why_unknown);
  driver.nvml_driver_version = untold<std::string>(why_unknown);
  if (!release) return driver;
  driver.nvml_driver_version = Fact<std::string>::known(*release, evidence);
  auto parsed = Version::parse(*release);
  if (const facts::DriverBranch* branch = parsed ? facts::find_driver_branch(parsed->major()) : nullptr)
    driver.version = Fact<std::int64_t>::known(branch->cuda, row_evidence(branch->source, fmt::format("branch {}", branch->branch)));
  return driver;
}

Snapshot empty_target(const std::string& name) {
  Snapshot snapshot;
  snapshot.meta.facts_as_of = facts::as_of();
  snapshot.meta.basis = "packages";
  snapshot.process = Fact<ObservedProcess>::absent();
  PythonEnvironment environment;
  environment.interpreter = "python3";
  environment.kind = names::image_kind;
  environment.active = true;
  environment.chosen_by = name;
  environment.base_problem = Fact<std::string>::absent();
  environment.startup_code = Fact<std::vector<StartupCode>>::known({});
  snapshot.environments.push_back(std::move(environment));
  return snapshot;
}

void put_packages(Snapshot& snapshot, std::vector<Package> packages) {
  PythonEnvironment& environment = snapshot.environments.front();
  std::string architecture = snapshot.host.architecture.is_known() ? *snapshot.host.architecture : "x86_64";
  environment.frameworks = frameworks::packages::builds_of(packages, architecture);
  std::ranges::sort(packages, {}, &Package::name);
  environment.packages = Fact<std::vector<Package>>::known(std::move(packages));
}

Snapshot colab_snapshot(const facts::ColabRelease& row, std::string_view type, const std::string& name,
                        const std::optional<GivenCard>& card, std::string_view asked_date) {
  Snapshot snapshot = empty_target(name);
  put_system(snapshot, row.ubuntu, row.glibc, row.source);
  put_accelerator(snapshot, "colab", type, name);
  put_python(snapshot, row.python, row.source, name);
  put_packages(snapshot, packages_of(row));
  PythonEnvironment& environment = snapshot.environments.front();
  environment.notes.push_back(fmt::format("{} is Colab's image of {} ({}), as of {}", name, row.date, row.source, row.as_of));
  if (type != "gpu" || !card) return snapshot;
  std::string why;
  std::optional<std::string> release = announced_for(row, asked_date, why);
  snapshot.drivers.push_back(driver_with(*card, release, why, row_evidence(name, fmt::format("{} x {}", card->count, card->name))));
  if (!release) snapshot.unread.push_back({"the driver's version", Why::not_probed, why});
  return snapshot;
}

namespace {

// Images of before 2024-11, of which the table names TensorFlow, torch and CUDA alone.
std::vector<Package> packages_of(const facts::KaggleRelease& row, Snapshot& snapshot) {
  std::vector<Package> packages;
  auto unsaid = [&](std::string_view what) {
    snapshot.unread.push_back({std::string(what), Why::not_probed, fmt::format("{} does not name it", row.source)});
  };
  auto add = [&](std::string_view name, std::string_view cell, std::string variant) {
    if (!is_there(cell)) return;
    packages.push_back(python_package(std::string(name), cell, row.source));
    packages.back().variant = std::move(variant);
  };
  bool names_cuda = is_there(row.cuda);
  auto cuda = Version::parse(row.cuda);
  add("tensorflow", row.tensorflow, "gpu");
  add("torch", row.torch, names_cuda && cuda ? fmt::format("cu{}{}", cuda->major(), cuda->minor()) : std::string(names::unsaid_cuda));
  add("jax", row.jax, std::string(names::unsaid_build));
  std::size_t at = row.base_image.find("cudnn");
  std::string_view cudnn = at == std::string_view::npos ? "" : row.base_image.substr(at + 5, 1);
  add_toolkit(packages, names_cuda && cuda ? fmt::format("{}.{}", cuda->major(), cuda->minor()) : "-", cudnn, row.source);
  if (!names_cuda) unsaid(names::unsaid_toolkit);
  if (cudnn.empty()) unsaid(names::unsaid_cudnn);
  return packages;
}

// Kaggle built TensorFlow by itself where its image has another CUDA than the official wheel is for: the tables know nothing of that build.
void forget_official_build(Snapshot& snapshot, const facts::KaggleRelease& row) {
  auto of_image = Version::parse(row.cuda);
  for (FrameworkBuild& build : snapshot.environments.front().frameworks) {
    auto official = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
    if (build.framework != FrameworkKind::tensorflow || !of_image || !official || of_image->major() == official->major()) continue;
    std::string why =
        fmt::format("the image has CUDA {}; the official wheel is for CUDA {}, so this is another build", row.cuda, *build.cuda_version);
    build.cuda_version = build.cudnn_version = untold<std::string>(why);
    build.architectures = untold<std::vector<std::string>>(why);
  }
}

}  // namespace

Snapshot kaggle_snapshot(const facts::KaggleRelease& row, std::string_view type, const std::string& name,
                         const std::optional<GivenCard>& card) {
  Snapshot snapshot = empty_target(name);
  put_accelerator(snapshot, "kaggle", type, name);
  std::string day = facts::date_of_colab_release(row.base_tag);
  const facts::ColabRelease* base = day.empty() ? nullptr : facts::find_colab_release(type, day);
  PythonEnvironment& environment = snapshot.environments.front();
  environment.notes.push_back(fmt::format("{} is Kaggle's image of {} ({}), as of {}", name, row.date, row.source, row.as_of));
  if (base) {
    put_system(snapshot, base->ubuntu, base->glibc, base->source);
    put_python(snapshot, base->python, base->source, name);
    put_packages(snapshot, packages_of(*base));
    environment.notes.push_back(fmt::format("it is built from Colab's image of {}; the versions are those of {}", day, base->source));
    snapshot.variables["COLAB_RELEASE_TAG"] = row.base_tag;
  } else {
    put_system(snapshot, "", "", row.source);
    put_python(snapshot, "", row.source, name);
    std::vector<Package> packages = packages_of(row, snapshot);
    put_packages(snapshot, std::move(packages));
    forget_official_build(snapshot, row);
    if (environment.frameworks.empty()) environment.packages = untold<std::vector<Package>>("the tables name no framework of this image");
  }
  if (type != "gpu" || !card) return snapshot;
  std::string why = "Kaggle publishes no version of its driver";
  snapshot.drivers.push_back(driver_with(*card, std::nullopt, why, row_evidence(name, fmt::format("{} x {}", card->count, card->name))));
  snapshot.unread.push_back({"the driver's version", Why::not_probed, why});
  return snapshot;
}

}  // namespace gpuwhy::targets
