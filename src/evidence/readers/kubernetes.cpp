// Kubernetes: what a pod asked for, what its node offers, how the device plugin does.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 4000;

enum class Section { none, request, offer, other };

// Headings of `kubectl describe` and keys of a manifest; what is indented below them belongs to them.
Section section_of(std::string_view bare, Section now) {
  if (bare == "Limits:" || bare == "Requests:" || bare == "limits:" || bare == "requests:" || bare.starts_with("limits: {") ||
      bare == "resources:")
    return Section::request;
  if (bare == "Capacity:" || bare == "Allocatable:" || bare == "capacity:" || bare == "allocatable:") return Section::offer;
  if (bare.starts_with("Allocated resources:")) return Section::other;
  bool heading = bare.ends_with(':') && !bare.contains(' ');
  return heading ? Section::other : now;
}

// "nvidia.com/gpu: 1", "nvidia.com/gpu:     0", "nvidia.com/gpu: "2"", "nvidia.com/mig-1g.5gb: 1"; a label or a taint has "=".
std::optional<std::int64_t> amount_in(std::string_view text) {
  for (std::string_view name : {"nvidia.com/gpu", "nvidia.com/mig-"}) {
    std::size_t at = text.find(name);
    if (at == std::string_view::npos) continue;
    std::string_view rest = text.substr(at + name.size());
    std::size_t end = rest.find_first_of(": =\"");
    if (end == std::string_view::npos || rest[end] == '=') continue;
    rest = rest.substr(end);
    std::size_t begin = rest.find_first_not_of(": \t\"'");
    if (begin == std::string_view::npos) continue;
    rest = rest.substr(begin);
    return parse_int(rest.substr(0, rest.find_first_not_of("0123456789")));
  }
  return std::nullopt;
}

struct Manifest {
  std::size_t line = 0;
  bool pod = false, containers = false, gpu = false, resources = false;

  void read(std::string_view bare, std::size_t i) {
    for (std::string_view kind : {"kind: Pod", "kind: Deployment", "kind: Job", "kind: StatefulSet", "kind: DaemonSet"})
      if (bare == kind) pod = true, line = i;
    containers |= bare == "containers:" || bare == "Containers:";
    if (bare == "Containers:") pod = true, line = i;
    resources |= bare == "Limits:" || bare == "Requests:" || bare == "resources:" || bare == "State:";
    gpu |= bare.contains("nvidia.com/");
  }
};

void read_amount(std::string_view bare, Section section, std::size_t line, Clues& clues) {
  auto amount = amount_in(bare);
  if (!amount) return;
  if (section == Section::request && *amount > 0) clues.add("k8s.gpu.limit", std::to_string(*amount), line);
  // Below no heading, as grep prints it: nothing but a zero says something.
  if (section == Section::offer || (section == Section::none && *amount == 0)) clues.add("k8s.gpu.offered", std::to_string(*amount), line);
}

void read_plugin(std::string_view text, std::size_t line, Clues& clues) {
  if (!text.contains("nvidia-device-plugin") && !text.contains("nvidia-operator") && !text.contains("nvidia-container-toolkit-daemonset"))
    return;
  for (std::string_view state :
       {"CrashLoopBackOff", "Init:Error", "ImagePullBackOff", "ErrImagePull", "Pending", "RunContainerError", "Init:0/1", " Error "})
    if (text.contains(state)) clues.add("k8s.plugin", "failing", line);
}

// `kubectl get nodes -o custom-columns=...allocatable.nvidia...`: a node without the resource shows "<none>".
void read_columns(std::span<const Line> lines, std::size_t asked, Clues& clues) {
  constexpr std::size_t most_nodes = 40;
  std::size_t last = std::min(lines.size(), asked + 2 + most_nodes), nothing = 0;
  for (std::size_t i = asked + 1; i < last; ++i) {
    std::string_view text = trim(std::string_view(lines[i].text).substr(0, longest_line));
    std::size_t blank = text.find_last_of(" \t");
    if (blank == std::string_view::npos) break;
    if (text.ends_with("<none>")) nothing = i;
    else if (is_digits(text.substr(blank + 1)) && !text.ends_with(" 0")) return;
  }
  if (nothing > 0) clues.add("k8s.gpu.offered", "0", nothing);
}

}  // namespace

void read_kubernetes(std::span<const Line> lines, Clues& clues) {
  Section section = Section::none;
  Manifest manifest;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = std::string_view(lines[i].text).substr(0, longest_line);
    std::string_view bare = trim(text);
    if (bare.starts_with("$ ") || bare.empty()) section = Section::none;
    section = section_of(bare, section);
    manifest.read(bare, i);
    read_amount(bare, section, i, clues);
    read_plugin(text, i, clues);
    if (text.contains("allocatable.nvidia")) read_columns(lines, i, clues);
    if (bare.starts_with("runtimeClassName:") || bare.starts_with("Runtime Class Name:"))
      clues.add("k8s.runtime-class", trim(bare.substr(bare.find(':') + 1)), i);
  }
  if (manifest.pod && manifest.containers && !manifest.gpu) {
    clues.add("k8s.gpu.limit", "none", manifest.line);
    clues.add("place", "kubernetes", manifest.line);
  }
  if (const Clue* limit = clues.first("k8s.gpu.limit")) clues.add("place", "kubernetes", limit->line);
  if (const Clue* offered = clues.first("k8s.gpu.offered")) clues.add("place", "kubernetes", offered->line);
}

}  // namespace gpuwhy
