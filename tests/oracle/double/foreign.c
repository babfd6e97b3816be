/* A library with a soname that a framework asks for and none of the functions: what a stray or much older copy looks like to the loader. */
__attribute__((visibility("default"))) int made_for_a_test(void) { return 0; }
