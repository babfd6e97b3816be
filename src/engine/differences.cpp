#include "engine/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "causes/support/questions.h"
#include "engine/effects.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

template <class T>
std::string text_of(const Fact<T>& fact) {
  if (fact.is_absent()) return "";
  if (!fact.is_known()) return "?";
  if constexpr (std::is_same_v<T, bool>) return *fact ? "yes" : "no";
  else if constexpr (std::is_same_v<T, Accelerator>)
    return *fact == Accelerator::cuda ? "CUDA" : *fact == Accelerator::cpu ? "CPU" : "another";
  else return fmt::format("{}", *fact);
}

const PythonEnvironment* scope_of(const Snapshot& snapshot) {
  for (const PythonEnvironment& environment : snapshot.environments)
    if (environment.active) return &environment;
  return snapshot.environments.empty() ? nullptr : &snapshot.environments.front();
}

std::function<void(Snapshot&)> playing(std::vector<Effect> effects) {
  return [effects = std::move(effects)](Snapshot& snapshot) { snapshot = with_effects(snapshot, effects); };
}

class Finder {
 public:
  Finder(const Snapshot& works, const Snapshot& fails) : works_(works), fails_(fails), there_(scope_of(works)), here_(scope_of(fails)) {}

  std::vector<CarriedDifference> find() {
    variables();
    startup_code();
    packages();
    frameworks();
    cuda_libraries();
    cards_in_use();
    loader();
    nodes();
    driver();
    cards();
    place();
    system();
    return std::move(found_);
  }

 private:
  void add(std::string what, std::string there, std::string here, Layer layer, std::function<void(Snapshot&)> carry = {}) {
    if (there != here) found_.push_back({{std::move(what), std::move(there), std::move(here), layer}, std::move(carry), false});
  }

  void variables() {
    std::set<std::string> names;
    for (const Snapshot* side : {&works_, &fails_})
      for (const auto& [name, value] : side->variables) names.insert(name);
    for (const std::string& name : names) {
      const std::string *there = works_.variable(name), *here = fails_.variable(name);
      Effect effect{there ? Effect::Kind::set_variable : Effect::Kind::unset_variable, name, there ? *there : "", ""};
      // A path of the other machine means nothing here.
      bool portable = !there || !there->contains('/');
      add(name, there ? *there : "", here ? *here : "", Layer::process,
          portable ? playing({effect}) : playing({{Effect::Kind::unset_variable, name, "", ""}}));
    }
  }

  void startup_code() {
    auto files = [](const PythonEnvironment* environment) {
      std::string joined;
      if (environment && environment->startup_code.is_known())
        for (const StartupCode& code : *environment->startup_code) joined += (joined.empty() ? "" : "; ") + code.text;
      return joined;
    };
    std::vector<Effect> effects;
    if (here_ && here_->startup_code.is_known())
      for (const StartupCode& code : *here_->startup_code) effects.push_back({Effect::Kind::startup_removed, code.path, "", ""});
    add("code that runs at Python's start", files(there_), files(here_), Layer::process, playing(effects));
  }

  void packages() {
    std::map<std::string, std::pair<std::string, std::string>> versions;
    auto take = [&](const PythonEnvironment* environment, bool there) {
      if (!environment || !environment->packages.is_known()) return;
      for (const Package& package : *environment->packages)
        (there ? versions[package.name].first : versions[package.name].second) = package.version;
    };
    take(there_, true), take(here_, false);
    std::string interpreter = here_ ? here_->interpreter : "";
    for (const auto& [name, pair] : versions) {
      auto kind = pair.first.empty() ? Effect::Kind::remove_package : Effect::Kind::install_package;
      add("the package " + name, pair.first, pair.second, Layer::cuda_libraries, playing({{kind, name, pair.first, interpreter}}));
    }
  }

