#include "evidence/readers/typed.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_prompt = 160;
constexpr std::size_t longest_command = 4000;
constexpr std::size_t most_continued = 40;
constexpr std::size_t most_words = 200;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word_byte(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/'; }

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }

std::string_view without_first_word(std::string_view text) {
  std::size_t at = text.find_first_of(" \t");
  return at == std::string_view::npos ? std::string_view{} : trim(text.substr(at));
}

// Programs whose name at the beginning of a line behind "# " or "+ " makes it a command and not a comment.
bool is_program(std::string_view word) {
  constexpr std::array programs = {"docker",     "podman",  "sudo",    "nvidia-smi",  "nvidia-docker",
                                   "kubectl",    "python",  "python3", "pip",         "pip3",
                                   "conda",      "apt",     "apt-get", "uname",       "lsmod",
                                   "modprobe",   "dmesg",   "lspci",   "ls",          "cat",
                                   "ldconfig",   "ldd",     "srun",    "sbatch",      "salloc",
                                   "ctr",        "nerdctl", "crictl",  "singularity", "apptainer",
                                   "nvcc",       "export",  "echo",    "systemctl",   "nvidia-container-cli",
                                   "nvidia-ctk", "helm",    "wsl",     "env",         "dkms",
                                   "mokutil",    "k3s",     "microk8s"};
  return std::ranges::find(programs, word) != programs.end();
}

// A line without a prompt that can hardly be a sentence: the program with a verb of its own, and an option or a path behind it.
bool is_bare_command(std::string_view text) {
  std::string_view rest = text.starts_with("sudo ") ? trim(text.substr(5)) : text;
  std::string_view program = first_word(rest), verb = first_word(without_first_word(rest));
  if (rest == "nvidia-smi" || rest == "nvidia-smi -L" || rest == "uname -r" || rest == "uname -a") return true;
  auto verb_is = [&](std::initializer_list<std::string_view> verbs) { return std::ranges::find(verbs, verb) != verbs.end(); };
  bool speaks = rest.contains(" -") || rest.contains('/') || rest.contains('=') || rest.contains('[') || rest.contains(':');
  if (program == "docker" || program == "podman" || program == "nvidia-docker" || program == "nerdctl")
    return verb_is({"run", "exec", "create", "compose", "context", "info", "container", "start", "restart", "build"}) &&
           (speaks || rest.size() < 40);
  if (program == "docker-compose") return verb_is({"up", "run", "exec", "-f"});
  if (program == "kubectl") return verb_is({"get", "describe", "logs", "exec", "apply", "create", "run", "-n"}) && rest.size() < 300;
  if (program == "apt" || program == "apt-get" || program == "dnf" || program == "yum" || program == "zypper")
    return verb_is({"install", "-y", "update", "remove", "purge", "upgrade"}) && rest.size() < 300;
  if (program == "pip" || program == "pip3" || program == "conda" || program == "mamba" || program == "uv")
    return verb_is({"install", "uninstall", "list", "pip", "create"}) && rest.size() < 400;
  if (program == "singularity" || program == "apptainer") return verb_is({"exec", "run", "shell", "pull"}) && speaks;
  if (program == "srun" || program == "sbatch" || program == "salloc")
    return verb.starts_with('-') || verb.ends_with(".sh") || verb.ends_with(".slurm");
  if (program == "export") return verb.contains('=');
  return false;
}

Typed typed(Typed::Where where, std::string_view prompt, std::string_view text) {
  text = trim(text.substr(0, longest_command));
  while (text.ends_with('`') && where != Typed::Where::powershell) text.remove_suffix(1);
  return {where, std::string(prompt), std::string(text)};
}

// "(env) " and "(base) " before a prompt.
std::string_view without_environment(std::string_view line) {
  for (int i = 0; i < 3 && line.starts_with('('); ++i) {
    std::size_t end = line.find(')');
    if (end == std::string_view::npos || end > 60 || end + 1 >= line.size() || line[end + 1] != ' ') break;
    if (!std::ranges::all_of(line.substr(1, end - 1), is_word_byte)) break;
    line = trim(line.substr(end + 1));
  }
  return line;
}

