#include "render/json/json_parts.h"

#include <limits>

#include "base/text.h"
#include "render/text/shell.h"
#include "render/text/words.h"

namespace gpuwhy::render {

// Prose for people: one line, no control characters.
std::string prose(std::string_view text) { return printable(text, std::numeric_limits<std::size_t>::max()); }

Json prose_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(prose(text)); }

Json prose_list(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(prose(text));
  return list;
}

// An argument of a command keeps its bytes (JSON escapes what is not printable); only invalid UTF-8 is replaced, when it is written.
Json exact_list(const Command& command) {
  Json list = Json::array();
  for (const std::string& argument : command) list.push_back(argument);
  return list;
}

namespace {

Json number_or_null(const Fact<std::int64_t>& fact) { return fact.is_known() ? Json(*fact) : Json(nullptr); }

Json calls_json(const std::vector<Call>& calls) {
  Json object = Json::object();
  for (const Call& call : calls) {
    Json answer = number_or_null(call.answer);
    if (call.is_truth && call.answer.is_known()) answer = *call.answer != 0;
    object[prose(call.expression)] = std::move(answer);
  }
  return object;
}

Json remedy_json(const Remedy& remedy) {
  Json commands = Json::array();
  for (const Command& command : remedy.commands)
    if (!command.empty()) commands.push_back(exact_list(command));
  return {{"title", prose(remedy.title)},  {"commands", std::move(commands)},    {"steps", prose_list(remedy.steps)},
          {"proven", remedy.proven},       {"then", prose_or_null(remedy.then)}, {"leaves", remedy.leaves},
          {"safety", word(remedy.safety)}, {"undo", prose_or_null(remedy.undo)}, {"check", prose_or_null(shell_quoted(remedy.check))}};
}

// JSON need not escape DEL and the C1 controls, but a terminal may obey them when somebody prints the file.
std::string without_controls(std::string text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    if (byte == 0x7f) {
      clean += "\\u007f";
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      clean += "\\u00";
      clean += hexadecimal[next >> 4U];
      clean += hexadecimal[next & 15U];
      ++i;
    } else {
      clean += text[i];
    }
  }
  return clean;
}

}  // namespace

Json machine_json(const MachineSummary& machine) {
  // The two generations of WSL are one platform to the schema.
  std::string_view platform = machine.platform.starts_with("wsl") ? std::string_view("wsl") : std::string_view(machine.platform);
  Json gpus = nullptr;
  if (!machine.gpus.is_unknown()) gpus = Json::array();
  if (machine.gpus.is_known())
    for (const ReportGpu& gpu : *machine.gpus)
      gpus.push_back({{"name", prose_or_null(gpu.name)},
                      {"pci", prose_or_null(gpu.pci)},
                      {"compute_capability", prose_or_null(gpu.compute_capability)}});
  return {{"name", "host-1"},        {"os", prose_or_null(machine.os)},         {"platform", prose_or_null(platform)},
          {"gpus", std::move(gpus)}, {"driver", prose_or_null(machine.driver)}, {"kernel", prose_or_null(machine.kernel)}};
}

Json prediction_json(const Prediction& prediction) {
  Json json = {{"framework", slug(prediction.framework)},
               {"version", prose_or_null(prediction.version)},
               {"python", prose_or_null(prediction.python)},
               {"sees_gpus", number_or_null(prediction.sees_gpus)},
               {"usable_gpus", number_or_null(prediction.usable_gpus)},
               {"calls", calls_json(prediction.calls)},
               {"outcome", word(prediction.outcome)},
               {"blocked_at", prose_or_null(prediction.blocked_at)},
               {"expected_log", prose_list(prediction.expected_log)},
               {"basis", word(prediction.basis)}};
  if (!prediction.outside.empty()) json["outside"] = prose(prediction.outside);
  return json;
}

Json finding_json(const RankedFinding& ranked) {
  const Finding& finding = ranked.finding;
  Json evidence = Json::array();
  for (const Evidence& each : finding.because)
    evidence.push_back({{"source", word(each.source)}, {"locator", prose(each.locator)}, {"excerpt", prose(each.excerpt)}});
  Json remedies = Json::array();
  for (const Remedy& remedy : finding.remedies) remedies.push_back(remedy_json(remedy));
  return {{"cause", prose(finding.cause)},
          {"layer", slug(ranked.layer)},
          {"role", word(ranked.role)},
          {"severity", word(finding.severity)},
          {"confidence", word(finding.confidence)},
          {"subject", prose(finding.subject)},
          {"headline", prose(finding.headline)},
          {"details", prose_list(finding.details)},
          {"evidence", std::move(evidence)},
          {"remedies", std::move(remedies)},
          {"explains", prose_list(ranked.explains)}};
}

Json ladder_json(const std::vector<Rung>& ladder) {
  return list_json(ladder, [](const Rung& rung) {
    return Json{{"layer", slug(rung.layer)}, {"state", word(rung.state)}, {"summary", prose(rung.summary)}};
  });
}

Json tool_json(const Report& report) {
  return {{"version", prose(report.tool_version)}, {"facts_as_of", prose_or_null(report.facts_as_of)}};
}

std::string json_document(const Json& json) { return without_controls(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n"; }

}  // namespace gpuwhy::render
