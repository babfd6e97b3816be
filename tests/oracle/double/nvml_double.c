/* Test double of the management library, libnvidia-ml.so.1: enough for a framework that lists devices or reads their links.
 * Settings as in settings.h; functions without an answer here are the generated, weak ones of nvml_functions.c. */
#define _GNU_SOURCE
#include <stdint.h>
#include <strings.h>

#include "settings.h"

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7 };

/* A handle is the number of the GPU plus one, so that NULL stays invalid; the one MIG instance of DOUBLE_MIG has a handle of its own. */
typedef uintptr_t Handle;

static int initialised;

static void note(const char* what) {
  const char* path = setting("DOUBLE_LOG", NULL);
  FILE* file = path ? fopen(path, "a") : NULL;
  if (!file) return;
  fprintf(file, "%s\tnvml\n", what);
  fclose(file);
}

int double_unanswered(const char* name, void* caller) {
  (void)caller;
  note(name);
  return initialised ? NOT_SUPPORTED : UNINITIALIZED;
}

#define ASKED()                             \
  do {                                      \
    note(__func__);                         \
    if (!initialised) return UNINITIALIZED; \
  } while (0)

static int gpu_of(Handle handle) {
  int gpu = (int)handle - 1;
  return gpu >= 0 && gpu < gpu_count() ? gpu : -1;
}

enum { MIG_HANDLE = 1000 };

static int has_mig(int gpu) { return gpu == 0 && setting_number("DOUBLE_MIG", 0); }

#define ASKED_OF(handle)    \
  ASKED();                  \
  int gpu = gpu_of(handle); \
  if (gpu < 0) return INVALID_ARGUMENT

static int copy_text(char* out, unsigned size, const char* text) {
  if (strlen(text) + 1 > size) return INSUFFICIENT_SIZE;
  strcpy(out, text);
  return SUCCESS;
}

/* ---- start and end ---- */

static int start(void) {
  int code = setting_number("DOUBLE_NVML_INIT", 0);
  if (!code) initialised = 1;
  return code;
}

EXPORTED int nvmlInit(void) {
  note(__func__);
  return start();
}

EXPORTED int nvmlInit_v2(void) {
  note(__func__);
  return start();
}

EXPORTED int nvmlInitWithFlags(unsigned flags) {
  note(__func__);
  (void)flags;
  return start();
}

EXPORTED int nvmlShutdown(void) {
  ASKED();
  initialised = 0;
  return SUCCESS;
}

EXPORTED const char* nvmlErrorString(int code) {
  switch (code) {
    case 0:
      return "Success";
    case 1:
      return "Uninitialized";
    case 2:
      return "Invalid Argument";
    case 3:
      return "Not Supported";
    case 4:
      return "Insufficient Permissions";
    case 6:
      return "Not Found";
    case 9:
      return "Driver Not Loaded";
    case 12:
      return "NVML Shared Library Not Found";
    case 13:
      return "Function Not Found";
    case 15:
      return "GPU is lost";
    case 17:
      return "Operation not permitted by the operating system";
    case 18:
      return "Driver/library version mismatch";
    default:
      return "Unknown Error";
  }
}

/* ---- versions ---- */

EXPORTED int nvmlSystemGetDriverVersion(char* out, unsigned size) {
  ASKED();
  return copy_text(out, size, setting("DOUBLE_DRIVER_FILE", "580.65.06"));
}

EXPORTED int nvmlSystemGetNVMLVersion(char* out, unsigned size) {
  ASKED();
  char text[80];
  snprintf(text, sizeof text, "%d.%s", setting_number("DOUBLE_DRIVER", 13000) / 1000, setting("DOUBLE_DRIVER_FILE", "580.65.06"));
  return copy_text(out, size, text);
}

EXPORTED int nvmlSystemGetCudaDriverVersion(int* version) {
  note(__func__);
  *version = setting_number("DOUBLE_DRIVER", 13000);
  return SUCCESS;
}

EXPORTED int nvmlSystemGetCudaDriverVersion_v2(int* version) { return nvmlSystemGetCudaDriverVersion(version); }

/* ---- devices ---- */

