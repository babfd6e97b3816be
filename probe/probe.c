// The driver probe: the only part of gpuwhy that ever loads code of a GPU vendor, in a process of its own. It opens device nodes, loads
// libcuda and NVML with the loader and the environment of the program under test, asks a few questions that need no CUDA context, and
// writes one line per event to a pipe (format: src/sys/probe_protocol.h).
//
//   probe FD LIBCUDA NVML [NODE...]
//     FD       decimal number of the open descriptor that takes the lines
//     LIBCUDA  soname or path for dlopen, "" = do not ask the CUDA driver
//     NVML     likewise for libnvidia-ml.so.1
//     NODE     device nodes to open before any library is loaded
//
// Lines: `start` first (its absence means that the program was never reached), `step NAME` before each call, `done` last, and
//   fact open PATH ERRNO                      0 = it opens
//   fact libcuda.path FILE | fact libcuda.error TEXT           (nvml.path, nvml.error likewise)
//   fact libcuda.symbol-missing NAME                           (nvml.symbol-missing likewise)
//   fact cuInit CODE
//   fact cuDriverGetVersion CODE [VERSION]    no VERSION: the call left its output untouched, as a link stub does
//   fact cuDeviceGetCount CODE [COUNT]
//   fact device.N.FIELD VALUE                 name, pci, capability, memory (bytes), compute-mode, uuid
//   fact device.N.error FUNCTION CODE
//   fact nvmlInit_v2 CODE, fact nvmlSystemGetDriverVersion CODE [VERSION], fact nvmlDeviceGetCount_v2 CODE [COUNT]
//   fact nvml.N.FIELD VALUE, fact nvml.N.error FUNCTION CODE   the fields: nvml.h
//   fact nvmlShutdown CODE
//
// It must load under every glibc since 2.17. So it is linked against stub libraries without symbol versions and has a _start of its own:
// with the compiler's start files it would refer to the version of __libc_start_main that this build machine happens to have. It leaves by
// _exit: destructors of a half-initialised driver are not to be trusted.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "lines.h"
#include "nvml.h"

#if defined(__x86_64__)
__asm__(
    ".text\n.globl _start\n.type _start,@function\n_start:\n"
    "  xor %ebp, %ebp\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call probe_start\n"
    "  hlt\n"
    ".size _start, .-_start\n");
#elif defined(__aarch64__)
__asm__(
    ".text\n.globl _start\n.type _start,%function\n_start:\n"
    "  mov x29, #0\n"
    "  mov x30, #0\n"
    "  mov x0, sp\n"
    "  bl probe_start\n"
    "  brk #1\n"
    ".size _start, .-_start\n");
#else
#error "no start code for this architecture"
#endif

enum { max_devices = 256 };

// --- device nodes --------------------------------------------------------------------------------------------------------------------

static void open_node(const char* path) {
  step("open", path);
  int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int error = fd < 0 ? errno : 0;
  if (fd >= 0) close(fd);
  add("fact open ");
  add(path);
  add(" ");
  add_code(error);
  end_line();
}

// --- the CUDA driver -----------------------------------------------------------------------------------------------------------------

// The interface of cuda.h as far as it is used here. A CUdevice is an int, a CUresult too.
typedef int (*cu_init)(unsigned);
typedef int (*cu_device_get)(int*, int);
typedef int (*cu_device_text)(char*, int, int);
typedef int (*cu_device_attribute)(int*, int, int);
typedef int (*cu_device_memory)(size_t*, int);
typedef int (*cu_device_uuid)(unsigned char*, int);

enum { attribute_compute_mode = 20, attribute_major = 75, attribute_minor = 76 };

static const char cuda_missing[] = "libcuda.symbol-missing";

static void device_text(void* cuda, int index, int device, const char* function, const char* field) {
  cu_device_text call = (cu_device_text)find_symbol(cuda, cuda_missing, function);
  if (!call) return;
  char text[256] = {0};
  step_device(function, index);
  int code = call(text, sizeof text - 1, device);
  text[sizeof text - 1] = 0;
  if (code) item_error("device", index, function, code);
  else item_text("device", index, field, text);
}

static int device_attribute(cu_device_attribute call, int index, int device, int attribute) {
  int value = no_answer;
  int code = call(&value, attribute, device);
  if (code || value == no_answer) {
    item_error("device", index, "cuDeviceGetAttribute", code);
    return no_answer;
  }
  return value;
}

