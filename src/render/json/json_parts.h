// Parts that the JSON documents share: the report's and the comparison's. Internal to render/json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"

namespace gpuwhy::render {

using Json = nlohmann::ordered_json;

std::string prose(std::string_view text);  // for people: one line, no control characters
Json prose_or_null(std::string_view text);
Json prose_list(const std::vector<std::string>& texts);
// An argument of a command keeps its bytes (JSON escapes what is not printable); only invalid UTF-8 is replaced, when it is written.
Json exact_list(const Command& command);

Json tool_json(const Report& report);
Json machine_json(const MachineSummary& machine);
Json prediction_json(const Prediction& prediction);
Json ladder_json(const std::vector<Rung>& ladder);
Json finding_json(const RankedFinding& ranked);

template <class Item, class Function>
Json list_json(const std::vector<Item>& items, Function function) {
  Json list = Json::array();
  for (const Item& item : items) list.push_back(function(item));
  return list;
}

// Indented, always valid UTF-8, without control characters, ends with a line feed.
std::string json_document(const Json& json);

}  // namespace gpuwhy::render
