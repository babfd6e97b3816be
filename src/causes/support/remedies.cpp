#include "causes/support/remedies.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "causes/support/questions.h"
#include "facts/facts.h"
#include "frameworks/predict.h"

namespace gpuwhy::remedies {

namespace {

// What conda calls the wheels of NVIDIA; others keep their name.
std::string conda_name(const std::string& requirement) {
  std::string name = requirement.substr(0, requirement.find_first_of("[=<>!~ "));
  std::string rest = requirement.substr(name.size());
  if (rest.starts_with('[')) rest = rest.substr(rest.find(']') + 1);
  if (name.starts_with("nvidia-cudnn")) return "cudnn" + rest;
  if (name.starts_with("nvidia-nccl")) return "nccl" + rest;
  if (name.starts_with("nvidia-cuda-runtime")) return "cuda-cudart" + rest;
  if (name.starts_with("nvidia-cublas")) return "libcublas" + rest;
  if (name.starts_with("nvidia-cufft")) return "libcufft" + rest;
  if (name.starts_with("nvidia-cusolver")) return "libcusolver" + rest;
  if (name.starts_with("nvidia-cusparse")) return "libcusparse" + rest;
  if (name == "torch") return "pytorch-gpu" + rest;
  if (name == "tensorflow") return "tensorflow-gpu" + rest;
  return replace_all(name + rest, "==", "=");
}

// A framework that pip installed into a conda environment stays pip's.
bool is_condas(const PythonEnvironment& environment, const std::vector<std::string>& requirements) {
  if (environment.kind != "conda") return false;
  for (const std::string& requirement : requirements) {
    std::string name = normalised_package_name(requirement.substr(0, requirement.find_first_of("[=<>!~ ")));
    const Package* package = find_package(environment, name);
    if (package && package->installer == "conda") return true;
  }
  for (std::string_view framework : {"tensorflow", "torch", "pytorch"})
    if (const Package* package = find_package(environment, framework)) return package->installer == "conda";
  return false;
}

bool is_uvs(const PythonEnvironment& environment) {
  if (environment.kind == "uv") return true;
  for (std::string_view framework : {"tensorflow", "torch"})
    if (const Package* package = find_package(environment, framework)) return package->installer == "uv";
  return false;
}

struct Requirement {
  std::string name, extras, pin;  // normalised name, "and-cuda", "2.20.0" of "==2.20.0"
};

Requirement parse_requirement(const std::string& text) {
  Requirement parsed;
  std::size_t end = text.find_first_of("[=<>!~ ");
  parsed.name = normalised_package_name(text.substr(0, end));
  if (end != std::string::npos && text[end] == '[') parsed.extras = text.substr(end + 1, text.find(']') - end - 1);
  // The lower bound of a range is what the installation gives at least.
  std::size_t pin = std::min(text.find("=="), text.find(">="));
  if (pin != std::string::npos) parsed.pin = text.substr(pin + 2, text.find(',', pin) - pin - 2);
  return parsed;
}

// The framework that a distribution brings as a GPU build, "" for others.
std::string framework_of(const Requirement& requirement) {
  const std::string& name = requirement.name;
  if (name == "tensorflow" || name == "tensorflow-gpu") return "tensorflow";
  if (name == "torch" || name == "pytorch" || name == "pytorch-gpu") return "torch";
  if (name == "jax" && requirement.extras.find("cuda") != std::string::npos) return "jax";
  if (name == "onnxruntime-gpu") return "onnxruntime";
  return name.starts_with("cupy-cuda") ? "cupy" : "";
}

// What the installation of these requirements changes in the environment.
std::vector<Effect> effects_of(const PythonEnvironment& environment, const std::vector<std::string>& requirements,
                               const std::string& index) {
  std::vector<Effect> effects;
  for (const std::string& text : requirements) {
    Requirement requirement = parse_requirement(text);
    std::string framework = framework_of(requirement);
    if (framework.empty()) {
      effects.push_back({Effect::Kind::install_package, requirement.name, requirement.pin, environment.interpreter});
      continue;
    }
    std::size_t variant = index.rfind("/cu");
    bool names_variant = framework == "torch" && variant != std::string::npos && !requirement.pin.empty();
    std::string release = requirement.pin + (names_variant ? "+" + index.substr(variant + 1) : "");
    if (framework == "jax") release += "+" + requirement.extras;
    effects.push_back({Effect::Kind::replace_build, framework, release, environment.interpreter});
    if (framework == "torch" || requirement.extras.find("cud") != std::string::npos)
      effects.push_back({Effect::Kind::complete_libraries, framework, "", environment.interpreter});
  }
  return effects;
}

Remedy install_with(const PythonEnvironment& environment, std::string title, const std::vector<std::string>& requirements,
                    const std::string& index, bool force) {
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.safety = Safety::safe;
  Command command;
  if (is_condas(environment, requirements)) {
    command = {"conda", "install", "-p", environment.prefix, "-c", "conda-forge"};
    if (force) command.push_back("--force-reinstall");
    for (const std::string& requirement : requirements) command.push_back(conda_name(requirement));
    remedy.undo = fmt::format("conda install -p {} --revision N (conda list --revisions shows N)", environment.prefix);
  } else {
    if (is_uvs(environment)) {
      command = {"uv", "pip", "install", "--python", environment.interpreter};
      if (force) command.push_back("--reinstall");
    } else {
      command = {environment.interpreter, "-m", "pip", "install"};
      if (force) command.push_back("--force-reinstall");
    }
    command.insert(command.end(), requirements.begin(), requirements.end());
    if (!index.empty()) command.insert(command.end(), {"--index-url", index});
    remedy.undo = "install the versions that `pip freeze` showed before";
  }
  if (environment.kind == "system" && command.front() == environment.interpreter) {
    remedy.safety = Safety::ask;
    remedy.steps.push_back("this is the system's Python: a virtual environment of your own keeps the distribution's packages apart");
  }
  remedy.commands = {command};
  remedy.effects = effects_of(environment, requirements, index);
  return remedy;
}

}  // namespace

Command check_command(const PythonEnvironment& environment, const FrameworkBuild& build) {
  Command command = {"gpuwhy", "--framework", std::string(slug(build.framework))};
  if (!environment.active) command.insert(command.end(), {"--python", environment.interpreter});
  return command;
}

Remedy install(const PythonEnvironment& environment, std::string title, const std::vector<std::string>& requirements, std::string index) {
  return install_with(environment, std::move(title), requirements, index, false);
}

Remedy reinstall(const PythonEnvironment& environment, std::string title, const std::vector<std::string>& requirements, std::string index) {
  return install_with(environment, std::move(title), requirements, index, true);
}

Remedy reinstall_alone(const PythonEnvironment& environment, std::string title, const std::vector<std::string>& requirements) {
  Remedy remedy = reinstall(environment, std::move(title), requirements);
  for (Command& command : remedy.commands)
    if (auto install = std::ranges::find(command, "install"); install != command.end()) command.insert(install + 1, "--no-deps");
  return remedy;
}

Remedy tensorflow_with_cuda(const PythonEnvironment& environment, const FrameworkBuild& build) {
  std::string pin = build.version.is_known() ? "==" + *build.version : "";
  auto parsed = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  Remedy remedy =
      install(environment, "install the CUDA libraries of this TensorFlow release", {fmt::format("tensorflow[and-cuda]{}", pin)});
  bool has_extra = !parsed || *parsed >= version("2.14");
  if (!has_extra) {
    // Before 2.14 TensorFlow does not look into NVIDIA's wheels: conda's libraries or a toolkit are the way.
    remedy = install(environment, "move to a TensorFlow release that brings its CUDA libraries", {"tensorflow[and-cuda]==2.20.0"});
  }
  remedy.check = check_command(environment, build);
  return remedy;
}

Remedy torch_variant(const PythonEnvironment& environment, std::string_view release, std::string_view variant) {
  std::vector<std::string> requirements = {release.empty() ? std::string("torch") : fmt::format("torch=={}", release)};
  for (std::string_view companion : {"torchvision", "torchaudio"})
    if (find_package(environment, companion)) requirements.emplace_back(companion);
  // The installed version may satisfy the request although it is another variant, so it must be replaced by force.
  return reinstall(environment, fmt::format("install the {} build of PyTorch", variant), requirements,
                   fmt::format("https://download.pytorch.org/whl/{}", variant));
}

Remedy unset_variable(const std::string& name, std::string why) {
  Remedy remedy;
  remedy.title = std::move(why);
  remedy.commands = {{"unset", name}};
  remedy.effects = {{Effect::Kind::unset_variable, name, "", ""}};
  remedy.safety = Safety::safe;
  remedy.undo = fmt::format("set {} again", name);
  return remedy;
}

Remedy set_variable(const std::string& name, const std::string& value, std::string why) {
  Remedy remedy;
  remedy.title = std::move(why);
  remedy.commands = {{"export", fmt::format("{}={}", name, value)}};
  remedy.effects = {{Effect::Kind::set_variable, name, value, ""}};
  remedy.safety = Safety::safe;
  remedy.undo = fmt::format("unset {}", name);
  return remedy;
}

Remedy without_search_folder(const Snapshot& snapshot, const std::string& folder) {
  std::vector<std::string> kept;
  if (snapshot.loader.library_path.is_known())
    for (std::string_view part : split(*snapshot.loader.library_path, ':'))
      if (part != folder && !part.empty()) kept.emplace_back(part);
  std::string why = fmt::format("take {} out of LD_LIBRARY_PATH", folder);
  return kept.empty() ? unset_variable("LD_LIBRARY_PATH", why) : set_variable("LD_LIBRARY_PATH", join(kept, ":"), why);
}

Family family_of(const Host& host) {
  if (!host.os_id.is_known()) return Family::other;
  std::string id = to_lower(*host.os_id), like = host.os_id_like.is_known() ? to_lower(*host.os_id_like) : "";
  auto is = [&](std::string_view name) { return id == name || like.find(name) != std::string::npos; };
  if (is("ubuntu")) return Family::ubuntu;
  if (is("debian")) return Family::debian;
  if (is("fedora") || is("rhel") || is("centos")) return Family::fedora;
  if (is("suse") || id.starts_with("opensuse")) return Family::suse;
  if (is("arch")) return Family::arch;
  return is("alpine") ? Family::alpine : Family::other;
}

Command as_root(const Host& host, Command command) {
  if (!host.uid.is(0u)) command.insert(command.begin(), "sudo");
  return command;
}

Remedy install_system(const Host& host, std::string title, const SystemPackages& packages) {
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.safety = Safety::ask;
  Command command;
  std::vector<std::string> names;
  switch (family_of(host)) {
    case Family::debian:
      command = {"apt-get", "install", "-y"}, names = packages.debian;
      break;
    case Family::ubuntu:
      command = {"apt-get", "install", "-y"}, names = packages.ubuntu;
      break;
    case Family::fedora:
      command = {"dnf", "install", "-y"}, names = packages.fedora;
      break;
    case Family::suse:
      command = {"zypper", "install", "-y"}, names = packages.suse;
      break;
    case Family::arch:
      command = {"pacman", "-S", "--noconfirm"}, names = packages.arch;
      break;
    default:
      break;
  }
  if (names.empty()) {
    remedy.steps = {
        fmt::format("{}: this distribution has no package that gpuwhy knows; use the installer of the vendor for it", remedy.title)};
    return remedy;
  }
  command.insert(command.end(), names.begin(), names.end());
  remedy.commands = {as_root(host, command)};
  remedy.undo = fmt::format("remove {} with the same tool", join(names, " "));
  return remedy;
}

Effect working_driver(std::string version) { return {Effect::Kind::driver_works, "", std::move(version), ""}; }

Remedy install_driver(const Host& host, bool open_module) {
  SystemPackages packages;
  packages.debian = open_module ? std::vector<std::string>{"nvidia-open-kernel-dkms", "nvidia-driver"}
                                : std::vector<std::string>{"nvidia-driver", "firmware-misc-nonfree"};
  packages.fedora = {open_module ? "nvidia-open" : "cuda-drivers"};
  packages.suse = {open_module ? "nvidia-open-driver-G06-signed-kmp-default" : "nvidia-driver-G06-kmp-default", "nvidia-compute-utils-G06"};
  packages.arch = {open_module ? "nvidia-open" : "nvidia", "nvidia-utils"};
  if (family_of(host) == Family::ubuntu) {
    Remedy remedy;
    remedy.title = "install the NVIDIA driver that Ubuntu recommends for this card";
    remedy.commands = {as_root(host, {"ubuntu-drivers", "install"})};
    remedy.effects = {working_driver()};
    remedy.safety = Safety::ask;
    remedy.undo = "sudo apt-get remove --purge the packages that it named";
    return remedy;
  }
  Remedy remedy = install_system(host, "install the NVIDIA driver", packages);
  remedy.effects = {working_driver()};
  remedy.steps.push_back("reboot, so that the new kernel module is loaded");
  if (family_of(host) == Family::debian)
    remedy.steps.insert(remedy.steps.begin(), "enable the components contrib, non-free and non-free-firmware first");
  return remedy;
}

Remedy load_modules(std::string title, const std::vector<std::string>& modules) {
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.safety = Safety::ask;
  for (const std::string& module : modules) remedy.commands.push_back({"sudo", "modprobe", module});
  remedy.effects = {working_driver()};
  std::vector<std::string> reversed(modules.rbegin(), modules.rend());
  remedy.undo = fmt::format("sudo modprobe -r {}", join(reversed, " "));
  return remedy;
}

Remedy reboot(std::string title) {
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.commands = {{"sudo", "reboot"}};
  remedy.safety = Safety::show_only;
  remedy.undo = "none needed";
  return remedy;
}

Remedy steps(std::string title, std::vector<std::string> lines, Safety safety, std::string undo) {
  Remedy remedy;
  remedy.title = std::move(title);
  remedy.steps = std::move(lines);
  remedy.safety = safety;
  remedy.undo = std::move(undo);
  return remedy;
}

}  // namespace gpuwhy::remedies
