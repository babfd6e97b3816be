#include "sys/child_start.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// Everything between fork and exec uses system calls only: no allocation, no locks, because another thread may have held one.

namespace gpuwhy {
namespace {

constexpr int exit_not_started = 127;

// Calls on the kernel's own numbers: close_range is younger than the headers some will build with, and all architectures share the number.
constexpr long number_close_range = 436;

// Moves a descriptor out of the way of 0 to 4, where the child's own are put.
int moved_up(int fd) { return fd >= 0 && fd < 16 ? ::fcntl(fd, F_DUPFD_CLOEXEC, 16) : fd; }

void close_each_listed() {
  int folder = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    struct rlimit limit {};
    int last = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? static_cast<int>(limit.rlim_cur) : 65536;
    for (int fd = child_program_fd + 1; fd < last; ++fd) ::close(fd);
    return;
  }
  struct Entry {  // linux_dirent64
    std::uint64_t inode;
    std::int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[1];
  };
  alignas(Entry) char buffer[4096];
  // Closing while listing may skip entries, so the list is read again until a pass closes nothing.
  for (bool closed = true; closed;) {
    closed = false;
    ::lseek(folder, 0, SEEK_SET);
    for (long got; (got = ::syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0;) {
      for (long at = 0; at < got;) {
        const auto* entry = reinterpret_cast<const Entry*>(buffer + at);
        int fd = 0;
        bool number = true;
        for (const char* c = entry->name; *c; ++c) {
          number = number && *c >= '0' && *c <= '9';
          fd = number ? fd * 10 + (*c - '0') : -1;
        }
        if (number && fd > child_program_fd && fd != folder) closed = ::close(fd) == 0 || closed;
        at += entry->length;
      }
    }
  }
  ::close(folder);
}

void close_everything_else() {
  if (::syscall(number_close_range, static_cast<unsigned>(child_program_fd + 1), ~0u, 0u) != 0) close_each_listed();
}

void reset_signals() {
  for (int signal = 1; signal < 32; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// As root, libcuda and NVML repair device nodes: they set mode and owner and replace what they take for stale. A private view of the mounts
// with a read-only /dev keeps our question from changing them; a device there still opens for reading and writing. Where the kernel does
// not allow this (a container without CAP_SYS_ADMIN), the dropped capabilities still keep them from making nodes.
void protect_device_folder() {
  if (::geteuid() != 0) return;
  if (::unshare(CLONE_NEWNS) != 0) return;
  ::mount(nullptr, "/dev", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, nullptr);
}

// Mknod and module loading, from every set. Without CAP_SETPCAP the bounding set stays as it is, which no_new_privs makes harmless: an
// exec by root then keeps to what was permitted before.
void drop_capabilities() {
  constexpr std::array<unsigned, 2> unwanted = {CAP_MKNOD, CAP_SYS_MODULE};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  for (unsigned capability : unwanted) {
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, capability, 0, 0);
  }
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) return;
  for (unsigned capability : unwanted) {
    static_assert(CAP_MKNOD < 32 && CAP_SYS_MODULE < 32);
    std::uint32_t keep = ~(std::uint32_t{1} << capability);
    sets[0].effective &= keep;
    sets[0].permitted &= keep;
    sets[0].inheritable &= keep;
  }
  ::syscall(SYS_capset, &header, sets);
}

void limit_resources() {
  struct rlimit none = {0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  // No RLIMIT_AS: CUDA reserves far more address space than any sensible limit.
}

bool arrange_descriptors(const ChildStart& start) {
  int program = moved_up(start.program_fd), result = moved_up(start.result_pipe), noise = moved_up(start.noise_pipe);
  if (program < 0 || result < 0 || noise < 0) return false;
  int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing < 0) {
    ::close(0);  // a root without /dev: reading from a closed descriptor fails as well
  } else if (nothing != 0) {
    ::dup2(nothing, 0);
    ::close(nothing);
  }
  return ::dup2(noise, 1) >= 0 && ::dup2(noise, 2) >= 0 && ::dup2(result, child_result_fd) >= 0 && ::dup2(program, child_program_fd) >= 0;
}

void write_all(int fd, const char* text, std::size_t length) {
  while (length > 0) {
    ssize_t n = ::write(fd, text, length);
    if (n <= 0) return;
    text += n;
    length -= static_cast<std::size_t>(n);
  }
}

[[noreturn]] void report_exec_error(int error, const char* file) {
  char digits[12];
  std::size_t n = sizeof digits;
  digits[--n] = ' ';
  do digits[--n] = static_cast<char>('0' + error % 10);
  while ((error /= 10) > 0 && n > 0);
  write_all(child_result_fd, exec_error_key, std::strlen(exec_error_key));
  write_all(child_result_fd, digits + n, sizeof digits - n);
  write_all(child_result_fd, file, std::strlen(file));
  write_all(child_result_fd, "\n", 1);
  ::_exit(exit_not_started);
}

struct Vectors {
  std::vector<char*> argv, envp;
};

Vectors make_vectors(const ChildStart& start, const std::string& program) {
  // exec takes char* and does not write through it.
  auto pointer = [](const std::string& text) { return const_cast<char*>(text.c_str()); };
  static const std::string name = "gpuwhy-probe";
  Vectors vectors;
  if (start.loader.empty()) {
    vectors.argv.push_back(pointer(name));
  } else {
    vectors.argv.push_back(pointer(start.loader));
    vectors.argv.push_back(pointer(program));
  }
  for (const std::string& argument : start.arguments) vectors.argv.push_back(pointer(argument));
  for (const std::string& variable : start.environment) vectors.envp.push_back(pointer(variable));
  vectors.argv.push_back(nullptr);
  vectors.envp.push_back(nullptr);
  return vectors;
}

[[noreturn]] void become_program(const ChildStart& start, const Vectors& vectors, pid_t parent) {
  ::setpgid(0, 0);
  reset_signals();
  if (!arrange_descriptors(start)) ::_exit(exit_not_started);
  close_everything_else();
  limit_resources();
  protect_device_folder();
  drop_capabilities();
  // After the capabilities: a change of credentials may clear it. The parent may already have gone.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) ::_exit(exit_not_started);
  if (!start.loader.empty()) {
    ::execve(start.loader.c_str(), vectors.argv.data(), vectors.envp.data());
    report_exec_error(errno, start.loader.c_str());
  }
  ::fcntl(child_program_fd, F_SETFD, FD_CLOEXEC);
  ::syscall(SYS_execveat, child_program_fd, "", vectors.argv.data(), vectors.envp.data(), AT_EMPTY_PATH);
  // execveat is younger (Linux 3.19) than the oldest kernels in use.
  if (errno == ENOSYS) ::execve("/proc/self/fd/4", vectors.argv.data(), vectors.envp.data());
  report_exec_error(errno, "");
}

}  // namespace

pid_t start_child(const ChildStart& start) {
  const std::string program = start.program_path.empty() ? "/proc/self/fd/" + std::to_string(child_program_fd) : start.program_path;
  const Vectors vectors = make_vectors(start, program);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become_program(start, vectors, parent);
  if (child > 0) ::setpgid(child, child);  // in both processes: whoever comes first
  return child;
}

}  // namespace gpuwhy
