/* Shim in front of a real cuDNN, preloaded under the same soname. Every call goes to the real library, whose answers and whose deaths
 * stand: it opens its parts when it is first called. Only where its start ends at the question that the double leaves open
 * (cuda_private_tables.h), because cuDNN has a CUDA runtime inside of it that no shim reaches, the shim hands out a handle with which
 * nothing can be done.
 *
 *   DOUBLE_CUDNN=PATH   the real libcudnn */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "runtime_functions.h" /* generated: RUNTIME_FUNCTIONS, here those of cuDNN */

/* The generated forwarders jump through this table. */
__attribute__((visibility("hidden"))) void* runtime_targets[RUNTIME_FUNCTIONS];
extern const char* runtime_names[];

#define EXPORTED __attribute__((visibility("default")))
enum { SUCCESS = 0, NOT_INITIALIZED = 1001, HANDLE_SIZE = 4096 };

static int not_loaded(void) { return NOT_INITIALIZED; }

__attribute__((constructor)) static void find_real_functions(void) {
  const char* path = getenv("DOUBLE_CUDNN");
  void* library = path ? dlopen(path, RTLD_LAZY | RTLD_LOCAL) : NULL;
  for (int i = 0; i < RUNTIME_FUNCTIONS; i++) {
    void* target = library ? dlsym(library, runtime_names[i]) : NULL;
    runtime_targets[i] = target ? target : (void*)not_loaded;
  }
}

static void* real(const char* name) {
  for (int i = 0; i < RUNTIME_FUNCTIONS; i++)
    if (!strcmp(runtime_names[i], name)) return runtime_targets[i];
  return (void*)not_loaded;
}

static int listing_is_over(void) {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  int* over = driver ? dlsym(driver, "double_listing_is_over") : NULL;
  return over && *over;
}

EXPORTED int cudnnCreate(void** handle) {
  int code = ((int (*)(void**))real("cudnnCreate"))(handle);
  if (code == SUCCESS || !listing_is_over()) return code;
  *handle = calloc(1, HANDLE_SIZE);
  return *handle ? SUCCESS : code;
}

EXPORTED int cudnnDestroy(void* handle) {
  free(handle);
  return SUCCESS;
}

EXPORTED int cudnnSetStream(void* handle, void* stream) {
  (void)handle;
  (void)stream;
  return SUCCESS;
}
