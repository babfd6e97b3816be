#include "engine/project.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "engine/target_images.h"
#include "facts/facts.h"
#include "frameworks/packages/packages.h"

namespace gpuwhy {

namespace {

namespace names = frameworks::packages;
using requirements::Requirement;

std::string where(const Project& project, std::size_t line) {
  return line == 0 ? printable(project.file, 80) : fmt::format("{}, line {}", printable(project.file, 80), line);
}

// A marker of clauses about Python and the system, joined by "and"; nothing for any other.
std::optional<bool> marker_holds(std::string_view marker, const PythonEnvironment& environment) {
  std::string text = replace_all(std::string(marker), "\"", "'");
  if (text.contains(" or ") || text.contains('(')) return std::nullopt;
  text = replace_all(std::move(text), " and ", "&");
  bool all = true;
  for (std::string_view clause : split(text, '&')) {
    std::size_t open = clause.find('\''), close = clause.rfind('\'');
    if (open == std::string_view::npos || close <= open) return std::nullopt;
    std::string_view left = trim(clause.substr(0, open)), value = clause.substr(open + 1, close - open - 1);
    std::size_t end = left.find_first_of(" <>=!~");
    std::string_view name = left.substr(0, end), operation = end == std::string_view::npos ? "" : trim(left.substr(end));
    if (name == "python_version" || name == "python_full_version") {
      if (!environment.version.is_known()) return std::nullopt;
      auto here = Version::parse(*environment.version);
      if (!here) return std::nullopt;
      std::string shown = name == "python_version" ? fmt::format("{}.{}", here->major(), here->minor()) : *environment.version;
      all &= requirements::satisfies(shown, fmt::format("{}{}", operation, value));
      continue;
    }
    std::string_view here = name == "sys_platform"       ? "linux"
                            : name == "platform_system"  ? "Linux"
                            : name == "platform_machine" ? "x86_64"
                                                         : "";
    if (here.empty() || (operation != "==" && operation != "!=")) return std::nullopt;
    all &= (here == value) == (operation == "==");
  }
  return all;
}

// The newest release of the tables that the specifier allows, as `pip install` would take it.
std::string newest_known(const std::string& name, const std::string& specifier) {
  std::string best;
  auto consider = [&](std::string_view release) {
    auto parsed = Version::parse(release);
    if (!parsed || parsed->is_pre_release() || !requirements::satisfies(release, specifier)) return;
    if (best.empty() || *Version::parse(best) < *parsed) best = release;
  };
  if (name == "tensorflow")
    for (const facts::TensorflowRelease& row : facts::tensorflow_releases()) consider(row.release);
  if (name == "torch")
    for (const facts::TorchRelease& row : facts::torch_releases())
      if (row.pypi_default_linux) consider(row.release);
  if (name == "jax")
    for (const facts::JaxRelease& row : facts::jax_releases()) consider(row.release);
  return best;
}

// "cu126" of an index ".../whl/cu126": torch's wheels there.
std::string variant_of(const std::vector<std::string>& indexes) {
  for (std::string index : indexes) {
    while (index.ends_with('/')) index.pop_back();
    std::string last = index.substr(index.rfind('/') + 1);
    bool is_cuda = last.starts_with("cu") && is_digits(std::string_view(last).substr(2));
    if (index.contains("/whl/") && (is_cuda || last == "cpu" || last.starts_with("rocm"))) return last;
  }
  return "";
}

class Laying {
 public:
  Laying(const Project& project, Snapshot& target)
      : project_(project), target_(target), environment_(target.environments.front()), name_(environment_.chosen_by) {
    if (environment_.packages.is_known()) packages_ = *environment_.packages;
  }

  void run() {
    take_python();
    if (project_.kind == ProjectKind::lock) take_lock();
    if (project_.kind == ProjectKind::conda || project_.kind == ProjectKind::dockerfile) take_own_image();
    for (const Requirement& requirement : project_.requirements) install(requirement);
    if (project_.kind == ProjectKind::notebook) take_notebook();
    for (const requirements::Unresolved& open : project_.unresolved)
      say(fmt::format("not resolved: {} ({}): {}", open.kind, where(project_, open.line), open.text));
    targets::put_packages(target_, std::move(packages_));
  }

 private:
  void say(std::string note) { environment_.notes.push_back(std::move(note)); }

  Package* find(std::string_view name) {
    auto found = std::ranges::find_if(
        packages_, [&](const Package& package) { return package.name == name && package.installer != names::system_installer; });
    return found == packages_.end() ? nullptr : &*found;
  }

  void put(const std::string& name, const std::string& version, const std::string& place) {
    Package* there = find(name);
    if (!there) there = &packages_.emplace_back();
    there->name = name, there->version = version, there->location = place;
    there->variant.clear();
    there->record_faults = Fact<std::vector<RecordFault>>::absent();
  }

