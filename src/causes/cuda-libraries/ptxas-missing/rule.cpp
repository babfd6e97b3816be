#include "base/version.h"
#include "causes/support/cause.h"
#include "causes/support/compilers.h"

namespace gpuwhy::causes::ptxas_missing {

namespace {

// From these releases on nothing falls back on the driver: ptxas or nvJitLink must be there.
bool needs_a_provider(const FrameworkBuild& build) {
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  if (!release) return false;
  return *release >= (build.framework == FrameworkKind::jax ? version("0.5") : version("2.21"));
}

// The library that can do the work of ptxas, wherever it lies: it is opened by its name.
const Candidate* find_jit_link(const Snapshot& snapshot) {
  for (const char* name : {"libnvJitLink.so.12", "libnvJitLink.so.13"})
    for (const Candidate* file : candidates_for(snapshot, name))
      if (file->state == CandidateState::loadable) return file;
  return nullptr;
}

}  // namespace

// XLA compiles here, and there is neither the program ptxas nor, for newer releases, the library nvJitLink.
Verdict check(const FrameworkContext& context) {
  auto reason = reason_for_xla(context);
  if (!reason) return not_applicable("nothing here makes the framework compile with XLA");
  if (!context.build.accelerator.is(Accelerator::cuda)) return not_applicable("this build uses no CUDA");
  if (gate_failed(context.prediction, "import") || context.prediction.sees_gpus.is(std::int64_t{0}))
    return not_applicable("the framework does not come to compile for a GPU");
  if (context.environment.compiler_files.is_unknown()) return cannot_tell("where ptxas lies", context.environment.compiler_files);
  if (find_searched(context, "ptxas")) return passes();
  bool strict = needs_a_provider(context.build);
  if (strict && find_jit_link(context.snapshot)) return passes();

  Finding finding;
  finding.headline = strict ? fmt::format("{} finds neither ptxas nor nvJitLink: the GPU is listed, and nothing can be compiled for it",
                                          title_of(context.build))
                            : fmt::format("{} finds no ptxas: the driver compiles in its place, slowly, or the compilation fails",
                                          title_of(context.build));
  finding.details = {*reason, "no ptxas in nvidia/cuda_nvcc/bin of this environment, in /usr/local/cuda*/bin, or on PATH"};
  finding.because = {{Source::file, "nvidia/cuda_nvcc/bin/ptxas", "not there"}};
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  finding.remedies = {install_compiler(context, "install the compiler into this environment")};
  if (const CompilerFile* other = find_anywhere(context, "ptxas")) {
    finding.details.push_back(fmt::format("{} is there, where this build does not look", other->path));
    finding.remedies.push_back(point_xla_at(context, *other));
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::ptxas_missing
