#include "probes/kernel_module/module_files.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "formats/elf/elf.h"
#include "formats/modinfo/modinfo.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

constexpr std::string_view modules_folder = "/lib/modules", nixos_folder = "/run/booted-system/kernel-modules/lib/modules";
constexpr std::size_t most_kernels = 64, most_folders = 400, most_files = 256;
constexpr int deepest = 4;
constexpr std::array<std::string_view, 3> compressions = {".xz", ".zst", ".gz"};

// Below /lib/modules/KERNEL: dkms and weak modules, the packages of Red Hat, SUSE, Arch and NixOS, NVIDIA's own installer, Ubuntu's
// prebuilt modules (kernel/nvidia-570/).
constexpr std::array<std::string_view, 6> searched = {"updates", "extra", "extramodules", "weak-updates", "misc", "kernel/drivers/video"};
constexpr std::string_view ubuntu_folder = "kernel", ubuntu_start = "nvidia-";

std::string_view without_compression(std::string_view name) {
  for (std::string_view end : compressions)
    if (name.ends_with(end)) return name.substr(0, name.size() - end.size());
  return name;
}

// A file of Machine for the readers of formats/.
class FileReader final : public elf::Reader {
 public:
  explicit FileReader(File& file) : file_(file) {}
  std::uint64_t size() const override { return file_.size(); }
  std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    auto bytes = file_.read_at(offset, length);
    if (bytes) return std::move(*bytes);
    problem_ = bytes.error();
    return std::nullopt;
  }
  const std::optional<AccessError>& problem() const { return problem_; }

 private:
  File& file_;
  std::optional<AccessError> problem_;
};

void set_both(ModuleFile& module, const Fact<std::string>& fact) { module.version = module.license = fact; }

void read_own_words(Machine& machine, ModuleFile& module) {
  if (without_compression(module.path) != module.path)
    return set_both(module, not_probed<std::string>("the module is compressed", evidence_at(module.path)));
  auto file = machine.open(module.path);
  if (!file) return set_both(module, failed<std::string>(file.error(), module.path));
  FileReader reader(**file);
  auto words = modinfo::read_modinfo(reader);
  if (!words && reader.problem()) return set_both(module, failed<std::string>(*reader.problem(), module.path));
  if (!words) return set_both(module, malformed<std::string>(module.path, "no section .modinfo of a kernel module"));
  auto word = [&](const std::string& name) {
    auto found = words->find(name);
    if (found == words->end()) return Fact<std::string>::absent(evidence_at(module.path));
    return Fact<std::string>::known(printable(found->second, 200), evidence_at(module.path, name + "=" + found->second));
  };
  module.version = word("version");
  module.license = word("license");
}

class ModuleSearch {
 public:
  explicit ModuleSearch(Machine& machine) : machine_(machine) {}

  // Whether the folder of all kernels is there.
  bool look_into_kernels(const std::string& folder) {
    auto kernels = machine_.list(folder);
    if (!kernels) {
      if (!is_missing(kernels.error())) note_failure(folder, kernels.error());
      return false;
    }
    if (kernels->size() > most_kernels) kernels->resize(most_kernels);
    for (const std::string& kernel : *kernels) look_into_kernel(folder + "/" + kernel, kernel);
    return true;
  }

  std::vector<ModuleFile>& files() { return files_; }
  const std::optional<Fact<std::vector<ModuleFile>>>& failure() const { return failure_; }

 private:
  void look_into_kernel(const std::string& folder, const std::string& kernel) {
    kernel_ = kernel;
    folders_left_ = most_folders;
    for (std::string_view name : searched) look_into(folder + "/" + std::string(name), 1);
    const std::string in_kernel = folder + "/" + std::string(ubuntu_folder);
    auto names = machine_.list(in_kernel);
    if (!names) return note_failure(in_kernel, names.error());
    for (const std::string& name : *names)
      if (name.starts_with(ubuntu_start)) look_into(in_kernel + "/" + name, 1);
  }

  void look_into(const std::string& folder, int depth) {
    if (folders_left_ == 0) return;
    --folders_left_;
    auto names = machine_.list(folder);
    if (!names) return note_failure(folder, names.error());
    for (const std::string& name : *names) {
      const std::string path = folder + "/" + name;
      if (without_compression(name).ends_with(".ko")) {
        if (is_main_module(name)) add(path);
        continue;
      }
      // Links to folders are not followed: each file is found once, and a loop is no danger.
      auto info = machine_.lstat(path);
      if (!info) note_failure(path, info.error());
      else if (info->kind == FileKind::directory && depth < deepest) look_into(path, depth + 1);
    }
  }

  void add(const std::string& path) {
    auto there = look_for(machine_, path);
    if (!there) return note_failure(path, there.error());
    if (files_.size() >= most_files || !*there) return;  // a weak-updates link to a module that was removed
    ModuleFile module;
    module.path = path;
    module.kernel = kernel_;
    read_own_words(machine_, module);
    files_.push_back(std::move(module));
  }

  void note_failure(const std::string& path, const AccessError& error) {
    if (!is_missing(error) && !failure_) failure_ = failed<std::vector<ModuleFile>>(error, path);
  }

  Machine& machine_;
  std::string kernel_;
  std::size_t folders_left_ = 0;
  std::vector<ModuleFile> files_;
  std::optional<Fact<std::vector<ModuleFile>>> failure_;
};

