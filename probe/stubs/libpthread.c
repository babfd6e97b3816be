// The probe takes nothing from libpthread.so.0, but names it as needed: before glibc 2.34 a program that starts without it and gets it
// later, with libcuda, could crash (glibc bug 16628).
void gpuwhy_probe_no_symbol(void) {}
