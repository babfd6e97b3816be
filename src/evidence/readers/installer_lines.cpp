#include <cstdlib>

#include "base/text.h"
#include "evidence/readers/package_lines.h"

namespace gpuwhy {

namespace {

// "torch-2.0.1+cu118" -> name and version, parted at the last hyphen before a digit.
bool add_dashed(std::string_view word, std::size_t line, Clues& clues) {
  for (std::size_t at = word.find('-'); at != std::string_view::npos; at = word.find('-', at + 1)) {
    if (at == 0 || at + 1 >= word.size() || word[at + 1] < '0' || word[at + 1] > '9') continue;
    std::string_view version = word.substr(at + 1);
    if (!is_package_name(word.substr(0, at)) || !is_package_version(version)) continue;
    add_package(word.substr(0, at), version, line, clues);
    return true;
  }
  return false;
}

// "(159.8 MB)" or "(2.1 GB)" behind a wheel.
double megabytes_in(std::string_view text) {
  std::size_t open = text.find('(');
  if (open == std::string_view::npos) return 0;
  std::string number(text.substr(open + 1, 16));
  double size = std::strtod(number.c_str(), nullptr);
  if (size <= 0) return 0;
  std::string_view unit = text.substr(open, text.find(')', open) - open);
  return unit.contains("GB") || unit.contains("GiB") ? size * 1024 : unit.contains("kB") || unit.contains("KiB") ? size / 1024 : size;
}

void read_wheels(std::string_view text, std::size_t line, Clues& clues) {
  std::size_t end = text.find(".whl");
  if (end == std::string_view::npos) return;
  std::size_t begin = text.find_last_of(" \t/\\'\"", end);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  // What follows an installation command is a wish; pip's own lines tell what came.
  if (text.contains("pip install") || text.contains("not a supported wheel")) return;
  add_wheel(text.substr(begin, end + 4 - begin), megabytes_in(text.substr(end + 4, 80)), line, clues);
}

// "Requirement already satisfied: torch>=1.7 in ./lib/python3.10/site-packages (from x) (2.0.1+cpu)"
void read_satisfied(std::string_view text, std::size_t line, Clues& clues) {
  constexpr std::string_view head = "Requirement already satisfied: ";
  std::size_t at = text.find(head);
  if (at == std::string_view::npos) at = text.find("Requirement already up-to-date: ");
  if (at == std::string_view::npos) return;
  std::string_view rest = text.substr(text.find(": ", at) + 2);
  std::string_view name = rest.substr(0, rest.find_first_of(" =<>!~[;"));
  std::size_t open = rest.rfind('(');
  if (open == std::string_view::npos || !is_package_name(name)) return;
  std::string_view version = rest.substr(open + 1, rest.find(')', open) - open - 1);
  if (is_package_version(version)) add_package(name, version, line, clues);
}

void read_successes(std::string_view text, std::size_t line, Clues& clues) {
  if (std::size_t at = text.find("Successfully installed "); at != std::string_view::npos)
    for (std::string_view word : words_of(text.substr(at + 23))) add_dashed(word, line, clues);
  // What goes away is no package of this environment, though it was one.
  if (std::size_t at = text.find("Found existing installation: "); at != std::string_view::npos) {
    std::vector<std::string_view> words = words_of(text.substr(at + 29));
    if (words.size() >= 2 && is_package_name(words[0]) && is_package_version(words[1]))
      clues.add("had." + normalised_package_name(words[0]), words[1], line);
  }
}

// Packages that one command of pip asks for together: "!pip install onnxruntime-gpu onnxruntime". A wish, and rivals even so.
void read_wishes(std::string_view text, std::size_t line, Clues& clues) {
  std::size_t at = text.find("pip install ");
  if (at == std::string_view::npos) at = text.find("pip3 install ");
  if (at == std::string_view::npos) return;
  std::string_view asked = text.substr(text.find("install ", at) + 8);
  asked = asked.substr(0, asked.find_first_of("`;&|"));
  bool value = false;
  for (std::string_view word : words_of(asked)) {
    bool is_value = value;
    value = word == "-i" || word == "-f" || word == "--index-url" || word == "--extra-index-url" || word == "--find-links";
    if (is_value || word.starts_with('-')) continue;
    std::string_view name = word.substr(0, word.find_first_of("=<>!~["));
    while (!name.empty() && std::string_view("'\",.").contains(name.front())) name.remove_prefix(1);
    while (!name.empty() && std::string_view("'\",.").contains(name.back())) name.remove_suffix(1);
    if (!is_package_name(name)) break;
    if (std::string known = normalised_package_name(name); is_watched_package(known))
      clues.add("pip.asked", known + "@" + std::to_string(line), line);
  }
}

// poetry: "  - Installing torch (2.0.1+cpu)", "  • Updating torch (1.13 -> 2.0.1)".
void read_poetry(std::string_view text, std::size_t line, Clues& clues) {
  for (std::string_view verb : {"Installing ", "Updating ", "Downgrading "}) {
    std::size_t at = text.find(verb);
    if (at == std::string_view::npos || at > 12) continue;
    std::string_view rest = text.substr(at + verb.size());
    std::size_t open = rest.find(" ("), close = rest.find(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
    std::string_view version = rest.substr(open + 2, close - open - 2);
    if (std::size_t arrow = version.find("-> "); arrow != std::string_view::npos) version = version.substr(arrow + 3);
    version = version.substr(0, version.find_first_of(" :"));
    if (is_package_name(rest.substr(0, open)) && is_package_version(version)) add_package(rest.substr(0, open), version, line, clues);
  }
}

// conda's plan: "pytorch  pytorch/linux-64::pytorch-1.12.1-py3.9_cuda11.3_cudnn8.3.2_0".
void read_conda_plan(std::string_view text, std::size_t line, Clues& clues) {
  std::size_t at = text.find("::");
  if (at == std::string_view::npos || !(text.contains("/linux-") || text.contains("/win-") || text.contains("/noarch"))) return;
  std::string_view spec = text.substr(at + 2);
  spec = spec.substr(0, spec.find_first_of(" \t"));
  std::size_t build = spec.rfind('-');
  std::size_t version = build == std::string_view::npos || build == 0 ? build : spec.rfind('-', build - 1);
  if (version == std::string_view::npos || version == 0) return;
  std::string_view name = spec.substr(0, version), number = spec.substr(version + 1, build - version - 1), variant = spec.substr(build + 1);
  if (!is_package_name(name) || !is_package_version(number)) return;
  add_package(name, number, line, clues);
  if (variant.contains("cpu") && !variant.contains("cuda") && (name == "pytorch" || name == "pytorch-mutex" || name == "libtorch"))
    clues.add("torch.cuda", "None", line);
}

}  // namespace

void read_installer_lines(std::span<const Line> lines, Clues& clues) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = std::string_view(lines[i].text).substr(0, longest_package_line);
    if (text.size() < 8) continue;
    read_wheels(text, i, clues);
    read_wishes(text, i, clues);
    read_satisfied(text, i, clues);
    read_successes(text, i, clues);
    read_poetry(text, i, clues);
    read_conda_plan(text, i, clues);
  }
}

}  // namespace gpuwhy
