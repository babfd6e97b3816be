#include "probes/running_process/process_machine.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr int links_at_most = 40;               // as Linux (MAXSYMLINKS)
constexpr std::size_t longest_path = 64 << 10;  // with the texts of links put in

// What of a process's own environment may decide how the driver answers, and can start nothing.
bool is_harmless(std::string_view name) { return name.starts_with("CUDA_") || name.starts_with("NVIDIA_"); }

std::string_view name_of(std::string_view line) { return line.substr(0, line.find('=')); }

}  // namespace

// /proc and /sys are the kernel's: one for both sides, as far as anything here reads them.
bool ProcessMachine::is_shared(const std::string& path) const {
  return view_.root.empty() || path::is_inside(path, "/proc") || path::is_inside(path, "/sys");
}

Access<std::string> ProcessMachine::place_of(const std::string& path, bool follow_last) {
  if (is_shared(path)) return path;
  std::string walked, pending = path;  // `walked` holds no link
  int links = 0;
  while (!pending.empty()) {
    std::size_t end = pending.find('/');
    bool is_last = end == std::string::npos;
    std::string name = pending.substr(0, end);
    pending.erase(0, is_last ? pending.size() : end + 1);
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      walked = walked.find_last_of('/') == std::string::npos ? "" : walked.substr(0, walked.find_last_of('/'));
      continue;
    }
    std::string next = walked + "/" + name;
    auto info = inner_.lstat(view_.root + next);
    if (!info) return std::unexpected(info.error());
    if (info->kind != FileKind::symlink || (is_last && !follow_last)) {
      walked = std::move(next);
      continue;
    }
    auto text = inner_.read_link(view_.root + next);
    if (!text) return std::unexpected(text.error());
    if (++links > links_at_most || text->size() + pending.size() > longest_path)
      return std::unexpected(AccessError{AccessProblem::link_loop, "Too many levels of symbolic links"});
    if (text->starts_with('/')) walked.clear();
    pending = is_last ? *text : *text + "/" + pending;
  }
  return view_.root + (walked.empty() ? "/" : walked);
}

Access<FileInfo> ProcessMachine::stat(const std::string& path) {
  auto place = place_of(path, true);
  return place ? inner_.stat(*place) : std::unexpected(place.error());
}

Access<FileInfo> ProcessMachine::lstat(const std::string& path) {
  auto place = place_of(path, false);
  return place ? inner_.lstat(*place) : std::unexpected(place.error());
}

Access<std::string> ProcessMachine::read_link(const std::string& path) {
  auto place = place_of(path, false);
  return place ? inner_.read_link(*place) : std::unexpected(place.error());
}

Access<std::string> ProcessMachine::real_path(const std::string& path) {
  if (is_shared(path)) return inner_.real_path(path);
  auto place = place_of(path, true);
  if (!place) return place;
  return place->substr(view_.root.size());
}

Access<std::vector<std::string>> ProcessMachine::list(const std::string& folder) {
  auto place = place_of(folder, true);
  return place ? inner_.list(*place) : std::unexpected(place.error());
}

Access<std::unique_ptr<File>> ProcessMachine::open(const std::string& path) {
  auto place = place_of(path, true);
  if (!place) return std::unexpected(place.error());
  return inner_.open(*place);
}

Access<std::string> ProcessMachine::read(const std::string& path, std::size_t limit) {
  auto place = place_of(path, true);
  return place ? inner_.read(*place, limit) : std::unexpected(place.error());
}

ProbeRun ProcessMachine::run_probe(const ProbeRequest& request) {
  if (!view_.no_driver_why.empty()) {
    ProbeRun run;
    run.detail = view_.no_driver_why;
    return run;
  }
  if (!view_.is_foreign) return inner_.run_probe(request);
  // Root may look at anybody's process, but must not run what that user has put into its environment or named as its loader.
  ProbeRequest own = request;
  own.loader.clear();
  std::erase_if(own.environment, [](const std::string& line) { return !is_harmless(name_of(line)); });
  for (const Variable& variable : inner_.environment())
    if (!is_harmless(variable.name)) own.environment.push_back(variable.name + "=" + variable.value);
  if (own.libcuda.find('/') != std::string::npos) {
    ProbeRun run;
    run.detail = "not asked: the process of another user leads to " + printable(own.libcuda);
    return run;
  }
  return inner_.run_probe(own);
}

}  // namespace gpuwhy
