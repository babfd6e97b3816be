// What the driver probe asks NVML (see probe.c). Signatures and structures: nvml.h of CUDA 13.0 (package nvidia-nvml-dev 13.0.87); those
// used here have not changed since their functions came, except where it is said. Of each card:
//
//   fact nvml.N.error FUNCTION CODE      it has no handle, UUID or address; without a handle nothing else is asked
//   fact nvml.N.FIELD VALUE              FIELD: uuid, pci, name, capability (8.9), memory (bytes: TOTAL USED), compute-mode, mig-mode,
//                                        mig-count, process-count, uncorrected (errors), retirement-pending (0 or 1),
//                                        remapped (rows: CORRECTED UNCORRECTED PENDING FAILED), virtualization, licensed (0 or 1)
//   fact nvml.N.FIELD.error CODE         3 = the card does not know the question
//   fact nvml.N.mig.K UUID NAME          K < mig-count
//   fact nvml.N.process.K PID BYTES      K < process-count; 0 bytes: NVML does not say
//
// A function that this NVML does not have leaves no line.
#pragma once

#include "libraries.h"

typedef int (*nvml_call)(void);
typedef int (*nvml_text)(char*, unsigned);
typedef int (*nvml_handle_by_index)(unsigned, void**);
typedef int (*nvml_device_text)(void*, char*, unsigned);
typedef int (*nvml_device_numbers)(void*, void*, void*, void*, void*);  // as many outputs as the function has; the caller fills registers
typedef int (*nvml_device_memory)(void*, unsigned long long*);
typedef int (*nvml_device_ecc)(void*, int, int, unsigned long long*);
typedef int (*nvml_device_processes)(void*, unsigned*, void*);
typedef int (*nvml_device_struct)(void*, void*);
typedef int (*nvml_mig_by_index)(void*, unsigned, void**);

enum { nvml_not_found = 6, nvml_vgpu_guest = 2, cards_at_most = 256, mig_devices_at_most = 16, processes_at_most = 128 };

static const char nvml_missing[] = "nvml.symbol-missing";

static void nvml_driver_version(void* nvml) {
  static const char function[] = "nvmlSystemGetDriverVersion";
  nvml_text call = (nvml_text)find_symbol(nvml, nvml_missing, function);
  if (!call) return;
  char text[128] = {0};
  step(function, NULL);
  int code = call(text, sizeof text - 1);
  text[sizeof text - 1] = 0;
  add("fact ");
  add(function);
  add(" ");
  add_code(code);
  if (code == 0) {
    add(" ");
    add(text);
  }
  end_line();
}

// The function, with its step written; NULL when this NVML does not have it.
static void* question(void* nvml, int card, const char* function) {
  void* call = find_symbol(nvml, NULL, function);
  if (call) step_device(function, card);
  return call;
}

// Begins the line of an answer, or writes that there is none.
static int answered(int card, const char* field, int code) {
  if (code == 0) {
    begin_item("nvml", card, field);
    return 1;
  }
  add("fact nvml.");
  add_code(card);
  add(".");
  add(field);
  add(".error ");
  add_code(code);
  end_line();
  return 0;
}

static void begin_entry(int card, const char* list, int entry) {
  add("fact nvml.");
  add_code(card);
  add(".");
  add(list);
  add(".");
  add_code(entry);
  add(" ");
}

// One or two ints, or four unsigned ints, written with `separator` between them; the first is returned, no_answer when there is none.
static int card_numbers(void* nvml, int card, void* handle, const char* function, const char* field, int count, const char* separator) {
  nvml_device_numbers call = (nvml_device_numbers)question(nvml, card, function);
  if (!call) return no_answer;
  int values[4] = {0, 0, 0, 0};
  // A function of C that takes fewer arguments does not look at the others.
  int code = call(handle, &values[0], &values[1], &values[2], &values[3]);
  if (!answered(card, field, code)) return no_answer;
  for (int i = 0; i < count; ++i) {
    if (i) add(separator);
    add_code(values[i]);
  }
  end_line();
  return values[0];
}

static void card_name(void* nvml, int card, void* handle) {
  nvml_device_text call = (nvml_device_text)question(nvml, card, "nvmlDeviceGetName");
  if (!call) return;
  char text[128] = {0};
  int code = call(handle, text, sizeof text - 1);
  text[sizeof text - 1] = 0;
  if (!answered(card, "name", code)) return;
  add(text);
  end_line();
}

