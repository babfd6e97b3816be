/* What the shims in front of a real library share: every name of the real one is a forwarder that jumps through a table, which is filled
 * when the shim is loaded. A file that includes this has defined NOT_LOADED (what a function answers whose library is not there),
 * REAL_LIBRARY (the variable that names the real one) and REAL_BINDING (how to open it). */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "runtime_functions.h" /* generated: RUNTIME_FUNCTIONS and the names in that order */

__attribute__((visibility("hidden"))) void* runtime_targets[RUNTIME_FUNCTIONS];
extern const char* runtime_names[];

#define EXPORTED __attribute__((visibility("default")))

static int not_loaded(void) { return NOT_LOADED; }

__attribute__((constructor)) static void find_real_functions(void) {
  const char* path = getenv(REAL_LIBRARY);
  void* library = path ? dlopen(path, REAL_BINDING | RTLD_LOCAL) : NULL;
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