  void frameworks() {
    if (!there_ || !here_) return;
    for (const FrameworkBuild& build : here_->frameworks) {
      const FrameworkBuild* other = find_build(*there_, slug(build.framework));
      if (!other) continue;
      std::string name(display_name(build.framework));
      std::string version = other->version.is_known() ? *other->version : "";
      auto words = [](const FrameworkBuild& of) {
        std::string cuda = text_of(of.cuda_version);
        return fmt::format("{} ({}{}{})", text_of(of.version), text_of(of.accelerator), cuda.empty() || cuda == "?" ? "" : " ",
                           cuda == "?" ? "" : cuda);
      };
      add(name, words(*other), words(build), Layer::framework_build,
          playing({{Effect::Kind::replace_build, std::string(slug(build.framework)), version, here_->interpreter}}));
    }
    for (const FrameworkBuild& build : there_->frameworks)
      if (!find_build(*here_, slug(build.framework)))
        add(std::string(display_name(build.framework)), text_of(build.version), "", Layer::framework_build);
  }

  // Where every library comes from cannot be compared file by file; what the working side has is that all of them are found.
  void cuda_libraries() {
    if (!here_) return;
    std::vector<Effect> effects;
    for (const FrameworkBuild& build : here_->frameworks)
      effects.push_back({Effect::Kind::complete_libraries, std::string(slug(build.framework)), "", here_->interpreter});
    add("the CUDA libraries that the frameworks open", "all found", "not all found", Layer::cuda_libraries, playing(std::move(effects)));
    found_.back().is_summary = true;
  }

  void cards_in_use() {
    auto mode = [](const Snapshot& snapshot) {
      const DriverAnswers* driver = default_driver(snapshot);
      if (!driver || !driver->devices.is_known()) return std::string("?");
      std::string modes;
      for (const CudaDevice& card : *driver->devices) modes += fmt::format("{}{}", modes.empty() ? "" : ", ", card.compute_mode);
      return modes;
    };
    add("the compute mode of the cards", mode(works_), mode(fails_), Layer::first_kernel,
        playing({{Effect::Kind::default_compute, "", "", ""}}));
  }

  void loader() {
    add("LD_PRELOAD", text_of(works_.loader.preload), text_of(fails_.loader.preload), Layer::process,
        playing({{Effect::Kind::unset_variable, "LD_PRELOAD", "", ""}}));
    bool has_driver = find_driver_libcuda(works_) && find_driver_libcuda(fails_);
    if (has_driver) {
      add("the loader's cache", "up to date", "not up to date", Layer::driver_libraries,
          playing({{Effect::Kind::refresh_cache, "", "", ""}}));
      found_.back().is_summary = true;
    }
    auto nvml = [](const Snapshot& snapshot) {
      auto code = nvml_code(snapshot);
      return code ? std::to_string(*code) : "?";
    };
    add("NVML's answer", nvml(works_), nvml(fails_), Layer::driver_libraries, playing({{Effect::Kind::nvml_works, "", "", ""}}));
  }

  // What only the driver's own answers can show is carried over with a driver that answers: which of the layers below it is told follows
  // from what stands in the way (engine/compare.cpp).
  std::function<void(Snapshot&)> working_driver() const {
    std::string version = driver_version(works_);
    return playing({{Effect::Kind::driver_works, "", version == "?" ? "" : version, ""}});
  }

  void nodes() {
    auto names = [](const Snapshot& snapshot) {
      if (!snapshot.device_nodes.nodes.is_known()) return std::string("?");
      std::vector<std::string> paths;
      for (const DeviceNode& node : *snapshot.device_nodes.nodes)
        paths.push_back(node.open_error.is(std::int64_t{0}) ? node.path : node.path + " (does not open)");
      std::ranges::sort(paths);
      return join(paths, ", ");
    };
    add("the device files", names(works_), names(fails_), Layer::device_nodes, working_driver());
  }

  static std::string driver_version(const Snapshot& snapshot) {
    if (snapshot.kernel_module.loaded_version.is_known()) return *snapshot.kernel_module.loaded_version;
    const DriverAnswers* driver = default_driver(snapshot);
    return driver && driver->nvml_driver_version.is_known() ? *driver->nvml_driver_version : std::string("?");
  }