// nvmlMemory_t: total, free, used. Its second version counts what the driver keeps for itself apart; the first one is everywhere.
static void card_memory(void* nvml, int card, void* handle) {
  nvml_device_memory call = (nvml_device_memory)question(nvml, card, "nvmlDeviceGetMemoryInfo");
  if (!call) return;
  unsigned long long memory[3] = {0, 0, 0};
  if (!answered(card, "memory", call(handle, memory))) return;
  add_number(memory[0]);
  add(" ");
  add_number(memory[2]);
  end_line();
}

static void card_mig_devices(void* nvml, int card, void* handle) {
  nvml_mig_by_index get = (nvml_mig_by_index)question(nvml, card, "nvmlDeviceGetMigDeviceHandleByIndex");
  nvml_device_text uuid_of = (nvml_device_text)find_symbol(nvml, NULL, "nvmlDeviceGetUUID");
  nvml_device_text name_of = (nvml_device_text)find_symbol(nvml, NULL, "nvmlDeviceGetName");
  if (!get || !uuid_of || !name_of) return;
  int found = 0;
  // Places without an instance answer "not found"; the highest place is the card's own limit.
  for (unsigned place = 0; place < mig_devices_at_most; ++place) {
    void* device = NULL;
    int code = get(handle, place, &device);
    if (code == nvml_not_found) continue;
    if (code == 2 && place > 0) break;  // NVML_ERROR_INVALID_ARGUMENT: behind the last place
    char uuid[128] = {0}, name[128] = {0};
    if (!code) code = uuid_of(device, uuid, sizeof uuid - 1);
    if (code) {
      answered(card, "mig-count", code);
      return;
    }
    if (name_of(device, name, sizeof name - 1)) name[0] = 0;
    begin_entry(card, "mig", found++);
    add(uuid);
    add(" ");
    add(name);
    end_line();
  }
  answered(card, "mig-count", 0);
  add_code(found);
  end_line();
}

// nvmlProcessInfo_v1_t is { unsigned pid; u64 bytes; }, the later one { unsigned pid; u64 bytes; unsigned gpu_instance, compute_instance;
// }. _v2 comes first: the structure of _v3 had one more field in the drivers 535.43 to 535.86, that of _v2 never changed.
static void card_processes(void* nvml, int card, void* handle) {
  struct entry {
    unsigned pid;
    unsigned long long bytes;
    unsigned instances[2];
  };
  static union {
    struct entry entries[processes_at_most];
    char bytes[processes_at_most * 48];  // room for an entry that grew
  } found;
  size_t size = sizeof(struct entry);
  void* call = question(nvml, card, "nvmlDeviceGetComputeRunningProcesses_v2");
  if (!call) call = question(nvml, card, "nvmlDeviceGetComputeRunningProcesses_v3");
  if (!call) {
    call = question(nvml, card, "nvmlDeviceGetComputeRunningProcesses");
    size = 16;
  }
  if (!call) return;
  unsigned count = processes_at_most;
  int code = ((nvml_device_processes)call)(handle, &count, found.bytes);
  if (code || count > processes_at_most) {
    answered(card, "process-count", code ? code : 7);  // NVML_ERROR_INSUFFICIENT_SIZE
    return;
  }
  for (unsigned i = 0; i < count; ++i) {
    const struct entry* one = (const struct entry*)(found.bytes + i * size);
    begin_entry(card, "process", (int)i);
    add_number(one->pid);
    add(" ");
    add_number(one->bytes == ~0ull ? 0 : one->bytes);  // NVML_VALUE_NOT_AVAILABLE
    end_line();
  }
  answered(card, "process-count", 0);
  add_number(count);
  end_line();
}

static void card_errors(void* nvml, int card, void* handle) {
  nvml_device_ecc call = (nvml_device_ecc)question(nvml, card, "nvmlDeviceGetTotalEccErrors");
  if (call) {
    enum { uncorrected = 1, since_the_driver_was_loaded = 0 };
    unsigned long long errors = 0;
    if (answered(card, "uncorrected", call(handle, uncorrected, since_the_driver_was_loaded, &errors))) {
      add_number(errors);
      end_line();
    }
  }
  card_numbers(nvml, card, handle, "nvmlDeviceGetRetiredPagesPendingStatus", "retirement-pending", 1, "");
  card_numbers(nvml, card, handle, "nvmlDeviceGetRemappedRows", "remapped", 4, " ");
}

