// Everything a rule may know. Snapshot + version of gpuwhy -> byte-identical report, on any machine, at any date.
// Each section lists its fields once, in model/describe.h; JSON out, JSON in and the comparison follow from that list.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/fact.h"
#include "model/library.h"
#include "model/private.h"

namespace gpuwhy {

// --- the machine itself -------------------------------------------------------------------------------------------------------------

struct Host {
  Fact<std::string> os_id;       // os-release ID: "debian", "ubuntu", "rocky", "opensuse-leap", "arch", "alpine"
  Fact<std::string> os_id_like;  // os-release ID_LIKE
  Fact<std::string> os_version;  // os-release VERSION_ID
  Fact<std::string> os_name;     // os-release PRETTY_NAME
  Fact<std::string> kernel_release;
  Fact<std::string> architecture;
  Fact<std::string> libc;  // "glibc 2.36", "musl"
  Fact<Private<std::string>> host_name;
  Fact<Private<std::string>> user;  // whose environment is judged
  Fact<Private<std::string>> home;
  Fact<Private<std::string>> sudo_user;  // who called sudo; absent when nobody did
  Fact<std::uint32_t> uid;
  Fact<std::vector<std::uint32_t>> groups;
  bool operator==(const Host&) const = default;
};

struct PciBar {
  int index = 0;
  std::uint64_t size = 0;  // bytes; 0 = not assigned
  bool operator==(const PciBar&) const = default;
};

// A PCI function of display class (03xx), of any vendor.
struct PciFunction {
  std::string address;  // 0000:01:00.0
  std::uint32_t vendor = 0, device = 0, subsystem_vendor = 0, subsystem_device = 0;
  std::uint32_t class_code = 0;  // 0x030000 VGA, 0x030200 3D controller
  Fact<std::string> driver;      // the kernel driver bound to it; absent = none
  Fact<std::vector<PciBar>> bars;
  Fact<std::int64_t> numa_node;  // -1 is normal: the firmware names none
  Fact<bool> answers;            // false: its configuration space reads as all ones, so the card has left the bus
  bool operator==(const PciFunction&) const = default;
};

struct PciBus {
  Fact<std::vector<PciFunction>> display;  // unknown: the bus is not shown here
  Fact<std::int64_t> functions;            // how many functions of any class are shown
  bool operator==(const PciBus&) const = default;
};

struct ModuleFile {
  std::string path;
  std::string kernel;         // the kernel release whose folder it lies in
  Fact<std::string> version;  // from .modinfo; unknown when compressed
  Fact<std::string> license;  // "NVIDIA" = proprietary, "Dual MIT/GPL" = open
  bool operator==(const ModuleFile&) const = default;
};

struct DkmsState {
  std::string module, version;     // "nvidia", "570.124.06"
  std::vector<std::string> built;  // kernel releases it was built for
  bool operator==(const DkmsState&) const = default;
};

struct DriverPackage {
  std::string name, version, state;  // "nvidia-driver-570", "570.124.06-0ubuntu1", "installed"
  bool operator==(const DriverPackage&) const = default;
};

// /proc/driver/nvidia/gpus/*/information: a card as the loaded module knows it.
struct ModuleGpu {
  std::string address;   // 0000:01:00.0
  std::string model;     // "NVIDIA GeForce RTX 4070"; "Unknown" where it could not be initialised
  std::string firmware;  // GSP firmware version, "N/A" or ""
  std::string excluded;  // "Yes" where NVreg_ExcludedGpus names it; "" = not said
  bool operator==(const ModuleGpu&) const = default;
};

struct KernelModule {
  Fact<bool> loaded;  // the module `nvidia`
  Fact<bool> uvm_loaded;
  Fact<std::string> loaded_version;     // of the LOADED module
  Fact<std::string> loaded_flavour;     // "open" or "proprietary"
  Fact<std::vector<ModuleFile>> files;  // nvidia.ko* below /lib/modules, of every kernel
  Fact<std::vector<DkmsState>> dkms;    // absent: no DKMS tree
  Fact<bool> headers_present;           // /lib/modules/$(uname -r)/build leads somewhere
  Fact<bool> secure_boot;
  Fact<std::string> lockdown;                     // "none", "integrity", "confidentiality"
  Fact<bool> signature_enforced;                  // module.sig_enforce
  Fact<std::vector<std::string>> blacklisted_by;  // modprobe.d files that blacklist nvidia
  Fact<std::vector<std::string>> rivals_loaded;   // of nouveau, nova_core, vfio_pci
  Fact<std::vector<DriverPackage>> packages;      // of the distribution
  Fact<bool> nvswitch_present;                    // /proc/devices names nvidia-nvswitch, or nodes /dev/nvidia-nvswitch*
  Fact<bool> fabric_manager_running;              // a process nv-fabricmanager
  Fact<std::vector<ModuleGpu>> gpus;              // absent: the module shows no such folder
  Fact<bool> uvm_hmm_disabled;                    // nvidia_uvm's parameter uvm_disable_hmm
  bool operator==(const KernelModule&) const = default;
};

// A line of the kernel's log about the card, its driver, memory, or sleep; bounded, oldest first.
struct KernelLogLine {
  std::string time;  // "[ 1234.567890]" or a date, as found; "" when there is none
  std::string text;
  bool operator==(const KernelLogLine&) const = default;
};

struct KernelLog {
  Fact<std::vector<KernelLogLine>> lines;  // unknown: this user may not read it
  std::string source;                      // "kernel ring buffer", "/var/log/kern.log"
  bool operator==(const KernelLog&) const = default;
};

struct DeviceNode {
  std::string path;
  std::string kind;  // "character device", "regular file", "folder", "other"
  std::int64_t major = 0, minor = 0;
  std::uint32_t mode = 0, uid = 0, gid = 0;
  Fact<std::int64_t> open_error;  // errno of open() in the child, 0 = it opens
  bool operator==(const DeviceNode&) const = default;
};

struct DeviceNodes {
  Fact<std::vector<DeviceNode>> nodes;               // /dev/nvidia*, /dev/dxg, Jetson's; an empty list is an answer
  Fact<std::map<std::string, std::int64_t>> majors;  // of /proc/devices, names beginning with nvidia
  Fact<bool> modprobe_setuid;                        // a set-uid nvidia-modprobe would create missing nodes at first use
  bool operator==(const DeviceNodes&) const = default;
};

// Where we are, and what that place says about a GPU having been handed to us.
struct Platform {
  Fact<std::string> kind;            // bare, container, wsl1, wsl2, slurm, kubernetes, colab, kaggle, sagemaker, databricks, runpod, jetson
  Fact<std::string> container;       // docker, podman, containerd, lxc, apptainer, other; absent = none
  Fact<std::string> accelerator;     // what a hosted notebook says it was given: "gpu", "cpu", "tpu"; absent = it says nothing
  Fact<std::string> slurm_job;       // SLURM_JOB_ID; absent outside a job
  Fact<std::string> slurm_gpus;      // SLURM_GPUS_ON_NODE, SLURM_STEP_GPUS or SLURM_JOB_GPUS; absent = none given
  Fact<bool> slurm_installed;        // slurm.conf or sinfo is here: this may be a login node
  Fact<bool> injected_driver;        // driver files are mounted one by one into this container (/proc/self/mountinfo)
  Fact<std::string> jetson;          // the board's model; absent = no Jetson board
  Fact<std::string> cgroup;          // "v1" or "v2": which one may refuse device files to this process
  std::vector<std::string> markers;  // what told us, for evidence
  bool operator==(const Platform&) const = default;
};

// A CDI specification (/etc/cdi, /var/run/cdi): what a container engine hands out under nvidia.com/gpu.
struct CdiSpec {
  std::string path;
  std::string kind;                  // "nvidia.com/gpu"
  std::vector<std::string> devices;  // names in it: "0", "all"
  std::vector<std::string> missing;  // host paths that it mounts and that are not there
  std::string driver_version;        // from the library names in it, "" when none
  std::string problem;               // why it cannot be read; "" = it was read
  bool operator==(const CdiSpec&) const = default;
};

// What hands GPUs to containers on this machine. On a host; inside of a container these files are the image's own.
struct ContainerTools {
  Fact<std::vector<std::string>> engines;          // docker, docker-snap, docker-desktop, podman, containerd, crio
  Fact<std::string> toolkit_version;               // of the package nvidia-container-toolkit; absent = not installed
  Fact<std::vector<std::string>> nvidia_runtimes;  // engines that have the NVIDIA runtime registered
  Fact<std::string> default_runtime;               // of Docker's daemon.json
  Fact<bool> no_cgroups;                           // config.toml of the toolkit
  Fact<bool> cgroupfs_driver;                      // Docker: native.cgroupdriver=cgroupfs
  Fact<std::vector<CdiSpec>> cdi;
  bool operator==(const ContainerTools&) const = default;
};

// --- the driver, asked in a child ----------------------------------------------------------------------------------------------------

struct CudaDevice {
  std::string name;
  std::string pci_address;
  std::string compute_capability;  // "8.9"
  std::uint64_t memory = 0;        // bytes
  std::int64_t compute_mode = 0;   // 0 default, 2 prohibited, 3 exclusive process
  Private<std::string> uuid;
  bool operator==(const CudaDevice&) const = default;
};

struct NvmlProcess {
  std::int64_t pid = 0;
  Private<std::string> name;  // its command's name where it can be read; "" where it cannot (another container's)
  std::uint64_t memory = 0;   // bytes; 0 = NVML does not say
  bool operator==(const NvmlProcess&) const = default;
};

struct MigDevice {
  Private<std::string> uuid;  // "MIG-..."
  std::string name;
  bool operator==(const MigDevice&) const = default;
};

// A physical card as NVML knows it, whatever CUDA_VISIBLE_DEVICES says. A question that NVML does not answer on this card is absent.
struct NvmlDevice {
  std::int64_t handle = 0;  // nvmlDeviceGetHandleByIndex_v2: 0, 15 = lost, ...
  std::string name;
  std::string pci_address;
  Private<std::string> uuid;
  Fact<std::string> compute_capability;
  Fact<std::uint64_t> memory_total, memory_used;  // bytes
  Fact<std::int64_t> compute_mode;                // 0 default, 1 exclusive thread, 2 prohibited, 3 exclusive process
  Fact<std::int64_t> mig_mode;                    // 0 off, 1 on
  Fact<std::vector<MigDevice>> mig_devices;
  Fact<std::vector<NvmlProcess>> processes;  // with a compute context
  Fact<std::uint64_t> uncorrected_errors;    // ECC, since the driver was loaded
  Fact<bool> retirement_pending;             // a page or row waits for a reset to be taken out of use
  Fact<bool> remapping_failed;               // a row could not be replaced: the card is to be exchanged
  Fact<std::int64_t> virtualization;         // 0 none, 1 pass-through, 2 vGPU guest, 3 vGPU host, 4 SR-IOV host
  Fact<bool> vgpu_licensed;                  // of a vGPU guest
  bool operator==(const NvmlDevice&) const = default;
};

// One conversation with one libcuda. Codes are the driver's own (CUresult, nvmlReturn_t).
struct DriverAnswers {
  std::string libcuda;               // what was opened
  Fact<std::string> loaded_libcuda;  // the file that answered (links followed); absent = dlopen found nothing
  std::string dlopen_error;
  Fact<std::int64_t> init;     // cuInit
  Fact<std::int64_t> version;  // cuDriverGetVersion: 12040
  Fact<std::int64_t> count;    // cuDeviceGetCount
  Fact<std::vector<CudaDevice>> devices;
  Fact<std::string> loaded_nvml;  // absent = dlopen found nothing
  Fact<std::int64_t> nvml_init;   // nvmlInit_v2
  Fact<std::int64_t> nvml_count;  // physical cards, whatever CUDA_VISIBLE_DEVICES says
  Fact<std::string> nvml_driver_version;
  Fact<std::vector<std::string>> nvml_uuids;  // in NVML's order, as given ("GPU-...")
  Fact<std::vector<NvmlDevice>> nvml_devices;
  std::string end;         // "finished", "crashed", "timed out", "not run"
  std::string end_detail;  // "signal 11 in cuInit", "no answer within 30000 ms in cuInit", why it was not run
  bool operator==(const DriverAnswers&) const = default;
};

// --- Python environments and what is installed in them -------------------------------------------------------------------------------

// A file whose size is not what its package's RECORD promises.
struct RecordFault {
  std::string path;
  std::uint64_t recorded = 0;  // bytes
  Fact<std::uint64_t> actual;  // absent: the file is gone
  bool operator==(const RecordFault&) const = default;
};

struct Package {
  std::string name;  // normalised: nvidia-cudnn-cu12
  std::string version;
  std::string location;                    // its dist-info folder, or conda-meta file
  std::string installer;                   // pip, uv, conda; "" when it does not say
  std::vector<std::string> requires_dist;  // only for frameworks: lines that name nvidia-*, cuda-*, triton
  std::string requires_python;
  bool damaged_metadata = false;
  std::string variant;                           // what a library says that it was built with: "cpu", "cu128"; "" = it says nothing
  Fact<std::vector<RecordFault>> record_faults;  // of its shared libraries; unknown: RECORD was not read, absent: it has none
  Fact<std::int64_t> installed_at;               // seconds since 1970, of its dist-info: which of two packages was written last
  bool operator==(const Package&) const = default;
};

enum class FrameworkKind { tensorflow, torch, jax, onnxruntime, cupy };
enum class Accelerator { cuda, cpu, rocm, xpu, tpu, metal, unknown };

// Device code of one library: containers that hold the same list of images, counted. A kernel lives in one container, so a GPU is served
// when *every* container has an image for it, except where a library splits one kernel's architectures over containers (union_only).
struct CodeGroup {
  std::vector<std::string> images;  // "sm_80", "sm_90a", "compute_90", "lto_75"
  std::string ptx_isa;              // highest PTX ISA version among its PTX images, "8.7"; "" when it has none
  std::uint64_t containers = 0;
  bool operator==(const CodeGroup&) const = default;
};

struct CodeLibrary {
  std::string path;
  Fact<std::vector<CodeGroup>> groups;  // absent: no device code; unknown(malformed): damaged
  bool union_only = false;              // cuBLASLt, cuDNN's engines
  bool operator==(const CodeLibrary&) const = default;
};

// A package that a framework consists of beside its main one: jaxlib, jax-cuda12-plugin, cupy-cuda13x in the folder of cupy-cuda12x.
struct FrameworkPart {
  std::string name, version;
  std::string folder;  // its package's folder; "" when only the dist-info is there
  bool operator==(const FrameworkPart&) const = default;
};

// One framework as installed in one environment.
struct FrameworkBuild {
  FrameworkKind framework = FrameworkKind::tensorflow;
  Fact<std::string> version;  // "2.20.0", "2.10.0+cu128"
  std::string distribution;   // "tensorflow-cpu", "torch"; "" when there is no dist-info
  std::string folder;         // the package's folder
  Fact<Accelerator> accelerator;
  Fact<std::string> cuda_version;                // what it was built with: "12.5.1"
  Fact<std::string> cudnn_version;               // "9", "9.10.2"
  Fact<std::vector<std::string>> architectures;  // sm_80, compute_90: from the build's own words or the facts table
  std::vector<std::string> objects;              // ELF files that importing it loads, in that order; the first is what Python dlopens
  std::vector<std::string> missing_files;        // files the package cannot do without that are not there
  std::vector<FrameworkPart> parts;              // what it consists of beside its main package
  std::vector<CodeLibrary> code;                 // its own libraries that hold device code, as read from the binaries
  bool operator==(const FrameworkBuild&) const = default;
};

// Code that every start of this interpreter runs before the program (a .pth line, sitecustomize), as far as it concerns the GPU.
struct StartupCode {
  std::string path;
  std::string text;      // the line
  std::string variable;  // the environment variable that it sets, "" when it does something else
  std::string value;     // to which value, where that is written out
  bool operator==(const StartupCode&) const = default;
};

// A compiler or its data that XLA or a framework starts at run time: ptxas, nvlink, libdevice.10.bc.
struct CompilerFile {
  std::string name, path;
  std::string version;  // of the package that brings it, "" when not known
  bool operator==(const CompilerFile&) const = default;
};

struct PythonEnvironment {
  std::string interpreter;  // as its user would type it
  std::string program;      // the ELF file behind it (links followed); "" when it could not be found
  std::string loader;       // its PT_INTERP
  std::string prefix;
  std::string kind;           // venv, uv, virtualenv, conda, system, pyenv, pipx
  Fact<std::string> version;  // "3.12"
  bool active = false;
  std::string chosen_by;                       // "VIRTUAL_ENV", "CONDA_PREFIX", "first python3 on PATH", "--python", "Jupyter kernel NAME"
  Fact<std::vector<std::string>> search_path;  // sys.path, without the script's own folder
  Fact<std::vector<Package>> packages;         // those that matter to a GPU
  std::vector<FrameworkBuild> frameworks;
  std::vector<std::string> notes;  // .pth files that hold code, editable installs, shadowed packages
  Fact<std::vector<StartupCode>> startup_code;
  Fact<std::vector<CompilerFile>> compiler_files;  // in the wheels and in the toolkits of this machine
  Fact<std::string> base_problem;                  // a venv whose base interpreter is gone: what is missing; absent = all is there
  bool operator==(const PythonEnvironment&) const = default;
};

// --- all of it -----------------------------------------------------------------------------------------------------------------------

struct Meta {
  std::string tool_version;
  std::string facts_as_of;
  std::string basis;                          // live, root, invented
  std::vector<std::string> asked_frameworks;  // --framework; empty = all that are installed
  std::vector<std::string> import_order;      // --import-order: frameworks that one process imports, in that order; empty = each alone
  bool operator==(const Meta&) const = default;
};

// A read that failed although the thing may be there; named in the report so that silence is never mistaken for health.
struct Unread {
  std::string fact;
  Why why = Why::denied;
  std::string detail;
  bool operator==(const Unread&) const = default;
};

// A running process (--pid), as /proc shows it: what is really mapped, and its environment at exec.
struct MappedFile {
  std::string path;
  bool deleted = false;  // replaced or removed since it was mapped
  bool operator==(const MappedFile&) const = default;
};

struct ObservedProcess {
  std::int64_t pid = 0;
  Fact<std::string> executable;
  Fact<std::vector<std::string>> command;
  Fact<std::vector<MappedFile>> mapped;                // files with code, each once
  Fact<std::map<std::string, std::string>> variables;  // allow-listed, as they were at exec
  Fact<std::vector<std::string>> device_files;         // /dev/nvidia* that it holds open
  Fact<std::int64_t> started_at;                       // seconds since 1970
  bool operator==(const ObservedProcess&) const = default;
};

struct Snapshot {
  Meta meta;
  Host host;
  PciBus pci;
  KernelModule kernel_module;
  DeviceNodes device_nodes;
  KernelLog kernel_log;
  Platform platform;
  ContainerTools container_tools;
  Fact<ObservedProcess> process;                 // absent: no --pid was given
  std::map<std::string, std::string> variables;  // allow-listed environment variables that are set
  LoaderSettings loader;
  LibraryTable libraries;
  std::vector<DriverAnswers> drivers;           // the first is the default one: plain "libcuda.so.1"
  std::vector<PythonEnvironment> environments;  // the active one first
  std::vector<Unread> unread;
  bool operator==(const Snapshot&) const = default;

  const std::string* variable(const std::string& name) const;
};

}  // namespace gpuwhy
