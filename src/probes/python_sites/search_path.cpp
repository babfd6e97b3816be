#include "probes/python_sites/search_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "formats/python_source/python_source.h"

namespace gpuwhy {

namespace {

constexpr std::size_t pth_limit = 256 << 10;
constexpr std::size_t most_entries = 4096;

// What the interpreter's own site.py does beyond the plain one.
struct SiteFlavour {
  bool debian = false;            // dist-packages
  bool debian_venv_rule = false;  // in a virtual environment also site-packages
  bool local_first = false;       // Fedora: /usr/local before the prefixes
  bool local_last = false;        // openSUSE: behind them
  bool skips_hidden_pth = false;  // since 3.13 and in late patch releases of older ones
};

// Code that setuptools and virtualenv leave in nearly every environment; it adds nothing to sys.path.
bool is_harmless(std::string_view name) { return name == "distutils-precedence.pth" || name == "_virtualenv.pth"; }

// Since 3.7 PYTHONNOUSERSITE is read as a number: "0" changes nothing.
bool disables_user_site(const std::string& value, const std::string& version) {
  return !value.empty() && (Version::parse(version) < Version::parse("3.7") || parse_int(value) != 0);
}

class Builder {
 public:
  Builder(Folders& folders, const PythonSettings& settings, const Interpreter& python)
      : folders_(folders), machine_(folders.machine()), settings_(settings), python_(python), version_name_("python" + python.version) {
    if (python.is_free_threaded) version_name_ += 't';
  }

  SearchPath build();

 private:
  bool find_base();
  void read_flavour();
  void add_site_folders(const std::string& prefix, bool in_venv);
  void add_site_folder(const std::string& folder);
  void read_pth(const std::string& folder, const std::string& name);
  bool add(const std::string& entry);

