#include "causes/support/older_nvjitlink.h"

#include <algorithm>

#include "base/path.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

constexpr std::string_view stem = "libnvJitLink.so.";

// The copy of the environment itself, when another one lies in a folder of LD_LIBRARY_PATH.
const Candidate* find_own_beside_foreign(const FrameworkContext& context) {
  const Candidate* own = nullptr;
  bool has_foreign = false;
  for (const Candidate& file : context.snapshot.libraries.candidates) {
    if (file.state != CandidateState::loadable || !file.soname.starts_with(stem)) continue;
    if (is_in_environment(context.environment, file.path)) own = &file;
    else has_foreign |= !folder_of_variable(context.snapshot, file.path).empty();
  }
  return has_foreign ? own : nullptr;
}

bool binds_nvjitlink(std::string_view soname) {
  return soname.starts_with("libcusparse.so") || soname.starts_with("libcusolver.so") || soname.starts_with("libcufft.so");
}

}  // namespace

std::optional<OlderNvjitlink> find_older_nvjitlink(const FrameworkContext& context) {
  const Candidate* own = find_own_beside_foreign(context);
  if (!own) return std::nullopt;
  Played played = play(context.snapshot, context.prediction.environment, context.build, context.snapshot.meta.import_order);
  auto taken = std::ranges::find_if(played.copies, [&](const frameworks::CudaCopy& copy) { return copy.soname == own->soname; });
  auto user = std::ranges::find_if(played.copies, [&](const frameworks::CudaCopy& copy) {
    return binds_nvjitlink(copy.soname) && is_in_environment(context.environment, copy.path);
  });
  if (taken == played.copies.end() || user == played.copies.end()) return std::nullopt;
  OlderNvjitlink older{taken->path, folder_of_variable(context.snapshot, taken->path), version_of_library(context.snapshot, taken->path),
                       own->path,   version_of_library(context.snapshot, own->path),   user->soname};
  if (older.folder.empty() || !older.version.version || !older.own_version.version) return std::nullopt;
  const Version &here = *older.version.version, &wanted = *older.own_version.version;
  bool is_older = here.major() == wanted.major() && here.minor() < wanted.minor();
  return is_older ? std::optional(std::move(older)) : std::nullopt;
}

Finding finding_of(const FrameworkContext& context, const OlderNvjitlink& older) {
  const Version& wanted = *older.own_version.version;
  Finding finding;
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  finding.headline = fmt::format("LD_LIBRARY_PATH puts nvJitLink {} before the {} that {} was made with", words_of(older.version),
                                 words_of(older.own_version), older.user);
  finding.details = {
      fmt::format("LD_LIBRARY_PATH={}", *context.snapshot.loader.library_path),
      fmt::format("taken\t{}\t{}", older.path, words_of(older.version)),
      fmt::format("its own\t{}\t{}", older.own_path, words_of(older.own_version)),
      fmt::format("an older one lacks symbols of this release: undefined symbol: __nvJitLinkCreate_{}_{}", wanted.major(), wanted.minor())};
  finding.because = {
      {Source::env, "LD_LIBRARY_PATH", *context.snapshot.loader.library_path}, older.version.evidence, older.own_version.evidence};
  return finding;
}

}  // namespace gpuwhy
