#include "store/snapshot_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "store/json_fields.h"
#include "store/json_tree.h"
#include "store/redaction.h"

namespace gpuwhy {

namespace {

constexpr std::string_view schema_family = "gpuwhy.snapshot/";

// What is wrong with the schema that a document names, nothing when it is ours.
std::optional<std::string> schema_problem(const nlohmann::json& document) {
  if (!document.is_object() || !document.contains("schema") || !document["schema"].is_string())
    return fmt::format("not a snapshot of gpuwhy: there is no \"schema\": \"{}\" in it", snapshot_schema);
  const auto& schema = document["schema"].get_ref<const std::string&>();
  if (schema == snapshot_schema) return std::nullopt;
  std::string shown = printable(schema, 60);
  std::string_view version = schema.starts_with(schema_family) ? std::string_view(schema).substr(schema_family.size()) : std::string_view();
  if (is_digits(version)) return fmt::format("this snapshot is of schema {}; this gpuwhy reads /1", shown);
  return fmt::format("not a snapshot of gpuwhy: its schema is \"{}\", not \"{}\"", shown, snapshot_schema);
}

}  // namespace

std::string write_snapshot(const Snapshot& snapshot, Redaction redaction) {
  nlohmann::ordered_json document = {{"schema", snapshot_schema}};
  document.update(json_fields::to_json(redaction == Redaction::on ? redacted(snapshot) : snapshot));
  return lay_out_json(document);
}

Result<Snapshot> read_snapshot(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // an editor's byte order mark
  auto document = parse_json(text, {.bytes = snapshot_size_limit});
  if (!document) return std::unexpected(document.error());
  if (auto problem = schema_problem(*document)) return fail(*problem);
  Snapshot snapshot;
  json_fields::FieldReader reader;
  reader.read(*document, snapshot);
  if (!reader.is_good()) return fail(reader.problem());
  // A hand-edited file may have lost the order that the look-ups rely on.
  std::ranges::stable_sort(snapshot.libraries.candidates, {}, &Candidate::path);
  std::ranges::stable_sort(snapshot.libraries.folders, {}, &SearchedFolder::path);
  return snapshot;
}

}  // namespace gpuwhy