EXPORTED int nvmlDeviceGetCount_v2(unsigned* count) {
  ASKED();
  *count = gpu_count();
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetCount(unsigned* count) { return nvmlDeviceGetCount_v2(count); }

EXPORTED int nvmlDeviceGetHandleByIndex_v2(unsigned index, Handle* handle) {
  ASKED();
  if ((int)index >= gpu_count()) return INVALID_ARGUMENT;
  *handle = index + 1;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetHandleByIndex(unsigned index, Handle* handle) { return nvmlDeviceGetHandleByIndex_v2(index, handle); }

EXPORTED int nvmlDeviceGetHandleByUUID(const char* wanted, Handle* handle) {
  ASKED();
  for (int gpu = 0; gpu < gpu_count(); gpu++) {
    char text[64];
    gpu_uuid(gpu, text, sizeof text);
    if (strcmp(text, wanted)) continue;
    *handle = gpu + 1;
    return SUCCESS;
  }
  return NOT_FOUND;
}

/* Callers write the PCI domain with four or with eight digits. */
EXPORTED int nvmlDeviceGetHandleByPciBusId_v2(const char* wanted, Handle* handle) {
  ASKED();
  for (int gpu = 0; gpu < gpu_count(); gpu++) {
    char text[32];
    gpu_bus_id(gpu, text, sizeof text);
    size_t length = strlen(text), given = strlen(wanted);
    if (given < length || strcasecmp(text, wanted + given - length)) continue;
    *handle = gpu + 1;
    return SUCCESS;
  }
  return NOT_FOUND;
}

EXPORTED int nvmlDeviceGetHandleByPciBusId(const char* wanted, Handle* handle) { return nvmlDeviceGetHandleByPciBusId_v2(wanted, handle); }

EXPORTED int nvmlDeviceGetName(Handle handle, char* out, unsigned size) {
  ASKED_OF(handle);
  char text[96];
  gpu_name(gpu, text, sizeof text);
  return copy_text(out, size, text);
}

EXPORTED int nvmlDeviceGetUUID(Handle handle, char* out, unsigned size) {
  char text[64];
  if (handle == MIG_HANDLE) {
    ASKED();
    gpu_uuid(0, text, sizeof text);
    memcpy(text, "MIG", 3); /* as the driver's double names it */
    return copy_text(out, size, text);
  }
  ASKED_OF(handle);
  gpu_uuid(gpu, text, sizeof text);
  return copy_text(out, size, text);
}

EXPORTED int nvmlDeviceGetIndex(Handle handle, unsigned* index) {
  ASKED_OF(handle);
  *index = gpu;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetMinorNumber(Handle handle, unsigned* minor) {
  ASKED_OF(handle);
  *minor = gpu;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetCudaComputeCapability(Handle handle, int* major, int* minor) {
  ASKED_OF(handle);
  gpu_capability(gpu, major, minor);
  return SUCCESS;
}

struct memory {
  unsigned long long total, free, used;
};

EXPORTED int nvmlDeviceGetMemoryInfo(Handle handle, struct memory* memory) {
  ASKED_OF(handle);
  memory->total = GPU_MEMORY_MIB << 20;
  memory->used = memory->total / 100;
  memory->free = memory->total - memory->used;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetMigMode(Handle handle, unsigned* now, unsigned* after_reset) {
  ASKED_OF(handle);
  *now = *after_reset = has_mig(gpu);
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetMaxMigDeviceCount(Handle handle, unsigned* count) {
  ASKED_OF(handle);
  *count = has_mig(gpu) ? 7 : 0;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetMigDeviceHandleByIndex(Handle handle, unsigned place, Handle* device) {
  ASKED_OF(handle);
  if (!has_mig(gpu) || place > 0) return place < 7 ? NOT_FOUND : INVALID_ARGUMENT;
  *device = MIG_HANDLE;
  return SUCCESS;
}

/* Nobody else uses the card: { unsigned pid; unsigned long long bytes; unsigned gpu_instance, compute_instance; } times nothing. */
EXPORTED int nvmlDeviceGetComputeRunningProcesses_v2(Handle handle, unsigned* count, void* processes) {
  ASKED_OF(handle);
  (void)processes;
  *count = 0;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetComputeRunningProcesses_v3(Handle handle, unsigned* count, void* processes) {
  return nvmlDeviceGetComputeRunningProcesses_v2(handle, count, processes);
}

EXPORTED int nvmlDeviceGetTotalEccErrors(Handle handle, int kind, int counter, unsigned long long* errors) {
  ASKED_OF(handle);
  (void)kind;
  (void)counter;
  *errors = 0;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetRemappedRows(Handle handle, unsigned* corrected, unsigned* uncorrected, unsigned* pending, unsigned* failed) {
  ASKED_OF(handle);
  *corrected = *uncorrected = *pending = *failed = 0;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetVirtualizationMode(Handle handle, int* mode) {
  ASKED_OF(handle);
  *mode = 0;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetComputeMode(Handle handle, int* mode) {
  ASKED_OF(handle);
  *mode = 0;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetPersistenceMode(Handle handle, int* mode) {
  ASKED_OF(handle);
  *mode = 1;
  return SUCCESS;
}

struct pci_info {
  char old_bus_id[16];
  unsigned domain, bus, device, vendor_and_device, subsystem;
  char bus_id[32];
};

EXPORTED int nvmlDeviceGetPciInfo_v3(Handle handle, struct pci_info* info) {
  ASKED_OF(handle);
  memset(info, 0, sizeof *info);
  gpu_bus_id(gpu, info->old_bus_id, sizeof info->old_bus_id);
  snprintf(info->bus_id, sizeof info->bus_id, "0000%s", info->old_bus_id);
  info->bus = gpu + 1;
  info->vendor_and_device = 0x20b010de;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetPciInfo_v2(Handle handle, struct pci_info* info) { return nvmlDeviceGetPciInfo_v3(handle, info); }

static int link_value(Handle handle, unsigned* out, unsigned value) {
  ASKED_OF(handle);
  *out = value;
  return SUCCESS;
}

EXPORTED int nvmlDeviceGetCurrPcieLinkGeneration(Handle handle, unsigned* out) { return link_value(handle, out, 4); }
EXPORTED int nvmlDeviceGetMaxPcieLinkGeneration(Handle handle, unsigned* out) { return link_value(handle, out, 4); }
EXPORTED int nvmlDeviceGetCurrPcieLinkWidth(Handle handle, unsigned* out) { return link_value(handle, out, 16); }
EXPORTED int nvmlDeviceGetMaxPcieLinkWidth(Handle handle, unsigned* out) { return link_value(handle, out, 16); }
