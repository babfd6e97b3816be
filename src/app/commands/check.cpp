#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/commands/subject.h"
#include "app/output.h"
#include "engine/judge.h"
#include "render/json/report_json.h"
#include "render/terminal/terminal.h"
#include "store/redaction.h"

namespace gpuwhy::app {

namespace {

Severity threshold(const std::string& word) {
  return word == "note" ? Severity::note : word == "degraded" ? Severity::degraded : Severity::blocked;
}

int exit_status(const Report& report, const Options& options) {
  Severity limit = threshold(options.fail_on);
  bool found = report.verdict == OverallVerdict::blocked || (report.verdict == OverallVerdict::degraded && limit <= Severity::degraded);
  for (const RankedFinding& ranked : report.findings) {
    bool counts = ranked.role == Role::root || ranked.role == Role::also || (limit == Severity::note && ranked.role != Role::candidate);
    found |= counts && ranked.finding.severity >= limit;
  }
  found |= options.require_gpu && report.verdict == OverallVerdict::unknown;
  return found ? 1 : 0;
}

}  // namespace

int run_check(const Options& options) {
  auto subject = get_subject(options);
  if (!subject) {
    print_usage_error(subject.error().message);
    return 2;
  }
  JudgeOptions judging;
  judging.frameworks = options.frameworks;
  judging.require_gpu = options.require_gpu;
  judging.ignored = options.ignored;
  subject->snapshot.meta.asked_frameworks = options.frameworks;
  subject->snapshot.meta.import_order = options.import_order;
  Report report = judge(subject->snapshot, judging);
  report.timings_ms = subject->timings_ms;

  // Live text on the user's own terminal is his own; what is saved or read by machines may be passed on.
  bool shared = options.format == Format::json || !options.output.empty();
  if (shared && !options.no_redact) redact(report, subject->snapshot);
  std::string answer = options.format == Format::json ? render_json(report) : render_terminal(report, terminal_options(options));
  if (auto delivered = deliver(answer, options.output); !delivered) {
    print_usage_error(delivered.error().message);
    return 2;
  }
  return exit_status(report, options);
}

}  // namespace gpuwhy::app
