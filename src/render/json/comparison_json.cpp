#include "render/json/comparison_json.h"

#include "render/json/json_parts.h"
#include "render/text/differences.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;

Json value_json(const std::string& value) { return is_not_known(value) ? Json(nullptr) : Json(prose(value)); }

Json difference_json(const Difference& difference) {
  return {{"what", prose(difference.what)},
          {"layer", slug(difference.layer)},
          {"there", value_json(difference.there)},
          {"here", value_json(difference.here)}};
}

// What a side's own report says about it, as far as the comparison rests on it.
Json side_json(const std::string& name, const Report& report) {
  Json findings = Json::array();
  for (const RankedFinding& ranked : report.findings)
    if (ranked.role == Role::root || ranked.role == Role::also || ranked.role == Role::candidate) findings.push_back(finding_json(ranked));
  return {{"name", prose(name)},
          {"machine", machine_json(report.machine)},
          {"verdict", word(report.verdict)},
          {"predictions", list_json(report.predictions, prediction_json)},
          {"ladder", ladder_json(report.ladder)},
          {"findings", std::move(findings)}};
}

}  // namespace

std::string render_json(const Comparison& comparison) {
  Json json;
  json["schema"] = "gpuwhy.diff/1";
  json["tool"] = tool_json(comparison.failing_report);
  json["kind"] = word(comparison.kind);
  json["sentence"] = prose(comparison.sentence);
  json["proven"] = comparison.proven;
  json["causal"] = list_json(comparison.causal, difference_json);
  json["harmless"] = list_json(comparison.harmless, difference_json);
  json["behaviour"] = prose_list(comparison.behaviour);
  json["working"] = side_json(comparison.working, comparison.working_report);
  json["failing"] = side_json(comparison.failing, comparison.failing_report);
  return json_document(json);
}

}  // namespace gpuwhy
