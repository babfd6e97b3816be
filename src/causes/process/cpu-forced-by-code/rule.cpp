#include "base/text.h"
#include "base/version.h"
#include "causes/support/cause.h"
#include "causes/support/startup_faults.h"
#include "frameworks/common/effective_variables.h"

namespace gpuwhy::causes::cpu_forced_by_code {

namespace {

// The driver shows cards, and none to a process that ran this environment's startup code.
bool startup_hides_cards(const FrameworkContext& context) {
  auto started = frameworks::as_started(context.snapshot, context.environment);
  return started && driver_reaches_gpu(context.snapshot) && !driver_reaches_gpu(*started);
}

Finding hidden_by_startup(const FrameworkContext& context, const StartupCode& line) {
  Finding finding;
  finding.headline = fmt::format("code that runs at every start of this Python hides every GPU: {}={}", line.variable,
                                 line.value.empty() ? "\"\"" : line.value);
  finding.details = {fmt::format("{}: {}", line.path, trim(line.text)), "it runs before the program and before any framework is imported",
                     "the driver itself shows the card"};
  finding.because = {{Source::file, line.path, std::string(trim(line.text))}};
  if (const DriverAnswers* driver = default_driver(context.snapshot)) finding.because.push_back(driver->init.evidence());
  finding.confidence = Confidence::likely;
  finding.also_explains = {"cu-init", "device-count"};
  finding.remedies = {remove_startup_line(context, line)};
  return finding;
}

// "cuda" for "cdua"; "" when the word is like none that JAX knows.
std::string_view meant(std::string_view word) {
  for (std::string_view known : {"cuda", "gpu", "cpu"})
    if (edit_distance(word, known) <= 2) return known == "cpu" ? "cpu" : "cuda";
  return {};
}

// JAX's own gate says which variable it is; startup code may have set it.
Finding kept_from_platform(const FrameworkContext& context, const Gate& gate) {
  const Evidence& found = gate.evidence.front();
  const StartupCode* line = find_startup_line(context.environment, found.locator);
  Finding finding;
  finding.headline = gate.summary;
  finding.because = gate.evidence;
  finding.confidence = Confidence::certain;
  if (line) {
    finding.details.push_back(fmt::format("{}: {}", line->path, trim(line->text)));
    finding.because.push_back({Source::file, line->path, std::string(trim(line->text))});
    finding.remedies.push_back(remove_startup_line(context, *line));
    return finding;
  }
  finding.details.push_back("JAX reads it when it starts its first backend; unset, it takes the GPU by itself");
  bool named = found.locator == "JAX_PLATFORMS";
  std::string_view like = named && gate.log_line.find("known backends") != std::string::npos ? meant(found.excerpt) : "";
  if (!like.empty()) finding.details.push_back(fmt::format("did you mean {}?", like));
  finding.remedies.push_back(remedies::unset_variable(found.locator, fmt::format("let JAX choose: unset {}", found.locator)));
  if (named) finding.remedies.push_back(remedies::set_variable(found.locator, "cuda,cpu", "or name both: the GPU first"));
  for (Remedy& remedy : finding.remedies) remedy.check = remedies::check_command(context.environment, context.build);
  return finding;
}

// Keras 3 computes with another library than any of the frameworks that use a GPU.
std::optional<Finding> other_keras_backend(const FrameworkContext& context) {
  auto variables = frameworks::effective_variables(context.snapshot, context.environment);
  auto set = variables.find("KERAS_BACKEND");
  bool on_cpu = set != variables.end() && (set->second == "numpy" || set->second == "openvino");
  const Package* keras = on_cpu ? find_package(context.environment, "keras") : nullptr;
  auto release = keras ? Version::parse(keras->version) : std::nullopt;
  bool once = &context.build == &context.environment.frameworks.front();
  if (!release || release->major() < 3 || !once) return std::nullopt;
  Finding finding;
  finding.headline = fmt::format("KERAS_BACKEND={} makes Keras {} compute on the CPU", set->second, keras->version);
  finding.details = {"this backend has no GPU; the frameworks beside it are not used by Keras then"};
  finding.because = {{Source::env, "KERAS_BACKEND", set->second}, {Source::package, keras->location, keras->version}};
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  const StartupCode* line = find_startup_line(context.environment, "KERAS_BACKEND");
  finding.remedies = {line ? remove_startup_line(context, *line)
                           : remedies::unset_variable("KERAS_BACKEND", "let Keras take its default backend: unset KERAS_BACKEND")};
  finding.remedies.back().check = remedies::check_command(context.environment, context.build);
  return finding;
}

Finding open_line(const FrameworkContext& context, const StartupCode& line) {
  Finding finding;
  finding.headline = fmt::format("code that runs at every start of this Python may keep {} from the GPU", title_of(context.build));
  finding.details = {fmt::format("{}: {}", line.path, trim(line.text)), "what it does was not run and cannot be told from its text"};
  finding.because = {{Source::file, line.path, std::string(trim(line.text))}};
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::possible;
  finding.remedies = {remove_startup_line(context, line)};
  return finding;
}

}  // namespace

// Something that the environment itself sets asks for the CPU: startup code, or a variable of the framework.
Verdict check(const FrameworkContext& context) {
  if (gate_failed(context.prediction, "cuda-build")) return not_applicable("this build uses no GPU");
  const Gate* platform = context.prediction.find_gate("platform-choice");
  if (platform && platform->state == GateState::failed && !platform->evidence.empty()) return fires(kept_from_platform(context, *platform));
  if (context.environment.startup_code.is_unknown() && context.environment.search_path.is_known() &&
      context.environment.startup_code.why() != Why::not_probed)
    return cannot_tell("the code that runs at every start of this Python", context.environment.startup_code);
  const StartupCode* line = find_startup_line(context.environment, "CUDA_VISIBLE_DEVICES");
  if (line && startup_hides_cards(context)) return fires(hidden_by_startup(context, *line));
  if (auto keras = other_keras_backend(context)) return fires(std::move(*keras));
  if (const StartupCode* open = find_open_startup_line(context.environment, context.build.framework))
    return fires(open_line(context, *open));
  return passes();
}

}  // namespace gpuwhy::causes::cpu_forced_by_code
