#include "probes/platform/place.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

using Markers = std::vector<Evidence>;

void add_variables(Machine& machine, Markers& markers, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    if (!machine.has_variable(name)) continue;
    // The values of the others are addresses or names that people gave; that they are set is enough to know.
    constexpr std::array<std::string_view, 9> shown = {"KAGGLE_KERNEL_RUN_TYPE",     "KAGGLE_DOCKER_IMAGE", "COLAB_GPU",
                                                       "COLAB_RELEASE_TAG",          "COLAB_IMAGE_TYPE",    "VERTEX_PRODUCT",
                                                       "DATABRICKS_RUNTIME_VERSION", "SLURM_JOB_ID",        "SLURM_JOBID"};
    bool is_shown = std::ranges::find(shown, name) != shown.end();
    markers.push_back(evidence_in_environment(std::string(name), is_shown ? machine.variable(name) : "set"));
  }
}

void add_paths(Machine& machine, Markers& markers, std::initializer_list<std::string_view> paths) {
  for (std::string_view path : paths)
    if (machine.exists(std::string(path))) markers.push_back(evidence_at(std::string(path)));
}

Markers find_kaggle(Machine& machine) {
  Markers markers;
  add_variables(machine, markers, {"KAGGLE_KERNEL_RUN_TYPE", "KAGGLE_DOCKER_IMAGE", "KAGGLE_CONTAINER_NAME"});
  // One of the folders alone is what somebody makes who copies a notebook's paths.
  if (machine.is_folder("/kaggle/input") && machine.is_folder("/kaggle/working"))
    add_paths(machine, markers, {"/kaggle/input", "/kaggle/working"});
  return markers;
}

Markers find_colab(Machine& machine) {
  Markers markers;
  add_variables(machine, markers, {"COLAB_GPU", "COLAB_RELEASE_TAG", "COLAB_IMAGE_TYPE", "COLAB_TPU_ADDR"});
  if (machine.variable("VERTEX_PRODUCT") == "COLAB_ENTERPRISE") add_variables(machine, markers, {"VERTEX_PRODUCT"});
  add_paths(machine, markers, {"/var/colab/hostname"});
  return markers;
}

Markers find_sagemaker(Machine& machine) {
  Markers markers;
  add_variables(machine, markers, {"SAGEMAKER_APP_TYPE", "SAGEMAKER_SPACE_NAME"});
  add_paths(machine, markers, {"/opt/ml/metadata/resource-metadata.json"});
  return markers;
}

Markers find_databricks(Machine& machine) {
  Markers markers;
  add_variables(machine, markers, {"DATABRICKS_RUNTIME_VERSION"});
  return markers;
}

Markers find_runpod(Machine& machine) {
  Markers markers;
  add_variables(machine, markers, {"RUNPOD_POD_ID"});
  return markers;
}

std::string kernel_release(Machine& machine) {
  const Identity* identity = machine.identity();
  return identity ? identity->kernel_release : std::string();
}

Evidence kernel_evidence(const std::string& release) { return {Source::call, "uname", printable(release, 200)}; }

// WSL 1 is no Linux kernel: it calls itself "4.4.0-19041-Microsoft".
Markers find_wsl1(Machine& machine) {
  std::string release = kernel_release(machine);
  if (!release.ends_with("-Microsoft") || release.contains("WSL2")) return {};
  return {kernel_evidence(release)};
}

// "5.15.167.4-microsoft-standard-WSL2"; a kernel that its user built may say nothing, but the files of the Windows side are there.
Markers find_wsl2(Machine& machine) {
  Markers markers;
  std::string release = kernel_release(machine);
  if (release.contains("microsoft-standard") || release.contains("WSL2")) markers.push_back(kernel_evidence(release));
  add_variables(machine, markers, {"WSL_DISTRO_NAME", "WSL_INTEROP"});
  if (machine.is_folder("/usr/lib/wsl/lib") && (machine.exists("/dev/dxg") || machine.exists("/run/WSL")))
    markers.push_back(evidence_at("/usr/lib/wsl/lib"));
  if (!markers.empty()) add_paths(machine, markers, {"/dev/dxg"});  // plain Hyper-V guests can have it too, so it proves nothing alone
  return markers;
}

Markers find_jetson(Machine& machine) {
  Markers markers;
  if (auto text = machine.read("/etc/nv_tegra_release", 64 << 10)) markers.push_back(evidence_at("/etc/nv_tegra_release", *text));
  for (const char* path : {"/proc/device-tree/compatible", "/sys/firmware/devicetree/base/compatible"}) {
    auto text = machine.read(path, 64 << 10);
    if (!text || !text->contains("nvidia,tegra")) continue;
    markers.push_back(evidence_at(path, replace_all(*text, std::string_view("\0", 1), " ")));
    if (auto model = machine.read("/proc/device-tree/model", 4096)) {
      std::string_view name = *model;
      markers.push_back(evidence_at("/proc/device-tree/model", name.substr(0, name.find('\0'))));
    }
    break;
  }
  return markers;
}

Markers find_slurm(Machine& machine) {
  Markers markers;
  add_variables(machine, markers, {"SLURM_JOB_ID", "SLURM_JOBID"});
  return markers;
}

Markers find_kubernetes(Machine& machine) {
  Markers markers;
  add_variables(machine, markers, {"KUBERNETES_SERVICE_HOST"});
  for (const char* path : {"/var/run/secrets/kubernetes.io/serviceaccount", "/run/secrets/kubernetes.io/serviceaccount"}) {
    if (!machine.is_folder(path)) continue;
    markers.push_back(evidence_at(path));
    break;  // /var/run leads to /run
  }
  return markers;
}

struct Candidate {
  std::string_view kind;
  Markers (*find)(Machine&);
};

constexpr std::array<Candidate, 10> candidates = {{
    {"kaggle", find_kaggle},
    {"colab", find_colab},
    {"sagemaker", find_sagemaker},
    {"databricks", find_databricks},
    {"runpod", find_runpod},
    {"wsl1", find_wsl1},
    {"wsl2", find_wsl2},
    {"jetson", find_jetson},
    {"slurm", find_slurm},
    {"kubernetes", find_kubernetes},
}};

constexpr const char* tegra_release = "/etc/nv_tegra_release";
constexpr const char* device_tree = "/proc/device-tree/compatible";

}  // namespace

Fact<std::string> find_jetson_board(Machine& machine) {
  Markers markers = find_jetson(machine);
  for (const Evidence& marker : markers)
    if (marker.locator == "/proc/device-tree/model" && !marker.excerpt.empty()) return Fact<std::string>::known(marker.excerpt, marker);
  if (!markers.empty()) return Fact<std::string>::known("NVIDIA Jetson", markers.front());
  for (const char* path : {tegra_release, device_tree})
    if (auto info = machine.stat(path); !info && !is_missing(info.error())) return failed<std::string>(info.error(), path);
  return Fact<std::string>::absent(evidence_at(device_tree));
}

Place find_place(Machine& machine) {
  for (const Candidate& candidate : candidates)
    if (Markers markers = candidate.find(machine); !markers.empty()) return {std::string(candidate.kind), std::move(markers)};
  return {};
}

}  // namespace gpuwhy::probes
