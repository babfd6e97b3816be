#include "causes/support/framework_releases.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "causes/support/card_code.h"
#include "causes/support/driver_faults.h"
#include "causes/support/gpu_packages.h"
#include "causes/support/jetson.h"
#include "causes/support/older_builds.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

constexpr std::string_view new_folder = "gpu-env";

// "3.13" of "2.7,3.3-3.13".
std::string last_python(std::string_view ranges) {
  std::string_view range = split(ranges, ',').back();
  std::size_t dash = range.find('-');
  return std::string(trim(dash == std::string_view::npos ? range : range.substr(dash + 1)));
}

bool has_code_for(std::string_view sass, const std::vector<CardWithoutCode>& cards) {
  std::vector<std::string> images = code_images_from_facts(sass, "-");
  if (images.empty()) return false;
  return std::ranges::all_of(
      cards, [&](const CardWithoutCode& card) { return judge_code(images, card.capability).support == CodeSupport::native; });
}

// "PyTorch 2.14 (cu126), for Python 3.10-3.14": the newest release with code for these cards, whatever this Python and this driver.
std::string newest_with_code(const FrameworkContext& context, const std::vector<CardWithoutCode>& cards) {
  std::string found;
  std::optional<Version> best;
  auto consider = [&](std::string_view release, std::string_view sass, std::string words) {
    auto parsed = Version::parse(release);
    if (!parsed || (best && *parsed < *best) || !has_code_for(sass, cards)) return;
    best = parsed;
    found = std::move(words);
  };
  if (context.build.framework == FrameworkKind::tensorflow) {
    for (const facts::TensorflowRelease& row : facts::tensorflow_releases())
      consider(row.release, row.sass, fmt::format("TensorFlow {}, for Python {}", row.release, row.python));
    return found;
  }
  if (context.build.framework == FrameworkKind::jax) {
    for (const facts::JaxRelease& row : facts::jax_releases())
      consider(row.release, row.sass,
               fmt::format("JAX {} with its plugin for CUDA {}, for Python {}", row.release, row.cuda_major, row.python));
    return found;
  }
  if (context.build.framework != FrameworkKind::torch) {
    for (const facts::GpuPackage& row : facts::gpu_packages()) {
      bool same = context.build.framework == FrameworkKind::cupy ? row.library == "cupy" : row.package == "onnxruntime-gpu";
      if (same)
        consider(split(row.versions, '.').size() == 3 ? row.versions : "0", row.sass, fmt::format("{} {}", row.package, row.versions));
    }
    return found;
  }
  std::string processor = context.snapshot.host.architecture.is_known() ? *context.snapshot.host.architecture : "x86_64";
  for (const facts::TorchRelease& row : facts::torch_releases())
    if (row.platform.find("linux-" + processor) != std::string_view::npos)
      consider(row.release, row.sass, fmt::format("PyTorch {} ({}), for Python {}", row.release, row.variant, row.python));
  return found;
}

bool is_other_processor(const Snapshot& snapshot) {
  return snapshot.host.architecture.is_known() && *snapshot.host.architecture != "x86_64";
}

Remedy use_vendors_container(FrameworkKind framework) {
  std::string image = framework == FrameworkKind::tensorflow ? "nvcr.io/nvidia/tensorflow"
                      : framework == FrameworkKind::jax      ? "nvcr.io/nvidia/jax"
                                                             : "nvcr.io/nvidia/pytorch";
  return remedies::steps("use NVIDIA's container of this framework", {fmt::format("docker run --gpus all -it {}:TAG", image)},
                         Safety::show_only, "stop the container");
}

Remedy install_gpu_tensorflow(const FrameworkContext& context) {
  const PythonEnvironment& environment = context.environment;
  const FrameworkBuild& build = context.build;
  std::string distribution = build.distribution.empty() ? "tensorflow" : build.distribution;
  auto parsed = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  std::string requirement = "tensorflow[and-cuda]>=2.14";  // the extra begins there
  if (has_broken_search_path(build)) requirement = fmt::format("tensorflow[and-cuda]=={}", last_working_tensorflow);
  else if (parsed && *parsed >= version("2.14")) requirement = fmt::format("tensorflow[and-cuda]=={}", *build.version);
  // Both packages own the same files: what is left of the other one after the removal must be written again.
  bool has_both = distribution != "tensorflow" && find_package(environment, "tensorflow");
  std::string title = fmt::format("put TensorFlow's GPU build in the place of {}", distribution);
  Remedy remedy = has_both ? remedies::reinstall(environment, title, {requirement}) : remedies::install(environment, title, {requirement});
  uninstall_first(remedy, environment, {distribution});
  return remedy;
}

