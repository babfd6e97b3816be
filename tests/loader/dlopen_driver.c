// A program that opens libraries on request and says what it got. Each argument is "CALLER|NAME": CALLER is the path of a mapped library of
// the test's own making, which then makes the call through its trampoline (tests/support/elf_writer.h), or empty for this program.
// Its search path is a placeholder that the test overwrites in a copy of the file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef void* trampoline(const char* name, int mode, void* (*open)(const char*, int));
enum { trampoline_address = 0x200 };

static struct link_map* find_mapped(const char* path) {
  struct stat wanted, here;
  if (stat(path, &wanted) != 0) return NULL;
  for (struct link_map* map = _r_debug.r_map; map; map = map->l_next)
    if (map->l_name[0] != 0 && stat(map->l_name, &here) == 0 && here.st_dev == wanted.st_dev && here.st_ino == wanted.st_ino) return map;
  return NULL;
}

static void* open_from(const char* caller, const char* name) {
  if (caller[0] == 0) return dlopen(name, RTLD_LAZY);
  struct link_map* map = find_mapped(caller);
  if (!map) {
    printf("no such caller %s\n", caller);
    return NULL;
  }
  return ((trampoline*)(map->l_addr + trampoline_address))(name, RTLD_LAZY, dlopen);
}

int main(int count, char** arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 1; i < count; ++i) {
    char* name = strchr(arguments[i], '|');
    if (!name) return 2;
    *name++ = 0;
    struct link_map* handle = open_from(arguments[i], name);
    if (handle) printf("found %s\n", handle->l_name);
    else printf("failed %s\n", dlerror());
  }
  for (struct link_map* map = _r_debug.r_map; map; map = map->l_next) printf("mapped %s\n", map->l_name);
  return 0;
}