  void take_python() {
    if (!project_.own_python.empty())
      environment_.version =
          Fact<std::string>::known(project_.own_python, {Source::package, project_.file, "python " + project_.own_python});
    if (project_.python.empty() || !environment_.version.is_known()) return;
    if (!requirements::satisfies(*environment_.version, project_.python))
      say(fmt::format("{} asks for Python {}; {} has {}", where(project_, 0), project_.python, name_, *environment_.version));
  }

  void keep_system_packages() {
    std::erase_if(packages_, [](const Package& package) { return package.installer != names::system_installer; });
  }

  void take_lock() {
    for (const Package& locked : project_.locked)
      if (const Package* there = find(locked.name); there && there->version != locked.version)
        say(fmt::format("{} {} of {} would be {} here", locked.name, there->version, name_, locked.version));
    keep_system_packages();
    for (const Package& locked : project_.locked) {
      packages_.push_back(locked);
      packages_.back().record_faults = Fact<std::vector<RecordFault>>::absent();
    }
    environment_.kind = "lock";
    environment_.chosen_by = project_.file;
  }

  // conda's environment and a container bring all of their own but the driver.
  void take_own_image() {
    packages_.clear();
    std::erase_if(target_.unread,
                  [](const Unread& unread) { return unread.fact == names::unsaid_toolkit || unread.fact == names::unsaid_cudnn; });
    environment_.kind = names::project_kind;
    environment_.chosen_by = project_.file;
    if (project_.own_python.empty())
      environment_.version = Fact<std::string>::unknown(Why::not_probed, project_.file + " does not name it");
    for (const Package& brought : project_.brought) packages_.push_back(brought);
    auto unsaid = [&](std::string_view what) {
      target_.unread.push_back({std::string(what), Why::not_probed, project_.file + " does not name it"});
    };
    bool has_cudnn = std::ranges::any_of(packages_, [](const Package& package) { return package.name.starts_with("libcudnn"); });
    if (!project_.names_toolkit) unsaid(names::unsaid_toolkit);
    if (!has_cudnn) unsaid(names::unsaid_cudnn);
    if (project_.kind != ProjectKind::dockerfile) return;
    say(fmt::format("{} is built from {}; of {} it takes the GPU and the driver alone", where(project_, 0),
                    project_.base_name.empty() ? "an image that is not named" : printable(project_.base_name, 80), name_));
    target_.host.libc = Fact<std::string>::unknown(Why::not_probed, "the base image does not name it");
    target_.host.os_name = project_.base.os.empty() ? target_.host.libc : Fact<std::string>::known(project_.base.os);
    take_variables();
  }

  void take_variables() {
    for (const auto& [name, value] : project_.variables) {
      if (!facts::is_known_variable(name)) continue;
      target_.variables[name] = value;
      bool hides_all = name == "CUDA_VISIBLE_DEVICES" && (value.empty() || value.starts_with('-') || to_lower(value) == "none");
      if (!hides_all) continue;
      Evidence evidence{Source::env, name, value};
      for (DriverAnswers& driver : target_.drivers) {
        driver.init = Fact<std::int64_t>::known(100, evidence);
        driver.count = Fact<std::int64_t>::known(0, evidence);
      }
    }
  }

  void install(const Requirement& requirement) {
    std::string place = where(project_, requirement.line);
    std::optional<bool> meant = requirement.marker.empty() ? true : marker_holds(requirement.marker, environment_);
    if (meant == false)
      return say(fmt::format("{} is left out here by its marker: {} ({})", requirement.name, printable(requirement.marker, 80), place));
    if (!meant)
      say(fmt::format("not resolved: the marker of {} ({}): {}; it is taken as meant", requirement.name, place,
                      printable(requirement.marker, 80)));
    const Package* there = find(requirement.name);
    std::string before = there ? there->version : "";
    std::string version = requirement.exact();
    bool stays = there && requirements::satisfies(before, requirement.specifier) && (version.empty() || same_build(before, version));
    if (stays) {
      say(fmt::format("{} {} of {} stays: it satisfies {}{} ({})", requirement.name, before, name_, requirement.name, requirement.specifier,
                      place));
      return take_extras(requirement, before, place);
    }
    if (version.empty()) version = newest_known(requirement.name, requirement.specifier);
    if (version.empty()) {
      if (there)
        say(fmt::format("not resolved: which {} fits {} ({}); it is judged as {}", requirement.name, requirement.specifier, place, before));
      return;
    }
    std::string variant = requirement.name == "torch" && !version.contains('+') ? variant_of(project_.indexes) : "";
    if (!variant.empty()) version += "+" + variant;
    put(requirement.name, version, place);
    if (before.empty()) say(fmt::format("pip would install {} {} ({})", requirement.name, version, place));
    else say(fmt::format("pip would replace {} {} of {} by {} ({})", requirement.name, before, name_, version, place));
    take_company(requirement, version, place);
    take_extras(requirement, version, place);
  }

  // "==2.10.0" is content with 2.10.0+cu128; with an index of another variant too, since pip leaves what satisfies.
  static bool same_build(const std::string& before, const std::string& version) {
    auto one = Version::parse(before), other = Version::parse(version);
    return one && other && *one == *other && (other->local().empty() || one->local() == other->local());
  }

