#include <fmt/format.h>

#include "app/commands/arch_report.h"
#include "app/commands/commands.h"
#include "app/output.h"
#include "base/path.h"
#include "base/text.h"
#include "probes/device_code/library_code.h"
#include "sys/live_machine.h"

namespace gpuwhy::app {

namespace {

constexpr int folders_deep_at_most = 32;
constexpr std::size_t files_at_most = 200'000;

struct Walk {
  std::vector<std::string> files;
  std::vector<std::string> unread;  // folders below the named one that this user may not list
  bool is_cut = false;              // more than can be looked at
};

bool is_library(std::string_view name) { return name.ends_with(".so") || name.find(".so.") != std::string_view::npos; }

// Links are not followed: in a folder of libraries they lead to files that are found anyway, and elsewhere in circles.
void walk(Machine& machine, const std::string& folder, int depth, Walk& found) {
  auto names = machine.list(folder);
  if (!names) {
    found.unread.push_back(fmt::format("{}: {}", printable(folder), names.error().detail));
    return;
  }
  for (const std::string& name : *names) {
    std::string path = path::join(folder, name);
    auto info = machine.lstat(path);
    if (!info) continue;
    if (info->kind == FileKind::directory) {
      if (depth < folders_deep_at_most) walk(machine, path, depth + 1, found);
      else found.is_cut = true;
    } else if (info->kind == FileKind::regular && is_library(name)) {
      if (found.files.size() < files_at_most) found.files.push_back(path);
      else found.is_cut = true;
    }
  }
}

Result<ArchFile> read_file(Machine& machine, const std::string& path, bool named, const Options& options) {
  auto file = machine.open(path);
  if (!file) return fail(fmt::format("cannot read {}: {}", printable(path), file.error().detail));
  ArchFile found;
  found.path = path;
  found.named = named;
  found.size = (*file)->size();
  found.content = read_library_code(**file, path, options.deep);
  if (found.content.state == fatbin::State::unread) return fail(fmt::format("cannot read {}: reading it failed", printable(path)));
  if (found.content.state == fatbin::State::not_elf && named) return fail(fmt::format("{}: {}", printable(path), found.content.problem));
  found.library = code_library(path, found.content);
  found.note = compiled_at_run_time(path);
  if (!options.compute_capability.empty() && found.has_code()) {
    // What a damaged file still holds is judged too: its damage is said beside.
    CodeLibrary readable = found.library;
    if (readable.groups.is_unknown()) readable.groups = code_groups(found.content);
    found.verdict = judge_library(readable, options.compute_capability, 0);
  }
  return found;
}

// 2 when something named could not be read, 1 when something found is damaged or has no code for the card.
struct Status {
  bool refused = false, faulty = false;

  int exit_status() const { return refused ? 2 : faulty ? 1 : 0; }
};

void take(Result<ArchFile> file, std::vector<ArchFile>& files, Status& status) {
  if (!file) {
    print_usage_error(file.error().message);
    status.refused = true;
    return;
  }
  if (file->content.state == fatbin::State::not_elf) return;  // in a folder: a linker script, or something else
  status.faulty |= file->content.state == fatbin::State::damaged || (file->verdict && file->verdict->support == CodeSupport::none);
  files.push_back(std::move(*file));
}

}  // namespace

int run_arch(const Options& options) {
  auto machine = make_live_machine({});
  std::vector<ArchFile> files;
  Status status;
  for (const std::string& name : options.files) {
    if (!machine->is_folder(name)) {
      take(read_file(*machine, name, true, options), files, status);
      continue;
    }
    Walk found;
    walk(*machine, name, 0, found);
    for (const std::string& path : found.files) take(read_file(*machine, path, false, options), files, status);
    for (const std::string& problem : found.unread) print_usage_error("cannot list " + problem);
    if (found.is_cut) print_usage_error(fmt::format("{} holds more than can be looked at", printable(name)));
    if (found.files.empty() && found.unread.empty()) print_usage_error(fmt::format("{} holds no shared libraries", printable(name)));
    status.refused |= found.is_cut || !found.unread.empty() || found.files.empty();
  }
  if (!files.empty()) {
    std::string text = options.format == Format::json ? render_arch_json(files, options.compute_capability)
                                                      : render_arch_text(files, options.compute_capability);
    if (auto delivered = deliver(text, options.output); !delivered) {
      print_usage_error(delivered.error().message);
      return 2;
    }
  }
  return status.exit_status();
}

}  // namespace gpuwhy::app
