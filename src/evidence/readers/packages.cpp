#include <algorithm>
#include <array>

#include "base/text.h"
#include "evidence/readers/package_lines.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_words = 400;

constexpr std::array watched = std::to_array<std::string_view>({"torch",
                                                                "torchvision",
                                                                "torchaudio",
                                                                "tensorflow",
                                                                "tensorflow-gpu",
                                                                "tensorflow-cpu",
                                                                "tensorflow-intel",
                                                                "tf-nightly",
                                                                "tensorflow-base",
                                                                "tensorflow-directml",
                                                                "tensorflow-directml-plugin",
                                                                "tensorflow-rocm",
                                                                "keras",
                                                                "jax",
                                                                "jaxlib",
                                                                "onnxruntime",
                                                                "onnxruntime-gpu",
                                                                "onnxruntime-directml",
                                                                "paddlepaddle",
                                                                "paddlepaddle-gpu",
                                                                "xgboost",
                                                                "xgboost-cpu",
                                                                "lightgbm",
                                                                "ctranslate2",
                                                                "faster-whisper",
                                                                "bitsandbytes",
                                                                "vllm",
                                                                "xformers",
                                                                "flash-attn",
                                                                "triton",
                                                                "numba",
                                                                "mxnet",
                                                                "faiss-cpu",
                                                                "faiss-gpu",
                                                                "cudatoolkit",
                                                                "cudnn",
                                                                "cpuonly",
                                                                "pytorch-mutex",
                                                                "pytorch-cuda",
                                                                "pytorch-gpu",
                                                                "pytorch-cpu",
                                                                "dgl",
                                                                "llama-cpp-python",
                                                                "libtorch",
                                                                "cuda-version",
                                                                "spacy",
                                                                "cuda-nvcc",
                                                                "cuda-toolkit",
                                                                "deepspeed",
                                                                "transformers"});

// The one name under which a package is known here, whatever the installer calls it.
std::string clue_name(std::string_view name) {
  std::string normalised = normalised_package_name(name);
  return normalised == "pytorch" ? "torch" : normalised;
}

// "118" -> 11.8, "121" -> 12.1, "92" -> 9.2, "130" -> 13.0.
std::string cuda_of_tag(std::string_view digits) {
  return std::string(digits.substr(0, digits.size() - 1)) + "." + std::string(digits.substr(digits.size() - 1));
}

void add_variant(std::string_view name, std::string_view version, std::size_t line, Clues& clues) {
  std::size_t plus = version.find('+');
  if (plus == std::string_view::npos) return;
  std::string_view local = version.substr(plus + 1);
  if (local.starts_with("cpu")) clues.add(std::string(name) + ".cuda", "None", line);
  if (!local.starts_with("cu") || local.starts_with("cuda")) return;
  std::string_view digits = local.substr(2, local.find_first_not_of("0123456789", 2) - 2);
  if (digits.size() < 2 || digits.size() > 3) return;
  clues.add(std::string(name) + ".cuda", cuda_of_tag(digits), line);
  clues.add("cuda.build", cuda_of_tag(digits), line);
}

// What PyPI and PyTorch's own index hold tells the variant of a wheel that carries no tag: on Windows PyPI has CPU builds only, and no CUDA
// build for Linux is smaller than this.
bool is_cpu_wheel(std::string_view name, std::string_view version, std::string_view platform, double megabytes) {
  constexpr double smallest_cuda_wheel = 400;
  if (name != "torch" || version.contains('+')) return false;
  if (platform.starts_with("win")) return megabytes < smallest_cuda_wheel;
  return platform.contains("linux") && megabytes > 0 && megabytes < smallest_cuda_wheel;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (words.size() < most_words) {
    at = text.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) break;
    std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

bool is_package_version(std::string_view word) {
  if (word.empty() || word.size() > 60 || word[0] < '0' || word[0] > '9' || !word.contains('.')) return false;
  return word.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+_!-") == std::string_view::npos;
}

bool is_package_name(std::string_view word) {
  if (word.empty() || word.size() > 80 || !std::isalnum(static_cast<unsigned char>(word[0]))) return false;
  return std::ranges::all_of(word, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_watched_package(std::string_view normalised) {
  if (normalised == "pytorch" || std::ranges::find(watched, normalised) != watched.end()) return true;
  for (std::string_view family : {"nvidia-", "cupy", "jax-cuda", "jax-rocm", "mxnet-cu", "dgl-cu", "paddlepaddle-gpu", "tensorflow-"})
    if (normalised.starts_with(family)) return true;
  return false;
}

void add_package(std::string_view name, std::string_view version, std::size_t line, Clues& clues) {
  std::string known = clue_name(name);
  clues.add("package." + known, version, line);
  add_variant(known, version, line, clues);
  if (known == "cpuonly") clues.add("torch.cuda", "None", line);
  if (known == "tensorflow-cpu" && !clues.has("package.tensorflow")) clues.add("tensorflow.cuda", "None", line);
  // Only the wheel for native Windows depends on this one.
  if (known == "tensorflow-intel") clues.add("place", "windows", line), clues.add("package.tensorflow", version, line);
}

void add_wheel(std::string_view file, double megabytes, std::size_t line, Clues& clues) {
  if (!file.ends_with(".whl")) return;
  file.remove_suffix(4);
  if (std::size_t slash = file.find_last_of("/\\"); slash != std::string_view::npos) file.remove_prefix(slash + 1);
  std::vector<std::string_view> parts = split(file, '-');
  if (parts.size() < 5 || !is_package_name(parts[0])) return;
  std::string version = replace_all(std::string(parts[1]), "%2B", "+");
  std::string name = clue_name(parts[0]);
  std::string_view python = parts[parts.size() - 3], platform = parts.back();
  if (!is_package_version(version)) return;
  add_package(name, version, line, clues);
  if (is_cpu_wheel(name, version, platform, megabytes)) clues.add("torch.cuda", "None", line);
  if (python.starts_with("cp3") && is_digits(python.substr(3))) clues.add("python", "3." + std::string(python.substr(3)), line);
  if (platform.starts_with("win")) clues.add("place", "windows", line);
  if (platform.starts_with("macosx")) clues.add("place", "macos", line);
}

void read_packages(std::span<const Line> lines, Clues& clues) {
  read_environment_reports(lines, clues);
  read_package_tables(lines, clues);
  read_installer_lines(lines, clues);
  read_gpu_memory(lines, clues);
}

}  // namespace gpuwhy