  Folders& folders_;
  Machine& machine_;
  const PythonSettings& settings_;
  const Interpreter& python_;
  std::string version_name_;            // "python3.12"
  std::string library_folder_ = "lib";  // sys.platlibdir
  std::string base_, exec_base_;
  SiteFlavour flavour_;
  std::vector<std::string> entries_;
  std::set<std::string> seen_;
  SearchPath result_;
};

bool Builder::add(const std::string& entry) {
  if (entries_.size() >= most_entries || std::ranges::find(entries_, entry) != entries_.end()) return false;
  entries_.push_back(entry);
  return true;
}

std::vector<std::string> folders_above(std::string folder) {
  std::vector<std::string> folders;
  while (folder.starts_with('/')) {
    folders.push_back(folder);
    if (folder == "/") break;
    folder = std::string(path::parent(folder));
  }
  return folders;
}

// The standard library: the first folder upwards from the executable that holds lib/pythonX.Y/os.py. In a virtual environment the search
// starts at `home` of pyvenv.cfg, else where the links of the executable end.
bool Builder::find_base() {
  std::vector<std::string> names = {"lib", "lib64"};
  if (!settings_.platform_library_folder.empty() && Version::parse(python_.version) >= Version::parse("3.9"))
    names = {settings_.platform_library_folder};
  if (!settings_.python_home.empty()) {
    auto parts = split(settings_.python_home, ':');
    base_ = std::string(parts[0]);
    exec_base_ = parts.size() > 1 ? std::string(parts[1]) : base_;
    for (const std::string& name : names)
      if (machine_.exists(path::join(base_, name + "/" + version_name_ + "/os.py"))) {
        library_folder_ = name;
        break;
      }
    result_.notes.push_back(
        fmt::format("PYTHONHOME is set to {}: the standard library is taken from there", printable(settings_.python_home)));
    return true;
  }
  auto home = python_.venv.find("home");
  std::string start = home != python_.venv.end() && !home->second.empty() ? home->second : std::string(path::parent(python_.program));
  std::vector<std::string> starts = folders_above(start);
  // Else the interpreter takes the prefix that was compiled in; it is not in any text file, but most often above the program or one of two.
  std::size_t found_by_landmark = starts.size();
  for (const std::string& folder : folders_above(std::string(path::parent(python_.program)))) starts.push_back(folder);
  for (const char* compiled_in : {"/usr/local", "/usr"}) starts.push_back(compiled_in);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    for (const std::string& name : names) {
      std::string landmark = path::join(starts[i], name + "/" + version_name_ + "/os.py");
      if (!machine_.exists(landmark) && !machine_.exists(landmark + "c")) continue;
      base_ = exec_base_ = starts[i];
      library_folder_ = name;
      if (i >= found_by_landmark)
        result_.notes.push_back(fmt::format("no {}/{} above {}: taken from {}", name, version_name_, start, base_));
      return true;
    }
  }
  return false;
}

void Builder::read_flavour() {
  auto text = machine_.read(path::join(base_, library_folder_ + "/" + version_name_ + "/site.py"));
  if (!text) {  // only its compiled form is there, or it may not be read: judged by the folders
    flavour_.debian = base_ == "/usr" && machine_.is_folder("/usr/lib/python3/dist-packages");
    flavour_.debian_venv_rule = flavour_.debian;
    flavour_.local_first = base_ == "/usr" && library_folder_ == "lib64";
    return;
  }
  auto holds = [&](const char* part) { return text->find(part) != std::string::npos; };
  flavour_.debian = holds("\"dist-packages\"") || holds("'dist-packages'");
  flavour_.debian_venv_rule = holds("is_virtual_environment");
  flavour_.local_first = holds("PREFIXES.insert(0, \"/usr/local\")") || holds("PREFIXES.insert(0, '/usr/local')");
  flavour_.local_last = holds("sys.exec_prefix, '/usr/local'") || holds("sys.exec_prefix, \"/usr/local\"");
  flavour_.skips_hidden_pth = holds("name.startswith(\".\")") || holds("name.startswith('.')");
}

void Builder::read_pth(const std::string& folder, const std::string& name) {
  std::string file = path::join(folder, name);
  auto bytes = machine_.read(file, pth_limit);
  if (!bytes) {
    result_.notes.push_back(fmt::format("{} could not be read: {}", file, printable(bytes.error().detail)));
    return;
  }
  bool told = false;
  for (const python_source::PthLine& line : python_source::parse_pth(*bytes)) {
    if (line.is_code) {
      if (!told && !is_harmless(name))
        result_.notes.push_back(fmt::format("{} holds code that Python runs at its start; it was not run", file));
      told = true;
      continue;
    }
    std::string entry = path::normalised(path::join(folder, line.text));
    if (!machine_.exists(entry)) continue;
    if (add(entry)) result_.notes.push_back(fmt::format("{} adds {} to the search path", file, printable(entry)));
  }
}

void Builder::add_site_folder(const std::string& folder) {
  if (!seen_.insert(path::normalised(folder)).second) return;
  auto info = machine_.stat(folder);
  if (!info || info->kind != FileKind::directory) {
    if (!info && info.error().problem != AccessProblem::not_found && info.error().problem != AccessProblem::not_a_directory)
      result_.notes.push_back(fmt::format("{} could not be looked at: {}", folder, printable(info.error().detail)));
    return;
  }
  add(path::normalised(folder));
  const auto& names = folders_.list(path::normalised(folder));
  if (!names) {
    result_.notes.push_back(fmt::format("{} could not be listed: {}", folder, printable(names.error().detail)));
    return;
  }
  for (const std::string& name : *names) {
    if (name.ends_with(".pth") && !(flavour_.skips_hidden_pth && name.starts_with('.'))) read_pth(path::normalised(folder), name);
    else if (name == "sitecustomize.py" || name == "usercustomize.py")
      result_.notes.push_back(fmt::format("{}/{} is code that Python runs at its start; it was not run", folder, name));
  }
}

void Builder::add_site_folders(const std::string& prefix, bool in_venv) {
  if (!flavour_.debian) {
    if (library_folder_ != "lib") add_site_folder(path::join(prefix, library_folder_ + "/" + version_name_ + "/site-packages"));
    add_site_folder(path::join(prefix, "lib/" + version_name_ + "/site-packages"));
    return;
  }
  if (in_venv && flavour_.debian_venv_rule) add_site_folder(path::join(prefix, "lib/" + version_name_ + "/site-packages"));
  add_site_folder(path::join(prefix, "local/lib/" + version_name_ + "/dist-packages"));
  add_site_folder(path::join(prefix, "lib/python3/dist-packages"));
  add_site_folder(path::join(prefix, "lib/" + version_name_ + "/dist-packages"));
}

SearchPath Builder::build() {
  if (!find_base()) {
    std::string where = python_.venv.contains("home") ? python_.venv.at("home") : std::string(path::parent(python_.program));
    result_.entries = Fact<std::vector<std::string>>::unknown(Why::malformed, fmt::format("no lib/{}/os.py above {}", version_name_, where),
                                                              {Source::file, python_.program, ""});
    result_.prefix = python_.venv_folder;
    return std::move(result_);
  }
  for (std::string_view part : split(settings_.python_path, ':'))
    if (!settings_.python_path.empty()) add(absolute_path(settings_, part.empty() ? "." : std::string(part)));
  std::string digits = replace_all(python_.version, ".", "") + (python_.is_free_threaded ? "t" : "");
  result_.library_entries = {path::join(base_, library_folder_ + "/python" + digits + ".zip"),
                             path::join(base_, library_folder_ + "/" + version_name_),
                             path::join(exec_base_, library_folder_ + "/" + version_name_ + "/lib-dynload")};
  for (const std::string& entry : result_.library_entries) add(path::normalised(entry));
  read_flavour();

  // site.py: first the virtual environment, then the user's folder, then the prefixes.
  bool in_venv = !python_.venv_folder.empty();
  bool system_sites = true;
  if (in_venv) {
    auto key = python_.venv.find("include-system-site-packages");
    system_sites = key == python_.venv.end() || to_lower(key->second) == "true";
    add_site_folders(python_.venv_folder, true);
  }
  bool user_site = system_sites && !disables_user_site(settings_.no_user_site, python_.version);
  if (user_site) {
    std::string base = settings_.user_base.empty() ? path::join(settings_.home, ".local") : settings_.user_base;
    if (base.starts_with('/')) add_site_folder(path::join(base, "lib/" + version_name_ + "/site-packages"));
  }
  std::vector<std::string> prefixes;
  if (in_venv) prefixes.push_back(python_.venv_folder);
  if (system_sites) prefixes.insert(prefixes.end(), {base_, exec_base_});
  if (flavour_.local_first && user_site && !settings_.in_rpm_build) prefixes.insert(prefixes.begin(), "/usr/local");
  if (flavour_.local_last && system_sites) prefixes.push_back("/usr/local");
  for (const std::string& prefix : prefixes) add_site_folders(prefix, in_venv);

  result_.prefix = in_venv ? python_.venv_folder : base_;
  result_.base_prefix = base_;
  result_.entries = Fact<std::vector<std::string>>::known(
      std::move(entries_),
      {Source::file, in_venv ? python_.venv_file : path::join(base_, library_folder_ + "/" + version_name_ + "/os.py"), ""});
  return std::move(result_);
}

}  // namespace

SearchPath compute_search_path(Folders& folders, const PythonSettings& settings, const Interpreter& python) {
  return Builder(folders, settings, python).build();
}

}  // namespace gpuwhy
