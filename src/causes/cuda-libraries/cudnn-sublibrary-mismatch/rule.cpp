#include <algorithm>
#include <set>

#include "base/path.h"
#include "causes/support/cause.h"
#include "causes/support/library_versions.h"
#include "frameworks/predict.h"

namespace gpuwhy::causes::cudnn_sublibrary_mismatch {

namespace {

// One copy of cuDNN cannot be mixed; most machines end here.
bool has_two_copies(const Snapshot& snapshot) {
  for (std::string_view part : {"libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_ops_infer.so.8"}) {
    std::set<std::string> files;
    for (const Candidate* file : candidates_for(snapshot, part))
      if (file->state == CandidateState::loadable) files.insert(file->real_path);
    if (files.size() > 1) return true;
  }
  return false;
}

// What the head's own folder holds under the name of the part: of equal size, the part is taken for the same release.
std::optional<bool> has_other_size(const Snapshot& snapshot, const std::string& shim, const Resolution& part) {
  const Candidate* own = snapshot.libraries.find(path::normalised(path::join(path::parent(shim), part.name)));
  const Candidate* taken = snapshot.libraries.find(path::normalised(part.path));
  if (!own || !taken || own->size == 0 || taken->size == 0) return std::nullopt;
  return own->size != taken->size;
}

Remedy take_from_one_place(const FrameworkContext& context, const std::string& shim, const std::string& part) {
  std::string folder = folder_of_variable(context.snapshot, part), value;
  if (context.snapshot.loader.library_path.is_known()) value = *context.snapshot.loader.library_path;
  Remedy remedy;
  if (!folder.empty()) {
    remedy = remedies::without_search_folder(context.snapshot, folder);
  } else {
    std::string own(path::parent(path::normalised(shim)));
    remedy = remedies::set_variable("LD_LIBRARY_PATH", value.empty() ? own : own + ":" + value, "put the folder of cuDNN itself first");
  }
  if (!value.empty()) remedy.undo = fmt::format("export LD_LIBRARY_PATH='{}'", value);
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

Finding mixed(const FrameworkContext& context, const frameworks::CudnnParts& cudnn, const Resolution& part, const LibraryVersion& head,
              const LibraryVersion& tail) {
  bool both_known = head.version && tail.version;
  std::string head_path = path::normalised(cudnn.shim), part_path = path::normalised(part.path);
  Finding finding;
  finding.severity = Severity::degraded;
  finding.confidence = both_known ? Confidence::certain : Confidence::likely;
  finding.headline = both_known ? fmt::format("cuDNN {} would take its parts from cuDNN {}", words_of(head), words_of(tail))
                                : fmt::format("cuDNN of {} would take its parts from another cuDNN in {}", path::parent(head_path),
                                              path::parent(part_path));
  finding.details = {fmt::format("{}\t{}", head_path, words_of(head)),
                     fmt::format("{}\t{}\t({})", part_path, words_of(tail), words(part.rule))};
  if (!both_known) finding.details.push_back(fmt::format("the {} in the two folders differ in size", part.name));
  finding.details.push_back("the GPU is listed all the same; the first convolution may fail");
  finding.because = {{Source::elf, head_path, {}}, evidence_of(part)};
  for (const LibraryVersion* version : {&head, &tail})
    if (version->version) finding.because.push_back(version->evidence);
  finding.remedies = {take_from_one_place(context, head_path, part_path)};
  return finding;
}

}  // namespace

// The head of cuDNN and the parts that it opens come from two folders and are of two releases.
Verdict check(const FrameworkContext& context) {
  if (gate_failed(context.prediction, "cuda-build")) return not_applicable("this build uses no CUDA library");
  if (!has_two_copies(context.snapshot)) return not_applicable("there are no two copies of cuDNN");
  frameworks::CudnnParts cudnn =
      play(context.snapshot, context.prediction.environment, context.build, context.snapshot.meta.import_order).cudnn;
  if (cudnn.shim.empty()) return not_applicable("it opens no cuDNN before it lists its GPUs");
  auto foreign = std::ranges::find_if(
      cudnn.parts, [&](const Resolution& part) { return path::parent(part.real_path) != path::parent(cudnn.real_shim); });
  if (foreign == cudnn.parts.end()) return passes();
  LibraryVersion head = version_of_library(context.snapshot, cudnn.shim), tail = version_of_library(context.snapshot, foreign->path);
  if (head.version && tail.version)
    return is_same_release(*head.version, *tail.version) ? passes() : fires(mixed(context, cudnn, *foreign, head, tail));
  auto differs = has_other_size(context.snapshot, cudnn.shim, *foreign);
  if (!differs) return cannot_tell(fmt::format("the release of {}", foreign->path), "not-probed: no name and no package tells it");
  return *differs ? fires(mixed(context, cudnn, *foreign, head, tail)) : passes();
}

}  // namespace gpuwhy::causes::cudnn_sublibrary_mismatch