bool is_no_folder(const AccessError& error) { return is_missing(error) || error.problem == AccessProblem::not_a_directory; }

// Kernels that a version in the DKMS tree was built for: VERSION/KERNEL/ARCHITECTURE/module. A folder that may not be listed is an error:
// it could be the very kernel that runs.
Access<std::vector<std::string>> built_kernels(Machine& machine, const std::string& folder) {
  auto names = machine.list(folder);
  if (!names) return std::unexpected(names.error());
  std::vector<std::string> kernels;
  for (const std::string& kernel : *names) {
    if (kernel == "source" || kernel == "build") continue;
    auto architectures = machine.list(folder + "/" + kernel);
    if (!architectures && is_no_folder(architectures.error())) continue;
    if (!architectures) return std::unexpected(architectures.error());
    bool built = false;
    for (const std::string& architecture : *architectures) {
      auto module = look_for(machine, folder + "/" + kernel + "/" + architecture + "/module");
      if (!module) return std::unexpected(module.error());
      built = built || *module;
    }
    if (built) kernels.push_back(kernel);
  }
  return kernels;
}

Access<void> read_dkms_module(Machine& machine, const std::string& folder, const std::string& module, std::vector<DkmsState>& states) {
  auto versions = machine.list(folder);
  if (!versions) return std::unexpected(versions.error());
  for (const std::string& version : *versions) {
    const std::string path = folder + "/" + version;
    auto info = machine.lstat(path);
    if (!info && !is_missing(info.error())) return std::unexpected(info.error());
    if (!info || info->kind != FileKind::directory) continue;  // links "kernel-RELEASE-ARCHITECTURE" lead to what is installed
    auto built = built_kernels(machine, path);
    if (!built) return std::unexpected(built.error());
    states.push_back({module, version, std::move(*built)});
  }
  return {};
}

}  // namespace

bool is_main_module(std::string_view file_name) {
  std::string_view name = without_compression(file_name);
  if (!name.ends_with(".ko")) return false;
  name.remove_suffix(3);
  if (name == "nvidia") return true;
  if (!name.starts_with("nvidia-")) return false;
  // nvidia-current, nvidia-tesla-470, nvidia-legacy-390xx, nvidia-570; beside each lie -uvm, -modeset, -drm, -peermem
  for (std::string_view end : {"-uvm", "-modeset", "-drm", "-peermem", "-peer-memory"})
    if (name.ends_with(end)) return false;
  std::string_view rest = name.substr(7);
  return rest.starts_with("current") || rest.starts_with("tesla") || rest.starts_with("legacy") ||
         (rest.size() >= 3 && is_digits(rest.substr(0, 3)));
}

Fact<std::vector<ModuleFile>> find_module_files(Machine& machine, const std::string& elsewhere) {
  using Files = Fact<std::vector<ModuleFile>>;
  ModuleSearch search(machine);
  std::string folder(modules_folder);
  bool there = search.look_into_kernels(folder);
  if (!there && !search.failure()) {
    folder = nixos_folder;
    there = search.look_into_kernels(folder);
  }
  // A list with a gap could lack the very kernel that runs.
  if (search.failure()) return *search.failure();
  const std::size_t count = search.files().size();
  if (count > 0) return Files::known(std::move(search.files()), evidence_at(folder, std::to_string(count) + " files"));
  if (!elsewhere.empty()) return not_probed<std::vector<ModuleFile>>(elsewhere);
  if (!there) return Files::absent(evidence_at(std::string(modules_folder)));
  return Files::known({}, evidence_at(folder, "no nvidia.ko"));
}

Fact<std::vector<DkmsState>> read_dkms(Machine& machine, const std::string& elsewhere) {
  using States = Fact<std::vector<DkmsState>>;
  const std::string folder = "/var/lib/dkms";
  auto modules = machine.list(folder);
  if (!modules && is_missing(modules.error()) && !elsewhere.empty()) return not_probed<std::vector<DkmsState>>(elsewhere);
  if (!modules) return failed<std::vector<DkmsState>>(modules.error(), folder);
  std::vector<DkmsState> states;
  for (const std::string& module : *modules) {
    if (!module.starts_with("nvidia")) continue;
    auto read = read_dkms_module(machine, folder + "/" + module, module, states);
    if (!read && !is_missing(read.error())) return failed<std::vector<DkmsState>>(read.error(), folder + "/" + module);
  }
  const std::size_t count = states.size();
  return States::known(std::move(states), evidence_at(folder, std::to_string(count) + " versions of nvidia"));
}

Fact<bool> find_headers(Machine& machine, const std::string& elsewhere) {
  const Identity* identity = machine.identity();
  if (!identity || identity->kernel_release.empty()) return not_probed<bool>(no_running_kernel);
  const std::string path = std::string(modules_folder) + "/" + identity->kernel_release + "/build";
  auto info = machine.stat(path);
  if (info) return Fact<bool>::known(true, evidence_at(path));
  if (!is_missing(info.error())) return failed<bool>(info.error(), path);
  if (!elsewhere.empty()) return not_probed<bool>(elsewhere, evidence_at(path));
  auto link = machine.read_link(path);
  return Fact<bool>::known(false, evidence_at(path, link ? "leads to " + *link + ", which is not there" : "not there"));
}

}  // namespace gpuwhy::probes
