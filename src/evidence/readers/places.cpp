// Where a text was made. A word in a sentence is no place: what counts is a path, a prompt, a kernel's name, a tool's own line, a label.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "evidence/literals.h"
#include "evidence/readers/readers.h"
#include "evidence/readers/typed.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 4000;

// Text that only one kind of place prints; in lower case.
struct Mark {
  std::string_view text, place;
};
constexpr Mark marks[] = {
    {"microsoft-standard", "wsl"},
    {"/usr/lib/wsl/", "wsl"},
    {"/dev/dxg", "wsl"},
    {"wsl.exe ", "wsl"},
    {"wsl --", "wsl"},
    {"wsl environment detected", "wsl"},
    {"\\\\wsl$\\", "wsl"},
    {"\\\\wsl.localhost\\", "wsl"},
    {"/.dockerenv", "docker"},
    {"docker: error", "docker"},
    {"error response from daemon", "docker"},
    {"oci runtime create failed", "docker"},
    {"failed to create shim", "docker"},
    {"container image copyright", "docker"},
    {"---> running in ", "docker"},
    {"executor failed running [", "docker"},
    {"failed to solve: process", "docker"},
    {"you are running this container as", "docker"},
    {"tf-docker /", "docker"},
    {"/var/lib/docker/", "docker"},
    {"docker-compose up", "docker"},
    {"docker compose up", "docker"},
    {"error: setting up cdi devices", "podman"},
    {"kubernetes_service_host", "kubernetes"},
    {"kube-system", "kubernetes"},
    {"failed to create pod sandbox", "kubernetes"},
    {"failedcreatepodsandbox", "kubernetes"},
    {"crashloopbackoff", "kubernetes"},
    {"nodes are available:", "kubernetes"},
    {"failedscheduling", "kubernetes"},
    {"k8s-device-plugin", "kubernetes"},
    {"runtimeclassname:", "kubernetes"},
    {"/var/lib/kubelet", "kubernetes"},
    {"kubepods", "kubernetes"},
    {"slurmstepd", "slurm"},
    {"srun: ", "slurm"},
    {"sbatch: ", "slurm"},
    {"salloc: ", "slurm"},
    {"#sbatch ", "slurm"},
    {"slurm_job", "slurm"},
    {"slurm_step", "slurm"},
    {"/var/spool/slurm", "slurm"},
    {"google.colab", "colab"},
    {"(https://localhost:8080/#)", "colab"},
    {"- [x] wsl 2", "wsl"},
    {"- [x] wsl 1", "wsl1"},
    {"colab_gpu", "colab"},
    {"colab.research.google.com", "colab"},
    {"kaggle_kernel", "kaggle"},
    {"kaggle_secrets", "kaggle"},
    {"<ipython-input-", "notebook"},
    {"ipykernel_launcher", "notebook"},
    {"/tmp/ipykernel_", "notebook"},
    {"/opt/conda/", "conda"},
    {"miniconda3/", "conda"},
    {"anaconda3/", "conda"},
    {"miniforge3/", "conda"},
    {"mambaforge/", "conda"},
    {"/.singularity.d/", "apptainer"},
    {"singularity> ", "apptainer"},
    {"apptainer> ", "apptainer"},
    {"could not find any nv files on this host", "apptainer"},
    {"/nix/store/", "nix"},
    {"nv_tegra_release", "jetson"},
    {"orin (nvgpu)", "jetson"},
    {"microsoft windows [version", "windows"},
    {"windows-10-10.", "windows"},
    {"windows-11-10.", "windows"},
    {"darwin kernel", "macos"},
    {"macosx-", "macos"},
};

