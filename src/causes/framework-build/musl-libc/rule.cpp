#include "base/path.h"
#include "causes/support/cause.h"
#include "frameworks/common/musl_gate.h"

namespace gpuwhy::causes::musl_libc {

// The C library is musl, and an object of the framework was built for glibc.
Verdict check(const FrameworkContext& context) {
  const Fact<std::string>& libc = context.snapshot.host.libc;
  if (libc.is_known() && !libc->starts_with("musl")) return passes();
  const Gate* import = context.prediction.find_gate("import");
  if (import && import->state == GateState::passed) return passes();
  if (libc.is_unknown()) return cannot_tell("which C library this system has", libc);
  if (libc.is_absent()) return not_applicable("no C library was found");
  const Candidate* foreign = nullptr;
  for (const std::string& object : context.build.objects) {
    const Candidate* file = context.snapshot.libraries.find(object);
    if (file && !foreign && frameworks::is_built_for_glibc(*file)) foreign = file;
  }
  if (!foreign) return not_applicable("no object of this framework is built for glibc");

  const Host& host = context.snapshot.host;
  Finding finding;
  finding.headline = fmt::format("{} is built for glibc, and this system runs on musl", title_of(context.build));
  finding.details = {fmt::format("{} needs {}", path::filename(foreign->path),
                                 foreign->required_glibc.empty() ? "glibc" : "GLIBC_" + foreign->required_glibc),
                     fmt::format("{}: musl", host.os_name.is_known() ? *host.os_name : "this system"),
                     "NVIDIA's libraries need glibc too: no framework can use a GPU here"};
  finding.because = {{Source::elf, foreign->path, foreign->required_glibc.empty() ? "libc.so.6" : "GLIBC_" + foreign->required_glibc},
                     libc.evidence()};
  finding.confidence = gate_failed(context.prediction, "import") ? Confidence::certain : Confidence::likely;
  finding.remedies = {
      remedies::steps("use an image or a system with glibc",
                      {"FROM python:3.12-slim in the place of python:3.12-alpine, or an image nvidia/cuda:...-runtime-ubuntu22.04",
                       "install the framework there anew; files copied from another image into Alpine cannot work"},
                      Safety::show_only, "go back to the image of before")};
  finding.remedies.back().check = remedies::check_command(context.environment, context.build);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::musl_libc
