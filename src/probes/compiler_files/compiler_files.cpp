#include "probes/compiler_files/compiler_files.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "formats/python_source/json_light.h"

namespace gpuwhy {

namespace {

constexpr std::string_view programs[] = {"ptxas", "nvlink"};
constexpr std::string_view libdevice = "libdevice.10.bc";

std::string version_of(const PythonEnvironment& environment, std::initializer_list<std::string_view> names) {
  if (!environment.packages.is_known()) return {};
  for (std::string_view name : names)
    for (const Package& package : *environment.packages)
      if (package.name == name) return package.version;
  return {};
}

// The release of nvcc in a toolkit's version.json; a toolkit before 11.1 has none.
std::string toolkit_version(Machine& machine, const std::string& root) {
  auto bytes = machine.read(path::join(root, "version.json"), 64 << 10);
  if (!bytes) return {};
  auto json = json_light::parse(*bytes);
  const json_light::Value* part = json ? json->find("cuda_nvcc") : nullptr;
  const json_light::Value* version = part ? part->find("version") : nullptr;
  return version ? printable(version->text, 100) : std::string();
}

class Collector {
 public:
  explicit Collector(Machine& machine) : machine_(machine) {}

  void add_root(const std::string& root, const std::string& version) {
    for (std::string_view program : programs) add(std::string(program), path::join(root, "bin/" + std::string(program)), version);
    add(std::string(libdevice), path::join(root, "nvvm/libdevice/" + std::string(libdevice)), version);
  }
  // A toolkit is known by its own version file.
  void add_toolkit(const std::string& root) { add_root(root, toolkit_version(machine_, root)); }

  void add(const std::string& name, const std::string& file, const std::string& version) {
    auto info = machine_.stat(file);
    if (!info) {
      AccessProblem problem = info.error().problem;
      if (problem == AccessProblem::not_found || problem == AccessProblem::not_a_directory || !failed_.empty()) return;
      failed_ = file, why_ = problem == AccessProblem::denied ? Why::denied : Why::malformed, detail_ = printable(info.error().detail);
      return;
    }
    bool known = std::ranges::any_of(found_, [&](const CompilerFile& other) { return other.path == file; });
    if (info->kind == FileKind::regular && info->size > 0 && !known) found_.push_back({name, file, version});
  }

  Fact<std::vector<CompilerFile>> finish() {
    using Files = Fact<std::vector<CompilerFile>>;
    if (!failed_.empty()) return Files::unknown(why_, failed_ + ": " + detail_, {Source::file, failed_, ""});
    Evidence evidence{Source::file, found_.empty() ? "nvvm/libdevice, bin/ptxas" : found_.front().path, ""};
    return Files::known(std::move(found_), evidence);
  }

 private:
  Machine& machine_;
  std::vector<CompilerFile> found_;
  std::string failed_, detail_;
  Why why_ = Why::malformed;
};

// The folders that variables name, the flag of XLA first.
std::vector<std::string> named_roots(const Snapshot& snapshot) {
  std::vector<std::string> roots;
  constexpr std::string_view flag = "--xla_gpu_cuda_data_dir=";
  if (const std::string* flags = snapshot.variable("XLA_FLAGS"))
    for (std::string_view word : split(*flags, ' '))
      if (word.starts_with(flag)) roots.emplace_back(word.substr(flag.size()));
  for (const char* name : {"CUDA_ROOT", "CUDA_HOME", "CUDA_PATH"})
    if (const std::string* root = snapshot.variable(name)) roots.push_back(*root);
  std::erase_if(roots, [](const std::string& root) { return !root.starts_with('/'); });
  return roots;
}

void add_wheels(Machine& machine, const PythonEnvironment& environment, Collector& collector) {
  std::string nvcc = version_of(environment, {"nvidia-cuda-nvcc-cu12", "nvidia-cuda-nvcc-cu11"});
  std::string nvcc_13 = version_of(environment, {"nvidia-cuda-nvcc"}), nvvm_13 = version_of(environment, {"nvidia-nvvm"});
  for (const std::string& site : *environment.search_path) {
    if (!site.ends_with("-packages")) continue;
    std::string nvidia = path::join(site, "nvidia");
    auto names = machine.list(nvidia);
    if (!names) continue;  // a folder that may not be listed is told by the packages
    collector.add_root(path::join(nvidia, "cuda_nvcc"), nvcc);
    for (const std::string& name : *names) {
      if (!name.starts_with("cu") || !is_digits(name.substr(2))) continue;
      for (std::string_view program : programs)
        collector.add(std::string(program), path::join(nvidia, name + "/bin/" + std::string(program)), nvcc_13);
      collector.add(std::string(libdevice), path::join(nvidia, name + "/nvvm/libdevice/" + std::string(libdevice)), nvvm_13);
    }
  }
}

void add_toolkits(Machine& machine, Collector& collector) {
  collector.add_toolkit("/usr/local/cuda");
  if (auto names = machine.list("/usr/local"))
    for (const std::string& name : *names)
      if (name.starts_with("cuda-")) collector.add_toolkit("/usr/local/" + name);
  collector.add_toolkit("/opt/cuda");
  // Debian's and Ubuntu's package nvidia-cuda-toolkit.
  collector.add_root("/usr/lib/cuda", "");
  collector.add(std::string(libdevice), "/usr/lib/nvidia-cuda-toolkit/libdevice/" + std::string(libdevice), "");
}

}  // namespace

void probe_compiler_files(Machine& machine, const Snapshot& snapshot, PythonEnvironment& environment) {
  if (environment.frameworks.empty()) {
    environment.compiler_files = Fact<std::vector<CompilerFile>>::unknown(Why::not_probed, "no framework here would start one");
    return;
  }
  Collector collector(machine);
  for (const std::string& root : named_roots(snapshot)) collector.add_toolkit(root);
  if (environment.search_path.is_known()) add_wheels(machine, environment, collector);
  if (environment.kind == "conda") collector.add_root(environment.prefix, version_of(environment, {"cuda-nvcc-tools", "cuda-nvcc"}));
  add_toolkits(machine, collector);
  if (const std::string* list = snapshot.variable("PATH"))
    for (std::string_view folder : split(*list, ':'))
      if (folder.starts_with('/'))
        for (std::string_view program : programs) collector.add(std::string(program), path::join(folder, program), "");
  environment.compiler_files = collector.finish();
}

}  // namespace gpuwhy