// nvmlGridLicensableFeatures_t: int supported; unsigned count; then features that begin with { int code; unsigned state; }. Later versions
// made a feature longer, so only the first one is read: in a guest that is the vGPU's own.
static void card_licence(void* nvml, int card, void* handle) {
  static union {
    unsigned words[4];
    char bytes[8192];
  } features;
  void* call = question(nvml, card, "nvmlDeviceGetGridLicensableFeatures_v4");
  if (!call) call = question(nvml, card, "nvmlDeviceGetGridLicensableFeatures_v3");
  if (!call) return;
  int code = ((nvml_device_struct)call)(handle, features.bytes);
  int licensed = features.words[3] != 0;
  // Of several features the others decide too, and they are not read.
  if (code == 0 && (features.words[0] == 0 || features.words[1] == 0 || (features.words[1] > 1 && !licensed))) return;
  if (!answered(card, "licensed", code)) return;
  add_code(licensed);
  end_line();
}

static void card_uuid(void* nvml, int card, void* handle) {
  static const char function[] = "nvmlDeviceGetUUID";
  nvml_device_text call = (nvml_device_text)find_symbol(nvml, nvml_missing, function);
  if (!call) return;
  char uuid[128] = {0};
  step_device(function, card);
  int code = call(handle, uuid, sizeof uuid - 1);
  uuid[sizeof uuid - 1] = 0;
  if (code) item_error("nvml", card, function, code);
  else item_text("nvml", card, "uuid", uuid);
}

static void card_address(void* nvml, int card, void* handle) {
  static const char function[] = "nvmlDeviceGetPciInfo_v3";
  nvml_device_struct call = (nvml_device_struct)question(nvml, card, function);
  if (!call) return;
  // nvmlPciInfo_t: char busIdLegacy[16], five unsigned ints, char busId[32].
  static union {
    char bytes[512];
    unsigned align;
  } info;
  int code = call(handle, info.bytes);
  info.bytes[36 + 31] = 0;
  if (code) item_error("nvml", card, function, code);
  else item_text("nvml", card, "pci", info.bytes + 36);
}

static void nvml_card(void* nvml, int card) {
  static const char by_index[] = "nvmlDeviceGetHandleByIndex_v2";
  nvml_handle_by_index handle_of = (nvml_handle_by_index)find_symbol(nvml, nvml_missing, by_index);
  if (!handle_of) return;
  void* handle = NULL;
  step_device(by_index, card);
  int code = handle_of((unsigned)card, &handle);
  if (code) {
    item_error("nvml", card, by_index, code);
    return;
  }
  card_uuid(nvml, card, handle);
  card_address(nvml, card, handle);
  card_name(nvml, card, handle);
  card_numbers(nvml, card, handle, "nvmlDeviceGetCudaComputeCapability", "capability", 2, ".");
  card_memory(nvml, card, handle);
  card_numbers(nvml, card, handle, "nvmlDeviceGetComputeMode", "compute-mode", 1, "");
  // The mode now and the one after the next reset; only the first is told.
  if (card_numbers(nvml, card, handle, "nvmlDeviceGetMigMode", "mig-mode", 1, "") == 1) card_mig_devices(nvml, card, handle);
  card_processes(nvml, card, handle);
  card_errors(nvml, card, handle);
  if (card_numbers(nvml, card, handle, "nvmlDeviceGetVirtualizationMode", "virtualization", 1, "") == nvml_vgpu_guest)
    card_licence(nvml, card, handle);
}

static void ask_nvml(const char* name) {
  void* nvml = load(name, "nvml.path", "nvml.error");
  if (!nvml) return;
  nvml_call init = (nvml_call)find_symbol(nvml, nvml_missing, "nvmlInit_v2");
  if (!init) return;
  step("nvmlInit_v2", NULL);
  int code = init();
  fact_code("nvmlInit_v2", code);
  if (code) return;
  nvml_driver_version(nvml);
  int count = ask_number(nvml, nvml_missing, "nvmlDeviceGetCount_v2");
  for (int i = 0; i < count && i < cards_at_most; ++i) nvml_card(nvml, i);
  nvml_call shutdown = (nvml_call)find_symbol(nvml, nvml_missing, "nvmlShutdown");
  if (!shutdown) return;
  step("nvmlShutdown", NULL);
  fact_code("nvmlShutdown", shutdown());
}
