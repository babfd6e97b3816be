#include "loader/real_loader.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "base/path.h"
#include "base/text.h"

namespace gpuwhy::testing {
namespace {

constexpr int deadline_ms = 20'000;

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

bool read_both(int out, int err, ChildOutput& output) {
  pollfd ends[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  std::string* texts[2] = {&output.out, &output.err};
  int open = 2;
  while (open > 0) {
    if (::poll(ends, 2, deadline_ms) <= 0) return false;
    for (int i = 0; i < 2; ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      char buffer[65536];
      ssize_t got = ::read(ends[i].fd, buffer, sizeof buffer);
      if (got > 0) {
        texts[i]->append(buffer, static_cast<std::size_t>(got));
      } else {
        ends[i].fd = -1;
        --open;
      }
    }
  }
  return true;
}

std::vector<Listed> parse_listed(const std::string& text) {
  std::vector<Listed> listed;
  for (std::string_view line : lines(text)) {
    line = trim(line);
    std::size_t arrow = line.find(" => ");
    std::size_t address = line.rfind(" (0x");
    std::string_view path = line.substr(0, address);
    std::string_view name = arrow == std::string_view::npos ? path : line.substr(0, arrow);
    if (arrow != std::string_view::npos) path = path.substr(arrow + 4);
    bool missing = path == "not found";
    if (address == std::string_view::npos && !missing) continue;
    if (name.starts_with("linux-vdso") || path::filename(path).starts_with("ld-linux") || path::filename(path).starts_with("ld-musl"))
      continue;
    listed.push_back({std::string(name), missing ? std::string() : std::string(path)});
  }
  return listed;
}

}  // namespace

ChildOutput run_child(const std::vector<std::string>& arguments, const std::vector<std::string>& environment, const std::string& folder) {
  ChildOutput output;
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) std::abort();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t child = -1;
  int failure = ::posix_spawn(&child, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  if (failure != 0) {
    output.exit_code = 127;
  } else {
    if (!read_both(out[0], err[0], output)) ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) output.signal = WTERMSIG(status);
    else output.exit_code = WEXITSTATUS(status);
  }
  ::close(out[0]);
  ::close(err[0]);
  return output;
}

LoaderAnswer ask_loader(const std::string& ld_so, const std::string& program, std::vector<std::string> environment,
                        const std::string& folder) {
  environment.push_back("LD_TRACE_LOADED_OBJECTS=1");
  ChildOutput output = run_child({ld_so, program}, environment, folder);
  LoaderAnswer answer;
  answer.signal = output.signal;
  answer.listed = parse_listed(output.out);
  constexpr std::string_view words = "error while loading shared libraries: ";
  if (std::size_t at = output.err.find(words); at != std::string::npos) {
    std::string_view rest = std::string_view(output.err).substr(at + words.size());
    answer.error = rest.substr(0, rest.find('\n'));
    // Before libc is there, ld.so knows the system's words for a few errors only.
    answer.error = replace_all(answer.error, ": Error 21", ": Is a directory");
  }
  return answer;
}

LoaderAnswer ask_musl_loader(const std::string& loader, const std::string& program, const std::vector<std::string>& environment,
                             const std::string& folder) {
  ChildOutput output = run_child({loader, "--list", program}, environment, folder);
  LoaderAnswer answer;
  answer.signal = output.signal;
  answer.listed = parse_listed(output.out);
  constexpr std::string_view words = "Error loading shared library ";
  for (std::string_view line : lines(output.err)) {
    if (!line.starts_with(words)) continue;
    line.remove_prefix(words.size());
    line = line.substr(0, line.rfind(" (needed by "));
    std::size_t colon = line.find(": ");
    answer.listed.push_back({std::string(line.substr(0, colon)), "! " + std::string(line.substr(std::min(colon + 2, line.size())))});
  }
  return answer;
}

std::string plain_path(const std::string& path, const std::string& folder) {
  if (path.empty()) return path;
  std::string whole = path::join(folder, path);
  char text[PATH_MAX];
  if (!::realpath(std::string(path::parent(whole)).c_str(), text)) return path::normalised(whole);
  return path::join(text, path::filename(whole));
}

}  // namespace gpuwhy::testing
