/* Test double of the driver library, libcuda.so.1. It runs nothing: it answers what a framework asks while it lists devices, as the
 * environment tells it to (settings.h), and writes down what was asked. Every function of the interface exists, because a runtime looks
 * some 400 of them up before it asks anything; those without an answer here are the generated, weak ones of cuda_functions.c. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <strings.h>

#include "settings.h"

enum {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201,
  NOT_FOUND = 500,
  NOT_SUPPORTED = 801
};

/* One row of the generated table: the version of the interface from which `name` is what a caller gets who asks for `base`. */
struct function_version {
  const char* base;
  const char* name;
  int since;
  void* function;
};
extern const struct function_version double_functions[];

/* Set when a runtime has walked all devices and turns to the question that is not answered here; runtime_shim.c reads it. */
EXPORTED int double_listing_is_over;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int initialised;
static int visible_count;
static int visible[MAX_GPUS];

/* ---- log ---- */

static const char* library_of(void* caller) {
  Dl_info info;
  if (!caller || !dladdr(caller, &info) || !info.dli_fname) return "?";
  const char* slash = strrchr(info.dli_fname, '/');
  return slash ? slash + 1 : info.dli_fname;
}

static void note(const char* what, void* caller) {
  const char* path = setting("DOUBLE_LOG", NULL);
  if (!path) return;
  FILE* file = fopen(path, "a");
  if (!file) return;
  fprintf(file, "%s\t%s\n", what, library_of(caller));
  fclose(file);
}

#define ASKED() note(__func__, __builtin_return_address(0))

int double_unanswered(const char* name, void* caller) {
  note(name, caller);
  return NOT_SUPPORTED;
}

/* ---- CUDA_VISIBLE_DEVICES ---- */

/* An identifier may be cut short as long as it names one GPU only. MIG instances are named after the GPU that holds them. */
static int gpu_by_identifier(const char* entry) {
  size_t length = strlen(entry);
  while (length && entry[length - 1] == ' ') length--;
  int found = -1;
  for (int gpu = 0; gpu < gpu_count(); gpu++) {
    char uuid[64];
    gpu_uuid(gpu, uuid, sizeof uuid);
    if (entry[0] == 'M') {
      if (gpu > 0 || !setting_number("DOUBLE_MIG", 0)) continue;
      memcpy(uuid, "MIG", 3);
    }
    if (length > strlen(uuid) || strncmp(uuid, entry, length) != 0) continue;
    if (found >= 0) return -1;
    found = gpu;
  }
  return found;
}

static int gpu_by_entry(const char* entry) {
  while (*entry == ' ' || *entry == '\t') entry++;
  if (!strncmp(entry, "GPU-", 4) || !strncmp(entry, "MIG-", 4)) return gpu_by_identifier(entry);
  char* end;
  long number = strtol(entry, &end, 10);
  return end != entry && number >= 0 && number < gpu_count() ? (int)number : -1;
}

static int is_visible(int gpu) {
  for (int i = 0; i < visible_count; i++)
    if (visible[i] == gpu) return 1;
  return 0;
}

/* The first entry that names nothing ends the list; a GPU that is named twice empties it. */
static void read_visible_devices(void) {
  visible_count = 0;
  const char* value = getenv("CUDA_VISIBLE_DEVICES");
  if (!value) {
    while (visible_count < gpu_count()) {
      visible[visible_count] = visible_count;
      visible_count++;
    }
    return;
  }
  char* copy = strdup(value);
  char* rest = copy;
  for (char* entry; (entry = strsep(&rest, ",")) && visible_count < MAX_GPUS;) {
    int gpu = gpu_by_entry(entry);
    if (gpu < 0) break;
    if (is_visible(gpu)) {
      visible_count = 0;
      break;
    }
    visible[visible_count++] = gpu;
  }
  free(copy);
}

/* ---- initialisation and versions ---- */

static int driver_version(void) { return setting_number("DOUBLE_DRIVER", 13000); }

EXPORTED int cuInit(unsigned flags) {
  ASKED();
  (void)flags;
  int code = setting_number("DOUBLE_CUINIT", 0);
  if (code) return code;
  pthread_mutex_lock(&lock);
  if (!initialised) read_visible_devices();
  initialised = visible_count > 0;
  pthread_mutex_unlock(&lock);
  return initialised ? SUCCESS : NO_DEVICE;
}

EXPORTED int cuDriverGetVersion(int* version) {
  ASKED();
  if (!version) return INVALID_VALUE;
  *version = driver_version();
  return SUCCESS;
}

EXPORTED int cuModuleGetLoadingMode(int* mode) {
  ASKED();
  *mode = 2; /* lazy, the default */
  return SUCCESS;
}

/* ---- devices ---- */

static int check_device(int device) {
  if (!initialised) return NOT_INITIALIZED;
  return device < 0 || device >= visible_count ? INVALID_DEVICE : SUCCESS;
}

