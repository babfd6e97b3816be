#include "app/output.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/text.h"

namespace gpuwhy::app {

namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A pipe, a terminal or /dev/null is written to as it is: replacing it would destroy it.
bool is_replaceable(const std::string& file) {
  struct stat info {};
  return ::lstat(file.c_str(), &info) != 0 || S_ISREG(info.st_mode);
}

Result<void> write_in_place(std::string_view text, const std::string& file) {
  std::FILE* out = std::fopen(file.c_str(), "w");
  if (!out) return fail(fmt::format("cannot write {}: {}", printable(file), std::strerror(errno)));
  bool written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
  bool closed = std::fclose(out) == 0;
  if (written && closed) return {};
  return fail(fmt::format("cannot write {}: {}", printable(file), std::strerror(errno)));
}

}  // namespace

void print(std::string_view text) { write_all(STDOUT_FILENO, text); }

void print_usage_error(std::string_view message) { write_all(STDERR_FILENO, fmt::format("gpuwhy: {}\n", printable(message, 2000))); }

Result<void> deliver(std::string_view text, const std::string& file) {
  if (file.empty() || file == "-") {
    if (write_all(STDOUT_FILENO, text)) return {};
    return fail(fmt::format("cannot write the answer: {}", std::strerror(errno)));
  }
  if (!is_replaceable(file)) return write_in_place(text, file);
  std::string temporary = fmt::format("{}.{}.tmp", file, ::getpid());
  if (auto written = write_in_place(text, temporary); !written) {
    std::remove(temporary.c_str());
    return fail(replace_all(written.error().message, temporary, file));
  }
  if (std::rename(temporary.c_str(), file.c_str()) == 0) return {};
  std::string why = std::strerror(errno);
  std::remove(temporary.c_str());
  return fail(fmt::format("cannot write {}: {}", printable(file), why));
}

}  // namespace gpuwhy::app
