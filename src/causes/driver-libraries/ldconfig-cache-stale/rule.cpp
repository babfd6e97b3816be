#include "causes/support/cause.h"

#include "base/path.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::ldconfig_cache_stale {

namespace {

// What is wrong with this very library, in the finding's first lines.
void tell(const Snapshot& snapshot, const std::string& soname, const Candidate& file, bool without_link, Finding& finding) {
  std::string_view folder = path::parent(file.path);
  if (without_link) {
    finding.headline = fmt::format("{} is in {}, and the link {} that leads to it is missing", path::filename(file.path), folder, soname);
    finding.details.push_back(fmt::format("its own name (DT_SONAME) is {}; ldconfig makes that link", soname));
    return;
  }
  finding.headline = fmt::format("{} is in {}, and the loader's cache does not know it", soname, folder);
  finding.details.push_back(fmt::format("/etc/ld.so.conf (or a file in /etc/ld.so.conf.d) names {}", folder));
  finding.details.push_back(snapshot.loader.cache.is_absent() ? std::string("there is no /etc/ld.so.cache")
                                                              : fmt::format("/etc/ld.so.cache has no entry for {}", file.path));
}

}  // namespace

// The loader does not read /etc/ld.so.conf: ldconfig does, and writes what it finds into the cache and the links of the sonames beside the
// files. A library that came later has neither.
Verdict check(const FrameworkContext& context) {
  const Snapshot& snapshot = context.snapshot;
  std::string open;
  Finding finding;
  for (const Gate& gate : context.prediction.gates) {
    if (!gate.library) continue;
    const Resolution& failure = gate.library->root_failure();
    if (failure.state == ResolutionState::cannot_tell) open = gate.summary;
    if (failure.state != ResolutionState::not_found) continue;
    const Candidate* file = find_outside_cache(snapshot, failure.name);
    const Candidate* without_link = file ? nullptr : find_without_link(snapshot, failure.name);
    if (without_link) file = without_link;
    if (!file) continue;
    bool first = finding.headline.empty();
    if (first) {
      tell(snapshot, failure.name, *file, without_link != nullptr, finding);
      finding.details.push_back(fmt::format("{}: {}", title_of(context.build), gate.library->loader_message()));
      finding.severity = gate.state == GateState::degraded ? Severity::degraded : Severity::blocked;
    } else {
      finding.details.push_back(fmt::format("the same holds for {}", failure.name));
      if (gate.state == GateState::failed) finding.severity = Severity::blocked;
    }
    finding.because.push_back(evidence_of(failure));
    finding.because.push_back({Source::file, file->path, {}});
    finding.also_explains.push_back(gate.name);
  }
  if (finding.headline.empty()) return open.empty() ? passes() : cannot_tell("where the loader finds the libraries", open);
  finding.because.push_back(snapshot.loader.cache.evidence());
  Remedy remedy;
  remedy.title = "write the loader's cache anew";
  remedy.commands = {remedies::as_root(snapshot.host, {"ldconfig"})};
  remedy.safety = Safety::ask;
  remedy.effects = {{Effect::Kind::refresh_cache, "", "", ""}};
  remedy.undo = "none needed: the cache is made from the folders";
  remedy.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {std::move(remedy)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::ldconfig_cache_stale
