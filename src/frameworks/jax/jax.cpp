#include "frameworks/jax/jax.h"

#include "frameworks/common/gates.h"

namespace gpuwhy::frameworks::jax {

Resolution resolve_libcuda(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build) {
  Process process(snapshot, environment);
  if (process.has_program()) process.load(build.objects);
  return process.open("libcuda.so.1", "");
}

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build, Process& process) {
  Prediction prediction;
  if (process.has_program()) process.load(build.objects);
  prediction.gates.push_back(import_gate(snapshot, process, environment, build));
  prediction.gates.push_back(build_gate(build));
  conclude(prediction);
  return prediction;
}

}  // namespace gpuwhy::frameworks::jax
