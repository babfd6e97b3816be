#include "app/answer.h"

#include "app/commands/subject.h"
#include "app/output.h"
#include "render/github/annotations.h"
#include "render/json/report_json.h"
#include "render/markdown/markdown_report.h"
#include "render/terminal/terminal.h"

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

std::string rendered(const Report& report, const Options& options) {
  switch (options.format) {
    case Format::json:
      return render_json(report);
    case Format::markdown:
      return render_markdown(report);
    case Format::github:
      return render_github(report);
    case Format::text:
      break;
  }
  return render_terminal(report, terminal_options(options));
}

}  // namespace

int answer_with(const Report& report, const Options& options) {
  if (auto delivered = deliver(rendered(report, options), options.output); !delivered) {
    print_usage_error(delivered.error().message);
    return 2;
  }
  return exit_status(report, options);
}

}  // namespace gpuwhy::app
