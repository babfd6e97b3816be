#include "formats/dockerfile/dockerfile.h"

#include <cctype>
#include <map>

#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::dockerfile {

namespace {

constexpr std::size_t most_entries = 20'000, longest_instruction = 64'000;

// "${CUDA}" and "$CUDA" with the values that ARG and ENV gave; what has none stays.
std::string with_values(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
  std::string result;
  for (std::size_t i = 0; i < text.size() && result.size() < longest_instruction; ++i) {
    if (text[i] != '$' || i + 1 >= text.size()) {
      result.push_back(text[i]);
      continue;
    }
    bool braces = text[i + 1] == '{';
    std::size_t begin = i + (braces ? 2 : 1), end = begin;
    while (end < text.size() && (text[end] == '_' || std::isalnum(static_cast<unsigned char>(text[end])))) ++end;
    auto value = values.find(text.substr(begin, end - begin));
    bool closed = !braces || (end < text.size() && text[end] == '}');
    if (value == values.end() || !closed || end == begin) {
      result.push_back('$');
      continue;
    }
    result += value->second;
    i = braces ? end : end - 1;
  }
  return result;
}

// The words behind "pip install" in one command of a RUN line; nothing where it is none.
std::string_view arguments_of(std::string_view command) {
  std::size_t pip = command.find("pip");
  std::size_t at = pip == std::string_view::npos ? pip : command.find(" install ", pip);
  if (at == std::string_view::npos || trim(command.substr(0, pip)).starts_with('#')) return "";
  std::string_view between = command.substr(pip, at - pip);
  return between.size() <= 5 ? command.substr(at + 9) : "";  // pip, pip3, pip3.1
}

struct Reader {
  Document document;
  std::map<std::string, std::string, std::less<>> values;
  std::map<std::string, std::string, std::less<>> stages;  // name -> base

  void leave(std::size_t line, std::string_view kind, std::string_view text) {
    if (document.unresolved.size() < most_entries) document.unresolved.push_back({line, std::string(kind), printable(text, 120)});
  }

  void from(std::string_view rest) {
    std::vector<std::string_view> words;
    for (std::string_view word : split(rest, ' '))
      if (!word.empty() && !word.starts_with("--")) words.push_back(word);
    if (words.empty()) return;
    std::string base = with_values(words[0], values);
    if (auto earlier = stages.find(base); earlier != stages.end()) {
      base = earlier->second;  // what that stage installed is there too: its requirements are kept
    } else {
      document.requirements.clear();
      document.indexes.clear();
      document.variables.clear();
    }
    document.base = base;
    if (words.size() >= 3 && to_lower(words[1]) == "as") stages[std::string(words[2])] = base;
  }

  void assign(std::string_view rest, bool is_environment) {
    std::size_t equals = rest.find_first_of("= ");
    if (equals == std::string_view::npos) return;
    std::string name(trim(rest.substr(0, equals))), value = with_values(trim(rest.substr(equals + 1)), values);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (values.size() >= most_entries) return;
    values[name] = value;
    if (is_environment && document.variables.size() < most_entries) document.variables.emplace_back(name, value);
  }

  void run(std::size_t line, std::string_view rest) {
    std::string commands = replace_all(replace_all(std::string(rest), "&&", ";"), "||", ";");
    for (std::string_view command : split(commands, ';')) {
      std::string_view arguments = arguments_of(command);
      if (arguments.empty()) continue;
      std::string filled = with_values(arguments, values);
      if (filled.contains('$')) {
        leave(line, "a command with a variable", command);
        continue;
      }
      requirements::Document read = requirements::parse_arguments(filled);
      for (requirements::Requirement& requirement : read.requirements) {
        requirement.line = line;
        if (document.requirements.size() < most_entries) document.requirements.push_back(std::move(requirement));
      }
      for (const requirements::Unresolved& open : read.unresolved) leave(line, open.kind, open.text);
      for (std::string& index : read.indexes)
        if (document.indexes.size() < most_entries) document.indexes.push_back(std::move(index));
    }
  }

  void instruction(std::size_t line, std::string_view text) {
    text = trim(text);
    std::size_t blank = text.find_first_of(" \t");
    if (blank == std::string_view::npos) return;
    std::string word = to_lower(text.substr(0, blank));
    std::string_view rest = trim(text.substr(blank));
    if (word == "from") from(rest);
    else if (word == "run") run(line, rest);
    else if (word == "arg" || word == "env") assign(rest, word == "env");
  }
};

// "12.4" of "cuda12.4" or "cudnn9" behind that word.
std::string number_behind(std::string_view text, std::string_view word) {
  std::size_t at = text.find(word);
  if (at == std::string_view::npos) return "";
  std::size_t begin = at + word.size(), end = begin;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
  return std::string(text.substr(begin, end - begin));
}

}  // namespace

Document parse(Bytes bytes) {
  Reader reader;
  std::string joined;
  std::size_t number = 0, begin = 0;
  for (std::string_view line : lines(bytes)) {
    ++number;
    std::string_view text = trim(line);
    if (text.starts_with('#') || (text.empty() && joined.empty())) continue;
    if (joined.empty()) begin = number;
    bool goes_on = text.ends_with('\\');
    if (goes_on) text.remove_suffix(1);
    if (joined.size() + text.size() < longest_instruction) joined += std::string(text) + " ";
    if (goes_on) continue;
    reader.instruction(begin, joined);
    joined.clear();
  }
  if (!joined.empty()) reader.instruction(begin, joined);
  return std::move(reader.document);
}

BaseImage read_base(std::string_view image) {
  BaseImage base;
  std::size_t slash = image.rfind('/'), colon = image.rfind(':');
  bool has_tag = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  std::string_view name = image.substr(0, has_tag ? colon : image.size()), tag = has_tag ? image.substr(colon + 1) : "";
  base.cuda = number_behind(tag, "cuda");
  base.cudnn = number_behind(tag, "cudnn");
  if (name.ends_with("nvidia/cuda")) base.cuda = tag.substr(0, tag.find('-'));
  std::size_t os = tag.find("ubuntu");
  if (os != std::string_view::npos) base.os = tag.substr(os, tag.substr(os).find('-'));
  bool is_torch = name.ends_with("pytorch/pytorch"), is_tensorflow = name.ends_with("tensorflow/tensorflow");
  if (is_torch || is_tensorflow) {
    base.framework = is_torch ? "torch" : "tensorflow";
    std::string_view version = tag.substr(0, tag.find('-'));
    if (Version::parse(version)) base.version = version;
    base.is_gpu_build = is_torch ? !base.cuda.empty() : tag.contains("gpu");
  }
  return base;
}

}  // namespace gpuwhy::dockerfile
