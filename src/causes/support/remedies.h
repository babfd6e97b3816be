// Cures, bound to the very environment: its interpreter, its package manager, its distribution. Each says its effects on a snapshot where
// one can express them; the engine plays them (engine/cures.h).
#pragma once

#include <string>
#include <vector>

#include "model/finding.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy::remedies {

// `gpuwhy --framework NAME`, with --python where the environment is not the active one.
Command check_command(const PythonEnvironment& environment, const FrameworkBuild& build);

// Installs requirements with the environment's own tool: uv for uv's, conda for conda's, otherwise its python -m pip. `index` is a wheel
// index of the framework's vendor, "" for the default one. Requirements as pip writes them; conda gets its own spelling where it has one.
Remedy install(const PythonEnvironment& environment, std::string title, const std::vector<std::string>& requirements,
               std::string index = {});
// The same, replacing what is installed although its version would satisfy the request.
Remedy reinstall(const PythonEnvironment& environment, std::string title, const std::vector<std::string>& requirements,
                 std::string index = {});

// The same without touching what these packages depend on.
Remedy reinstall_alone(const PythonEnvironment& environment, std::string title, const std::vector<std::string>& requirements);

// TensorFlow with the CUDA libraries of its own release: 'tensorflow[and-cuda]==2.20.0'.
Remedy tensorflow_with_cuda(const PythonEnvironment& environment, const FrameworkBuild& build);
// PyTorch of this release with the variant "cu126", from the vendor's index, with its companions torchvision and torchaudio where they are
// installed.
Remedy torch_variant(const PythonEnvironment& environment, std::string_view release, std::string_view variant);

// Variables of the process.
Remedy unset_variable(const std::string& name, std::string why);
Remedy set_variable(const std::string& name, const std::string& value, std::string why);
// Takes one folder out of LD_LIBRARY_PATH.
Remedy without_search_folder(const Snapshot& snapshot, const std::string& folder);

// Packages of the distribution. Names per family; an empty list = that family has no such package, and the remedy says so in a step.
struct SystemPackages {
  std::vector<std::string> debian, ubuntu, fedora, suse, arch;
};
Remedy install_system(const Host& host, std::string title, const SystemPackages& packages);
// The distribution's way to install the current NVIDIA driver; `open_module` where the card needs or prefers the open flavour.
Remedy install_driver(const Host& host, bool open_module);
Remedy load_modules(std::string title, const std::vector<std::string>& modules);
Remedy reboot(std::string title);
// The effect of whatever makes the driver answer for every card; `version` where it becomes another one.
Effect working_driver(std::string version = {});

// Where no command exists.
Remedy steps(std::string title, std::vector<std::string> steps, Safety safety = Safety::ask, std::string undo = {});

enum class Family { debian, ubuntu, fedora, suse, arch, alpine, other };
Family family_of(const Host& host);
// "sudo" in front unless this user is root already.
Command as_root(const Host& host, Command command);

}  // namespace gpuwhy::remedies