Remedy install_gpu_torch(const FrameworkContext& context) {
  if (int cuda = driver_cuda(context.snapshot)) {
    if (auto remedy = older_build(context, cuda)) {
      remedy->title = "install the GPU build that fits this card and driver";
      return *remedy;
    }
  }
  std::vector<std::string> requirements = {"torch"};
  for (std::string_view companion : {"torchvision", "torchaudio"})
    if (find_package(context.environment, companion)) requirements.emplace_back(companion);
  return remedies::reinstall(context.environment, "install the GPU build of PyTorch", requirements);
}

}  // namespace

bool is_python_in(const Version& python, std::string_view ranges) {
  for (std::string_view range : split(ranges, ',')) {
    std::size_t dash = range.find('-');
    auto first = Version::parse(trim(range.substr(0, dash)));
    auto last = dash == std::string_view::npos ? first : Version::parse(trim(range.substr(dash + 1)));
    if (first && last && *first <= python && python <= *last) return true;
  }
  return false;
}

std::optional<Version> python_of(const PythonEnvironment& environment) {
  auto parsed = environment.version.is_known() ? Version::parse(*environment.version) : std::nullopt;
  if (!parsed) return std::nullopt;
  return version(fmt::format("{}.{}", parsed->major(), parsed->minor()));
}

namespace {

// JAX names the lowest Python, and the newest where a release brought one: ">=3.11 (3.14 wheels)".
bool is_python_of_jax(const Version& python) {
  Version newest = version("3.0");
  bool reaches = false;
  for (const facts::JaxRelease& row : facts::jax_releases()) {
    if (!row.python.starts_with(">=")) continue;
    std::string_view lowest = row.python.substr(2, row.python.find(' ') - 2);
    if (auto parsed = Version::parse(lowest)) reaches |= *parsed <= python;
    std::size_t at = row.python.find('(');
    auto named = at == std::string_view::npos ? std::nullopt : Version::parse(row.python.substr(at + 1));
    if (named && *named > newest) newest = *named;
  }
  return reaches && python <= newest;
}

}  // namespace

bool tells_pythons(FrameworkKind framework) {
  return framework == FrameworkKind::tensorflow || framework == FrameworkKind::torch || framework == FrameworkKind::jax;
}

bool has_any_release(FrameworkKind framework, const Version& python) {
  if (!tells_pythons(framework)) return true;
  if (framework == FrameworkKind::jax) return is_python_of_jax(python);
  if (framework == FrameworkKind::tensorflow)
    return std::ranges::any_of(facts::tensorflow_releases(), [&](const auto& row) { return is_python_in(python, row.python); });
  return std::ranges::any_of(facts::torch_releases(), [&](const auto& row) { return row.cuda != "-" && is_python_in(python, row.python); });
}

NewestRelease newest_release(FrameworkKind framework) {
  NewestRelease newest;
  std::optional<Version> best;
  auto consider = [&](std::string_view release, std::string_view python) {
    auto parsed = Version::parse(release);
    if (!parsed || release == broken_tensorflow || (best && *parsed <= *best)) return;
    best = parsed;
    newest = {std::string(release), last_python(python)};
  };
  if (framework == FrameworkKind::tensorflow)
    for (const facts::TensorflowRelease& row : facts::tensorflow_releases()) consider(row.release, row.python);
  else if (framework == FrameworkKind::jax)
    for (const facts::JaxRelease& row : facts::jax_releases()) consider(row.release, row.python.substr(2, row.python.find(' ') - 2));
  else
    for (const facts::TorchRelease& row : facts::torch_releases())
      if (row.cuda != "-") consider(row.release, row.python);
  return newest;
}

Remedy new_environment(const PythonEnvironment& environment, FrameworkKind framework, const std::string& python) {
  std::string requirement = gpu_requirement(framework, 12);
  std::string interpreter = fmt::format("{}/bin/python", new_folder);
  Remedy remedy;
  remedy.title = fmt::format("make an environment with Python {} and install {} there", python, display_name(framework));
  remedy.safety = Safety::safe;
  remedy.undo = fmt::format("rm -r {}", new_folder);
  if (environment.kind == "conda") {
    remedy.commands = {{"conda", "create", "-p", std::string(new_folder), "-c", "conda-forge", "python=" + python, "pip"},
                       {interpreter, "-m", "pip", "install", requirement}};
  } else if (environment.kind == "uv") {
    remedy.commands = {{"uv", "venv", "--python", python, std::string(new_folder)},
                       {"uv", "pip", "install", "--python", interpreter, requirement}};
  } else {
    remedy.commands = {{"python" + python, "-m", "venv", std::string(new_folder)}, {interpreter, "-m", "pip", "install", requirement}};
    remedy.steps = {fmt::format("where python{} is not installed: the distribution, uv or conda bring it", python)};
  }
  remedy.check = {"gpuwhy", "--framework", std::string(slug(framework)), "--python", interpreter};
  return remedy;
}

