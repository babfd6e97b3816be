#include "app/answer.h"

#include "app/commands/subject.h"
#include "app/output.h"
#include "render/diff/terminal_diff.h"
#include "render/github/annotations.h"
#include "render/html/html_report.h"
#include "render/json/comparison_json.h"
#include "render/json/report_json.h"
#include "render/markdown/markdown_diff.h"
#include "render/markdown/markdown_report.h"
#include "render/terminal/terminal.h"
#include "store/snapshot_json.h"

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

std::string rendered(const Report& report, const Options& options, const Snapshot* snapshot) {
  switch (options.format) {
    case Format::json:
      return render_json(report);
    case Format::markdown:
      return render_markdown(report);
    case Format::github:
      return render_github(report);
    case Format::html:
      return render_html(report, snapshot ? write_snapshot(*snapshot, Redaction::on) : "");
    case Format::text:
      break;
  }
  return render_terminal(report, terminal_options(options));
}

std::string page_of(const Comparison& comparison, const Side& a, const Side& b) {
  bool turned = comparison.working == b.name && a.name != b.name;
  const Side &there = turned ? b : a, &here = turned ? a : b;
  return render_html(comparison, write_snapshot(there.snapshot, Redaction::on), write_snapshot(here.snapshot, Redaction::on));
}

std::string rendered(const Comparison& comparison, const Side& a, const Side& b, const Options& options) {
  switch (options.format) {
    case Format::json:
      return render_json(comparison);
    case Format::markdown:
      return render_markdown(comparison);
    case Format::github:
      return render_github(comparison);
    case Format::html:
      return page_of(comparison, a, b);
    case Format::text:
      break;
  }
  return render_terminal(comparison, terminal_options(options));
}

int delivered_or(const std::string& text, const Options& options, int status) {
  auto delivered = deliver(text, options.output);
  if (delivered) return status;
  print_usage_error(delivered.error().message);
  return 2;
}

}  // namespace

bool is_shared(const Options& options) { return !options.no_redact && (options.format != Format::text || !options.output.empty()); }

int answer_with(const Report& report, const Options& options, const Snapshot* snapshot) {
  return delivered_or(rendered(report, options, snapshot), options, exit_status(report, options));
}

int answer_with(const Comparison& comparison, const Side& a, const Side& b, const Options& options) {
  bool fails = comparison.kind == Comparison::Kind::one_fails || comparison.kind == Comparison::Kind::both_fail;
  bool unknown = comparison.kind == Comparison::Kind::cannot_tell && options.require_gpu;
  return delivered_or(rendered(comparison, a, b, options), options, fails || unknown ? 1 : 0);
}

}  // namespace gpuwhy::app
