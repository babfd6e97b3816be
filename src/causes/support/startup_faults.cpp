#include "causes/support/startup_faults.h"

#include <array>

#include "base/path.h"
#include "base/text.h"
#include "frameworks/common/effective_variables.h"

namespace gpuwhy {

namespace {

struct HidingCall {
  FrameworkKind framework;
  std::string_view words;
};
constexpr std::array<HidingCall, 4> hiding_calls = {{{FrameworkKind::tensorflow, "set_visible_devices("},
                                                     {FrameworkKind::torch, "set_default_device("},
                                                     {FrameworkKind::jax, "jax_platforms"},
                                                     {FrameworkKind::jax, "jax_platform_name"}}};

bool may_hide(const StartupCode& line, FrameworkKind framework) {
  if (line.text.find("CUDA_VISIBLE_DEVICES") != std::string::npos) return true;
  if (framework == FrameworkKind::jax && line.text.find("JAX_PLATFORM") != std::string::npos) return true;
  for (const HidingCall& call : hiding_calls)
    if (call.framework == framework && line.text.find(call.words) != std::string::npos) return true;
  return false;
}

}  // namespace

const StartupCode* find_startup_line(const PythonEnvironment& environment, std::string_view variable) {
  const StartupCode* last = nullptr;
  if (environment.startup_code.is_known())
    for (const StartupCode& line : *environment.startup_code)
      if (line.variable == variable && frameworks::is_certain(line)) last = &line;
  return last;
}

const StartupCode* find_open_startup_line(const PythonEnvironment& environment, FrameworkKind framework) {
  if (environment.startup_code.is_known())
    for (const StartupCode& line : *environment.startup_code)
      if (!frameworks::is_certain(line) && may_hide(line, framework)) return &line;
  return nullptr;
}

Remedy remove_startup_line(const FrameworkContext& context, const StartupCode& line) {
  bool is_pth = line.path.ends_with(".pth");
  Remedy remedy =
      remedies::steps(fmt::format("take that line out of {}", line.path),
                      {fmt::format("open {} and delete or comment out: {}", line.path, trim(line.text)),
                       is_pth ? "a package that was installed may have brought the file; it comes back when that package is installed again"
                              : fmt::format("other programs of {} may rely on it: ask who wrote it", where_of(context.environment))},
                      Safety::ask, "put the line back");
  remedy.effects = {{Effect::Kind::startup_removed, line.path, "", context.environment.interpreter}};
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

}  // namespace gpuwhy
