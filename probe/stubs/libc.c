// What the probe takes from libc.so.6, as empty functions: only their names matter when it is linked, and none of them carries a symbol
// version, so that the loader of any glibc accepts the references. Built with -fno-builtin; never shipped, never run.
#define STUB(name) \
  void name(void) {}
STUB(__errno_location)
STUB(_exit)
STUB(close)
STUB(memcpy)
STUB(memset)
STUB(open)
STUB(realpath)
STUB(strlen)
STUB(write)