#define ASKED_OF(device)                \
  do {                                  \
    ASKED();                            \
    int problem = check_device(device); \
    if (problem) return problem;        \
  } while (0)

EXPORTED int cuDeviceGetCount(int* count) {
  ASKED();
  if (!initialised) return NOT_INITIALIZED;
  *count = visible_count;
  return SUCCESS;
}

EXPORTED int cuDeviceGet(int* device, int ordinal) {
  ASKED_OF(ordinal);
  *device = ordinal;
  return SUCCESS;
}

EXPORTED int cuDeviceGetName(char* name, int size, int device) {
  ASKED_OF(device);
  gpu_name(visible[device], name, size);
  return SUCCESS;
}

EXPORTED int cuDeviceTotalMem_v2(size_t* bytes, int device) {
  ASKED_OF(device);
  *bytes = GPU_MEMORY_MIB << 20;
  return SUCCESS;
}

EXPORTED int cuDeviceComputeCapability(int* major, int* minor, int device) {
  ASKED_OF(device);
  gpu_capability(visible[device], major, minor);
  return SUCCESS;
}

static int copy_uuid(unsigned char* bytes, int device) {
  int problem = check_device(device);
  if (problem) return problem;
  char text[64];
  gpu_uuid(visible[device], text, sizeof text);
  int filled = 0;
  for (const char* at = text + strlen("GPU-"); *at && filled < 16; at += *at == '-' ? 1 : 2) {
    if (*at == '-') continue;
    unsigned value;
    sscanf(at, "%2x", &value);
    bytes[filled++] = (unsigned char)value;
  }
  return SUCCESS;
}

EXPORTED int cuDeviceGetUuid(unsigned char* bytes, int device) {
  ASKED();
  return copy_uuid(bytes, device);
}

EXPORTED int cuDeviceGetUuid_v2(unsigned char* bytes, int device) {
  ASKED();
  return copy_uuid(bytes, device);
}

EXPORTED int cuDeviceGetPCIBusId(char* text, int size, int device) {
  ASKED_OF(device);
  gpu_bus_id(visible[device], text, size);
  return SUCCESS;
}

EXPORTED int cuDeviceGetByPCIBusId(int* device, const char* wanted) {
  ASKED();
  if (!initialised) return NOT_INITIALIZED;
  for (int i = 0; i < visible_count; i++) {
    char text[32];
    gpu_bus_id(visible[i], text, sizeof text);
    if (strcasecmp(text, wanted)) continue;
    *device = i;
    return SUCCESS;
  }
  return INVALID_DEVICE;
}

/* Numbers of the attributes as in cuda.h. The values are those of a big data-centre GPU, so that no framework finds the device too small.
 */
static const struct {
  int attribute;
  int value;
} attribute_values[] = {{1, 1024},  {2, 1024},    {3, 1024},   {4, 64},          {5, 2147483647}, {6, 65535},       {7, 65535},
                        {8, 49152}, {9, 65536},   {10, 32},    {11, 2147483647}, {12, 65536},     {13, 1410000},    {14, 512},
                        {15, 1},    {16, 108},    {17, 0},     {18, 0},          {19, 1},         {20, 0},          {30, 512},
                        {31, 1},    {32, 1},      {34, 0},     {35, 0},          {36, 1215000},   {37, 5120},       {38, 40 << 20},
                        {39, 2048}, {40, 3},      {41, 1},     {50, 0},          {51, 32},        {78, 1},          {79, 1},
                        {80, 1},    {81, 167936}, {82, 65536}, {83, 1},          {84, 0},         {87, 2},          {89, 1},
                        {90, 1},    {92, 1},      {93, 1},     {94, 1},          {95, 1},         {97, 166912},     {98, 1},
                        {99, 1},    {102, 1},     {103, 1},    {106, 32},        {108, 30 << 20}, {109, 134213632}, {111, 1024},
                        {112, 1},   {113, 1},     {115, 1},    {119, 1},         {121, 1},        {122, 1},         {123, 1},
                        {125, 1},   {126, 1},     {131, -1},   {134, -1}};

enum { ATTRIBUTE_PCI_BUS = 33, ATTRIBUTE_MAJOR = 75, ATTRIBUTE_MINOR = 76, FIRST_TEXTURE_SIZE = 21, LAST_TEXTURE_SIZE = 74 };

static int attribute_value(int attribute, int gpu) {
  int major, minor;
  gpu_capability(gpu, &major, &minor);
  if (attribute == ATTRIBUTE_PCI_BUS) return gpu + 1;
  if (attribute == ATTRIBUTE_MAJOR) return major;
  if (attribute == ATTRIBUTE_MINOR) return minor;
  for (size_t i = 0; i < sizeof attribute_values / sizeof *attribute_values; i++)
    if (attribute_values[i].attribute == attribute) return attribute_values[i].value;
  return attribute >= FIRST_TEXTURE_SIZE && attribute <= LAST_TEXTURE_SIZE ? 16384 : 0;
}