  void driver() {
    auto answer = [](const Snapshot& snapshot) {
      auto code = init_code(snapshot);
      if (driver_reaches_gpu(snapshot)) return std::string("reaches a GPU");
      return code ? fmt::format("answers {}", *code) : std::string("does not answer");
    };
    auto library = [](const Snapshot& snapshot) {
      const DriverAnswers* driver = default_driver(snapshot);
      if (!driver || driver->loaded_libcuda.is_unknown()) return std::string("?");
      return driver->loaded_libcuda.is_known() ? *driver->loaded_libcuda : std::string();
    };
    // A release says something of its own only where the driver answers on both sides.
    bool both_answer = driver_reaches_gpu(works_) && driver_reaches_gpu(fails_);
    add("the driver's version", driver_version(works_), driver_version(fails_), Layer::kernel_driver,
        both_answer ? working_driver() : std::function<void(Snapshot&)>());
    bool told = answer(works_) != answer(fails_);
    add("the driver's library", library(works_), library(fails_), Layer::driver_libraries,
        told ? working_driver() : std::function<void(Snapshot&)>());
    add("the driver", answer(works_), answer(fails_), Layer::kernel_driver, working_driver());
    bool is_given =
        in_container(fails_) || hides_hardware(fails_) || fails_.platform.slurm_installed.is(true) || fails_.platform.slurm_job.is_known();
    if (told && is_given) add("a GPU was handed to this place", "yes", "no", Layer::allocation, working_driver());
  }

  static bool shows_cards(const Snapshot& snapshot) {
    const DriverAnswers* driver = default_driver(snapshot);
    return driver && driver->devices.is_known() && !driver->devices->empty();
  }

  void cards() {
    // A card is named with its compute capability where both sides know that.
    bool both_known = shows_cards(works_) && shows_cards(fails_);
    auto names = [&](const Snapshot& snapshot) {
      std::vector<std::string> all;
      if (shows_cards(snapshot))
        for (const CudaDevice& card : *default_driver(snapshot)->devices)
          all.push_back(both_known ? fmt::format("{} ({})", card.name, card.compute_capability) : card.name);
      if (all.empty())
        for (const PciFunction* function : nvidia_functions(snapshot))
          all.push_back(card_title(*function).substr(0, card_title(*function).find(" (0000")));
      return join(all, ", ");
    };
    // No card can be told apart from a driver that shows none.
    if (!shows_cards(fails_)) return add("the cards", names(works_), names(fails_), Layer::hardware, working_driver());
    if (!shows_cards(works_)) return add("the cards", names(works_), names(fails_), Layer::hardware);
    std::vector<CudaDevice> devices = *default_driver(works_)->devices;
    add("the cards", names(works_), names(fails_), Layer::hardware, [devices](Snapshot& snapshot) {
      for (DriverAnswers& answers : snapshot.drivers) {
        if (!answers.devices.is_known() || answers.devices->empty()) continue;
        answers.devices = Fact<std::vector<CudaDevice>>::known(devices);
        answers.count = Fact<std::int64_t>::known(static_cast<std::int64_t>(devices.size()));
        answers.nvml_devices = {};
      }
    });
  }

  void place() {
    const Platform &there = works_.platform, &here = fails_.platform;
    add("the place", text_of(there.kind), text_of(here.kind), Layer::allocation);
    add("the container", text_of(there.container), text_of(here.container), Layer::allocation);
    add("the accelerator that was given", text_of(there.accelerator), text_of(here.accelerator), Layer::allocation);
    add("the GPUs that Slurm gave", text_of(there.slurm_gpus), text_of(here.slurm_gpus), Layer::allocation);
  }

  void system() {
    const Host &there = works_.host, &here = fails_.host;
    add("the system", text_of(there.os_name), text_of(here.os_name), Layer::framework_build);
    add("the kernel", text_of(there.kernel_release), text_of(here.kernel_release), Layer::kernel_driver);
    add("the C library", text_of(there.libc), text_of(here.libc), Layer::framework_build,
        [libc = there.libc](Snapshot& snapshot) { snapshot.host.libc = libc; });
    add("the kind of machine", text_of(there.architecture), text_of(here.architecture), Layer::framework_build);
    add("the user's number", text_of(there.uid), text_of(here.uid), Layer::device_nodes);
    if (!there_ || !here_) return;
    add("Python", text_of(there_->version), text_of(here_->version), Layer::framework_build);
    add("the kind of environment", there_->kind, here_->kind, Layer::framework_build);
  }

  const Snapshot &works_, &fails_;
  const PythonEnvironment *there_, *here_;
  std::vector<CarriedDifference> found_;
};

}  // namespace

std::vector<CarriedDifference> find_differences(const Snapshot& works, const Snapshot& fails) { return Finder(works, fails).find(); }

}  // namespace gpuwhy
