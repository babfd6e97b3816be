#include "probes/kernel_module/blacklist.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "formats/modprobe/modprobe_conf.h"
#include "formats/procfs/procfs.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

using Paths = Fact<std::vector<std::string>>;

// In the order of precedence.
constexpr std::array<std::string_view, 5> folders = {"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
                                                     "/usr/lib/modprobe.d", "/lib/modprobe.d"};
constexpr std::size_t most_files = 2048;

bool keeps_nvidia_out(const modprobe::Directive& directive) {
  return modprobe::keeps_out(directive, "nvidia") || modprobe::keeps_out(directive, "nvidia_current");  // Debian's name for the file
}

class Search {
 public:
  explicit Search(Machine& machine) : machine_(machine) {}

  void look_into(const std::string& folder) {
    auto names = machine_.list(folder);
    if (!names) return note_failure(folder, names.error());
    for (const std::string& name : *names) {
      if (!name.ends_with(".conf") || seen_.size() >= most_files || !seen_.insert(name).second) continue;
      look_at(folder + "/" + name);
    }
  }

  void look_at_command_line() {
    const std::string path = "/proc/cmdline";
    auto text = machine_.read(path, 64 << 10);
    if (!text) return note_failure(path, text.error());
    for (const std::string& parameter : procfs::parse_command_line(*text)) {
      std::size_t equals = parameter.find('=');
      std::string name = modprobe::module_name(parameter.substr(0, equals));
      if (equals == std::string::npos || (name != "modprobe.blacklist" && name != "module_blacklist")) continue;
      for (std::string_view module : split(std::string_view(parameter).substr(equals + 1), ','))
        if (modprobe::module_name(module) == "nvidia") add(path, parameter);
    }
  }

  Paths finish(const std::string& elsewhere) {
    if (!found_.empty()) return Paths::known(std::move(found_), first_);
    if (failure_) return *failure_;
    if (!elsewhere.empty()) return not_probed<std::vector<std::string>>(elsewhere);
    return Paths::known({}, evidence_at("/etc/modprobe.d", "nothing keeps nvidia out"));
  }

 private:
  void look_at(const std::string& path) {
    auto text = machine_.read(path);
    if (!text) return note_failure(path, text.error());
    for (const modprobe::Directive& directive : modprobe::parse_modprobe_conf(*text))
      if (keeps_nvidia_out(directive)) add(path, directive.command + " " + directive.module + " " + directive.arguments);
  }

  void add(const std::string& path, std::string_view excerpt) {
    if (std::ranges::count(found_, path) > 0) return;
    if (found_.empty()) first_ = evidence_at(path, excerpt);
    found_.push_back(path);
  }

  // A file that is missing, also one that a link leads to (links to /dev/null hide a file on purpose), keeps nothing out.
  void note_failure(const std::string& path, const AccessError& error) {
    if (is_missing(error) || failure_) return;
    auto info = machine_.stat(path);
    if (!info || info->kind != FileKind::character_device) failure_ = failed<std::vector<std::string>>(error, path);
  }

  Machine& machine_;
  std::set<std::string> seen_;
  std::vector<std::string> found_;
  Evidence first_;
  std::optional<Paths> failure_;
};

}  // namespace

Paths find_blacklists(Machine& machine, const std::string& elsewhere) {
  Search search(machine);
  for (std::string_view folder : folders) search.look_into(std::string(folder));
  if (machine.basis() != Machine::Basis::root_folder) search.look_at_command_line();
  return search.finish(elsewhere);
}

}  // namespace gpuwhy::probes
