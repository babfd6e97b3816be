// Loading a driver's library and asking it, for the driver probe (see probe.c).
#pragma once

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <stdlib.h>

#include "lines.h"

static char real_file[PATH_MAX];

static void* load(const char* library, const char* path_key, const char* error_key) {
  step("dlopen", library);
  void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* error = dlerror();
    fact(error_key, error ? error : "dlopen gave no reason");
    return NULL;
  }
  struct link_map* map = NULL;
  const char* file = library;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && map && map->l_name && map->l_name[0]) file = map->l_name;
  if (realpath(file, real_file)) file = real_file;
  fact(path_key, file);
  return handle;
}

static void* find_symbol(void* library, const char* missing_key, const char* name) {
  void* symbol = dlsym(library, name);
  if (!symbol && missing_key) fact(missing_key, name);
  return symbol;
}

typedef int (*number_call)(int*);

static int ask_number(void* library, const char* missing_key, const char* function) {
  number_call call = (number_call)find_symbol(library, missing_key, function);
  if (!call) return no_answer;
  int value = no_answer;
  step(function, NULL);
  int code = call(&value);
  fact_answer(function, code, value);
  return code ? no_answer : value;
}
