#include "base/path.h"
#include "base/version.h"
#include "causes/support/cause.h"
#include "causes/support/compilers.h"

namespace gpuwhy::causes::libdevice_missing {

namespace {

constexpr std::string_view file_name = "libdevice.10.bc";

// JAX up to 0.4.30 holds the file in its own package.
bool brings_its_own(const FrameworkBuild& build) {
  auto release = build.version.is_known() ? Version::parse(*build.version) : std::nullopt;
  return build.framework == FrameworkKind::jax && release && *release < version("0.4.31");
}

}  // namespace

// XLA compiles here, and none of the places that it looks at has libdevice.
Verdict check(const FrameworkContext& context) {
  auto reason = reason_for_xla(context);
  if (!reason) return not_applicable("nothing here makes the framework compile with XLA");
  if (!context.build.accelerator.is(Accelerator::cuda)) return not_applicable("this build uses no CUDA");
  if (brings_its_own(context.build)) return not_applicable("this release brings the file along");
  if (gate_failed(context.prediction, "import") || context.prediction.sees_gpus.is(std::int64_t{0}))
    return not_applicable("the framework does not come to compile for a GPU");
  if (context.environment.compiler_files.is_unknown()) return cannot_tell("where libdevice.10.bc lies", context.environment.compiler_files);
  if (find_searched(context, file_name)) return passes();

  Finding finding;
  finding.headline =
      fmt::format("{} finds no libdevice.10.bc: the GPU is listed, and functions that XLA compiles fail", title_of(context.build));
  finding.details = {*reason, "not in nvidia/cuda_nvcc/nvvm/libdevice of this environment, not in /usr/local/cuda*, not in XLA_FLAGS"};
  finding.because = {
      {Source::file, path::join(context.environment.prefix, "nvidia/cuda_nvcc/nvvm/libdevice"), "libdevice.10.bc is not there"}};
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  finding.remedies = {install_compiler(context, "install the compiler's files into this environment")};
  if (const CompilerFile* other = find_anywhere(context, file_name)) {
    finding.details.push_back(fmt::format("{} is there, where this build does not look", other->path));
    finding.because.push_back({Source::file, other->path, ""});
    finding.remedies.push_back(point_xla_at(context, *other));
  }
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::libdevice_missing