// user@host:~/dir$, [user@host dir]#, user@host ~ [255]>, host:~ #, bash-4.2$, ~/dir$
std::size_t prompt_end(std::string_view line) {
  std::string_view head = line.substr(0, longest_prompt);
  for (std::size_t at = head.find_first_of("$#>%"); at != std::string_view::npos; at = head.find_first_of("$#>%", at + 1)) {
    if (at == 0 || (at + 1 < line.size() && line[at + 1] != ' ')) continue;
    std::string_view before = trim(head.substr(0, at));
    if (std::ranges::count(before, ' ') > 2) return 0;
    std::string_view word = first_word(before.starts_with('[') ? before.substr(1) : before);
    std::size_t sign = word.find('@');
    bool of_user = sign != std::string_view::npos && sign > 0 && sign + 1 < word.size() && is_word_byte(word[sign - 1]) &&
                   is_word_byte(word[sign + 1]);
    bool of_home = before == "~" || before.ends_with(":~") || before.starts_with("~/") || before.contains(":~/");
    bool of_shell = before.starts_with("bash-") || before.starts_with("-bash-") || before.starts_with("sh-") || before == "Apptainer" ||
                    before == "Singularity";
    if (of_user || of_home || of_shell) return at + 1;
    return 0;
  }
  return 0;
}

std::optional<Typed> of_windows(std::string_view line) {
  bool powershell = line.starts_with("PS ") && line.size() > 6;
  std::string_view path = powershell ? line.substr(3) : line;
  if (path.size() < 4 || !is_letter(path[0]) || path[1] != ':' || path[2] != '\\') return std::nullopt;
  std::size_t end = path.substr(0, longest_prompt).find('>');
  if (end == std::string_view::npos || end + 1 >= path.size()) return std::nullopt;
  return typed(powershell ? Typed::Where::powershell : Typed::Where::shell, line.substr(0, line.size() - path.size() + end + 1),
               path.substr(end + 1));
}

std::optional<Typed> of_notebook(std::string_view line) {
  if (line.starts_with(">>> ")) return typed(Typed::Where::python, ">>>", line.substr(4));
  if (line.starts_with("In [")) {
    std::size_t end = line.substr(0, 16).find("]:");
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view rest = trim(line.substr(end + 2));
    if (auto inner = of_notebook(rest)) return inner;
    return typed(Typed::Where::python, line.substr(0, end + 2), rest);
  }
  if (line.size() > 2 && line[0] == '!' && (is_letter(line[1]) || line[1] == '/' || line[1] == '.'))
    return typed(Typed::Where::notebook, "!", line.substr(1));
  if (line.size() > 4 && line[0] == '%' && is_letter(line[1])) return typed(Typed::Where::notebook, "%", line.substr(1));
  return std::nullopt;
}

}  // namespace

std::optional<Typed> find_typed(std::string_view line) {
  line = trim(line.substr(0, longest_command));
  while (line.starts_with('`')) line.remove_prefix(1);
  line = without_environment(line);
  if (line.size() < 2) return std::nullopt;
  if (auto found = of_notebook(line)) return found;
  if (auto found = of_windows(line)) return found;
  if (line.starts_with("$ ")) return typed(Typed::Where::shell, "$", line.substr(2));
  for (std::string_view sign : {"❯ ", "λ ", "➜ "})
    if (line.starts_with(sign)) return typed(Typed::Where::shell, trim(sign), line.substr(sign.size()));
  if ((line.starts_with("# ") || line.starts_with("+ ")) && is_program(first_word(trim(line.substr(2)))))
    return typed(Typed::Where::shell, line.substr(0, 1), line.substr(2));
  if (std::size_t end = prompt_end(line); end != 0 && end < line.size())
    return typed(Typed::Where::shell, line.substr(0, end), line.substr(end));
  if (is_bare_command(line)) return typed(Typed::Where::shell, "", line);
  return std::nullopt;
}

std::vector<Typed> find_all_typed(std::span<const Line> lines) {
  std::vector<Typed> all;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto found = find_typed(lines[i].text);
    if (!found || found->text.empty()) continue;
    found->line = i;
    char sign = found->where == Typed::Where::powershell ? '`' : '\\';
    std::size_t joined = 0;
    while ((found->text.ends_with(sign) || found->text.ends_with(" ^")) && i + 1 < lines.size() && joined++ < most_continued &&
           found->text.size() < longest_command) {
      found->text.pop_back();
      found->text = std::string(trim(found->text)) + ' ' + std::string(trim(std::string_view(lines[++i].text).substr(0, longest_command)));
    }
    found->last_line = i;
    all.push_back(std::move(*found));
  }
  return all;
}

std::vector<std::string> command_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (char c : text) {
    if (quote) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c, open = true;
    } else if (c == ' ' || c == '\t') {
      if (open || !word.empty()) words.push_back(std::move(word));
      word.clear(), open = false;
      if (words.size() == most_words) return words;
    } else {
      word += c;
    }
  }
  if (open || !word.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace gpuwhy
