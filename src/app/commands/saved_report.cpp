#include "app/commands/saved_report.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "causes/registry.h"

namespace gpuwhy::app {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* key) {
  auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& list_of(const Json& object, const char* key) {
  static const Json none = Json::array();
  auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_array() ? *found : none;
}

template <class Value>
Value word_of(const std::string& word, std::initializer_list<std::pair<const char*, Value>> words, Value otherwise) {
  for (const auto& [name, value] : words)
    if (word == name) return value;
  return otherwise;
}

Command command_of(const Json& list) {
  Command command;
  if (list.is_array())
    for (const Json& word : list)
      if (word.is_string()) command.push_back(word.get<std::string>());
  return command;
}

Remedy remedy_of(const Json& object) {
  Remedy remedy;
  remedy.title = text_of(object, "title");
  for (const Json& command : list_of(object, "commands")) remedy.commands.push_back(command_of(command));
  for (const Json& step : list_of(object, "steps"))
    if (step.is_string()) remedy.steps.push_back(step.get<std::string>());
  return remedy;
}

RankedFinding finding_of(const Json& object) {
  RankedFinding ranked;
  Finding& finding = ranked.finding;
  finding.cause = text_of(object, "cause");
  finding.subject = text_of(object, "subject");
  finding.headline = text_of(object, "headline");
  ranked.role = word_of<Role>(
      text_of(object, "role"),
      {{"root", Role::root}, {"also", Role::also}, {"candidate", Role::candidate}, {"consequence", Role::consequence}}, Role::note);
  finding.severity =
      word_of<Severity>(text_of(object, "severity"), {{"blocked", Severity::blocked}, {"degraded", Severity::degraded}}, Severity::note);
  finding.confidence = word_of<Confidence>(text_of(object, "confidence"),
                                           {{"certain", Confidence::certain}, {"likely", Confidence::likely}}, Confidence::possible);
  if (const Cause* cause = find_cause(finding.cause)) ranked.layer = cause->layer;
  for (const Json& evidence : list_of(object, "evidence"))
    finding.because.push_back({Source::log, text_of(evidence, "locator"), text_of(evidence, "excerpt")});
  for (const Json& remedy : list_of(object, "remedies")) finding.remedies.push_back(remedy_of(remedy));
  return ranked;
}

}  // namespace

Result<Report> read_report(const std::string& text) {
  int deepest = 0;
  Json document = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        deepest = std::max(deepest, depth);
        return depth < 64;
      },
      false);
  if (document.is_discarded() || !document.is_object() || deepest >= 64) return fail("this report of gpuwhy is cut or damaged");
  Report report;
  report.basis = "log";
  report.tool_version = text_of(document.value("tool", Json::object()), "version");
  report.facts_as_of = text_of(document.value("tool", Json::object()), "facts_as_of");
  report.verdict = word_of<OverallVerdict>(
      text_of(document, "verdict"),
      {{"usable", OverallVerdict::usable}, {"degraded", OverallVerdict::degraded}, {"blocked", OverallVerdict::blocked}},
      OverallVerdict::unknown);
  for (const Json& finding : list_of(document, "findings"))
    if (finding.is_object()) report.findings.push_back(finding_of(finding));
  if (auto next = document.find("next_check"); next != document.end() && next->is_object()) {
    NextCheck check{command_of(next->value("command", Json::array())), {}};
    for (const Json& slug : list_of(*next, "decides"))
      if (slug.is_string()) check.decides.push_back(slug.get<std::string>());
    report.next_check = check;
  }
  return report;
}

}  // namespace gpuwhy::app
