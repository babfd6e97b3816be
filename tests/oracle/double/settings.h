/* Settings that the doubles share. Everything is told by the environment, so that one build serves every test:
 *
 *   DOUBLE_DRIVER=13000         what cuDriverGetVersion answers; newer functions are not found by cuGetProcAddress
 *   DOUBLE_DRIVER_FILE=580.65.06  the driver's own version, as NVML gives it
 *   DOUBLE_CUINIT=0             what cuInit returns
 *   DOUBLE_NVML_INIT=0          what nvmlInit returns
 *   DOUBLE_COUNT=1              number of GPUs
 *   DOUBLE_CC=8.0               compute capability; a list separated by ";" gives one value per GPU, the last repeats
 *   DOUBLE_MIG=0                1: the first GPU is in MIG mode with one instance
 *   DOUBLE_LOG=FILE             which function was asked, by which library
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))
#define MAX_GPUS 64
#define GPU_MEMORY_MIB 40960ull

static inline const char* setting(const char* name, const char* fallback) {
  const char* value = getenv(name);
  return value && *value ? value : fallback;
}

static inline int setting_number(const char* name, int fallback) {
  const char* value = setting(name, NULL);
  return value ? atoi(value) : fallback;
}

static inline int gpu_count(void) {
  int count = setting_number("DOUBLE_COUNT", 1);
  return count < 0 ? 0 : count > MAX_GPUS ? MAX_GPUS : count;
}

/* The element of a list "a;b;c" that belongs to one GPU; the last element serves all that follow. */
static inline void setting_of_gpu(const char* name, const char* fallback, int gpu, char* out, size_t size) {
  const char* element = setting(name, fallback);
  const char* end;
  while ((end = strchr(element, ';')) && gpu-- > 0) element = end + 1;
  size_t length = end ? (size_t)(end - element) : strlen(element);
  if (length >= size) length = size - 1;
  memcpy(out, element, length);
  out[length] = 0;
}

static inline void gpu_capability(int gpu, int* major, int* minor) {
  char text[16];
  *major = *minor = 0;
  setting_of_gpu("DOUBLE_CC", "8.0", gpu, text, sizeof text);
  sscanf(text, "%d.%d", major, minor);
}

static inline void gpu_name(int gpu, char* out, size_t size) {
  (void)gpu;
  snprintf(out, size, "test double");
}

static inline void gpu_uuid(int gpu, char* out, size_t size) { snprintf(out, size, "GPU-fa4e0000-0000-4000-8000-%012x", gpu + 1); }

static inline void gpu_bus_id(int gpu, char* out, size_t size) { snprintf(out, size, "0000:%02X:00.0", gpu + 1); }

#endif
