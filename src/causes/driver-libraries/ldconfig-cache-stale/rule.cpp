#include "causes/support/cause.h"

#include "base/path.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::ldconfig_cache_stale {

// The loader does not read /etc/ld.so.conf: ldconfig does, and writes what it finds into the cache. A library that came later is not there.
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
    if (!file) continue;
    bool first = finding.headline.empty();
    if (first) {
      finding.headline = fmt::format("{} is in {}, and the loader's cache does not know it", failure.name, path::parent(file->path));
      finding.details.push_back(fmt::format("/etc/ld.so.conf (or a file in /etc/ld.so.conf.d) names {}", path::parent(file->path)));
      finding.details.push_back(snapshot.loader.cache.is_absent() ? std::string("there is no /etc/ld.so.cache")
                                                                  : fmt::format("/etc/ld.so.cache has no entry for {}", file->path));
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
  remedy.undo = "none needed: the cache is made from the folders";
  remedy.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {std::move(remedy)};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::ldconfig_cache_stale
