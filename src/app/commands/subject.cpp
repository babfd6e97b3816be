#include "app/commands/subject.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "app/embedded.h"
#include "app/output.h"
#include "base/text.h"
#include "engine/collect.h"
#include "engine/project.h"
#include "engine/target.h"
#include "facts/facts.h"
#include "render/html/embedded_snapshot.h"
#include "store/snapshot_json.h"
#include "sys/live_machine.h"
#include "sys/root_machine.h"

namespace gpuwhy::app {

namespace {

constexpr std::string_view example_prefix = "example:";

Result<std::string_view> find_embedded(std::string_view name) {
  for (const Embedded& file : embedded_files())
    if (file.name == name) return file.bytes;
  return fail(fmt::format("nothing is embedded as {}", name));
}

std::string example_names() {
  std::vector<std::string> names;
  for (const Embedded& file : embedded_files())
    if (file.name.starts_with("example/")) names.push_back(fmt::format("{}{}", example_prefix, file.name.substr(8)));
  return join(names, ", ");
}

std::string unknown_example(std::string_view name) {
  std::string_view nearest;
  std::size_t distance = name.size() / 2;
  for (const Embedded& file : embedded_files()) {
    if (!file.name.starts_with("example/")) continue;
    std::size_t d = edit_distance(name.substr(example_prefix.size()), file.name.substr(8));
    if (d < distance) distance = d, nearest = file.name.substr(8);
  }
  std::string hint = nearest.empty() ? "" : fmt::format("did you mean {}{}? ", example_prefix, nearest);
  return fmt::format("no example is called '{}'; {}there are {}", printable(name), hint, example_names());
}

// The snapshot in a page of ours (--format html); any other text as it is.
Result<std::string> without_page(std::string text, const std::string& name) {
  if (!is_html(text)) return text;
  std::vector<std::string> found = find_embedded_snapshots(text);
  if (found.size() == 1) return std::move(found.front());
  if (found.size() > 1)
    return fail(fmt::format("{} is a page of gpuwhy diff and holds two machines; a page of gpuwhy check holds one", printable(name)));
  return fail(fmt::format("{} is a page without a whole snapshot of gpuwhy in it", printable(name)));
}

Result<std::string> read_snapshot_text(const std::string& name) {
  if (name.starts_with(example_prefix)) {
    auto bytes = find_embedded("example/" + name.substr(example_prefix.size()));
    if (!bytes) return fail(unknown_example(name));
    return std::string(*bytes);
  }
  auto machine = make_live_machine({});
  auto info = machine->stat(name);
  if (!info) return fail(fmt::format("cannot read {}: {}", printable(name), info.error().detail));
  if (info->kind == FileKind::directory)
    return fail(fmt::format("{} is a folder; --snapshot takes a file, --root a folder", printable(name)));
  auto text = machine->read(name, snapshot_size_limit + 1);
  if (!text && text.error().problem == AccessProblem::too_large)
    return fail(fmt::format("{} is larger than a snapshot can be ({} MiB)", printable(name), snapshot_size_limit >> 20));
  if (!text) return fail(fmt::format("cannot read {}: {}", printable(name), text.error().detail));
  return without_page(std::move(*text), name);
}

// NAME=VALUE lines as `env` prints them, or the zero-separated form of /proc/PID/environ.
Result<std::vector<Variable>> read_environment(const std::string& file) {
  std::vector<Variable> variables;
  if (file.empty()) return variables;
  auto text = make_live_machine({})->read(file, 4 << 20);
  if (!text) return fail(fmt::format("cannot read {}: {}", printable(file), text.error().detail));
  char separator = text->find('\0') != std::string::npos ? '\0' : '\n';
  for (std::string_view line : split(*text, separator)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::size_t equals = line.find('=');
    if (line.empty() || line.starts_with('#')) continue;
    if (equals == std::string_view::npos || equals == 0)
      return fail(fmt::format("{}: '{}' is not NAME=VALUE", printable(file), printable(line, 40)));
    variables.push_back({std::string(line.substr(0, equals)), std::string(line.substr(equals + 1))});
  }
  return variables;
}

CollectOptions collect_options(const Options& options) {
  CollectOptions collect;
  collect.interpreters = options.python;
  collect.ask_driver = !options.no_probe;
  collect.deep = options.deep;
  if (options.pid > 0) collect.pid = options.pid;
  collect.tool_version = GPUWHY_VERSION;
  if (options.timeout_s > 0) {
    auto limit = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout_s * 1000));
    collect.step_deadline = collect.first_init_deadline = limit;
  }
  return collect;
}

void show_progress(std::string_view line) {
  if (::isatty(STDERR_FILENO)) ::dprintf(STDERR_FILENO, "gpuwhy: %.*s\n", static_cast<int>(line.size()), line.data());
}

Result<Subject> collect_subject(const Options& options) {
  Subject subject;
  auto begin = std::chrono::steady_clock::now();
  std::unique_ptr<Machine> machine;
  if (options.root.empty()) {
    auto probe = find_embedded("probe");
    if (!probe) return fail(probe.error().message);
    machine = make_live_machine(*probe, show_progress);
    subject.live = true;
  } else {
    auto variables = read_environment(options.environment_file);
    if (!variables) return fail(variables.error().message);
    if (!make_live_machine({})->is_folder(options.root)) return fail(fmt::format("--root {}: no such folder", printable(options.root)));
    machine = make_root_machine(options.root, *variables);
  }
  auto collected = collect(*machine, collect_options(options));
  if (!collected) return fail(collected.error().message);
  subject.snapshot = std::move(*collected);
  std::chrono::duration<double, std::milli> total = std::chrono::steady_clock::now() - begin;
  if (subject.live) subject.timings_ms["total"] = total.count();
  return subject;
}

