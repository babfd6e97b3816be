#include "causes/support/import_orders.h"

#include <algorithm>
#include <map>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/cudnn_version.h"
#include "causes/support/library_versions.h"

namespace gpuwhy {

namespace {

using frameworks::CudaCopy;

const CudaCopy* find_copy(const Played& played, std::string_view stem) {
  for (const CudaCopy& copy : played.copies)
    if (copy.soname.starts_with(stem)) return &copy;
  return nullptr;
}

std::string_view name_of(std::string_view framework_slug) {
  for (FrameworkKind kind :
       {FrameworkKind::tensorflow, FrameworkKind::torch, FrameworkKind::jax, FrameworkKind::onnxruntime, FrameworkKind::cupy})
    if (slug(kind) == framework_slug) return display_name(kind);
  return framework_slug;
}

int rank_of(const Prediction& prediction) {
  if (prediction.outcome != Outcome::lists) return 0;
  if (prediction.sees_gpus.is(std::int64_t{0})) return 1;
  return prediction.usable_gpus.is(std::int64_t{0}) ? 2 : 3;
}

bool is_bad(const Gate& gate) { return gate.state == GateState::failed || gate.state == GateState::degraded; }

// The first step that is worse behind the others than alone.
const Gate* find_worse_gate(const Played& alone, const Played& behind, std::vector<std::string>& names) {
  const Gate* first = nullptr;
  for (const Gate& gate : behind.prediction.gates) {
    const Gate* same = alone.prediction.find_gate(gate.name);
    if (!is_bad(gate) || !same || same->state != GateState::passed) continue;
    names.push_back(gate.name);
    if (!first) first = &gate;
  }
  return first;
}

// "libcudnn.so.9   /opt/cudnn/lib/libcudnn.so.9   9.1.1   (brought by TensorFlow)" and what it would have alone.
void add_copies(const FrameworkContext& context, const CudaCopy& alone, const CudaCopy& behind, OrderHarm& harm) {
  LibraryVersion own = version_of_library(context.snapshot, alone.path), taken = version_of_library(context.snapshot, behind.path);
  std::string by = behind.brought_by.empty() ? "" : fmt::format("\tbrought by {}", name_of(behind.brought_by));
  harm.details.push_back(fmt::format("in this order\t{}\t{}{}", behind.path, words_of(taken), by));
  harm.details.push_back(fmt::format("alone\t{}\t{}", alone.path, words_of(own)));
  harm.because.push_back({Source::elf, behind.path, words_of(taken)});
  if (harm.folder.empty()) harm.folder = folder_of_variable(context.snapshot, behind.path);
  harm.because.push_back({Source::elf, alone.path, words_of(own)});
}

bool is_older(const Version& version, const Version& needed) {
  return version.major() == needed.major() && version.minor() < needed.minor();
}

// cuDNN and nvJitLink are asked for what a newer release of them has; the loader sees no versions in their names.
std::optional<OrderHarm> find_older_copy(const FrameworkContext& context, const Played& alone, const Played& behind) {
  struct Library {
    std::string_view stem, title;
    std::optional<Version> needed;
    Confidence confidence;
  };
  auto cuda = context.build.cuda_version.is_known() ? Version::parse(*context.build.cuda_version) : std::nullopt;
  const Library libraries[] = {{"libcudnn.so", "cuDNN", needed_cudnn(context), Confidence::certain},
                               {"libnvJitLink.so", "nvJitLink", cuda, Confidence::likely}};
  for (const Library& library : libraries) {
    const CudaCopy *own = find_copy(alone, library.stem), *taken = find_copy(behind, library.stem);
    if (!library.needed || !own || !taken || own->real_path == taken->real_path) continue;
    LibraryVersion own_version = version_of_library(context.snapshot, own->path),
                   taken_version = version_of_library(context.snapshot, taken->path);
    if (!taken_version.version || !is_older(*taken_version.version, *library.needed)) continue;
    if (own_version.version && is_older(*own_version.version, *library.needed)) continue;
    OrderHarm harm;
    harm.confidence = library.confidence;
    harm.what = fmt::format("it gets {} {} and was built with {}", library.title, words_of(taken_version), library.needed->text());
    add_copies(context, *own, *taken, harm);
    return harm;
  }
  return std::nullopt;
}

}  // namespace

std::optional<OrderHarm> find_order_harm(const FrameworkContext& context, const Played& alone, const Played& behind) {
  OrderHarm harm;
  const Gate* gate = find_worse_gate(alone, behind, harm.gates);
  bool stops = rank_of(behind.prediction) < rank_of(alone.prediction);
  if (!gate && !stops) return find_older_copy(context, alone, behind);
  if (stops) harm.severity = Severity::blocked;
  harm.what = gate && !gate->summary.empty() ? gate->summary : "it does not come as far as alone";
  for (const CudaCopy& copy : behind.copies) {
    auto own = std::ranges::find(alone.copies, copy.soname, &CudaCopy::soname);
    if (own != alone.copies.end() && own->real_path != copy.real_path && harm.details.size() < 4) add_copies(context, *own, copy, harm);
  }
  if (gate && gate->library) harm.because.push_back(evidence_of(*gate->library));
  return harm;
}

bool has_two_copies_of_a_library(const Snapshot& snapshot) {
  std::map<std::string_view, std::string_view> seen;
  for (const Candidate& file : snapshot.libraries.candidates) {
    if (file.state != CandidateState::loadable || file.is_driver_stub || file.soname.starts_with("libcuda.so")) continue;
    if (!frameworks::is_copy_of_interest(file.soname)) continue;
    auto [entry, is_new] = seen.emplace(file.soname, file.real_path);
    if (!is_new && entry->second != file.real_path) return true;
  }
  return false;
}

bool differ_in_copies(const Played& a, const Played& b) {
  return std::ranges::any_of(a.copies, [&](const CudaCopy& copy) {
    auto other = std::ranges::find(b.copies, copy.soname, &CudaCopy::soname);
    return other != b.copies.end() && other->real_path != copy.real_path;
  });
}

std::string order_words(const std::vector<std::string>& order) {
  std::vector<std::string> names;
  for (const std::string& framework : order) names.emplace_back(name_of(framework));
  return join(names, ", then ");
}

}  // namespace gpuwhy