EXPORTED int cuDeviceGetAttribute(int* value, int attribute, int device) {
  ASKED_OF(device);
  *value = attribute_value(attribute, visible[device]);
  return SUCCESS;
}

EXPORTED int cuDeviceCanAccessPeer(int* value, int device, int peer) {
  ASKED_OF(device);
  (void)peer;
  *value = 0;
  return SUCCESS;
}

/* ---- names and texts of the codes, as in cuda.h ---- */

static const struct {
  int code;
  const char* name;
  const char* text;
} errors[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {34, "CUDA_ERROR_STUB_LIBRARY", "CUDA driver is a stub library"},
    {46, "CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {304, "CUDA_ERROR_OPERATING_SYSTEM", "OS call failed or operation not supported on this OS"},
    {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {801, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {802, "CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {804, "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE", "forward compatibility was attempted on non supported HW"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

static int find_error(int code) {
  for (int i = 0; i < (int)(sizeof errors / sizeof *errors); i++)
    if (errors[i].code == code) return i;
  return -1;
}

EXPORTED int cuGetErrorName(int code, const char** name) {
  ASKED();
  int row = find_error(code);
  *name = row < 0 ? NULL : errors[row].name;
  return row < 0 ? INVALID_VALUE : SUCCESS;
}

EXPORTED int cuGetErrorString(int code, const char** text) {
  ASKED();
  int row = find_error(code);
  *text = row < 0 ? NULL : errors[row].text;
  return row < 0 ? INVALID_VALUE : SUCCESS;
}

/* ---- contexts: a record per device, on which nothing runs ---- */

struct context {
  int device;
  int retained;
  unsigned flags;
};
static struct context primary_contexts[MAX_GPUS];
static __thread struct context* current_context;

EXPORTED int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
  ASKED_OF(device);
  *flags = primary_contexts[device].flags;
  *active = primary_contexts[device].retained > 0;
  return SUCCESS;
}

EXPORTED int cuDevicePrimaryCtxRetain(void** context, int device) {
  ASKED_OF(device);
  primary_contexts[device].device = device;
  primary_contexts[device].retained++;
  *context = &primary_contexts[device];
  return SUCCESS;
}

EXPORTED int cuDevicePrimaryCtxRelease_v2(int device) {
  ASKED_OF(device);
  if (primary_contexts[device].retained) primary_contexts[device].retained--;
  return SUCCESS;
}

EXPORTED int cuCtxGetCurrent(void** context) {
  ASKED();
  if (!initialised) return NOT_INITIALIZED;
  *context = current_context;
  return SUCCESS;
}

EXPORTED int cuCtxSetCurrent(void* context) {
  ASKED();
  if (!initialised) return NOT_INITIALIZED;
  current_context = context;
  return SUCCESS;
}

EXPORTED int cuCtxGetDevice(int* device) {
  ASKED();
  if (!initialised) return NOT_INITIALIZED;
  if (!current_context) return INVALID_CONTEXT;
  *device = current_context->device;
  return SUCCESS;
}

/* ---- lookup of functions by name and version ---- */

enum { LOOKUP_FOUND = 0, LOOKUP_NAME_UNKNOWN = 1, LOOKUP_TOO_NEW = 2 };

static const struct function_version* newest_version(const char* base, int limit) {
  const struct function_version* best = NULL;
  for (const struct function_version* row = double_functions; row->base; row++)
    if (!strcmp(row->base, base) && row->since <= limit && (!best || row->since > best->since)) best = row;
  return best;
}

static int look_up(const char* base, void** function, int wanted, int* status) {
  int limit = wanted < driver_version() ? wanted : driver_version();
  const struct function_version* row = newest_version(base, limit);
  *function = row ? row->function : NULL;
  if (row) {
    if (status) *status = LOOKUP_FOUND;
    return SUCCESS;
  }
  note(base, NULL);
  /* A caller that can be told more gets "your version is too old for this name" apart from "no such name". */
  int newer_exists = newest_version(base, driver_version()) != NULL;
  if (status) *status = newer_exists ? LOOKUP_TOO_NEW : LOOKUP_NAME_UNKNOWN;
  return status && newer_exists ? SUCCESS : NOT_FOUND;
}

EXPORTED int cuGetProcAddress(const char* base, void** function, int wanted, uint64_t flags) {
  (void)flags;
  return look_up(base, function, wanted, NULL);
}

EXPORTED int cuGetProcAddress_v2(const char* base, void** function, int wanted, uint64_t flags, int* status) {
  (void)flags;
  return look_up(base, function, wanted, status);
}

#include "cuda_streams.h"

#include "cuda_private_tables.h"
