#include "engine/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/path.h"
#include "base/text.h"
#include "causes/support/jetson.h"
#include "causes/support/questions.h"
#include "engine/company.h"
#include "engine/cures.h"
#include "engine/ladder.h"
#include "engine/rank.h"
#include "frameworks/predict.h"

namespace gpuwhy {

namespace {

struct Scope {
  std::vector<std::size_t> environments;
  bool holds(std::size_t index) const { return std::ranges::find(environments, index) != environments.end(); }
};

Scope scope_of(const Snapshot& snapshot) {
  Scope scope;
  for (std::size_t i = 0; i < snapshot.environments.size(); ++i)
    if (snapshot.environments[i].active) scope.environments.push_back(i);
  return scope;
}

bool is_wanted(const Prediction& prediction, const JudgeOptions& options) {
  return options.frameworks.empty() || std::ranges::find(options.frameworks, slug(prediction.framework)) != options.frameworks.end();
}

MachineSummary summarise_machine(const Snapshot& snapshot) {
  MachineSummary machine;
  if (snapshot.host.host_name.is_known()) machine.name = *snapshot.host.host_name;
  if (snapshot.host.os_name.is_known()) machine.os = *snapshot.host.os_name;
  if (snapshot.host.kernel_release.is_known()) machine.kernel = *snapshot.host.kernel_release;
  if (snapshot.platform.kind.is_known()) machine.platform = *snapshot.platform.kind;
  if (snapshot.kernel_module.loaded_version.is_known()) machine.driver = *snapshot.kernel_module.loaded_version;
  for (const DriverAnswers& driver : snapshot.drivers) {
    if (machine.driver.empty() && driver.nvml_driver_version.is_known()) machine.driver = *driver.nvml_driver_version;
    if (!driver.devices.is_known() || machine.gpus.is_known()) continue;
    std::vector<ReportGpu> gpus;
    for (const CudaDevice& device : *driver.devices) gpus.push_back({device.name, device.pci_address, device.compute_capability});
    if (!gpus.empty()) machine.gpus = Fact<std::vector<ReportGpu>>::known(gpus, driver.devices.evidence());
  }
  if (machine.gpus.is_known() || (!snapshot.pci.display.is_known() && !snapshot.platform.jetson.is_known())) return machine;
  std::vector<ReportGpu> gpus;
  for (const PciFunction* function : nvidia_functions(snapshot)) {
    const facts::PciDevice* device = facts::find_pci_device(static_cast<std::uint16_t>(function->device));
    gpus.push_back({card_title(*function), function->address, device ? std::string(device->compute_capability) : ""});
  }
  // The GPU of a board is on no bus: the board stands for it.
  if (gpus.empty() && snapshot.platform.jetson.is_known()) {
    gpus.push_back({*snapshot.platform.jetson, "", ""});
    machine.gpus = Fact<std::vector<ReportGpu>>::known(gpus, snapshot.platform.jetson.evidence());
  } else if (!gpus.empty() || !hides_hardware(snapshot))
    machine.gpus = Fact<std::vector<ReportGpu>>::known(gpus, snapshot.pci.display.evidence());
  return machine;
}

struct Judgement {
  std::vector<RankedFinding> findings;
  std::vector<NotTold> not_told;
};

// Runs every cause over every subject of the scope.
Judgement judge_causes(const Snapshot& snapshot, const JudgeOptions& options, const Scope& scope,
                       const std::vector<Prediction>& predictions) {
  Judgement judgement;
  for (const Cause& cause : all_causes()) {
    bool ignored = std::ranges::any_of(options.ignored, [&](const Ignored& entry) { return entry.cause == cause.slug; });
    for (const CauseVerdict& judged : judge_cause(cause, snapshot, predictions)) {
      bool of_environment = cause.check_environment || cause.check_framework;
      if (of_environment && !scope.holds(judged.environment)) continue;
      if (judged.build && !options.frameworks.empty() &&
          std::ranges::find(options.frameworks, slug(judged.build->framework)) == options.frameworks.end())
        continue;
      if (const Fires* fired = std::get_if<Fires>(&judged.verdict); fired && !ignored) {
        for (const Finding& finding : fired->findings) judgement.findings.push_back({finding, cause.layer, Role::note, {}});
      } else if (const CannotTell* open = std::get_if<CannotTell>(&judged.verdict)) {
        judgement.not_told.push_back({open->missing, open->why, std::string(cause.slug)});
      } else if (const Crashed* crashed = std::get_if<Crashed>(&judged.verdict)) {
        judgement.not_told.push_back({fmt::format("the rule {}", cause.slug), "crashed", crashed->what});
      }
    }
  }
  return judgement;
}

// From a text a rule may conclude only what the text shows: what is missing in it was not pasted, which says nothing. And what is merely
// odd in it was not what the text complains of.
void keep_shown(std::vector<RankedFinding>& findings) {
  std::erase_if(findings, [](const RankedFinding& ranked) {
    auto is_shown = [](const Evidence& evidence) { return evidence.source == Source::log; };
    const std::vector<Evidence>& because = ranked.finding.because;
    return ranked.finding.severity != Severity::blocked || because.empty() || !std::ranges::all_of(because, is_shown);
  });
}

// What a text says itself stands before what a rule makes of its facts for the same cause.
void add_told(const std::vector<RankedFinding>& told, std::vector<RankedFinding>& findings) {
  std::erase_if(findings, [&](const RankedFinding& ranked) {
    return std::ranges::any_of(told, [&](const RankedFinding& other) { return other.finding.cause == ranked.finding.cause; });
  });
  findings.insert(findings.begin(), told.begin(), told.end());
}

std::string_view word(Why why) {
  switch (why) {
    case Why::denied:
      return "denied";
    case Why::timed_out:
      return "timed-out";
    case Why::crashed:
      return "crashed";
    case Why::malformed:
      return "malformed";
    case Why::not_probed:
      break;
  }
  return "not-probed";
}

// One line a fact; what several rules miss is said once.
void add_unknown(const Snapshot& snapshot, const std::vector<NotTold>& by_rules, Report& report) {
  for (const Unread& unread : snapshot.unread) report.unknown.push_back({unread.fact, std::string(word(unread.why)), unread.detail});
  for (const NotTold& entry : by_rules) {
    bool rule_bug = entry.why == "crashed";
    NotTold line = rule_bug ? entry : NotTold{entry.fact, "not-probed", entry.why};
    for (std::string_view known : {"denied", "timed-out", "crashed", "malformed", "not-probed"}) {
      std::string prefix = fmt::format("{}: ", known);
      if (!rule_bug && entry.why.starts_with(prefix)) line = {entry.fact, std::string(known), entry.why.substr(prefix.size())};
    }
    bool told = std::ranges::any_of(report.unknown, [&](const NotTold& other) { return other.fact == line.fact; });
    if (!told) report.unknown.push_back(line);
  }
}

OverallVerdict overall(const Report& report, bool machine_matters) {
  bool any_unknown = false, any_degraded = false;
  for (const Prediction& prediction : report.predictions) {
    if (!prediction.outside.empty()) continue;
    bool stopped =
        prediction.outcome != Outcome::lists || prediction.sees_gpus.is(std::int64_t{0}) || prediction.usable_gpus.is(std::int64_t{0});
    if (stopped) return OverallVerdict::blocked;
    if (!prediction.sees_gpus.is_known() || !prediction.usable_gpus.is_known()) any_unknown = true;
    else if (*prediction.usable_gpus < *prediction.sees_gpus) any_degraded = true;
  }
  for (const RankedFinding& ranked : report.findings) {
    bool counts = ranked.role == Role::root || ranked.role == Role::also;
    if (counts && ranked.finding.severity == Severity::blocked && machine_matters) return OverallVerdict::blocked;
    if (counts && ranked.finding.severity == Severity::degraded) any_degraded = true;
  }
  if (report.predictions.empty() && report.basis != "") any_unknown |= !report.machine.gpus.is_known() || report.machine.gpus->empty();
  if (any_unknown) return OverallVerdict::unknown;
  return any_degraded ? OverallVerdict::degraded : OverallVerdict::usable;
}

std::string one_line(const Prediction& prediction) {
  std::string name = fmt::format("{} {}", display_name(prediction.framework), prediction.version);
  if (!prediction.outside.empty()) return fmt::format("{} is a build for {}, outside of gpuwhy", name, prediction.outside);
  if (prediction.outcome == Outcome::raises && prediction.blocked_at == "import") return fmt::format("{} cannot be imported", name);
  if (prediction.outcome == Outcome::raises) return fmt::format("{} will raise an error instead of using a GPU", name);
  if (prediction.outcome == Outcome::aborts) return fmt::format("{} will abort", name);
  if (!prediction.sees_gpus.is_known()) return fmt::format("{}: cannot tell", name);
  return fmt::format("{} will see {} GPU{}", name, *prediction.sees_gpus, *prediction.sees_gpus == 1 ? "" : "s");
}

// A folder of packages that is there and could not be read: whether a framework is installed is not known, and "none here" would be a
// wrong answer. nullptr when the packages were read, or nobody looked.
const Fact<std::vector<Package>>* find_unread_packages(const PythonEnvironment& environment) {
  const Fact<std::vector<Package>>& packages = environment.packages;
  return packages.is_unknown() && packages.why() != Why::not_probed ? &packages : nullptr;
}

const Fact<std::vector<Package>>* find_unread_packages(const Snapshot& snapshot, const Scope& scope) {
  for (std::size_t i : scope.environments)
    if (auto* packages = find_unread_packages(snapshot.environments[i])) return packages;
  return nullptr;
}

// The rung of the build says why it is not known, unless something below it is broken.
void say_unread(const Fact<std::vector<Package>>& packages, std::vector<Rung>& ladder) {
  for (Rung& rung : ladder)
    if (rung.layer == Layer::framework_build && (rung.state == RungState::unknown || rung.state == RungState::not_reached))
      rung.summary = fmt::format("the packages of this environment could not be read ({})", packages.detail());
}

void add_others(const Snapshot& snapshot, const Scope& scope, const std::vector<Prediction>& predictions, Report& report) {
  for (std::size_t i = 0; i < snapshot.environments.size(); ++i) {
    if (scope.holds(i)) continue;
    const PythonEnvironment& environment = snapshot.environments[i];
    std::vector<std::string> parts;
    for (const Prediction& prediction : predictions)
      if (prediction.environment == i) parts.push_back(one_line(prediction));
    std::string summary = !parts.empty()                      ? join(parts, ", ")
                          : find_unread_packages(environment) ? "its packages could not be read"
                                                              : no_framework_summary;
    report.others.push_back({environment.interpreter, environment.chosen_by, std::move(summary)});
  }
}

void add_remarks(const Snapshot& snapshot, const Scope& scope, const JudgeOptions& options, Report& report) {
  for (const Prediction& prediction : report.predictions)
    if (!prediction.outside.empty()) report.remarks.push_back(one_line(prediction));
  for (const Ignored& entry : options.ignored) report.remarks.push_back(fmt::format("{} is ignored: {}", entry.cause, entry.reason));
  if (snapshot.meta.basis == "root")
    report.remarks.push_back("another root folder: machine layers are unknown, predictions are given a working driver");
  if (is_jetson(snapshot) && !driver_reaches_gpu(snapshot) && snapshot.meta.basis != "root")
    report.remarks.push_back(
        "a Jetson board: its device files and the builds of its frameworks are judged; the kernel driver of Jetson Linux is "
        "outside of gpuwhy");
  bool no_framework = report.predictions.empty();
  bool is_read = find_unread_packages(snapshot, scope) == nullptr;
  if (no_framework && driver_reaches_gpu(snapshot))
    report.remarks.push_back(
        fmt::format("the machine is ready for a GPU framework; {}",
                    is_read ? "none is installed in this environment" : "whether one is installed in this environment could not be read"));
  for (std::size_t i : scope.environments)
    for (const std::string& note : snapshot.environments[i].notes)
      (is_of_packages(snapshot) ? report.remarks : report.environment_notes).push_back(note);
}

// What is wrong with a running process (--pid) holds whatever a new one would see, so it is not weighed against the predictions.
std::vector<RankedFinding> take_process_findings(std::vector<RankedFinding>& findings) {
  std::vector<RankedFinding> taken;
  auto is_about_process = [](const RankedFinding& ranked) {
    const Cause* cause = find_cause(ranked.finding.cause);
    return cause && cause->check_process && ranked.finding.severity != Severity::note;
  };
  std::ranges::copy_if(findings, std::back_inserter(taken), is_about_process);
  std::erase_if(findings, is_about_process);
  return taken;
}

void put_process_findings(std::vector<RankedFinding> taken, std::vector<RankedFinding>& findings) {
  bool has_root = !findings.empty() && findings.front().role == Role::root;
  for (RankedFinding& ranked : taken) {
    ranked.role = has_root ? Role::also : Role::root;
    findings.insert(has_root ? findings.begin() + 1 : findings.begin(), std::move(ranked));
    has_root = true;
  }
}

// The command that decides between candidates: look with the rights, or at the place, that the undecided facts need.
std::optional<NextCheck> next_check(const Report& report) {
  NextCheck next;
  for (const RankedFinding& ranked : report.findings)
    if (ranked.role == Role::candidate) next.decides.push_back(ranked.finding.cause);
  if (next.decides.empty()) return std::nullopt;
  for (const RankedFinding& ranked : report.findings) {
    if (ranked.role != Role::candidate) continue;
    for (const Remedy& remedy : ranked.finding.remedies)
      if (!remedy.check.empty() && next.command.empty()) next.command = remedy.check;
  }
  // Asking gpuwhy again decides nothing beside a root that is proven.
  bool has_root = std::ranges::any_of(report.findings, [](const RankedFinding& ranked) { return ranked.role == Role::root; });
  if (has_root && next.command == Command{"gpuwhy", "check"}) return std::nullopt;
  if (next.command.empty()) next.command = {"gpuwhy", "check", "-v"};
  return next;
}

}  // namespace

Report judge(const Snapshot& snapshot, const JudgeOptions& options) {
  Report report = judge_without_proof(snapshot, options);
  prove_cures(snapshot, options, report);
  return report;
}

Report judge_without_proof(const Snapshot& snapshot, const JudgeOptions& options) {
  Report report;
  report.tool_version = snapshot.meta.tool_version;
  report.facts_as_of = snapshot.meta.facts_as_of;
  report.basis = snapshot.meta.basis;
  report.machine = summarise_machine(snapshot);
  if (snapshot.host.home.is_known()) report.home = snapshot.host.home->reveal();

  Scope scope = scope_of(snapshot);
  std::vector<Prediction> predictions = predict_all(snapshot);
  for (const Prediction& prediction : predictions)
    if (scope.holds(prediction.environment) && is_wanted(prediction, options)) report.predictions.push_back(prediction);
  if (!scope.environments.empty()) {
    const PythonEnvironment& judged = snapshot.environments[scope.environments.front()];
    report.judged_environment = judged.interpreter;
    if (judged.version.is_known()) report.judged_python = *judged.version;
  }
  if (snapshot.host.sudo_user.is_known() && snapshot.host.user.is_known())
    report.judged_for = fmt::format("{} (run by sudo)", snapshot.host.user->reveal());

  Judgement judgement = judge_causes(snapshot, options, scope, predictions);
  if (snapshot.meta.basis == "log") keep_shown(judgement.findings);
  bool no_framework = report.predictions.empty();
  bool machine_matters = options.from_text || (no_framework && (options.require_gpu || !options.frameworks.empty() ||
                                                                !nvidia_functions(snapshot).empty() || driver_is_installed(snapshot)));
  std::vector<RankedFinding> of_process = take_process_findings(judgement.findings);
  add_told(options.told, judgement.findings);
  RankInput ranking{std::move(judgement.findings), report.predictions, options.from_text, machine_matters};
  report.unexplained = rank(ranking);
  report.findings = std::move(ranking.findings);
  put_process_findings(std::move(of_process), report.findings);
  report.verdict = overall(report, machine_matters || snapshot.process.is_known());
  report.ladder = make_ladder(snapshot, report.predictions, report.findings);
  if (auto* unread = find_unread_packages(snapshot, scope); unread && no_framework) {
    if (report.verdict == OverallVerdict::usable) report.verdict = OverallVerdict::unknown;
    say_unread(*unread, report.ladder);
  }
  report.next_check = next_check(report);
  // No file of a target was looked at, so what a rule misses there is no finding of ours.
  add_unknown(snapshot, is_of_packages(snapshot) ? std::vector<NotTold>{} : judgement.not_told, report);
  add_others(snapshot, scope, predictions, report);
  add_remarks(snapshot, scope, options, report);
  add_shared_process(snapshot, scope.environments, report);
  add_observed_process(snapshot, scope.environments, report);
  add_riders(snapshot, scope.environments, report);
  return report;
}

}  // namespace gpuwhy