static void device_attributes(void* cuda, int index, int device) {
  cu_device_attribute call = (cu_device_attribute)find_symbol(cuda, cuda_missing, "cuDeviceGetAttribute");
  if (!call) return;
  step_device("cuDeviceGetAttribute", index);
  int major = device_attribute(call, index, device, attribute_major);
  int minor = device_attribute(call, index, device, attribute_minor);
  int mode = device_attribute(call, index, device, attribute_compute_mode);
  if (major != no_answer && minor != no_answer) {
    begin_item("device", index, "capability");
    add_code(major);
    add(".");
    add_code(minor);
    end_line();
  }
  if (mode != no_answer) {
    begin_item("device", index, "compute-mode");
    add_code(mode);
    end_line();
  }
}

static void device_memory(void* cuda, int index, int device) {
  const char* function = "cuDeviceTotalMem_v2";
  void* symbol = find_symbol(cuda, NULL, function);
  if (!symbol) symbol = find_symbol(cuda, cuda_missing, function = "cuDeviceTotalMem");  // before CUDA 3.2; fills 32 bits
  if (!symbol) return;
  size_t bytes = 0;
  step_device(function, index);
  int code = ((cu_device_memory)symbol)(&bytes, device);
  if (code) {
    item_error("device", index, function, code);
    return;
  }
  begin_item("device", index, "memory");
  add_number(bytes);
  end_line();
}

static void add_uuid(const unsigned char* bytes) {
  static const char hex[] = "0123456789abcdef";
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) add("-");
    add_char(hex[bytes[i] >> 4]);
    add_char(hex[bytes[i] & 15]);
  }
}

static int device_uuid_by(void* cuda, const char* function, int index, int device, unsigned char* bytes) {
  cu_device_uuid call = (cu_device_uuid)find_symbol(cuda, NULL, function);
  if (!call) return 0;
  step_device(function, index);
  return call(bytes, device) == 0;
}

// Version 2 answers with the UUID of the MIG slice, version 1 with that of the whole card: where both answer and differ, it is a slice.
static void device_uuid(void* cuda, int index, int device) {
  unsigned char slice[32] = {0}, card[32] = {0};
  int has_slice = device_uuid_by(cuda, "cuDeviceGetUuid_v2", index, device, slice);
  int has_card = device_uuid_by(cuda, "cuDeviceGetUuid", index, device, card);
  if (!has_slice && !has_card) return;  // before CUDA 9.2
  int differs = 0;
  for (int i = 0; i < 16; ++i) differs |= slice[i] != card[i];
  begin_item("device", index, "uuid");
  add(has_slice && has_card && differs ? "MIG-" : "GPU-");
  add_uuid(has_slice ? slice : card);
  end_line();
}

static void ask_device(void* cuda, int index) {
  cu_device_get get = (cu_device_get)find_symbol(cuda, cuda_missing, "cuDeviceGet");
  if (!get) return;
  int device = no_answer;
  step_device("cuDeviceGet", index);
  int code = get(&device, index);
  if (code || device == no_answer) {
    item_error("device", index, "cuDeviceGet", code);
    return;
  }
  device_text(cuda, index, device, "cuDeviceGetName", "name");
  device_text(cuda, index, device, "cuDeviceGetPCIBusId", "pci");
  device_attributes(cuda, index, device);
  device_memory(cuda, index, device);
  device_uuid(cuda, index, device);
}

static void ask_cuda(const char* name) {
  void* cuda = load(name, "libcuda.path", "libcuda.error");
  if (!cuda) return;
  int init_code = no_answer;
  cu_init init = (cu_init)find_symbol(cuda, cuda_missing, "cuInit");
  if (init) {
    step("cuInit", NULL);
    init_code = init(0);
    fact_code("cuInit", init_code);
  }
  ask_number(cuda, cuda_missing, "cuDriverGetVersion");  // answers without cuInit, and without a GPU
  if (init_code != 0) return;
  int count = ask_number(cuda, cuda_missing, "cuDeviceGetCount");
  for (int i = 0; i < count && i < max_devices; ++i) ask_device(cuda, i);
}

// --- start ---------------------------------------------------------------------------------------------------------------------------

__attribute__((noreturn, used, visibility("hidden"))) void probe_start(long* stack) {
  long argc = stack[0];
  char** argv = (char**)(stack + 1);
  if (argc < 4) _exit(2);
  for (const char* digit = argv[1]; *digit; ++digit) {
    if (*digit < '0' || *digit > '9' || result_fd > 100000) _exit(2);
    result_fd = result_fd * 10 + (*digit - '0');
  }
  add("start");
  end_line();
  for (long i = 4; i < argc; ++i) open_node(argv[i]);
  if (argv[2][0]) ask_cuda(argv[2]);
  if (argv[3][0]) ask_nvml(argv[3]);
  add("done");
  end_line();
  _exit(0);
}
