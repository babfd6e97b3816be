#include "base/path.h"
#include "base/version.h"
#include "causes/support/cause.h"
#include "frameworks/packages/packages.h"

namespace gpuwhy::causes::glibc_too_old {

// An object of the framework needs symbols of a newer C library than this system has: the loader refuses it after it has found all files.
Verdict check(const FrameworkContext& context) {
  const Fact<std::string>& libc = context.snapshot.host.libc;
  const Candidate* worst = nullptr;
  Version needed = version("0");
  for (const std::string& object : context.build.objects) {
    const Candidate* file = context.snapshot.libraries.find(object);
    std::string folder(path::parent(object));
    for (const Candidate& other : context.snapshot.libraries.candidates) {
      if (&other != file && !other.path.starts_with(folder)) continue;
      bool counts = &other == file || path::parent(other.path) == folder;
      auto wanted = counts && path::is_inside(other.path, context.build.folder) ? Version::parse(other.required_glibc) : std::nullopt;
      if (wanted && *wanted > needed) needed = *wanted, worst = &other;
    }
  }
  // Of what is only planned a lock file names the wheels, and these name the C library.
  const bool is_planned = is_of_packages(context.snapshot);
  auto of_wheels = is_planned ? Version::parse(frameworks::packages::needed_glibc(context.build, context.environment)) : std::nullopt;
  if (of_wheels) needed = *of_wheels;
  if (!worst && !of_wheels) return not_applicable("no object of the framework names a version of the C library");
  if (libc.is_unknown()) return cannot_tell("the version of the C library", libc);
  if (!libc.is_known() || !libc->starts_with("glibc ")) return not_applicable("the C library is no glibc");
  auto here = Version::parse(std::string_view(*libc).substr(6));
  if (!here) return cannot_tell("the version of the C library", "malformed: " + *libc);
  if (*here >= needed) return passes();

  Finding finding;
  finding.headline = fmt::format("{} needs glibc {}; this system has {}", title_of(context.build), needed.text(), here->text());
  finding.details = {
      worst ? fmt::format("{} needs symbols of GLIBC_{}", path::filename(worst->path), needed.text())
            : fmt::format("its wheels are for glibc {} and newer, as the lock file names them", needed.text()),
      fmt::format("{}: {}", context.snapshot.host.os_name.is_known() ? *context.snapshot.host.os_name : "this system", *libc)};
  Evidence asked = worst ? Evidence{Source::elf, worst->path, "GLIBC_" + needed.text()}
                         : Evidence{Source::package, context.build.version.evidence().locator, "glibc>=" + needed.text()};
  finding.because = {std::move(asked), libc.evidence()};
  finding.also_explains = {"import"};
  Remedy container =
      remedies::steps("run it in a container with a newer system",
                      {"docker run --gpus all ..., or apptainer exec --nv ..., with an image of Debian 12, Ubuntu 22.04 or newer",
                       "the driver stays that of this machine"},
                      Safety::show_only, "stop the container");
  Remedy upgrade =
      remedies::steps("or upgrade the system, or take an older release of the framework",
                      {fmt::format("a distribution with glibc {} or newer; glibc itself must never be replaced by hand", needed.text()),
                       "a release whose wheel is named manylinux2014 or manylinux_2_17 runs from glibc 2.17 on"},
                      Safety::show_only);
  finding.remedies = {container, upgrade};
  for (Remedy& remedy : finding.remedies) remedy.check = remedies::check_command(context.environment, context.build);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::glibc_too_old
