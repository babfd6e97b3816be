// The fields of every section of a snapshot, each listed once. JSON out, JSON in, comparison and redaction are visitors over this list,
// so a new field is one line here and cannot be forgotten by one of them. A visitor is called as v(Field, reference to the member); the
// reference is const when the section is.
//
// word("name") marks text that comes from a fixed vocabulary or is a version ("debian", "570.124.06", "cuda"): redaction leaves it as it
// is. Everything else is taken for text that may name a person or a host.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "model/snapshot.h"

namespace gpuwhy {

struct Field {
  std::string_view name;
  bool is_word = false;
  constexpr Field(const char* field_name) : name(field_name) {}  // implicit on purpose: v("name", section.name)
};

constexpr Field word(const char* name) {
  Field field(name);
  field.is_word = true;
  return field;
}

// T or const T: one list serves readers and writers.
template <class S, class T>
concept Of = std::same_as<std::remove_const_t<S>, T>;

// --- names of enumerators, in the order of the enumeration; they are part of the schema ------------------------------------------------

template <class E>
inline constexpr std::array<std::string_view, 0> enum_words{};

template <>
inline constexpr std::array<std::string_view, 8> enum_words<Source> = {"file", "procfs", "sysfs", "env", "elf", "call", "log", "package"};
template <>
inline constexpr std::array<std::string_view, 5> enum_words<Why> = {"not-probed", "denied", "timed-out", "crashed", "malformed"};
template <>
inline constexpr std::array<std::string_view, 10> enum_words<CandidateState> = {
    "loadable", "dangling", "unreadable", "wrong-class", "wrong-machine", "too-short", "not-elf", "header-cut", "segments-cut", "folder"};
template <>
inline constexpr std::array<std::string_view, 5> enum_words<FrameworkKind> = {"tensorflow", "torch", "jax", "onnxruntime", "cupy"};
template <>
inline constexpr std::array<std::string_view, 7> enum_words<Accelerator> = {"cuda", "cpu", "rocm", "xpu", "tpu", "metal", "unknown"};

template <class E>
concept NamedEnum = std::is_enum_v<E> && !enum_words<E>.empty();

// --- sections --------------------------------------------------------------------------------------------------------------------------

void describe(auto& v, Of<Evidence> auto& s) {
  v("source", s.source);
  v("locator", s.locator);
  v("excerpt", s.excerpt);
}

void describe(auto& v, Of<Host> auto& s) {
  v(word("os_id"), s.os_id);
  v(word("os_id_like"), s.os_id_like);
  v(word("os_version"), s.os_version);
  v(word("os_name"), s.os_name);
  v("kernel_release", s.kernel_release);
  v(word("architecture"), s.architecture);
  v(word("libc"), s.libc);
  v("host_name", s.host_name);
  v("user", s.user);
  v("home", s.home);
  v("sudo_user", s.sudo_user);
  v("uid", s.uid);
  v("groups", s.groups);
}

void describe(auto& v, Of<PciBar> auto& s) {
  v("index", s.index);
  v("size", s.size);
}

void describe(auto& v, Of<PciFunction> auto& s) {
  v(word("address"), s.address);
  v("vendor", s.vendor);
  v("device", s.device);
  v("subsystem_vendor", s.subsystem_vendor);
  v("subsystem_device", s.subsystem_device);
  v("class_code", s.class_code);
  v(word("driver"), s.driver);
  v("bars", s.bars);
  v("numa_node", s.numa_node);
  v("answers", s.answers);
}

void describe(auto& v, Of<PciBus> auto& s) {
  v("display", s.display);
  v("functions", s.functions);
}

void describe(auto& v, Of<ModuleFile> auto& s) {
  v("path", s.path);
  v("kernel", s.kernel);
  v(word("version"), s.version);
  v(word("license"), s.license);
}

void describe(auto& v, Of<DkmsState> auto& s) {
  v(word("module"), s.module);
  v(word("version"), s.version);
  v("built", s.built);
}

void describe(auto& v, Of<DriverPackage> auto& s) {
  v(word("name"), s.name);
  v(word("version"), s.version);
  v(word("state"), s.state);
}

void describe(auto& v, Of<ModuleGpu> auto& s) {
  v(word("address"), s.address);
  v(word("model"), s.model);
  v(word("firmware"), s.firmware);
  v(word("excluded"), s.excluded);
}

void describe(auto& v, Of<KernelModule> auto& s) {
  v("loaded", s.loaded);
  v("uvm_loaded", s.uvm_loaded);
  v(word("loaded_version"), s.loaded_version);
  v(word("loaded_flavour"), s.loaded_flavour);
  v("files", s.files);
  v("dkms", s.dkms);
  v("headers_present", s.headers_present);
  v("secure_boot", s.secure_boot);
  v(word("lockdown"), s.lockdown);
  v("signature_enforced", s.signature_enforced);
  v("blacklisted_by", s.blacklisted_by);
  v(word("rivals_loaded"), s.rivals_loaded);
  v("packages", s.packages);
  v("nvswitch_present", s.nvswitch_present);
  v("fabric_manager_running", s.fabric_manager_running);
  v("gpus", s.gpus);
  v("uvm_hmm_disabled", s.uvm_hmm_disabled);
}

void describe(auto& v, Of<KernelLogLine> auto& s) {
  v(word("time"), s.time);
  v("text", s.text);
}

void describe(auto& v, Of<KernelLog> auto& s) {
  v("lines", s.lines);
  v(word("source"), s.source);
}

void describe(auto& v, Of<DeviceNode> auto& s) {
  v(word("path"), s.path);
  v(word("kind"), s.kind);
  v("major", s.major);
  v("minor", s.minor);
  v("mode", s.mode);
  v("uid", s.uid);
  v("gid", s.gid);
  v("open_error", s.open_error);
}

void describe(auto& v, Of<DeviceNodes> auto& s) {
  v("nodes", s.nodes);
  v(word("majors"), s.majors);
  v("modprobe_setuid", s.modprobe_setuid);
}

void describe(auto& v, Of<Platform> auto& s) {
  v(word("kind"), s.kind);
  v(word("container"), s.container);
  v(word("accelerator"), s.accelerator);
  v("slurm_job", s.slurm_job);
  v("slurm_gpus", s.slurm_gpus);
  v("slurm_installed", s.slurm_installed);
  v("injected_driver", s.injected_driver);
  v(word("jetson"), s.jetson);
  v(word("cgroup"), s.cgroup);
  v("markers", s.markers);
}

void describe(auto& v, Of<CdiSpec> auto& s) {
  v("path", s.path);
  v(word("kind"), s.kind);
  v("devices", s.devices);
  v("missing", s.missing);
  v(word("driver_version"), s.driver_version);
  v("problem", s.problem);
}

void describe(auto& v, Of<ContainerTools> auto& s) {
  v(word("engines"), s.engines);
  v(word("toolkit_version"), s.toolkit_version);
  v(word("nvidia_runtimes"), s.nvidia_runtimes);
  v(word("default_runtime"), s.default_runtime);
  v("no_cgroups", s.no_cgroups);
  v("cgroupfs_driver", s.cgroupfs_driver);
  v("cdi", s.cdi);
}

void describe(auto& v, Of<NvmlProcess> auto& s) {
  v("pid", s.pid);
  v("name", s.name);
  v("memory", s.memory);
}

void describe(auto& v, Of<MigDevice> auto& s) {
  v("uuid", s.uuid);
  v(word("name"), s.name);
}

void describe(auto& v, Of<NvmlDevice> auto& s) {
  v("handle", s.handle);
  v(word("name"), s.name);
  v(word("pci_address"), s.pci_address);
  v("uuid", s.uuid);
  v(word("compute_capability"), s.compute_capability);
  v("memory_total", s.memory_total);
  v("memory_used", s.memory_used);
  v("compute_mode", s.compute_mode);
  v("mig_mode", s.mig_mode);
  v("mig_devices", s.mig_devices);
  v("processes", s.processes);
  v("uncorrected_errors", s.uncorrected_errors);
  v("retirement_pending", s.retirement_pending);
  v("remapping_failed", s.remapping_failed);
  v("virtualization", s.virtualization);
  v("vgpu_licensed", s.vgpu_licensed);
}

void describe(auto& v, Of<CudaDevice> auto& s) {
  v(word("name"), s.name);
  v(word("pci_address"), s.pci_address);
  v(word("compute_capability"), s.compute_capability);
  v("memory", s.memory);
  v("compute_mode", s.compute_mode);
  v("uuid", s.uuid);
}

void describe(auto& v, Of<DriverAnswers> auto& s) {
  v("libcuda", s.libcuda);
  v("loaded_libcuda", s.loaded_libcuda);
  v("dlopen_error", s.dlopen_error);
  v("init", s.init);
  v("version", s.version);
  v("count", s.count);
  v("devices", s.devices);
  v("loaded_nvml", s.loaded_nvml);
  v("nvml_init", s.nvml_init);
  v("nvml_count", s.nvml_count);
  v(word("nvml_driver_version"), s.nvml_driver_version);
  v("nvml_uuids", s.nvml_uuids);
  v("nvml_devices", s.nvml_devices);
  v(word("end"), s.end);
  v("end_detail", s.end_detail);
}

void describe(auto& v, Of<RecordFault> auto& s) {
  v("path", s.path);
  v("recorded", s.recorded);
  v("actual", s.actual);
}

void describe(auto& v, Of<Package> auto& s) {
  v(word("name"), s.name);
  v(word("version"), s.version);
  v("location", s.location);
  v(word("installer"), s.installer);
  v("requires_dist", s.requires_dist);
  v(word("requires_python"), s.requires_python);
  v("damaged_metadata", s.damaged_metadata);
  v(word("variant"), s.variant);
  v("record_faults", s.record_faults);
  v("installed_at", s.installed_at);
}

void describe(auto& v, Of<CodeGroup> auto& s) {
  v(word("images"), s.images);
  v(word("ptx_isa"), s.ptx_isa);
  v("containers", s.containers);
}

void describe(auto& v, Of<CodeLibrary> auto& s) {
  v("path", s.path);
  v("groups", s.groups);
  v("union_only", s.union_only);
}

void describe(auto& v, Of<FrameworkPart> auto& s) {
  v(word("name"), s.name);
  v(word("version"), s.version);
  v("folder", s.folder);
}

void describe(auto& v, Of<FrameworkBuild> auto& s) {
  v("framework", s.framework);
  v(word("version"), s.version);
  v(word("distribution"), s.distribution);
  v("folder", s.folder);
  v("accelerator", s.accelerator);
  v(word("cuda_version"), s.cuda_version);
  v(word("cudnn_version"), s.cudnn_version);
  v(word("architectures"), s.architectures);
  v("objects", s.objects);
  v("missing_files", s.missing_files);
  v("parts", s.parts);
  v("code", s.code);
}

void describe(auto& v, Of<StartupCode> auto& s) {
  v("path", s.path);
  v("text", s.text);
  v(word("variable"), s.variable);
  v("value", s.value);
}

void describe(auto& v, Of<CompilerFile> auto& s) {
  v(word("name"), s.name);
  v("path", s.path);
  v(word("version"), s.version);
}

void describe(auto& v, Of<PythonEnvironment> auto& s) {
  v("interpreter", s.interpreter);
  v("program", s.program);
  v("loader", s.loader);
  v("prefix", s.prefix);
  v(word("kind"), s.kind);
  v(word("version"), s.version);
  v("active", s.active);
  v("chosen_by", s.chosen_by);
  v("search_path", s.search_path);
  v("packages", s.packages);
  v("frameworks", s.frameworks);
  v("notes", s.notes);
  v("startup_code", s.startup_code);
  v("compiler_files", s.compiler_files);
  v("base_problem", s.base_problem);
}

void describe(auto& v, Of<Candidate> auto& s) {
  v("path", s.path);
  v("real_path", s.real_path);
  v("state", s.state);
  v("detail", s.detail);
  v("size", s.size);
  v("soname", s.soname);
  v("needed", s.needed);
  v("rpath", s.rpath);
  v("runpath", s.runpath);
  v("no_default_folders", s.no_default_folders);
  v("is_driver_stub", s.is_driver_stub);
  v(word("required_glibc"), s.required_glibc);
  v(word("required_glibcxx"), s.required_glibcxx);
  v(word("required_cxxabi"), s.required_cxxabi);
  v(word("provided_glibcxx"), s.provided_glibcxx);
  v(word("provided_cxxabi"), s.provided_cxxabi);
}

void describe(auto& v, Of<SearchedFolder> auto& s) {
  v("path", s.path);
  v("names", s.names);
}

void describe(auto& v, Of<CacheEntry> auto& s) {
  v("name", s.name);
  v("path", s.path);
  v("hwcap", s.hwcap);
}

void describe(auto& v, Of<LoaderSettings> auto& s) {
  v("library_path", s.library_path);
  v("preload", s.preload);
  v("cache", s.cache);
  v("default_folders", s.default_folders);
  v("hwcap_folders", s.hwcap_folders);
  v(word("lib_token"), s.lib_token);
  v(word("platform_token"), s.platform_token);
  v("cache_folders", s.cache_folders);
}

void describe(auto& v, Of<LibraryTable> auto& s) {
  v("candidates", s.candidates);
  v("folders", s.folders);
}

void describe(auto& v, Of<Meta> auto& s) {
  v(word("tool_version"), s.tool_version);
  v(word("facts_as_of"), s.facts_as_of);
  v(word("basis"), s.basis);
  v("asked_frameworks", s.asked_frameworks);
  v(word("import_order"), s.import_order);
}

void describe(auto& v, Of<Unread> auto& s) {
  v("fact", s.fact);
  v("why", s.why);
  v("detail", s.detail);
}

void describe(auto& v, Of<MappedFile> auto& s) {
  v("path", s.path);
  v("deleted", s.deleted);
}

void describe(auto& v, Of<ObservedProcess> auto& s) {
  v("pid", s.pid);
  v("executable", s.executable);
  v("command", s.command);
  v("mapped", s.mapped);
  v("variables", s.variables);
  v("device_files", s.device_files);
  v("started_at", s.started_at);
}

void describe(auto& v, Of<Snapshot> auto& s) {
  v("meta", s.meta);
  v("host", s.host);
  v("pci", s.pci);
  v("kernel_module", s.kernel_module);
  v("device_nodes", s.device_nodes);
  v("kernel_log", s.kernel_log);
  v("platform", s.platform);
  v("container_tools", s.container_tools);
  v("process", s.process);
  v("variables", s.variables);
  v("loader", s.loader);
  v("libraries", s.libraries);
  v("drivers", s.drivers);
  v("environments", s.environments);
  v("unread", s.unread);
}

// --- what visitors use -------------------------------------------------------------------------------------------------------------------

namespace detail {
struct AnyVisitor {
  void operator()(Field, auto&) {}
};
}  // namespace detail

// A struct whose fields are listed above.
template <class S>
concept Described = requires(detail::AnyVisitor v, S& section) {
  describe(v, section);
};

template <class Visitor, class S>
void for_each_field(Visitor& visitor, S& section) {
  static_assert(Described<S>, "list the fields of this struct in model/describe.h (or give its own describe())");
  describe(visitor, section);
}

}  // namespace gpuwhy
