#include "base/text.h"
#include "evidence/readers/package_lines.h"

namespace gpuwhy {

namespace {

// "[pip3] ", "[conda] ": collect_env puts the tool before each row. uv prints " + name==1.0".
std::string_view without_mark(std::string_view text) {
  text = trim(text);
  for (std::string_view mark : {"[pip3]", "[pip]", "[conda]", "[pip2]", "[uv]", "+ ", "~ ", "│", "|"})
    if (text.starts_with(mark)) return trim(text.substr(mark.size()));
  return text;
}

bool is_table_head(const std::vector<std::string_view>& words) {
  if (words.size() < 2) return false;
  if ((words[0] == "Package" || words[0] == "Name" || words[0] == "package") && (words[1] == "Version" || words[1] == "version"))
    return true;
  return words.size() >= 3 && words[0] == "#" && words[1] == "Name" && words[2] == "Version";
}

// The build string of conda says which variant it is: cpu_py39h..., py3.9_cuda11.3_cudnn8_0, mkl_py38h..., cuda120py311h...
void read_build(std::string_view name, std::string_view build, std::size_t line, Clues& clues) {
  std::string framework = name == "pytorch" || name == "libtorch" || name == "pytorch-mutex" || name == "torch" ? "torch"
                          : name.starts_with("tensorflow") && !name.starts_with("tensorflow-estimator")         ? "tensorflow"
                          : name == "jaxlib"                                                                    ? "jax"
                                                                                                                : "";
  if (framework.empty()) return;
  bool on_cpu = build.starts_with("cpu") || build.contains("_cpu") || build.starts_with("eigen_") || build.starts_with("mkl_") ||
                (build.starts_with("py") && build.contains("cpu"));
  // PyTorch's conda-forge builds for the CPU carry the name of the BLAS behind "cpu"; those with CUDA begin with "cuda".
  bool on_gpu = build.contains("cuda") || build.starts_with("gpu_");
  if (on_cpu && !on_gpu) clues.add(framework + ".cuda", "None", line);
  if (on_gpu) clues.add("conda.variant", framework + "-cuda", line);
}

void read_row(const std::vector<std::string_view>& words, std::size_t line, Clues& clues) {
  std::string name = normalised_package_name(words[0]);
  add_package(words[0], words[1], line, clues);
  if (words.size() >= 3) read_build(name, words[2], line, clues);
  else if (name == "pytorch-mutex") read_build(name, words[1], line, clues);
}

// torch==2.1.0+cpu, alone on its line or followed by a remark; "torch @ file:///.../torch-2.1.0-cp310-...whl" of a local file.
bool read_freeze(std::string_view text, std::size_t line, Clues& clues) {
  std::size_t equals = text.find("==");
  if (equals != std::string_view::npos && equals > 0 && is_package_name(trim(text.substr(0, equals)))) {
    std::string_view version = text.substr(equals + 2);
    version = version.substr(0, version.find_first_of(" ;,#\t\\"));
    if (version.starts_with('=')) version.remove_prefix(1);
    if (is_package_version(version)) add_package(trim(text.substr(0, equals)), version, line, clues);
    return true;
  }
  std::size_t at = text.find(" @ ");
  if (at == std::string_view::npos || !is_package_name(text.substr(0, at))) return false;
  std::string_view file = trim(text.substr(at + 3));
  add_wheel(file.substr(0, file.find('#')), 0, line, clues);
  return true;
}

// conda list --export, environment.yml: "  - pytorch=1.12.1=cpu_py39_0".
bool read_conda_export(std::string_view text, std::size_t line, Clues& clues) {
  if (text.starts_with("- ")) text = trim(text.substr(2));
  std::vector<std::string_view> parts = split(text, '=');
  if (parts.size() != 3 || !is_package_name(parts[0]) || !is_package_version(parts[1]) || parts[2].empty() || parts[2].contains(' '))
    return false;
  read_row({parts[0], parts[1], parts[2]}, line, clues);
  return true;
}

// pip show: "Name: onnxruntime", and "Version: 1.16.1" on the next line.
void read_shown(std::span<const Line> lines, std::size_t at, std::string_view text, Clues& clues) {
  if (!text.starts_with("Name: ") || at + 1 >= lines.size()) return;
  std::string_view name = trim(text.substr(6)), next = trim(lines[at + 1].text);
  if (!next.starts_with("Version: ") || !is_package_name(name)) return;
  if (std::string_view version = trim(next.substr(9)); is_package_version(version)) add_package(name, version, at, clues);
}

}  // namespace

void read_package_tables(std::span<const Line> lines, Clues& clues) {
  bool in_table = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = without_mark(std::string_view(lines[i].text).substr(0, longest_package_line));
    std::vector<std::string_view> words = words_of(text);
    read_shown(lines, i, text, clues);
    if (is_table_head(words)) {
      in_table = true;
      continue;
    }
    if (words.empty() || words[0].starts_with("---") || words[0].starts_with("===")) continue;
    if (words.size() == 1 || words[0].contains('=') || (words.size() > 2 && words[1] == "@"))
      if (read_freeze(text, i, clues) || read_conda_export(text, i, clues)) continue;
    if (words.size() == 2 && words[0] == "-" && read_conda_export(text, i, clues)) continue;
    bool is_row = words.size() >= 2 && words.size() <= 12 && is_package_name(words[0]) &&
                  (is_package_version(words[1]) || (in_table && is_digits(words[1])) ||
                   (normalised_package_name(words[0]) == "pytorch-mutex" && words[1] == "cpu"));
    if (is_row && (in_table || (words.size() <= 5 && is_watched_package(normalised_package_name(words[0]))))) read_row(words, i, clues);
    else if (!is_row) in_table = false;
  }
}

}  // namespace gpuwhy