// A place by its name. A file of that name goes first where --snapshot or diff takes either.
bool names_target(const std::string& name) { return is_target_name(name) && !make_live_machine({})->stat(name); }

Result<Subject> target_subject(const std::string& name) {
  auto snapshot = make_target(name);
  if (!snapshot) return fail(snapshot.error().message);
  Subject subject;
  subject.snapshot = std::move(*snapshot);
  subject.snapshot.meta.tool_version = GPUWHY_VERSION;
  return subject;
}

constexpr std::size_t project_size_limit = 64 << 20;

Result<bool> lay_file_over(const std::string& file, std::optional<ProjectKind> kind, Snapshot& target) {
  auto text = make_live_machine({})->read(file, project_size_limit);
  if (!text) return fail(fmt::format("cannot read {}: {}", printable(file), text.error().detail));
  auto project = read_project(file, *text, kind);
  if (!project) return fail(project.error().message);
  lay_over(*project, target);
  return true;
}

// The environment of --python, then every file of a project, in this order.
Result<bool> lay_projects_over(const Options& options, Snapshot& target) {
  if (!options.python.empty()) {
    CollectOptions collecting = collect_options(options);
    collecting.ask_driver = false;
    collecting.find_other_environments = false;
    auto here = collect(*make_live_machine({}), collecting);
    if (!here) return fail(here.error().message);
    if (!here->environments.empty()) lay_over(here->environments.front(), target);
  }
  std::vector<std::pair<std::string, std::optional<ProjectKind>>> files;
  for (const std::string& file : options.projects) files.emplace_back(file, std::nullopt);
  if (!options.requirements.empty()) files.emplace_back(options.requirements, ProjectKind::requirements);
  if (!options.lock.empty()) files.emplace_back(options.lock, ProjectKind::lock);
  if (!options.notebook.empty()) files.emplace_back(options.notebook, ProjectKind::notebook);
  for (const auto& [file, kind] : files)
    if (auto laid = lay_file_over(file, kind, target); !laid) return laid;
  return true;
}

Result<Subject> find_subject(const Options& options) {
  bool names_project = !options.projects.empty() || !options.requirements.empty() || !options.lock.empty() || !options.notebook.empty();
  if (names_project && options.target.empty())
    return fail("a project is laid over a place: add --target NAME (`gpuwhy targets` lists them)");
  if (!options.target.empty() && (!options.snapshot.empty() || !options.root.empty() || options.pid > 0))
    return fail("--target is a machine of its own: it cannot be used with --snapshot, --root or --pid");
  if (options.environment_file.empty() == false && options.root.empty()) return fail("--env goes with --root");
  if (!options.snapshot.empty() && !options.root.empty()) return fail("--snapshot and --root exclude each other");
  if (!options.snapshot.empty() && !options.python.empty())
    return fail("--python cannot be used with --snapshot: it holds the environments that were looked at");
  if (!options.snapshot.empty() && options.pid > 0) return fail("--pid looks at this machine: it cannot be used with --snapshot");
  if (!options.target.empty()) {
    auto subject = target_subject(options.target);
    if (!subject) return subject;
    if (auto laid = lay_projects_over(options, subject->snapshot); !laid) return fail(laid.error().message);
    return subject;
  }
  if (options.snapshot.empty()) return collect_subject(options);
  if (names_target(options.snapshot)) return target_subject(options.snapshot);
  auto text = read_snapshot_text(options.snapshot);
  if (!text) return fail(text.error().message);
  auto snapshot = read_snapshot(*text);
  if (!snapshot) return fail(fmt::format("{}: {}", printable(options.snapshot), snapshot.error().message));
  Subject subject;
  subject.snapshot = std::move(*snapshot);
  subject.snapshot.meta.tool_version = GPUWHY_VERSION;
  subject.snapshot.meta.facts_as_of = facts::as_of();
  return subject;
}

}  // namespace

Result<Subject> get_subject(const Options& options) {
  auto subject = find_subject(options);
  // What was asked belongs to the snapshot: saved, it answers the same question again.
  if (subject && !options.frameworks.empty()) subject->snapshot.meta.asked_frameworks = options.frameworks;
  if (subject && !options.import_order.empty()) subject->snapshot.meta.import_order = options.import_order;
  return subject;
}

TerminalOptions terminal_options(const Options& options) {
  auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value ? value : "");
  };
  TerminalOptions terminal;
  bool is_tty = options.output.empty() && ::isatty(STDOUT_FILENO);
  ColourVariables variables{variable("NO_COLOR"), variable("CLICOLOR_FORCE"), variable("FORCE_COLOR"), variable("CLICOLOR"),
                            variable("TERM")};
  terminal.colour = wants_colour(options.colour, is_tty, variables);
  if (!options.output.empty() && options.colour != ColourChoice::always) terminal.colour = false;
  winsize size{};
  if (is_tty && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) terminal.width = size.ws_col;
  if (!is_tty) terminal.width = 120;
  std::string locale(variable("LC_ALL"));
  if (locale.empty()) locale = variable("LC_CTYPE");
  if (locale.empty()) locale = variable("LANG");
  // A locale that says another encoding gets ASCII; none at all (containers, notebooks) is UTF-8 nowadays.
  std::string lower = to_lower(locale);
  terminal.unicode = locale.empty() || lower.find("utf") != std::string::npos || lower == "c" || lower == "posix";
  terminal.verbose = options.verbose;
  return terminal;
}

}  // namespace gpuwhy::app
