// As libc.c, for libdl.so.2 (part of libc.so.6 since glibc 2.34, where libdl.so.2 remains as an empty library).
#define STUB(name) \
  void name(void) {}
STUB(dlerror)
STUB(dlinfo)
STUB(dlopen)
STUB(dlsym)
