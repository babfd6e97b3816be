#include "base/path.h"
#include "causes/support/cause.h"
#include "causes/support/cudnn_version.h"

namespace gpuwhy::causes::cudnn_version_mismatch {

namespace {

// cuDNN of another major version lies here: it has another name, so the framework does not find the one that it asks for.
Finding other_major(const FrameworkContext& context, const std::vector<FailedLibrary>& failed) {
  const FailedLibrary& first = failed.front();
  Finding finding = finding_of(context, failed);
  finding.headline = fmt::format("{} needs {}, and here is {}", title_of(context.build), first.request->name, path::filename(first.path));
  std::string wheel = wheel_for(context.build, first.request->name);
  const Package* package = wheel.empty() ? nullptr : find_package(context.environment, wheel);
  finding.details.push_back(package ? fmt::format("{} comes from {} {}", first.path, wheel, package->version)
                                    : fmt::format("{} is another major version", first.path));
  finding.because.push_back({Source::file, first.path, {}});
  finding.remedies = {reinstall_libraries(context, failed)};
  return finding;
}

}  // namespace

// cuDNN must be of the build's major version, and not older than the build's own.
Verdict check(const FrameworkContext& context) {
  auto failed = library_faults(context, LibraryFault::wrong_cudnn_version);
  if (!failed.empty()) return fires(other_major(context, failed));
  OpenedCudnn opened = opened_cudnn(context);
  if (opened.path.empty()) return without_library_fault(context);
  auto needed = needed_cudnn(context);
  if (!needed) return not_applicable("the build does not say which minor version of cuDNN it needs");
  if (!opened.version) return cannot_tell("the version of cuDNN", fmt::format("the name of {} does not tell it", opened.path));
  if (opened.version->major() != needed->major() || opened.version->minor() >= needed->minor()) return passes();

  Finding finding;
  finding.headline = fmt::format("cuDNN {} is older than the {}.{} that {} is built with", opened.version->text(), needed->major(),
                                 needed->minor(), title_of(context.build));
  finding.details = {fmt::format("the loader takes {}", opened.path), "the GPU is listed all the same; the first convolution fails"};
  finding.because = {{Source::elf, opened.path, {}}, opened.evidence};
  if (context.build.cudnn_version.is_known()) finding.because.push_back(context.build.cudnn_version.evidence());
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  if (opened.by_variable && !is_in_environment(context.environment, opened.path))
    finding.remedies = {remedies::without_search_folder(context.snapshot, std::string(path::parent(opened.path)))};
  else finding.remedies = {update_cudnn(context, *needed)};  // behind a folder of the variable, a newer one would change nothing
  for (Remedy& remedy : finding.remedies) remedy.check = remedies::check_command(context.environment, context.build);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::cudnn_version_mismatch
