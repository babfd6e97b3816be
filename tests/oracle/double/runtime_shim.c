/* Shim in front of a real CUDA runtime, preloaded under the same soname. Every call goes to the real library first, so each FAILURE (no
 * driver, driver too old, codes of cuInit, nothing visible) is the vendor's own answer. Only where the real runtime has walked all devices
 * of the double and then stops at the question that the double leaves open (cuda_private_tables.h), the shim answers the few documented
 * calls by which a program lists devices.
 *
 *   DOUBLE_RUNTIME=PATH   the real libcudart */
#define _GNU_SOURCE
#include <stdio.h>

#define __CUDA_RUNTIME_API_VERSION_INTERNAL 1
#include <cuda_runtime_api.h>
#undef cudaGetDeviceProperties

enum { RUNTIME_NOT_LOADED = 3 };
#define NOT_LOADED RUNTIME_NOT_LOADED
#define REAL_LIBRARY "DOUBLE_RUNTIME"
#define REAL_BINDING RTLD_NOW
#include "forwarders.h"

static void* in_driver(const char* name) {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  return library ? dlsym(library, name) : NULL;
}

/* ---- has the real runtime done its part? ---- */

enum { NOT_ASKED = -1, REAL_ANSWERS = 0, SHIM_ANSWERS = 1 };

static int state = NOT_ASKED;
static int device_count;
static __thread int current_device;

/* 1 when the real runtime listed the double's devices and stopped after that. A failure before is asked for again at the next call. */
static int listing_is_over(void) {
  if (state != NOT_ASKED) return state;
  int ignored = 0;
  cudaError_t code = ((cudaError_t(*)(int*))real("cudaGetDeviceCount"))(&ignored);
  if (code == cudaSuccess) return state = REAL_ANSWERS;
  int* over = in_driver("double_listing_is_over");
  if (!over || !*over) return 0;
  ((cudaError_t(*)(void))real("cudaGetLastError"))();
  ((int (*)(int*))in_driver("cuDeviceGetCount"))(&device_count);
  return state = SHIM_ANSWERS;
}

static int no_such_device(int device) { return device < 0 || device >= device_count; }

static int attribute(int number, int device) {
  int value = 0;
  ((int (*)(int*, int, int))in_driver("cuDeviceGetAttribute"))(&value, number, device);
  return value;
}

#define TEXT_OF(name) #name
#define REAL(name) ((__typeof__(&name))real(TEXT_OF(name)))

/* ---- the calls that list devices ---- */

EXPORTED cudaError_t cudaGetDeviceCount(int* count) {
  if (!listing_is_over()) return REAL(cudaGetDeviceCount)(count);
  *count = device_count;
  return cudaSuccess;
}

EXPORTED cudaError_t cudaGetDevice(int* device) {
  if (!listing_is_over()) return REAL(cudaGetDevice)(device);
  *device = current_device;
  return cudaSuccess;
}

EXPORTED cudaError_t cudaSetDevice(int device) {
  if (!listing_is_over()) return REAL(cudaSetDevice)(device);
  if (no_such_device(device)) return cudaErrorInvalidDevice;
  current_device = device;
  return cudaSuccess;
}

EXPORTED cudaError_t cudaGetLastError(void) { return listing_is_over() ? cudaSuccess : REAL(cudaGetLastError)(); }

EXPORTED cudaError_t cudaPeekAtLastError(void) { return listing_is_over() ? cudaSuccess : REAL(cudaPeekAtLastError)(); }

EXPORTED cudaError_t cudaDeviceGetAttribute(int* value, enum cudaDeviceAttr number, int device) {
  if (!listing_is_over()) return REAL(cudaDeviceGetAttribute)(value, number, device);
  if (no_such_device(device)) return cudaErrorInvalidDevice;
  *value = attribute(number, device);
  return cudaSuccess;
}

EXPORTED cudaError_t cudaDeviceCanAccessPeer(int* value, int device, int peer) {
  if (!listing_is_over()) return REAL(cudaDeviceCanAccessPeer)(value, device, peer);
  *value = 0;
  return cudaSuccess;
}

/* Numbers of the driver's attributes, which the runtime shares. */
enum {
  THREADS_PER_BLOCK = 1,
  SHARED_PER_BLOCK = 8,
  CONSTANT_SIZE = 9,
  WARP_SIZE = 10,
  REGISTERS = 12,
  PROCESSORS = 16,
  PCI_BUS = 33,
  L2_SIZE = 38,
  THREADS_PER_PROCESSOR = 39,
  MAJOR = 75,
  MINOR = 76,
  SHARED_PER_PROCESSOR = 81,
  REGISTERS_PER_PROCESSOR = 82,
  SHARED_PER_BLOCK_AT_MOST = 97
};

static cudaError_t fill_properties(struct cudaDeviceProp* properties, int device) {
  if (no_such_device(device)) return cudaErrorInvalidDevice;
  memset(properties, 0, sizeof *properties);
  ((int (*)(char*, int, int))in_driver("cuDeviceGetName"))(properties->name, sizeof properties->name, device);
  ((int (*)(void*, int))in_driver("cuDeviceGetUuid"))(&properties->uuid, device);
  ((int (*)(size_t*, int))in_driver("cuDeviceTotalMem_v2"))(&properties->totalGlobalMem, device);
  properties->major = attribute(MAJOR, device);
  properties->minor = attribute(MINOR, device);
  properties->multiProcessorCount = attribute(PROCESSORS, device);
  properties->warpSize = attribute(WARP_SIZE, device);
  properties->maxThreadsPerBlock = attribute(THREADS_PER_BLOCK, device);
  properties->maxThreadsPerMultiProcessor = attribute(THREADS_PER_PROCESSOR, device);
  properties->regsPerBlock = attribute(REGISTERS, device);
  properties->sharedMemPerBlock = attribute(SHARED_PER_BLOCK, device);
  properties->l2CacheSize = attribute(L2_SIZE, device);
  properties->sharedMemPerBlockOptin = attribute(SHARED_PER_BLOCK_AT_MOST, device);
  properties->sharedMemPerMultiprocessor = attribute(SHARED_PER_PROCESSOR, device);
  properties->regsPerMultiprocessor = attribute(REGISTERS_PER_PROCESSOR, device);
  properties->totalConstMem = attribute(CONSTANT_SIZE, device);
  properties->pciBusID = attribute(PCI_BUS, device);
  return cudaSuccess;
}

/* The properties call has another name in each major version. */
#if CUDART_VERSION >= 13000
#define PROPERTIES cudaGetDeviceProperties
#else
#define PROPERTIES cudaGetDeviceProperties_v2
#endif
cudaError_t PROPERTIES(struct cudaDeviceProp* properties, int device);

EXPORTED cudaError_t PROPERTIES(struct cudaDeviceProp* properties, int device) {
  if (!listing_is_over()) return REAL(PROPERTIES)(properties, device);
  return fill_properties(properties, device);
}

#include "runtime_work.h"
