#include "causes/support/other_environments.h"

#include <fmt/format.h>

#include "base/path.h"
#include "frameworks/predict.h"

namespace gpuwhy {

std::optional<GpuEnvironment> find_gpu_environment(const Snapshot& snapshot, FrameworkKind framework) {
  for (std::size_t i = 0; i < snapshot.environments.size(); ++i) {
    const PythonEnvironment& environment = snapshot.environments[i];
    const FrameworkBuild* build = environment.active ? nullptr : find_build(environment, framework);
    if (!build || !build->accelerator.is(Accelerator::cuda)) continue;
    Prediction prediction = predict(snapshot, i, *build);
    // What the driver withholds is withheld from every environment; a library that is missing there would only move the trouble.
    if (prediction.outcome != Outcome::lists) continue;
    bool lacks_library = false;
    for (const Gate* gate : broken_library_gates(prediction))
      lacks_library |= gate->state == GateState::failed && gate->layer != Layer::driver_libraries;
    if (!lacks_library) return GpuEnvironment{&environment, build};
  }
  return std::nullopt;
}

Remedy activate(const PythonEnvironment& environment) {
  Remedy remedy;
  remedy.safety = Safety::safe;
  remedy.check = {"gpuwhy", "--python", environment.interpreter};
  constexpr std::string_view kernel = "Jupyter kernel ";
  if (environment.chosen_by.starts_with(kernel)) {
    std::string name = environment.chosen_by.substr(kernel.size());
    remedy.title = fmt::format("run the notebook with the kernel {}", name);
    remedy.steps = {fmt::format("Kernel -> Change kernel -> {}", name)};
    remedy.undo = "choose the former kernel";
  } else if (environment.kind == "conda") {
    remedy.title = "activate that environment";
    remedy.commands = {{"conda", "activate", environment.prefix}};
    remedy.undo = "conda deactivate";
  } else if (environment.kind == "venv" || environment.kind == "uv" || environment.kind == "virtualenv") {
    remedy.title = "activate that environment";
    remedy.commands = {{"source", path::join(environment.prefix, "bin/activate")}};
    remedy.undo = "deactivate";
  } else {
    remedy.title = "start the program with that Python";
    remedy.commands = {{environment.interpreter, "PROGRAM.py"}};
    remedy.undo = "start it as before";
  }
  return remedy;
}

}  // namespace gpuwhy
