// What was typed, and what it set: commands, environment variables in all the ways in which people set them, whether a container, a pod or
// a job was given a GPU, whether a driver was installed by hand.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "evidence/readers/readers.h"
#include "evidence/readers/typed.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 4000;
constexpr std::size_t longest_value = 1000;

bool is_name_byte(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 80 && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, is_name_byte);
}

// Variables that steer who sees a GPU. A line "NAME=value" of any other name is no output of `env` but a line of some program.
bool is_known_name(std::string_view name) {
  constexpr std::array prefixes = {"CUDA_",       "NVIDIA_", "LD_",   "SLURM_",   "TF_",     "XLA_",   "JAX_",
                                   "COLAB_",      "KAGGLE_", "NCCL_", "PYTORCH_", "OLLAMA_", "CONDA_", "GPU_",
                                   "KUBERNETES_", "ROCR_",   "HIP_",  "MXNET_",   "CUPY_",   "PYTHON"};
  if (name == "PATH" || name == "VIRTUAL_ENV" || name == "CUDNN_PATH") return true;
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string_view unquoted(std::string_view value) {
  value = trim(value);
  for (char quote : {'"', '\'', '`'})
    if (value.size() >= 2 && value.front() == quote && value.back() == quote) return value.substr(1, value.size() - 2);
  return value;
}

class Variables {
 public:
  explicit Variables(Clues& clues) : clues_(clues) {}

  void set(std::string_view name, std::string_view value, std::size_t line) {
    if (is_name(name)) clues_.add("env." + std::string(name), unquoted(value).substr(0, longest_value), line);
  }

  // "NAME=value"; false where it is none.
  bool assign(std::string_view text, std::size_t line) {
    std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !is_name(text.substr(0, equals))) return false;
    set(text.substr(0, equals), text.substr(equals + 1), line);
    return true;
  }

 private:
  Clues& clues_;
};

// os.environ["NAME"] = "value", os.environ.setdefault("NAME", "value"), os.putenv(...).
void read_python(std::string_view text, std::size_t line, Variables& variables) {
  for (std::string_view start : {"environ[", "environ.setdefault(", "putenv(", "monkeypatch.setenv("}) {
    std::size_t at = text.find(start);
    if (at == std::string_view::npos) continue;
    std::string_view rest = trim(text.substr(at + start.size()));
    char quote = rest.empty() ? ' ' : rest[0];
    std::size_t end = quote == '"' || quote == '\'' ? rest.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos) continue;
    std::string_view name = rest.substr(1, end - 1), tail = trim(rest.substr(end + 1));
    if (tail.starts_with(']')) tail = trim(tail.substr(1));
    if (!(tail.starts_with('=') && !tail.starts_with("==")) && !tail.starts_with(',')) continue;
    tail = trim(tail.substr(1));
    char opening = tail.empty() ? ' ' : tail[0];
    std::size_t close = opening == '"' || opening == '\'' ? tail.find(opening, 1) : std::string_view::npos;
    if (close != std::string_view::npos) variables.set(name, tail.substr(1, close - 1), line);
  }
}

// Lines that nobody typed: `env`, a Dockerfile, a compose file, "env: NAME="value"" of TensorFlow.
void read_plain(std::string_view text, std::size_t line, Variables& variables) {
  text = trim(text);
  for (std::string_view prefix : {"ENV ", "- ", "declare -x "})
    if (text.starts_with(prefix)) {
      std::string_view rest = trim(text.substr(prefix.size()));
      std::size_t blank = rest.find(' '), equals = rest.find('=');
      if (prefix == "ENV " && blank < equals && is_name(rest.substr(0, blank)))
        return variables.set(rest.substr(0, blank), rest.substr(blank), line);
      text = rest;
      break;
    }
  std::size_t end = 0;
  while (end < text.size() && is_name_byte(text[end])) ++end;
  std::string_view name = text.substr(0, end);
  if (!is_known_name(name) || !is_name(name) || end >= text.size()) return;
  if (text[end] == '=' && !text.substr(end).starts_with("==")) variables.set(name, text.substr(end + 1), line);
  // YAML: "NVIDIA_VISIBLE_DEVICES: all"
  else if (text.substr(end).starts_with(": ") && !trim(text.substr(end + 2)).contains(' ')) variables.set(name, text.substr(end + 2), line);
}

