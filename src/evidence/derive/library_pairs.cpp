#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/version.h"
#include "evidence/derive/derive.h"
#include "evidence/readers/library_names.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

struct Shown {
  std::string release;
  std::size_t line = 0;
};

// CUDA releases that the text shows to be there: folders, nvcc, tags of wheels, files.
std::vector<Shown> shown_releases(const Clues& clues) {
  std::vector<Shown> shown;
  for (std::string_view name : {"cuda.toolkit", "cuda.shown", "cuda.build"})
    for (const Clue* clue : clues.all(name)) shown.push_back({clue->value, clue->line});
  for (const Clue* clue : clues.all("lib.present")) {
    LibraryName library = parse_library_name(clue->value);
    if (library.cuda.size() == 1 && library.kind == "toolkit") shown.push_back({library.cuda[0], clue->line});
  }
  return shown;
}

bool matches(const LibraryName& wanted, std::string_view release) {
  return std::ranges::any_of(wanted.cuda, [&](const std::string& cuda) { return is_same_cuda(cuda, release); });
}

// Libraries of the same build were opened: what is there is then of the release that is asked for, as far as their numbers tell. Two
// numbers tell more: cuSOLVER's changed between CUDA 11.0 and 11.1, and a cuBLAS "10" beside no cudart "10.1" is CUDA 10.2's.
bool is_opened(const LibraryName& wanted, const Clues& clues, std::string& changed) {
  for (const Clue* clue : clues.all("lib.opened")) {
    LibraryName opened = parse_library_name(clue->value);
    if (opened.cuda.size() != 1) continue;
    if (wanted.family == "cusolver" && wanted.number == "10" && opened.cuda[0] == "11") changed = "11.1 or newer";
    if (wanted.family == "cudart" && wanted.number == "10.1" && opened.family == "cublas" && opened.number == "10") changed = "10.2";
    bool tells_enough = opened.cuda[0].contains('.') || !wanted.cuda[0].contains('.');
    if (tells_enough && matches(wanted, opened.cuda[0])) return true;
  }
  return false;
}

void compare_majors(Clues& clues) {
  std::vector<Shown> shown = shown_releases(clues);
  std::vector<Clue> pairs;
  for (const Clue* missing : clues.all("lib.missing")) {
    LibraryName wanted = parse_library_name(missing->value);
    if (wanted.cuda.empty() || (wanted.kind != "toolkit" && wanted.kind != "profiler")) continue;
    std::string changed;
    bool opened = is_opened(wanted, clues, changed);
    if (!changed.empty()) {
      pairs.push_back({"pair.cuda-major-differs", changed, missing->line});
      pairs.push_back({"lib.asked", wanted.file, missing->line});
      continue;
    }
    if (opened || shown.empty() || std::ranges::any_of(shown, [&](const Shown& one) { return matches(wanted, one.release); })) continue;
    pairs.push_back({"pair.cuda-major-differs", shown.front().release, missing->line});
    pairs.push_back({"lib.asked", wanted.file, missing->line});
  }
  for (const Clue& pair : pairs) clues.add(pair.name, pair.value, pair.line);
}

// The file that is missing stands in a list of the same text.
void find_elsewhere(Clues& clues) {
  std::vector<Clue> pairs;
  for (const Clue* missing : clues.all("lib.missing")) {
    for (const Clue* present : clues.all("lib.present")) {
      LibraryName file = parse_library_name(present->value);
      if (!file.file.starts_with(missing->value) || !present->value.contains('/')) continue;
      char next = file.file.size() > missing->value.size() ? file.file[missing->value.size()] : '.';
      if (next != '.' || present->value.contains("/stubs/")) continue;
      pairs.push_back({"pair.library-elsewhere", present->value, present->line});
      pairs.push_back({"library.folder", present->value.substr(0, present->value.find_last_of('/')), present->line});
      if (clues.has("lib.standard", missing->value) && !clues.has("lib.cached", missing->value))
        pairs.push_back({"pair.library-in-standard-folder", missing->value, present->line});
    }
  }
  for (const Clue& pair : pairs) clues.add(pair.name, pair.value, pair.line);
}

std::optional<Version> version_of(std::string_view package, const Clues& clues) {
  const Clue* clue = clues.first(package);
  return clue ? Version::parse(clue->value) : std::nullopt;
}

// TensorFlow 2.11 to 2.17 opens cuDNN 8, later ones cuDNN 9 (data/facts/tensorflow.tsv).
void compare_cudnn_of_tensorflow(Clues& clues) {
  auto tensorflow = version_of("package.tensorflow", clues);
  if (!tensorflow || *tensorflow < version("2.11")) return;
  int wanted = *tensorflow < version("2.18") ? 8 : 9;
  for (std::string_view package : {"package.nvidia-cudnn-cu11", "package.nvidia-cudnn-cu12", "package.nvidia-cudnn-cu13"})
    if (auto cudnn = version_of(package, clues); cudnn && cudnn->major() != wanted)
      clues.add("pair.tf-cudnn", std::to_string(wanted) + " != " + cudnn->text(), clues.first(package)->line);
}

// Releases of CUDA whose libraries TensorFlow opens, from data/facts: its own release may be written with more digits than the table's.
void compare_cuda_of_tensorflow(Clues& clues) {
  auto tensorflow = version_of("package.tensorflow", clues);
  if (!tensorflow) tensorflow = version_of("package.tensorflow-gpu", clues);
  const facts::TensorflowRelease* release = tensorflow ? facts::find_tensorflow(*tensorflow) : nullptr;
  if (!release || release->cuda.empty() || release->cuda == "-") return;
  std::vector<Shown> shown = shown_releases(clues);
  auto fits = [&](const Shown& one) { return is_same_cuda(release->cuda, one.release); };
  if (shown.empty() || std::ranges::any_of(shown, fits)) return;
  clues.add("pair.tf-cuda", std::string(release->cuda) + " != " + shown.front().release, shown.front().line);
}

// PyTorch puts the folder of its own CUDA libraries on the process' path: where CTranslate2 still does not find its own beside it, those
// of PyTorch are of another release.
void find_torch_beside(Clues& clues) {
  const Clue* missing = clues.first("missing.toolkit");
  if (missing && clues.has("ct2.asks") && clues.has("uses.torch")) clues.add("ct2.beside-torch", "yes", missing->line);
}

}  // namespace

void derive_library_pairs(Clues& clues) {
  compare_majors(clues);
  find_elsewhere(clues);
  compare_cudnn_of_tensorflow(clues);
  compare_cuda_of_tensorflow(clues);
  find_torch_beside(clues);
}

}  // namespace gpuwhy
