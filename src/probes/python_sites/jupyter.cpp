#include "probes/python_sites/jupyter.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "formats/python_source/python_source.h"
#include "probes/python_sites/interpreter.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_kernels = 64;
constexpr std::size_t kernel_limit = 256 << 10;

std::vector<std::string> kernel_folders(Machine& machine, const PythonSettings& settings, const std::string& active_prefix) {
  std::vector<std::string> folders;
  std::string named = machine.variable("JUPYTER_PATH");
  for (std::string_view folder : split(named, ':'))
    if (!folder.empty()) folders.push_back(absolute_path(settings, std::string(folder)));
  std::string user = machine.variable("JUPYTER_DATA_DIR");
  if (user.empty()) {
    std::string data = machine.variable("XDG_DATA_HOME");
    user = path::join(data.empty() ? path::join(settings.home, ".local/share") : data, "jupyter");
  }
  std::string own = path::join(active_prefix, "share/jupyter");
  bool own_first = machine.exists(path::join(active_prefix, "pyvenv.cfg")) || machine.is_folder(path::join(active_prefix, "conda-meta"));
  if (std::string wish = to_lower(machine.variable("JUPYTER_PREFER_ENV_PATH")); !wish.empty())
    own_first = wish != "no" && wish != "n" && wish != "false" && wish != "off" && wish != "0" && wish != "0.0";
  if (!active_prefix.empty() && own_first) folders.push_back(own);
  folders.push_back(user);
  if (!active_prefix.empty() && !own_first) folders.push_back(own);
  folders.insert(folders.end(), {"/usr/local/share/jupyter", "/usr/share/jupyter"});
  for (std::string& folder : folders) folder = path::join(folder, "kernels");
  return folders;
}

bool is_bare_python(const std::string& word) {
  if (!word.starts_with("python") || word.find('/') != std::string::npos) return false;
  return std::ranges::all_of(word.substr(6), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

// Variables that change which libraries or which cards the kernel sees.
bool is_telling(std::string_view name) {
  return name.starts_with("LD_") || name.starts_with("CUDA") || name.starts_with("NVIDIA_") || name.starts_with("PYTHON") ||
         name.starts_with("TF_") || name.starts_with("JAX_") || name.starts_with("XLA_");
}

void read_kernel(Machine& machine, const std::string& folder, const std::string& name, const std::string& active_command,
                 std::vector<JupyterKernel>& kernels) {
  JupyterKernel kernel;
  kernel.name = to_lower(name);
  kernel.file = path::join(folder, name + "/kernel.json");
  auto bytes = machine.read(kernel.file, kernel_limit);
  if (!bytes) return;
  auto parsed = python_source::parse_kernel(*bytes);
  if (!parsed || parsed->argv.empty()) return;
  const std::string& program = parsed->argv[0];
  if (is_bare_python(program)) {
    // The server's own interpreter: of the environment that holds the kernel, when it is one, else of the active one.
    std::string owner(path::parent(path::parent(path::parent(folder))));
    std::string own = folder.ends_with("/share/jupyter/kernels") ? find_environment_python(machine, owner) : std::string();
    bool in_system = owner == "/usr" || owner == "/usr/local" || owner.ends_with("/.local");
    kernel.command = own.empty() || in_system ? active_command : own;
    kernel.notes.push_back(fmt::format("{} says only \"{}\": the interpreter of the Jupyter server", kernel.file, program));
  } else if (program.starts_with('/') && path::filename(program).starts_with("python")) {
    kernel.command = program;
  }
  if (kernel.command.empty()) return;  // a kernel of another language, or one that a script starts
  for (const auto& [variable, value] : parsed->environment)
    if (is_telling(variable))
      kernel.notes.push_back(fmt::format("{} sets {}={}", kernel.file, printable(variable, 80), printable(value, 200)));
  kernels.push_back(std::move(kernel));
}

}  // namespace

std::vector<JupyterKernel> find_jupyter_kernels(Machine& machine, const PythonSettings& settings, const std::string& active_command,
                                                const std::string& active_prefix) {
  std::vector<JupyterKernel> kernels;
  std::set<std::string> names_seen;
  for (const std::string& folder : kernel_folders(machine, settings, active_prefix)) {
    auto names = machine.list(folder);
    if (!names) continue;
    for (const std::string& name : *names)
      if (kernels.size() < most_kernels && names_seen.insert(to_lower(name)).second)
        read_kernel(machine, folder, name, active_command, kernels);
  }
  return kernels;
}

}  // namespace gpuwhy
