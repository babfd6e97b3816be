#include "sys/live_machine.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/text.h"
#include "sys/file_access.h"

extern "C" char** environ;

namespace gpuwhy {
namespace {

Access<FoundPath> find_path(const std::string& path, bool follow) {
  // The system would take a path with a zero byte for the part before it.
  if (path.empty() || path.find('\0') != std::string::npos) return std::unexpected(access_error(ENOENT));
  FoundPath found;
  found.object = OwnedFd(::open(path.c_str(), O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
  if (!found.object.is_open()) return std::unexpected(access_error(errno));
  if (::fstat(found.object.get(), &found.info) != 0) return std::unexpected(access_error(errno));
  found.name = path;
  return found;
}

std::vector<Variable> own_environment() {
  std::vector<Variable> variables;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text = *entry;
    std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    variables.push_back({std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))});
  }
  return variables;
}

std::vector<std::uint32_t> own_groups() {
  std::vector<std::uint32_t> groups = {::getegid()};
  int count = ::getgroups(0, nullptr);
  std::vector<gid_t> supplementary(static_cast<std::size_t>(std::max(count, 0)));
  count = ::getgroups(count, supplementary.data());
  for (int i = 0; i < count; ++i) {
    gid_t group = supplementary[static_cast<std::size_t>(i)];
    if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  return groups;
}

// The name of a user in the text of /etc/passwd. A static program cannot ask the name services (getpwuid loads them).
std::string user_name(std::string_view passwd, std::string_view uid) {
  for (std::string_view line : lines(passwd)) {
    std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() > 2 && fields[2] == uid) return std::string(fields[0]);
  }
  return {};
}

class LiveMachine : public Machine {
 public:
  LiveMachine(std::string_view probe_bytes, ProbeProgress progress)
      : probe_bytes_(probe_bytes), progress_(std::move(progress)), environment_(own_environment()) {
    read_identity();
  }

  Basis basis() const override { return Basis::live; }

  Access<FileInfo> stat(const std::string& path) override { return info(path, true); }
  Access<FileInfo> lstat(const std::string& path) override { return info(path, false); }

  Access<std::string> read_link(const std::string& path) override {
    auto found = find_path(path, false);
    if (!found) return std::unexpected(found.error());
    if (!S_ISLNK(found->info.st_mode)) return std::unexpected(AccessError{AccessProblem::io_error, "is not a symbolic link"});
    return read_link_text(found->object.get());
  }

  Access<std::string> real_path(const std::string& path) override {
    if (path.empty() || path.find('\0') != std::string::npos) return std::unexpected(access_error(ENOENT));
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (!resolved) return std::unexpected(access_error(errno));
    std::string text = resolved;
    std::free(resolved);
    return text;
  }

  Access<std::vector<std::string>> list(const std::string& folder) override {
    auto found = find_path(folder, true);
    if (!found) return std::unexpected(found.error());
    return list_folder(*found);
  }

  Access<std::unique_ptr<File>> open(const std::string& path) override {
    auto found = find_path(path, true);
    if (!found) return std::unexpected(found.error());
    return open_regular_file(*found);
  }

  Access<std::string> read(const std::string& path, std::size_t limit) override {
    auto found = find_path(path, true);
    if (!found) return std::unexpected(found.error());
    return read_whole_file(*found, limit);
  }

  // klogctl(2), SYSLOG_ACTION_READ_ALL: reading changes nothing. Each line begins with its priority, "<6>".
  Access<std::string> kernel_log() override {
    constexpr int read_all = 3, buffer_size = 10, most = 16 << 20;
    int size = ::klogctl(buffer_size, nullptr, 0);
    if (size < 0) return std::unexpected(access_error(errno));
    std::string text(static_cast<std::size_t>(std::clamp(size, 1 << 16, most)), '\0');
    int length = ::klogctl(read_all, text.data(), static_cast<int>(text.size()));
    if (length < 0) return std::unexpected(access_error(errno));
    text.resize(static_cast<std::size_t>(length));
    return text;
  }

  const Identity* identity() const override { return &identity_; }
  const std::vector<Variable>& environment() const override { return environment_; }
  ProbeRun run_probe(const ProbeRequest& request) override { return run_probe_child(probe_bytes_, request, progress_); }

 private:
  static Access<FileInfo> info(const std::string& path, bool follow) {
    auto found = find_path(path, follow);
    if (!found) return std::unexpected(found.error());
    return file_info(found->info);
  }

  void read_identity() {
    identity_.uid = ::geteuid();
    identity_.groups = own_groups();
    utsname names{};
    if (::uname(&names) == 0) {
      identity_.host_name = names.nodename;
      identity_.kernel_release = names.release;
      identity_.architecture = names.machine;
    }
    identity_.sudo_user = variable("SUDO_USER");
    std::string uid = variable("SUDO_UID");
    if (!identity_.sudo_user.empty() || !is_digits(uid)) return;
    auto passwd = read("/etc/passwd", 8 << 20);
    if (passwd) identity_.sudo_user = user_name(*passwd, uid);
    if (identity_.sudo_user.empty()) identity_.sudo_user = uid;
  }

  std::string_view probe_bytes_;
  ProbeProgress progress_;
  std::vector<Variable> environment_;
  Identity identity_;
};

}  // namespace

std::unique_ptr<Machine> make_live_machine(std::string_view probe_bytes, ProbeProgress progress) {
  return std::make_unique<LiveMachine>(probe_bytes, std::move(progress));
}

}  // namespace gpuwhy