void read_logged(std::string_view text, std::size_t line, Variables& variables) {
  std::size_t at = text.find("env: ");
  if (at == std::string_view::npos || (at > 0 && text[at - 1] != ' ')) return;
  std::string_view rest = trim(text.substr(at + 5));
  std::size_t equals = rest.find('=');
  if (equals != std::string_view::npos && is_known_name(rest.substr(0, equals))) variables.assign(rest, line);
}

bool is_engine(std::string_view word) {
  return word == "docker" || word == "podman" || word == "nvidia-docker" || word == "nvidia-docker2" || word == "nerdctl";
}

// Whether "docker run ..." hands a GPU in: --gpus, NVIDIA's runtime, a CDI device; device files alone, or --privileged, bring no library.
void read_engine(const std::vector<std::string>& words, const Typed& typed, Clues& clues, Variables& variables) {
  bool runs = false, given = words[0].starts_with("nvidia-docker"), files = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1]) : std::string_view{};
    if (i <= 2 && (word == "run" || word == "create")) runs = true;
    if (word == "-e" || word == "--env") variables.assign(next, typed.line);
    if (word.starts_with("--env=") || word.starts_with("-e="))
      variables.assign(std::string_view(word).substr(word.find('=') + 1), typed.line);
    if (word.starts_with("--gpus")) given |= !word.ends_with("=0") && !word.ends_with("=none") && next != "none";
    if (word == "--runtime=nvidia" || (word == "--runtime" && next == "nvidia") || word.contains("nvidia.com/gpu")) given = true;
    if (word.contains("/dev/nvidia") || word.contains("/dev/dxg")) files = true;
    if (word == "--privileged" || word == "--privileged=true") clues.add("docker.privileged", "yes", typed.line);
  }
  if (runs) clues.add("docker.gpus", given ? "yes" : files ? "devices" : "no", typed.line);
}

void read_scheduler(const std::vector<std::string>& words, const Typed& typed, Clues& clues) {
  bool asked = false;
  for (const std::string& word : words) {
    asked |= (word.contains("gpu") && word.starts_with("--gres")) || word.starts_with("gpu:") ||
             word.starts_with("gres:gpu");  // not the partition
    asked |= word.starts_with("--gpus") || word.starts_with("--gpu-") || word == "-G" || word.starts_with("-G1");
  }
  bool script = words[0] == "sbatch" && words.size() < 3;  // its own directives may ask
  if (asked || !script) clues.add("slurm.gpus", asked ? "yes" : "no", typed.line);
}

// Packages and installers that put a Linux driver's libraries on a machine.
bool installs_driver(const std::vector<std::string>& words) {
  bool installs = false;
  for (const std::string& word : words) {
    if (word == "install" || word == "-S" || word == "autoinstall") installs = true;
    if (word.starts_with("NVIDIA-Linux-") || word.contains("/NVIDIA-Linux-") || (word.contains("cuda_") && word.ends_with("_linux.run")))
      return true;
    if (!installs) continue;
    bool versioned = word.starts_with("nvidia-") && word.size() >= 10 && is_digits(std::string_view(word).substr(7, 3));
    bool named = word.starts_with("nvidia-driver") || word.starts_with("nvidia-utils") || word.starts_with("nvidia-headless") ||
                 word.starts_with("libnvidia-compute") || word.starts_with("nvidia-dkms") || word.starts_with("cuda-drivers");
    bool bundle = word == "cuda" || (word.starts_with("cuda-1") && word.find_first_not_of("0123456789-", 5) == std::string::npos);
    if (versioned || named || bundle || word == "autoinstall") return true;
  }
  return false;
}

void read_words(const Typed& typed, Clues& clues, Variables& variables) {
  std::vector<std::string> words = command_words(typed.text);
  std::size_t skip = 0;
  while (skip < words.size() &&
         (words[skip] == "sudo" || words[skip] == "time" || words[skip] == "nohup" || words[skip] == "env" || words[skip] == "export" ||
          words[skip] == "set" || words[skip] == "-E" || variables.assign(words[skip], typed.line)))
    ++skip;
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(skip));
  if (words.empty()) return;
  if (is_engine(words[0])) read_engine(words, typed, clues, variables);
  if (words[0] == "srun" || words[0] == "sbatch" || words[0] == "salloc") read_scheduler(words, typed, clues);
  bool pod = words[0] == "kubectl" && words.size() > 1 && words[1] == "run";
  if (pod && !typed.text.contains("nvidia.com/")) clues.add("k8s.gpu.limit", "none", typed.line);
  if (installs_driver(words)) clues.add("install.driver", "linux", typed.line);
  bool apptainer = words[0] == "singularity" || words[0] == "apptainer";
  if (apptainer && words.size() > 1 && (words[1] == "exec" || words[1] == "run" || words[1] == "shell"))
    clues.add("docker.gpus", std::ranges::any_of(words, [](const std::string& w) { return w.starts_with("--nv"); }) ? "yes" : "no",
              typed.line);
}

