// Labelled values ("PyTorch version: 1.12.1", "Is CUDA available: False") and what was asked at a prompt or in a notebook's cell, with the
// answer behind it or on the next line (">>> torch.version.cuda", "None").
#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "evidence/readers/package_lines.h"

namespace gpuwhy {

namespace {

enum class Kind { version, truth, cuda, devices, providers, jax_devices, device_count };

struct Question {
  std::string_view words;  // lower case
  Kind kind;
  std::string_view clue;
  bool is_label = false;  // stands at the begin of a line; else an expression, anywhere in it
};

constexpr std::array questions = std::to_array<Question>({
    {"pytorch version (gpu?)", Kind::version, "package.torch", true},
    {"pytorch version (gpu)", Kind::version, "package.torch", true},
    {"pytorch version", Kind::version, "package.torch", true},
    {"torch version", Kind::version, "package.torch", true},
    {"pytorch", Kind::version, "package.torch", true},
    {"torch", Kind::version, "package.torch", true},
    {"tensorflow version (gpu?)", Kind::version, "package.tensorflow", true},
    {"tensorflow version", Kind::version, "package.tensorflow", true},
    {"tf version", Kind::version, "package.tensorflow", true},
    {"tf.version.version", Kind::version, "package.tensorflow", true},
    {"tensorflow", Kind::version, "package.tensorflow", true},
    {"tensorflow installed from", Kind::version, "", true},
    {"jax version", Kind::version, "package.jax", true},
    {"jax", Kind::version, "package.jax", true},
    {"jaxlib version", Kind::version, "package.jaxlib", true},
    {"jaxlib", Kind::version, "package.jaxlib", true},
    {"onnxruntime version", Kind::version, "package.onnxruntime-any", true},
    {"onnx runtime version", Kind::version, "package.onnxruntime-any", true},
    {"vllm version", Kind::version, "package.vllm", true},
    {"cupy version", Kind::version, "package.cupy", true},
    {"python version", Kind::version, "python", true},
    {"python", Kind::version, "python", true},
    {"cuda used to build pytorch", Kind::cuda, "torch.cuda", true},
    {"torch cuda version", Kind::cuda, "torch.cuda", true},
    {"pytorch cuda version", Kind::cuda, "torch.cuda", true},
    {"is cuda available", Kind::truth, "torch.available", true},
    {"cuda available", Kind::truth, "torch.available", true},
    {"cuda is available", Kind::truth, "torch.available", true},
    {"cuda availability", Kind::truth, "torch.available", true},
    {"gpu available", Kind::devices, "tf.gpus", true},
    {"is gpu available", Kind::devices, "tf.gpus", true},
    {"gpus available", Kind::devices, "tf.gpus", true},
    {"num gpus available", Kind::devices, "tf.gpus", true},
    {"num gpus", Kind::devices, "tf.gpus", true},
    {"number of gpus", Kind::devices, "tf.gpus", true},
    {"gpu devices", Kind::devices, "tf.gpus", true},
    {"built with cuda", Kind::truth, "tensorflow.with-cuda", true},
    {"available providers", Kind::providers, "ort.providers", true},
    {"nvidia driver version", Kind::version, "driver", true},
    {"cuda driver version", Kind::version, "driver", true},
    {"cuda runtime version", Kind::version, "cuda.toolkit", true},
    {"torch.__version__", Kind::version, "package.torch"},
    {"tf.__version__", Kind::version, "package.tensorflow"},
    {"tensorflow version is", Kind::version, "package.tensorflow"},
    {"pytorch version is", Kind::version, "package.torch"},
    {"tensorflow.__version__", Kind::version, "package.tensorflow"},
    {"jax.__version__", Kind::version, "package.jax"},
    {"jaxlib.__version__", Kind::version, "package.jaxlib"},
    {"ort.__version__", Kind::version, "package.onnxruntime-any"},
    {"onnxruntime.__version__", Kind::version, "package.onnxruntime-any"},
    {"paddle.__version__", Kind::version, "package.paddlepaddle-any"},
    {"torch.version.cuda", Kind::cuda, "torch.cuda"},
    {"torch.cuda.is_available()", Kind::truth, "torch.available"},
    {"torch.cuda.device_count()", Kind::device_count, "torch.count"},
    {"is_built_with_cuda()", Kind::truth, "tensorflow.with-cuda"},
    {"is_built_with_gpu_support()", Kind::truth, "tensorflow.with-cuda"},
    {"list_physical_devices('gpu')", Kind::devices, "tf.gpus"},
    {"list_physical_devices(\"gpu\")", Kind::devices, "tf.gpus"},
    {"list_physical_devices(device_type='gpu')", Kind::devices, "tf.gpus"},
    {"list_logical_devices('gpu')", Kind::devices, "tf.gpus"},
    {"tf.test.is_gpu_available()", Kind::devices, "tf.gpus"},
    {"get_available_providers()", Kind::providers, "ort.providers"},
    {"ort.get_device()", Kind::providers, "ort.providers"},
    {"onnxruntime.get_device()", Kind::providers, "ort.providers"},
    {"is_compiled_with_cuda()", Kind::truth, "paddle.with-cuda"},
    {"jax.devices()", Kind::jax_devices, "jax.devices"},
    {"jax.local_devices()", Kind::jax_devices, "jax.devices"},
    {"jax.default_backend()", Kind::jax_devices, "jax.devices"},
    {"get_backend().platform", Kind::jax_devices, "jax.devices"},
});

std::string_view strip(std::string_view text, std::string_view what) {
  std::size_t begin = text.find_first_not_of(what);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}

bool is_word_byte(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// What stands in an answer for this kind of question; nothing where it is no answer.
std::optional<std::string> value_of(Kind kind, std::string_view answer) {
  // "... returns []", "... is False": the verb of a person's own sentence.
  answer = trim(answer);
  for (std::string_view verb : {"returns ", "return ", "gives ", "is ", "shows ", "outputs ", "prints ", "was "})
    if (answer.starts_with(verb)) answer = trim(answer.substr(verb.size()));
  answer = strip(answer, " \t:=.'\"`*,>()|-");
  std::string lower = to_lower(answer);
  std::string_view word = std::string_view(answer).substr(0, answer.find_first_of(" ,;'\")|"));
  auto begins = [&](std::string_view text) {
    return lower.starts_with(text) && (lower.size() == text.size() || !is_word_byte(lower[text.size()]));
  };
  switch (kind) {
    case Kind::version:
      // "tf 2.16", "TF2.12", "v2.11.0-rc2-15-g6290819256d 2.11.0": as people fill in a form.
      for (std::string_view lead : {"tensorflow ", "tensorflow-", "tf ", "tf-", "tf", "v"})
        if (lower.starts_with(lead) && lower.size() > lead.size() && lower[lead.size()] >= '0' && lower[lead.size()] <= '9') {
          word = std::string_view(answer).substr(lead.size());
          word = word.substr(0, word.find_first_of(" ,;'\")|"));
          break;
        }
      while (word.ends_with('.')) word.remove_suffix(1);
      return is_package_version(word) ? std::optional(std::string(word)) : std::nullopt;
    case Kind::truth:
      return begins("true") || begins("yes")   ? std::optional<std::string>("True")
             : begins("false") || begins("no") ? std::optional<std::string>("False")
                                               : std::nullopt;
    case Kind::cuda:
      if (begins("none") || begins("could not collect")) return "None";
      return is_package_version(word) ? std::optional(std::string(word)) : std::nullopt;
    case Kind::device_count:
      return is_digits(word) ? std::optional(std::string(word)) : std::nullopt;
    case Kind::devices:
      if (begins("false") || begins("no") || begins("none") || answer == "[]" || lower == "0" || begins("0")) return "0";
      if (begins("true") || begins("yes") || lower.contains("physicaldevice(") || lower.contains("device:gpu")) return "1";
      return is_digits(word) ? std::optional(std::string(word)) : std::nullopt;
    case Kind::providers:
      if (lower.contains("cudaexecutionprovider") || lower == "gpu") return "cuda";
      return lower.contains("cpuexecutionprovider") || lower == "cpu" ? std::optional<std::string>("cpu") : std::nullopt;
    case Kind::jax_devices:
      if (lower.contains("cuda") || lower.contains("gpu")) return "gpu";
      return lower.contains("cpu") ? std::optional<std::string>("cpu") : std::nullopt;
  }
  return std::nullopt;
}

void add_answer(const Question& question, std::string_view value, std::size_t line, Clues& clues) {
  if (question.clue.starts_with("package.")) return add_package(question.clue.substr(8), value, line, clues);
  clues.add(question.clue, value, line);
  if (question.clue == "tensorflow.with-cuda") clues.add("tensorflow.cuda", value == "False" ? "None" : "yes", line);
  if (question.clue == "torch.cuda" && value != "None") clues.add("cuda.build", value, line);
}

// The answer to a question that a line ends with: the next line that is not empty, two further at most; "Out[3]: " of a notebook is taken
// off.
std::string_view next_answer(std::span<const Line> lines, std::size_t at) {
  for (std::size_t i = at + 1; i < lines.size() && i <= at + 3; ++i) {
    std::string_view text = trim(std::string_view(lines[i].text).substr(0, longest_package_line));
    if (text.starts_with("Out[") && text.contains("]:")) text = trim(text.substr(text.find("]:") + 2));
    if (!text.empty()) return text;
  }
  return "";
}

void read_label(std::span<const Line> lines, std::size_t at, std::string_view text, const std::string& lower, Clues& clues) {
  const Question* best = nullptr;
  for (const Question& question : questions)
    if (question.is_label && lower.starts_with(question.words) && (!best || question.words.size() > best->words.size())) best = &question;
  if (!best || best->clue.empty()) return;
  std::string_view rest = text.substr(best->words.size());
  if (!rest.empty() && (is_word_byte(rest[0]) || rest[0] == '-' || rest[0] == '.' || rest[0] == '=')) return;
  // "TensorFlow version (use command below): 2.1.0"
  std::size_t close = trim(rest).starts_with('(') ? rest.find(')') : std::string_view::npos;
  if (close != std::string_view::npos) rest = rest.substr(close + 1);
  std::string_view answer = strip(rest, " \t:=?*`|");
  bool is_heading = answer.empty();
  bool is_bare_name = !best->words.contains(' ') && best->kind == Kind::version;
  // "torch 2.1.0 ..." in a sentence is no label; a lone name above a number is none either.
  if (is_bare_name && (is_heading || (best->clue != "python" && !trim(rest).starts_with(':')))) return;
  if (is_heading) answer = next_answer(lines, at);
  if (auto value = value_of(best->kind, answer)) add_answer(*best, *value, at, clues);
}

struct Asked {
  const Question* question;
  std::size_t begin, end;
};

std::vector<Asked> find_expressions(const std::string& lower) {
  std::vector<Asked> asked;
  for (const Question& question : questions) {
    if (question.is_label) continue;
    std::size_t at = lower.find(question.words);
    if (at == std::string::npos) continue;
    if (at > 0 && is_word_byte(lower[at - 1]) && is_word_byte(question.words[0])) continue;
    asked.push_back({&question, at, at + question.words.size()});
  }
  std::ranges::sort(asked, {}, &Asked::begin);
  return asked;
}

void read_expressions(std::span<const Line> lines, std::size_t at, std::string_view text, const std::string& lower, Clues& clues) {
  std::vector<Asked> asked = find_expressions(lower);
  if (asked.empty()) return;
  std::string_view below = next_answer(lines, at);
  std::vector<std::string_view> words = words_of(below);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    // print('CUDA:', torch.cuda.is_available()): what closes the call is no answer.
    std::size_t end = i + 1 < asked.size() ? asked[i + 1].begin : text.size();
    std::string_view behind = strip(text.substr(asked[i].end, end - asked[i].end), " \t'\")}];,");
    std::optional<std::string> value;
    if (!behind.empty() && (behind[0] == ':' || behind[0] == '=' || behind[0] == '-' || is_word_byte(behind[0]) || behind[0] == '['))
      value = value_of(asked[i].question->kind, behind.starts_with("==") ? "" : behind);
    if (!value && asked.size() == 1) {
      value = value_of(asked[i].question->kind, below);
      // print("CUDA available:", torch.cuda.is_available()) repeats its words before the answer.
      if (!value && below.contains(": ")) value = value_of(asked[i].question->kind, below.substr(below.rfind(": ") + 2));
      if (!value && !words.empty() && text.contains("print")) value = value_of(asked[i].question->kind, words.back());
    }
    if (!value && asked.size() > 1 && words.size() == asked.size()) value = value_of(asked[i].question->kind, words[i]);
    if (value) add_answer(*asked[i].question, *value, at, clues);
  }
}

// "Python-3.9.7 torch-1.10.0+cpu CPU", "PyTorch 2.1.0+cu118 CUDA:0": a version with its variant, whatever stands around it.
void read_variant(std::string_view text, const std::string& lower, std::size_t line, Clues& clues) {
  if (!lower.contains("torch")) return;
  for (std::string_view wish_or_past : {"pip install", "pip3 install", "found existing", "uninstall"})
    if (lower.contains(wish_or_past)) return;
  for (std::string_view tag : {"+cpu", "+cu1", "+cu9"}) {
    std::size_t plus = lower.find(tag);
    if (plus == std::string::npos) continue;
    std::size_t begin = plus;
    while (begin > 0 && ((lower[begin - 1] >= '0' && lower[begin - 1] <= '9') || lower[begin - 1] == '.')) --begin;
    std::size_t end = std::min(lower.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz", plus + 1), lower.size());
    std::string_view before = std::string_view(lower).substr(begin > 12 ? begin - 12 : 0, std::min<std::size_t>(begin, 12));
    if (!is_package_version(text.substr(begin, end - begin))) continue;
    bool is_sibling = before.contains("vision") || before.contains("audio") || before.contains("text");
    add_package(is_sibling ? "torchvision" : "torch", text.substr(begin, end - begin), line, clues);
  }
}

// "GPU 0: NVIDIA GeForce RTX 3060", "GPU 0,1: NVIDIA H100": collect_env of torch, vLLM and SGLang. With a UUID it is nvidia-smi -L.
void read_cards(std::string_view text, std::size_t line, std::size_t& count, Clues& clues) {
  std::size_t at = text.find("GPU 0");
  if (at == std::string_view::npos) at = text.find("GPU ");
  if (at == std::string_view::npos || text.contains("UUID:") || text.contains("Capability")) return;
  std::size_t colon = text.find(": ", at);
  if (colon == std::string_view::npos) return;
  std::string_view numbers = text.substr(at + 4, colon - at - 4), name = trim(text.substr(colon + 2));
  if (numbers.empty() || numbers.find_first_not_of("0123456789,") != std::string_view::npos) return;
  bool is_nvidia = false;
  for (std::string_view maker : {"NVIDIA", "GeForce", "Tesla", "Quadro", "TITAN"}) is_nvidia |= name.starts_with(maker);
  if (!is_nvidia || name.size() > 60) return;
  clues.add("gpu", name, line);
  count += split(numbers, ',').size();
}

// "OS: Microsoft Windows 11", "OS Platform and Distribution: Windows 10".
void read_system(std::span<const Line> lines, std::size_t at, const std::string& lower, Clues& clues) {
  for (std::string_view label : {"os platform and distribution", "os platform", "operating system", "os:", "platform:"}) {
    if (!lower.starts_with(label)) continue;
    std::string rest = lower.substr(label.size());
    if (strip(rest, " \t:*`").empty()) rest = to_lower(next_answer(lines, at));
    if (rest.contains("windows") && !rest.contains("wsl")) clues.add("place", "windows", at);
    return;
  }
  constexpr std::size_t longest_name = 32;  // "Windows 11 Pro 23H2", alone on its line: the answer in a form
  for (std::string_view name : {"windows 10", "windows 11", "windows 7", "windows 8", "windows server", "win10", "win11"})
    if (lower.size() <= longest_name && lower.starts_with(name) && !lower.contains("wsl")) clues.add("place", "windows", at);
  for (std::string_view words : {"system is windows", "os is windows", "machine is windows"})
    if (lower.contains(words) && !lower.contains("wsl")) clues.add("place", "windows", at);
  if (lower.starts_with("microsoft windows [version")) clues.add("place", "windows", at);
}

}  // namespace

void read_environment_reports(std::span<const Line> lines, Clues& clues) {
  std::size_t cards = 0, first_card = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view whole = std::string_view(lines[i].text).substr(0, longest_package_line);
    std::string_view text = whole;
    text = text.substr(std::min(text.find_first_not_of(" \t-*#`|>"), text.size()));
    if (text.size() < 3) continue;
    std::string lower = to_lower(text);
    read_label(lines, i, text, lower, clues);
    read_expressions(lines, i, text, lower, clues);
    read_variant(text, lower, i, clues);
    read_system(lines, i, lower, clues);
    std::size_t before = cards;
    read_cards(text, i, cards, clues);
    if (before == 0 && cards > 0) first_card = i;
  }
  if (cards > 0 && !clues.has("gpu.count")) clues.add("gpu.count", std::to_string(cards), first_card);
}

}  // namespace gpuwhy
