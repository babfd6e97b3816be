#include "formats/cdi/cdi.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "formats/python_source/json_light.h"
#include "formats/yaml_light/yaml_light.h"

namespace gpuwhy::cdi {

namespace {

using json_light::Member;
using json_light::Value;

constexpr std::size_t most_entries = 2'000;

std::string text_of(const Value& value, std::string_view name) {
  const Value* found = value.find(name);
  return found && (found->kind == Value::Kind::text || found->kind == Value::Kind::number) ? found->text : std::string();
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (!text.empty() && list.size() < most_entries && std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

template <class Visit>
void for_each(const Value& value, std::string_view name, Visit visit) {
  const Value* list = value.find(name);
  if (!list || list->kind != Value::Kind::array) return;
  for (const Member& member : list->members) visit(member.value);
}

// The driver's libraries bear its version: libcuda.so.570.124.06. A soname (libcuda.so.1) holds none.
std::string version_in_name(std::string_view path) {
  std::string_view name = path::filename(path);
  if (!name.starts_with("libcuda.so.") && !name.starts_with("libnvidia-ml.so.")) return {};
  std::string_view version = name.substr(name.find(".so.") + 4);
  bool is_version = version.contains('.') && version.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_version ? std::string(version) : std::string();
}

void take_edits(const Value& owner, Specification& found) {
  const Value* edits = owner.find("containerEdits");
  if (!edits) return;
  for_each(*edits, "deviceNodes", [&](const Value& node) {
    std::string host = text_of(node, "hostPath");
    add_once(found.nodes, host.empty() ? text_of(node, "path") : host);
  });
  for_each(*edits, "mounts", [&](const Value& mount) {
    std::string host = text_of(mount, "hostPath");
    if (found.driver_version.empty()) found.driver_version = version_in_name(host);
    add_once(found.files, std::move(host));
  });
  for_each(*edits, "hooks", [&](const Value& hook) { add_once(found.files, text_of(hook, "path")); });
}

}  // namespace

Specification parse_specification(Bytes bytes) {
  Specification found;
  Value root;
  if (trim(bytes).starts_with('{')) {
    auto json = json_light::parse(bytes);
    if (!json) {
      found.problem = "it is no JSON";
      return found;
    }
    root = std::move(*json);
  } else {
    auto yaml = yaml_light::parse(bytes);
    if (!yaml) {
      found.problem = yaml.error();
      return found;
    }
    root = std::move(*yaml);
  }
  found.kind = text_of(root, "kind");
  if (found.kind.empty()) {
    found.problem = "it names no kind of device";
    return found;
  }
  take_edits(root, found);
  for_each(root, "devices", [&](const Value& device) {
    add_once(found.devices, text_of(device, "name"));
    take_edits(device, found);
  });
  return found;
}

}  // namespace gpuwhy::cdi