void read_settings(const Typed& typed, std::span<const Line> lines, Clues& clues, Variables& variables) {
  std::string_view text = typed.text;
  if (typed.where == Typed::Where::python) return read_python(text, typed.line, variables);
  if (text.starts_with("env ") && typed.where == Typed::Where::notebook && typed.prompt == "%") text.remove_prefix(4);
  if (text.starts_with("$env:") || text.starts_with("$Env:")) {
    std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.set(trim(text.substr(5, equals - 5)), text.substr(equals + 1), typed.line);
    return;
  }
  if (text.starts_with("set ") || text.starts_with("setx ")) {
    std::string_view rest = trim(text.substr(text.find(' ')));
    if (!variables.assign(rest, typed.line))
      if (std::size_t blank = rest.find(' '); blank != std::string_view::npos && text.starts_with("setx"))
        variables.set(rest.substr(0, blank), rest.substr(blank), typed.line);
    return;
  }
  // The answer to `echo $NAME` is the next line.
  if (text.starts_with("echo $") && typed.last_line + 1 < lines.size()) {
    std::string_view name = trim(text.substr(6));
    if (is_name(name) && is_known_name(name) && !find_typed(lines[typed.last_line + 1].text))
      variables.set(name, std::string_view(lines[typed.last_line + 1].text).substr(0, longest_value), typed.last_line + 1);
    return;
  }
  read_words(Typed{typed.where, typed.prompt, std::string(text), typed.line, typed.last_line}, clues, variables);
}

// A container's own shell that answers nvidia-smi with a table: the driver's files are in there.
void read_container_smi(const std::vector<Typed>& typed, std::span<const Line> lines, Clues& clues) {
  constexpr std::size_t table_begins_within = 6;
  for (const Typed& command : typed) {
    if (!command.text.contains("nvidia-smi")) continue;
    bool inside = command.prompt.contains("@") && clues.has("prompt.container", command.prompt.substr(0, command.prompt.find(':')));
    inside |= command.text.contains("docker exec ") || command.text.contains("kubectl exec ");
    if (!inside) continue;
    for (std::size_t i = command.last_line + 1; i < lines.size() && i <= command.last_line + table_begins_within; ++i)
      if (lines[i].text.contains("NVIDIA-SMI ") && lines[i].text.contains("Driver Version")) clues.add("container.smi", "yes", i);
  }
}

// root@0123456789ab: the name that Docker gives a container.
void read_prompt(const Typed& typed, Clues& clues) {
  std::size_t sign = typed.prompt.find('@');
  if (sign == std::string::npos || typed.prompt.size() < sign + 14) return;
  std::string_view host = std::string_view(typed.prompt).substr(sign + 1, 12);
  char after = typed.prompt[sign + 13];
  bool hex = std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!hex || is_name_byte(after) || host.find_first_of("0123456789") == std::string_view::npos) return;
  clues.add("prompt.container", typed.prompt.substr(0, typed.prompt.find(':')), typed.line);
  clues.add("place", "docker", typed.line);
}

void read_directives(std::span<const Line> lines, Clues& clues) {
  bool asked = false;
  std::size_t first = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = trim(std::string_view(lines[i].text).substr(0, longest_line));
    if (!text.starts_with("#SBATCH")) continue;
    first = std::min(first, i);
    asked |= text.contains("gpu") || text.contains(" -G");
  }
  if (first < lines.size()) clues.add("slurm.gpus", asked ? "yes" : "no", first);
}

}  // namespace

void read_commands(std::span<const Line> lines, Clues& clues) {
  Variables variables(clues);
  std::vector<Typed> typed = find_all_typed(lines);
  for (const Typed& command : typed) {
    clues.add("command", command.text, command.line);
    read_prompt(command, clues);
    read_settings(command, lines, clues, variables);
  }
  read_container_smi(typed, lines, clues);
  std::size_t next = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    while (next < typed.size() && typed[next].last_line < i) ++next;
    std::string_view text = std::string_view(lines[i].text).substr(0, longest_line);
    read_python(text, i, variables);
    if (next < typed.size() && typed[next].line <= i) continue;
    read_plain(text, i, variables);
    read_logged(text, i, variables);
  }
  read_directives(lines, clues);
}

}  // namespace gpuwhy