std::vector<FrameworkKind> wanted_frameworks(const Snapshot& snapshot) {
  std::vector<FrameworkKind> wanted;
  for (FrameworkKind framework :
       {FrameworkKind::tensorflow, FrameworkKind::torch, FrameworkKind::jax, FrameworkKind::onnxruntime, FrameworkKind::cupy}) {
    const std::vector<std::string>& asked = snapshot.meta.asked_frameworks;
    if (asked.empty() || std::ranges::find(asked, slug(framework)) != asked.end()) wanted.push_back(framework);
  }
  return wanted;
}

const FrameworkBuild* find_build(const PythonEnvironment& environment, FrameworkKind framework) {
  for (const FrameworkBuild& build : environment.frameworks)
    if (build.framework == framework) return &build;
  return nullptr;
}

std::string words(const std::vector<FrameworkKind>& frameworks) {
  std::vector<std::string> names;
  for (FrameworkKind framework : frameworks) names.emplace_back(display_name(framework));
  return join(names, " or ");
}

int driver_cuda(const Snapshot& snapshot) {
  const DriverAnswers* driver = default_driver(snapshot);
  if (driver && driver->version.is_known()) return static_cast<int>(*driver->version);
  auto installed = installed_driver(snapshot);
  auto parsed = installed ? Version::parse(installed->version) : std::nullopt;
  const facts::DriverBranch* branch = parsed ? facts::find_driver_branch(parsed->major()) : nullptr;
  return branch ? branch->cuda : 0;
}

std::vector<Remedy> install_gpu_build(const FrameworkContext& context) {
  FrameworkKind framework = context.build.framework;
  std::vector<Remedy> found;
  if (is_jetson(context.snapshot)) found.push_back(use_build_for_jetson(framework));
  else if (framework == FrameworkKind::torch &&
           !(is_other_processor(context.snapshot) && !older_build(context, driver_cuda(context.snapshot))))
    found.push_back(install_gpu_torch(context));
  else if (framework == FrameworkKind::tensorflow && !is_other_processor(context.snapshot))
    found.push_back(install_gpu_tensorflow(context));
  else if (auto package = replace_build(context, cuda_major_for(context.snapshot, context.environment))) found.push_back(*package);
  else found.push_back(use_vendors_container(framework));
  found.back().check = remedies::check_command(context.environment, context.build);
  return found;
}

std::vector<CardWithoutCode> cards_without_code(const FrameworkContext& context) {
  std::vector<CardWithoutCode> cards;
  for (const CardCode& card : card_codes(context))
    if (card.verdict.support == CodeSupport::none && card.verdict.gap != CodeGap::ptx_too_new)
      cards.push_back({card.name, card.capability, card.verdict.gap});
  return cards;
}

Finding code_finding(const FrameworkContext& context, const std::vector<CardWithoutCode>& cards) {
  const Gate& gate = *context.prediction.find_gate("architecture");
  Finding finding;
  finding.severity = gate.state == GateState::failed ? Severity::blocked : Severity::degraded;
  finding.because = gate.evidence;
  finding.also_explains = {"architecture"};
  for (const CardWithoutCode& card : cards)
    finding.details.push_back(fmt::format("{} has compute capability {}", card.name, card.capability));
  finding.details.push_back(fmt::format("{} holds code for {}", title_of(context.build), gate.evidence.back().excerpt));
  for (const CardCode& card : card_codes(context))
    if (card.verdict.support == CodeSupport::none && card.verdict.lacking > 0 && card.verdict.lacking < card.verdict.containers)
      finding.details.push_back(fmt::format("{} lack code for {}", share_words(card.verdict, card.verdict.lacking), card.name));
  finding.details.push_back(compiles_at_run_time(context.build.framework)
                                ? "it compiles most kernels when they are first used; those that are built in fail on this card"
                                : "it lists the card all the same; the first kernel fails");
  if (is_jetson(context.snapshot)) finding.remedies.push_back(use_build_for_jetson(context.build.framework));
  else if (auto build = older_build(context, driver_cuda(context.snapshot))) {
    build->title = fmt::format("install a build with code for compute capability {}", cards.front().capability);
    finding.remedies.push_back(std::move(*build));
  }
  if (is_platform(context.snapshot, "kaggle"))
    finding.remedies.push_back(
        remedies::steps("choose another accelerator", {"Settings -> Accelerator -> GPU T4 x2"}, Safety::safe, "choose the former one"));
  if (finding.remedies.empty()) {
    std::string newest = newest_with_code(context, cards);
    std::vector<std::string> lines;
    if (!newest.empty()) lines.push_back(fmt::format("the newest build with code for it is {}", newest));
    else lines.push_back("no build of this framework that gpuwhy knows holds code for it");
    lines.push_back("a driver that reaches that build's CUDA is needed too; or build the framework from its source for this card");
    finding.remedies.push_back(remedies::steps("use a build with code for this card", lines, Safety::show_only));
  }
  for (Remedy& remedy : finding.remedies) remedy.check = remedies::check_command(context.environment, context.build);
  return finding;
}

}  // namespace gpuwhy
