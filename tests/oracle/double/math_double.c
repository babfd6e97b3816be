/* Handles of cuBLAS. The real one embeds a CUDA runtime of its own, which no shim reaches and which stops at the question that
 * the double leaves open (cuda_private_tables.h). Preloaded for a framework that makes handles before it says that it uses a GPU. Only the
 * functions that make, set up and free a handle are here: whether the libraries can be found and loaded is still for ld.so to say. cuDNN
 * has a shim of its own (cudnn_shim.c). */
#include <stdlib.h>

#define EXPORTED __attribute__((visibility("default")))
enum { HANDLE_SIZE = 4096 };

static int make_handle(void** handle) {
  *handle = calloc(1, HANDLE_SIZE);
  return *handle ? 0 : 1;
}

static int free_handle(void* handle) {
  free(handle);
  return 0;
}

#define MAKES(name) \
  EXPORTED int name(void** handle) { return make_handle(handle); }
#define FREES(name) \
  EXPORTED int name(void* handle) { return free_handle(handle); }
#define ACCEPTS(name) \
  EXPORTED int name(void) { return 0; }

MAKES(cublasCreate_v2)
MAKES(cublasLtCreate)
FREES(cublasDestroy_v2)
FREES(cublasLtDestroy)
ACCEPTS(cublasSetStream_v2)
ACCEPTS(cublasSetMathMode)
ACCEPTS(cublasSetWorkspace_v2)
