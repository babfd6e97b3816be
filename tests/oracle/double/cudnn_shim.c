/* Shim in front of a real cuDNN, preloaded under the same soname. Every call goes to the real library, whose answers and whose deaths
 * stand: it opens its parts when it is first called. Only where its start ends at the question that the double leaves open
 * (cuda_private_tables.h), because cuDNN has a CUDA runtime inside of it that no shim reaches, the shim hands out a handle with which
 * nothing can be done.
 *
 *   DOUBLE_CUDNN=PATH   the real libcudnn */
#define _GNU_SOURCE
enum { SUCCESS = 0, NOT_INITIALIZED = 1001, HANDLE_SIZE = 4096 };
#define NOT_LOADED NOT_INITIALIZED
#define REAL_LIBRARY "DOUBLE_CUDNN"
#define REAL_BINDING RTLD_LAZY
#include "forwarders.h"

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