// All marks searched for at once: a long log is read in one pass.
const LiteralSet& marks_set() {
  static const LiteralSet set = [] {
    std::vector<LiteralSet::Entry> entries;
    for (std::uint32_t i = 0; i < std::size(marks); ++i) entries.push_back({marks[i].text, i});
    return LiteralSet(std::move(entries));
  }();
  return set;
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// "/content" as the root of a path: not "https://host/content/", not "/data/content".
bool has_root(std::string_view lower, std::string_view root) {
  for (std::size_t at = lower.find(root); at != std::string_view::npos; at = lower.find(root, at + 1)) {
    char before = at == 0 ? ' ' : lower[at - 1];
    std::size_t end = at + root.size();
    bool ends =
        end == lower.size() || lower[end] == '/' || lower[end] == ' ' || lower[end] == '\'' || lower[end] == '"' || lower[end] == '#';
    if (ends && !is_word_byte(before) && before != '/' && before != '~') return true;
  }
  return false;
}

// C:\Users\..., D:\ComfyUI\main.py
bool has_drive(std::string_view text) {
  for (std::size_t at = text.find(":\\"); at != std::string_view::npos; at = text.find(":\\", at + 1)) {
    if (at == 0 || at + 3 >= text.size()) continue;
    char drive = text[at - 1];
    bool letter = (drive >= 'A' && drive <= 'Z') || (drive >= 'a' && drive <= 'z');
    if (letter && (at == 1 || !is_word_byte(text[at - 2])) && (is_word_byte(text[at + 2]) || text[at + 2] == '\\')) return true;
  }
  return false;
}

bool has_dll(std::string_view lower) {
  for (std::size_t at = lower.find(".dll"); at != std::string_view::npos; at = lower.find(".dll", at + 1))
    if (at > 2 && is_word_byte(lower[at - 1]) && (at + 4 == lower.size() || !is_word_byte(lower[at + 4]) || lower[at + 4] == '.'))
      return true;
  return false;
}

// "5.15.90.1-microsoft-standard-WSL2" is WSL 2, "4.4.0-19041-Microsoft" is WSL 1. A table of `wsl --list --verbose` says it as well.
bool is_wsl1(std::string_view text) {
  std::size_t at = text.find("-Microsoft");
  if (at != std::string_view::npos && at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9' && !text.contains("icrosoft-standard"))
    return true;
  std::string_view end = trim(text);
  bool distribution = end.contains("Ubuntu") || end.contains("Debian") || end.contains("kali");
  std::size_t state = std::min(end.find("Running "), end.find("Stopped "));
  return distribution && state != std::string_view::npos && trim(end.substr(state + 8)) == "1";
}

// "5.10.104-tegra" is a Jetson's kernel, "non-Tegra platform" a word.
bool is_tegra_kernel(std::string_view lower) {
  std::size_t at = lower.find("-tegra");
  return at != std::string_view::npos && at > 0 && lower[at - 1] >= '0' && lower[at - 1] <= '9';
}

// "(16c54693e7f2)": the host name that TensorFlow's diagnostics print, "hostname: 16c54693e7f2" likewise.
bool names_container_host(std::string_view lower) {
  for (std::string_view lead : {"on this host (", "hostname: "}) {
    std::size_t at = lower.find(lead);
    if (at == std::string_view::npos || at + lead.size() + 12 > lower.size()) continue;
    std::string_view host = lower.substr(at + lead.size(), 12);
    std::string_view rest = lower.substr(at + lead.size() + 12);
    bool hex = std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (hex && host.find_first_of("0123456789") != std::string_view::npos && (rest.empty() || !is_word_byte(rest[0]))) return true;
  }
  return false;
}

// "OS: Windows 11, Docker, WSL2", "Operating System: Ubuntu 22.04 (WSL2)", "Platform: linux": a form that somebody filled in.
void read_label(std::string_view lower, std::size_t line, Clues& clues) {
  std::string_view text = trim(lower);
  while (text.starts_with('-') || text.starts_with('*') || text.starts_with('#') || text.starts_with('|') || text.starts_with(' '))
    text.remove_prefix(1);
  constexpr std::array labels = {"os",
                                 "operating system",
                                 "platform",
                                 "environment",
                                 "system",
                                 "os version",
                                 "os platform and distribution",
                                 "environment/platform",
                                 "installation",
                                 "deployment"};
  std::size_t colon = text.substr(0, 60).find(':');
  if (colon == std::string_view::npos || text.size() > 200) return;
  std::string name(trim(text.substr(0, colon)));
  std::erase(name, '*');
  if (std::ranges::find(labels, std::string_view(name)) == labels.end()) return;
  std::string_view value = text.substr(colon + 1);
  bool wsl = value.contains("wsl");
  if (wsl) clues.add("place", value.contains("wsl1") || value.contains("wsl 1") ? "wsl1" : "wsl", line);
  else if (value.contains("windows")) clues.add("place", "windows", line);
  if (value.contains("docker") && !value.contains("docker desktop: no")) clues.add("place", "docker", line);
  if (value.contains("kubernetes") || value.contains(" k8s")) clues.add("place", "kubernetes", line);
  if (value.contains("linux") || value.contains("ubuntu") || value.contains("debian")) clues.add("place", "linux", line);
  if (value.contains("macos") || value.contains("darwin")) clues.add("place", "macos", line);
  if (value.contains("google colab")) clues.add("place", "colab", line);
  if (value.contains("jetson")) clues.add("place", "jetson", line);
}

// "8 frames": what Colab puts in the place of a traceback's inner part.
bool is_folded_traceback(std::string_view text) {
  text = trim(text);
  return text.size() < 12 && text.ends_with(" frames") && is_digits(text.substr(0, text.size() - 7));
}

void read_line(std::string_view text, std::size_t line, Clues& clues) {
  std::string lower = to_lower(text);
  marks_set().scan(lower, [&](std::uint32_t id, std::size_t) { clues.add("place", marks[id].place, line); });
  if (has_root(lower, "/content") || is_folded_traceback(text)) clues.add("place", "colab", line);
  if (has_root(lower, "/kaggle")) clues.add("place", "kaggle", line);
  if (has_drive(text) || has_dll(lower)) clues.add("place", "windows", line);
  if (is_tegra_kernel(lower)) clues.add("place", "jetson", line);
  if (is_wsl1(text)) clues.add("place", "wsl1", line);
  if (names_container_host(lower)) {
    clues.add("place", "docker", line);
    clues.add("host.container", "yes", line);
  }
  if (lower.contains("/users/") && has_root(lower, "/users")) clues.add("place", "macos", line);
  if (lower.contains("/usr/l") || lower.contains("/home/") || lower.contains("-linux-gnu")) clues.add("place", "linux", line);
  read_label(lower, line, clues);
}

// The names that Windows gives a machine, in the prompt of a Linux shell: WSL. Git's shell for Windows says MINGW64 there.
void read_prompt(const Typed& typed, Clues& clues) {
  std::string_view prompt = typed.prompt;
  bool windows_name = prompt.contains("@DESKTOP-") || prompt.contains("@LAPTOP-");
  bool linux_shell = (prompt.ends_with('$') || prompt.ends_with('#')) && !prompt.contains("MINGW") && !prompt.contains("MSYS");
  if (windows_name && linux_shell) clues.add("place", "wsl", typed.line);
  if (typed.where == Typed::Where::powershell) clues.add("place", "windows", typed.line);
  if (prompt.contains("@login") || prompt.contains("@head") || prompt.contains("-login")) clues.add("host.login", "yes", typed.line);
}

void read_program(const Typed& typed, Clues& clues) {
  std::string_view text = typed.text;
  if (text.starts_with("sudo ")) text = trim(text.substr(5));
  constexpr std::pair<std::string_view, std::string_view> programs[] = {{"docker", "docker"},
                                                                        {"nvidia-docker", "docker"},
                                                                        {"docker-compose", "docker"},
                                                                        {"podman", "podman"},
                                                                        {"kubectl", "kubernetes"},
                                                                        {"microk8s", "kubernetes"},
                                                                        {"helm", "kubernetes"},
                                                                        {"k3s", "kubernetes"},
                                                                        {"srun", "slurm"},
                                                                        {"sbatch", "slurm"},
                                                                        {"salloc", "slurm"},
                                                                        {"singularity", "apptainer"},
                                                                        {"apptainer", "apptainer"},
                                                                        {"wsl", "wsl"}};
  std::string_view program = text.substr(0, text.find(' '));
  for (const auto& [name, place] : programs)
    if (program == name) clues.add("place", place, typed.line);
  if (typed.prompt == "Apptainer>" || typed.prompt == "Singularity>") clues.add("place", "apptainer", typed.line);
}

}  // namespace

void read_places(std::span<const Line> lines, Clues& clues) {
  for (const Typed& typed : find_all_typed(lines)) {
    read_prompt(typed, clues);
    read_program(typed, clues);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].of_container) clues.add("place", "docker", i);
    read_line(std::string_view(lines[i].text).substr(0, longest_line), i, clues);
  }
}

}  // namespace gpuwhy