  // "nvidia-cudnn-cu12==9.10.2.21;nvidia-cublas-cu12<13.0,>=12.5.3.2"
  void put_pins(std::string_view pins, const std::string& place) {
    for (std::string_view pin : split(pins, ';')) {
      auto parsed = requirements::parse_requirement(pin);
      if (!parsed || !parsed->name.starts_with("nvidia-")) continue;
      std::string version = parsed->exact();
      if (std::size_t at = parsed->specifier.find(">="); version.empty() && at != std::string::npos)
        version = parsed->specifier.substr(at + 2, parsed->specifier.find(',', at) - at - 2);
      const Package* there = find(parsed->name);
      bool fits = there && requirements::satisfies(there->version, parsed->specifier);
      if (version.empty() || fits) continue;
      if (there) say(fmt::format("pip would replace {} {} of {} by {} ({})", parsed->name, there->version, name_, version, place));
      put(parsed->name, version, place);
    }
  }

  // What comes with a framework by its own requirements.
  void take_company(const Requirement& requirement, const std::string& version, const std::string& place) {
    auto release = Version::parse(version);
    if (!release) return;
    if (requirement.name == "torch")
      if (const facts::TorchRelease* row = facts::find_torch(*release, release->local(), "x86_64")) put_pins(row->nvidia_pins, place);
    if (requirement.name != "jax") return;
    put("jaxlib", version, place);
    for (const Package& package : packages_)
      if (package.name.starts_with("jax-cuda") && package.version != version && requirement.extras.empty()) {
        say(fmt::format("{} {} of {} stays and does not fit jax {}", package.name, package.version, name_, version));
        break;
      }
  }

  void take_extras(const Requirement& requirement, const std::string& version, const std::string& place) {
    auto release = Version::parse(version);
    if (requirement.name == "tensorflow" && requirement.has_extra("and-cuda"))
      if (const facts::TensorflowRelease* row = release ? facts::find_tensorflow(*release) : nullptr) put_pins(row->and_cuda_pins, place);
    for (const std::string& extra : requirement.extras) {
      if (requirement.name != "jax" || !extra.starts_with("cuda")) continue;
      std::string major = extra.substr(4, 2);
      if (!is_digits(major)) continue;
      put(fmt::format("jax-cuda{}-plugin", major), version, place);
      put(fmt::format("jax-cuda{}-pjrt", major), version, place);
      if (extra.ends_with("local")) continue;
      // The extra brings the CUDA libraries as wheels; which versions is not in the tables.
      for (std::string_view soname : {"libcudart", "libcudnn"})
        for (const facts::WheelLibrary& row : facts::wheel_libraries())
          if (row.soname.starts_with(soname) && std::to_string(row.cuda_major) == major && !find(row.wheel))
            put(std::string(row.wheel), soname == "libcudnn" ? "9" : major, place);
    }
  }

  void take_notebook() {
    bool wants_gpu = to_lower(project_.accelerator) == "gpu";
    const Fact<std::string>& given = target_.platform.accelerator;
    if (given.is("gpu") && !wants_gpu)
      say(fmt::format("the metadata of {} asks for {}: it is opened on a runtime without a GPU until one is chosen", where(project_, 0),
                      project_.accelerator.empty() ? "no accelerator" : "the accelerator " + printable(project_.accelerator, 20)));
    if (wants_gpu)
      say(fmt::format("the metadata of {} asks for a GPU{}", where(project_, 0),
                      project_.gpu_type.empty() ? "" : " (" + printable(project_.gpu_type, 20) + ")"));
    for (const auto& [name, value] : project_.variables)
      say(fmt::format("a cell of {} sets {}='{}'", where(project_, 0), name, printable(value, 40)));
    for (const std::string& line : project_.cpu_lines) say(fmt::format("{} keeps work on the CPU: {}", where(project_, 0), line));
    take_variables();
  }

  const Project& project_;
  Snapshot& target_;
  PythonEnvironment& environment_;
  std::string name_;
  std::vector<Package> packages_;
};

}  // namespace

void lay_over(const Project& project, Snapshot& target) { Laying(project, target).run(); }

void lay_over(const PythonEnvironment& environment, Snapshot& target) {
  PythonEnvironment moved = environment;
  PythonEnvironment& there = target.environments.front();
  moved.active = true;
  moved.notes = there.notes;
  moved.notes.push_back(fmt::format("the packages are those of {}; its files and its driver stay where they are", environment.interpreter));
  moved.startup_code = there.startup_code;
  std::vector<Package> packages = environment.packages.is_known() ? *environment.packages : std::vector<Package>{};
  if (there.packages.is_known())
    for (const Package& package : *there.packages)
      if (package.installer == names::system_installer) packages.push_back(package);
  if (environment.packages.is_known()) moved.packages = Fact<std::vector<Package>>::known(std::move(packages));
  there = std::move(moved);
}

}  // namespace gpuwhy
