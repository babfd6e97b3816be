#include "engine/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/answer.h"
#include "app/commands/commands.h"
#include "app/commands/saved_report.h"
#include "app/commands/subject.h"
#include "app/output.h"
#include "base/text.h"
#include "engine/compare_texts.h"
#include "evidence/intake.h"
#include "evidence/scrub.h"
#include "facts/facts.h"
#include "store/redaction.h"
#include "store/snapshot_json.h"
#include "sys/byte_stream.h"

namespace gpuwhy::app {

namespace {

struct Text {
  std::string name;
  Intake intake;
};

Result<Text> read_one(const std::string& name, std::size_t index) {
  auto stream = open_byte_stream(name);
  if (!stream) return fail(fmt::format("cannot read {}: {}", printable(name), stream.error().message));
  Text text{name == "-" ? "standard input" : name, {}};
  text.intake = take_in([&](char* buffer, std::size_t size) { return stream->read(buffer, size); }, index);
  if (!text.intake.problem.empty()) return fail(fmt::format("{}: {}", printable(text.name), text.intake.problem));
  return text;
}

// One text is of a machine where the GPU works, the other of one where it does not: the index of the first kind, or nothing.
std::optional<std::size_t> find_working(const std::vector<Reading>& readings, const JudgeOptions& judging) {
  if (readings.size() != 2) return std::nullopt;
  std::vector<bool> works;
  for (const Reading& reading : readings) works.push_back(explain(reading, judging).verdict == OverallVerdict::usable);
  if (works[0] == works[1]) return std::nullopt;
  return works[0] ? 0 : 1;
}

Result<Report> explain_texts(std::vector<Text>& texts, const Options& options, const JudgeOptions& judging) {
  std::optional<Subject> here;
  if (options.here) {
    Options of_machine = options;
    of_machine.files.clear();
    auto subject = get_subject(of_machine);
    if (!subject) return fail(subject.error().message);
    here = std::move(*subject);
  }
  const Snapshot* machine = here ? &here->snapshot : nullptr;
  std::vector<Reading> readings;
  if (texts.size() <= 2)
    for (Text& text : texts) readings.push_back(read_text(texts.size() == 1 ? std::move(text.intake.lines) : text.intake.lines));
  Report report;
  if (auto working = find_working(readings, judging)) {
    const Reading& works = readings[*working];
    const Reading& fails = readings[1 - *working];
    report = explain(fails, judging, machine);
    std::vector<std::string> told = differences(works, fails);
    told.insert(told.begin(), fmt::format("in {} a GPU works; told of here: {}", texts[*working].name, texts[1 - *working].name));
    Scrubber scrubber;
    for (const Reading& reading : readings)
      for (const Line& line : reading.lines) scrubber.learn(line.text);
    for (const std::string& remark : told) report.remarks.push_back(printable(scrubber.rewrite(remark)));
  } else if (readings.size() == 1) {
    report = explain(readings[0], judging, machine);
  } else {
    std::vector<Line> lines;
    for (Text& text : texts) lines.insert(lines.end(), text.intake.lines.begin(), text.intake.lines.end());
    report = explain(read_text(std::move(lines)), judging, machine);
  }
  if (machine && is_shared(options)) redact(report, *machine);
  return report;
}

// A snapshot or a report of ours is judged, or told again, as what it is.
Result<Report> explain_document(const Text& text, const Options& options, const JudgeOptions& judging, std::optional<Snapshot>& judged) {
  const std::string& document = text.intake.document;
  if (std::string_view(document).substr(0, 400).contains("\"gpuwhy.report/")) {
    auto report = read_report(document);
    if (!report) return fail(fmt::format("{}: {}", printable(text.name), report.error().message));
    return *report;
  }
  auto snapshot = read_snapshot(document);
  if (!snapshot) return fail(fmt::format("{}: {}", printable(text.name), snapshot.error().message));
  snapshot->meta.tool_version = GPUWHY_VERSION;
  snapshot->meta.facts_as_of = facts::as_of();
  Report report = judge(*snapshot, judging);
  if (is_shared(options)) redact(report, *snapshot);
  judged = std::move(*snapshot);
  return report;
}

int refuse(const Error& error) {
  print_usage_error(error.message);
  return 2;
}

}  // namespace

int run_explain(const Options& options) {
  bool names_machine = !options.snapshot.empty() || !options.root.empty() || !options.python.empty() || options.pid > 0;
  if (names_machine && !options.here) return refuse(Error{"explain reads a text alone; with --here the machine that is named settles it"});
  std::vector<Text> texts;
  std::vector<std::string> files = options.files.empty() ? std::vector<std::string>{"-"} : options.files;
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto text = read_one(files[i], i);
    if (!text) return refuse(text.error());
    texts.push_back(std::move(*text));
  }
  JudgeOptions judging;
  judging.frameworks = options.frameworks;
  judging.ignored = options.ignored;
  judging.tool_version = GPUWHY_VERSION;
  for (const Text& text : texts)
    if (texts.size() > 1 && !text.intake.document.empty())
      return refuse(Error{fmt::format("{}: a snapshot or a report of gpuwhy is explained alone", printable(text.name))});
  std::optional<Snapshot> judged;
  auto report =
      texts[0].intake.document.empty() ? explain_texts(texts, options, judging) : explain_document(texts[0], options, judging, judged);
  return report ? answer_with(*report, options, judged ? &*judged : nullptr) : refuse(report.error());
}

}  // namespace gpuwhy::app
