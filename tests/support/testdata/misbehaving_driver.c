// A libcuda and an NVML in one file that do what the variable MISBEHAVE of the subject's environment says: a test double for
// child_test.cpp. cuInit answers 0 and there is one device, unless the word is: hang, hang-ignoring-term, crash, abort, noise,
// noise-for-ever, leave-child, steal-session, exit, mknod, dev-write, dump-state, close-all, hang-in-constructor, hang-in-nvml, CODE.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int is(const char* word) {
  const char* value = getenv("MISBEHAVE");
  return value && !strcmp(value, word);
}

static void hang(void) {
  for (;;) pause();
}

__attribute__((constructor)) static void loaded(void) {
  if (is("hang-in-constructor")) hang();
}

// One line of what the process looks like from inside, in the device's name.
static char state[256] = "test double";

static void describe_process(void) {
  int open_descriptors = 0;
  for (int fd = 5; fd < 1024; ++fd) open_descriptors += fcntl(fd, F_GETFD) >= 0;
  struct rlimit core;
  getrlimit(RLIMIT_CORE, &core);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2] = {{0}};
  syscall(SYS_capget, &header, sets);
  unsigned unwanted = 1u << CAP_MKNOD | 1u << CAP_SYS_MODULE;
  int death_signal = 0;
  prctl(PR_GET_PDEATHSIG, &death_signal);
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, NULL, &blocked);
  struct sigaction pipe_action;
  sigaction(SIGPIPE, NULL, &pipe_action);
  char byte;
  snprintf(state, sizeof state, "fds=%d group=%d core=%d nnp=%d caps=%d bounding=%d death=%d stdin=%d writable-stdin=%d blocked=%d pipe=%d",
           open_descriptors, getpgrp() == getpid(), (int)core.rlim_cur, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
           ((sets[0].effective | sets[0].permitted | sets[0].inheritable) & unwanted) != 0,
           prctl(PR_CAPBSET_READ, CAP_MKNOD) + prctl(PR_CAPBSET_READ, CAP_SYS_MODULE), death_signal, (int)read(0, &byte, 1),
           write(0, "x", 1) > 0, sigismember(&blocked, SIGTERM), pipe_action.sa_handler == SIG_IGN);
}

static void* nothing(void* argument) { return argument; }

static int try_mknod(const char* path) {
  int error = mknod(path, S_IFCHR | 0600, makedev(1, 3)) ? errno : 0;
  if (!error) unlink(path);
  return error;
}

int cuInit(unsigned flags) {
  (void)flags;
  pthread_t thread;  // a real one starts threads: the process must be fit for it
  if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_join(thread, NULL);
  if (is("hang")) hang();
  if (is("hang-ignoring-term")) {
    signal(SIGTERM, SIG_IGN);
    hang();
  }
  if (is("crash")) *(volatile int*)0 = 1;
  if (is("abort")) abort();
  if (is("exit")) exit(7);
  if (is("noise") || is("noise-for-ever"))
    for (int i = 0; is("noise-for-ever") || i < 1000000; ++i) puts("noise from a library ...................");
  if (is("leave-child") && fork() == 0) hang();
  if (is("steal-session") && fork() == 0) {
    setsid();
    sleep(3);
    _exit(0);
  }
  if (is("mknod")) return try_mknod(getenv("MKNOD_PATH"));
  if (is("dev-write")) return open("/dev/gpuwhy-test-file", O_WRONLY | O_CREAT, 0600) < 0 ? errno : unlink("/dev/gpuwhy-test-file");
  if (is("dump-state")) describe_process();
  if (is("close-all"))
    for (int fd = 0; fd < 100; ++fd) close(fd);
  const char* word = getenv("MISBEHAVE");
  return word ? atoi(word) : 0;
}

int cuDriverGetVersion(int* version) { return *version = 12040, 0; }
int cuDeviceGetCount(int* count) { return *count = 1, 0; }
int cuDeviceGet(int* device, int index) { return *device = index, 0; }
int cuDeviceGetName(char* name, int length, int device) {
  return (void)device, snprintf(name, (size_t)length, "%s\nfact cuInit 3", state), 0;
}
int cuDeviceGetPCIBusId(char* id, int length, int device) { return (void)device, snprintf(id, (size_t)length, "0000:3B:00.0"), 0; }
int cuDeviceGetAttribute(int* value, int attribute, int device) {
  *value = attribute == 75 ? 8 : attribute == 76 ? 9 : device;
  return 0;
}
int cuDeviceTotalMem_v2(size_t* bytes, int device) { return (void)device, *bytes = 24ul << 30, 0; }
int cuDeviceGetUuid(unsigned char* bytes, int device) {
  for (int i = 0; i < 16; ++i) bytes[i] = (unsigned char)(i * 17);
  return device;
}

int nvmlInit_v2(void) {
  if (is("hang-in-nvml")) hang();
  return 0;
}
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char* text, unsigned length) { return snprintf(text, length, "570.124.06"), 0; }
int nvmlDeviceGetCount_v2(unsigned* count) { return *count = 2, 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** handle) { return *handle = (char*)0 + 1 + index, 0; }
int nvmlDeviceGetUUID(void* handle, char* text, unsigned length) {
  return snprintf(text, length, "GPU-0000000%d-0000-0000-0000-000000000000", (int)((char*)handle - (char*)0)), 0;
}
