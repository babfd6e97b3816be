#include "render/json/report_json.h"

#include <cmath>

#include "render/json/json_parts.h"
#include "render/text/words.h"

namespace gpuwhy {

namespace {

using namespace render;

// To a tenth of a millisecond; whole numbers without a fraction.
Json rounded(double value) {
  if (!std::isfinite(value) || std::abs(value) > 1e15) return nullptr;
  double tenths = std::round(value * 10) / 10;
  if (tenths == std::floor(tenths)) return static_cast<std::int64_t>(tenths);
  return tenths;
}

Json copy_json(const LibraryCopy& copy) {
  return {{"framework", prose(copy.framework)},
          {"library", prose(copy.library)},
          {"path", prose(copy.path)},
          {"version", prose_or_null(copy.version)},
          {"brought_by", prose_or_null(copy.brought_by)}};
}

// Fields that only some questions have an answer to.
void add_company(const Report& report, Json& json) {
  if (report.shared_process)
    json["shared_process"] = {{"order", prose_list(report.shared_process->order)},
                              {"libraries", list_json(report.shared_process->libraries, copy_json)}};
  if (report.process) {
    const ReportedProcess& process = *report.process;
    json["process"] = {{"pid", process.pid},
                       {"command", prose_or_null(process.command)},
                       {"executable", prose_or_null(process.executable)},
                       {"started", prose_or_null(process.started)},
                       {"mapped", list_json(process.mapped,
                                            [](const MappedFile& file) {
                                              return Json{{"path", prose(file.path)}, {"deleted", file.deleted}};
                                            })},
                       {"device_files", prose_list(process.device_files)},
                       {"differences", prose_list(process.differences)}};
  }
  if (report.riders.empty()) return;
  json["riders"] = list_json(report.riders, [](const Rider& rider) {
    return Json{{"name", prose(rider.name)}, {"version", prose_or_null(rider.version)}, {"built_with", prose_or_null(rider.variant)}};
  });
}

Json report_json(const Report& report) {
  Json json;
  json["schema"] = "gpuwhy.report/1";
  json["tool"] = tool_json(report);
  json["machine"] = machine_json(report.machine);
  json["verdict"] = word(report.verdict);
  json["predictions"] = list_json(report.predictions, prediction_json);
  json["ladder"] = ladder_json(report.ladder);
  json["findings"] = list_json(report.findings, finding_json);
  json["next_check"] = nullptr;
  if (report.next_check)
    json["next_check"] = {{"command", exact_list(report.next_check->command)}, {"decides", prose_list(report.next_check->decides)}};
  json["unknown"] = list_json(report.unknown, [](const NotTold& each) {
    return Json{{"fact", prose(each.fact)}, {"why", prose(each.why)}, {"detail", prose(each.detail)}};
  });
  json["basis"] = prose_or_null(report.basis);
  json["judged_environment"] = prose_or_null(report.judged_environment);
  json["judged_python"] = prose_or_null(report.judged_python);
  json["judged_for"] = prose_or_null(report.judged_for);
  json["unexplained"] = prose_list(report.unexplained);
  json["others"] = list_json(report.others, [](const OtherEnvironment& other) {
    return Json{
        {"interpreter", prose(other.interpreter)}, {"chosen_by", prose_or_null(other.chosen_by)}, {"summary", prose(other.summary)}};
  });
  json["remarks"] = prose_list(report.remarks);
  json["environment_notes"] = prose_list(report.environment_notes);
  add_company(report, json);
  if (!report.timings_ms.empty()) {
    Json& timings = json["timings_ms"] = Json::object();
    for (const auto& [name, value] : report.timings_ms) timings[prose(name)] = rounded(value);
  }
  return json;
}

}  // namespace

std::string render_json(const Report& report) { return json_document(report_json(report)); }

}  // namespace gpuwhy
