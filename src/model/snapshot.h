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
  bool operator==(const KernelModule&) const = default;
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
  std::vector<std::string> markers;  // what told us, for evidence
  bool operator==(const Platform&) const = default;
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
  std::string end;                            // "finished", "crashed", "timed out", "not run"
  std::string end_detail;                     // "signal 11 in cuInit", "no answer within 30000 ms in cuInit", why it was not run
  bool operator==(const DriverAnswers&) const = default;
};

// --- Python environments and what is installed in them -------------------------------------------------------------------------------

struct Package {
  std::string name;  // normalised: nvidia-cudnn-cu12
  std::string version;
  std::string location;                    // its dist-info folder, or conda-meta file
  std::string installer;                   // pip, uv, conda; "" when it does not say
  std::vector<std::string> requires_dist;  // only for frameworks: lines that name nvidia-*, cuda-*, triton
  std::string requires_python;
  bool damaged_metadata = false;
  bool operator==(const Package&) const = default;
};

enum class FrameworkKind { tensorflow, torch };
enum class Accelerator { cuda, cpu, rocm, xpu, tpu, metal, unknown };

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
  bool operator==(const FrameworkBuild&) const = default;
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
  bool operator==(const PythonEnvironment&) const = default;
};

// --- all of it -----------------------------------------------------------------------------------------------------------------------

struct Meta {
  std::string tool_version;
  std::string facts_as_of;
  std::string basis;                          // live, root, invented
  std::vector<std::string> asked_frameworks;  // --framework; empty = all that are installed
  bool operator==(const Meta&) const = default;
};

// A read that failed although the thing may be there; named in the report so that silence is never mistaken for health.
struct Unread {
  std::string fact;
  Why why = Why::denied;
  std::string detail;
  bool operator==(const Unread&) const = default;
};

struct Snapshot {
  Meta meta;
  Host host;
  PciBus pci;
  KernelModule kernel_module;
  DeviceNodes device_nodes;
  Platform platform;
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
