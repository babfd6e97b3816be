#include "formats/python_source/python_source.h"

#include <algorithm>

#include "base/text.h"
#include "formats/python_source/json_light.h"
#include "formats/python_source/literals.h"

namespace gpuwhy::python_source {

namespace {

constexpr std::size_t most_lines = 20'000;

std::string_view without_mark(Bytes bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  return bytes;
}

std::string_view identifier_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || (text[end] >= 'A' && text[end] <= 'Z') || text[end] == '_' ||
                               (end > 0 && text[end] >= '0' && text[end] <= '9')))
    ++end;
  return text.substr(0, end);
}

// Where the value of an assignment begins: behind the '=' that no annotation holds; npos when the line assigns nothing.
std::size_t value_start(std::string_view line, std::size_t name_length) {
  std::size_t at = line.find_first_not_of(" \t", name_length);
  if (at == std::string_view::npos) return at;
  if (line[at] == ':') {
    at = line.find('=', at);
    if (at == std::string_view::npos) return at;
  }
  if (line[at] != '=' || (at + 1 < line.size() && line[at + 1] == '=')) return std::string_view::npos;
  return at + 1;
}

std::optional<std::string> text_or_none(const std::map<std::string, Literal>& assigned, const std::string& name) {
  auto found = assigned.find(name);
  if (found == assigned.end()) return std::nullopt;
  if (found->second.kind == Literal::Kind::none) return std::string();
  if (found->second.kind == Literal::Kind::text) return found->second.text;
  return std::nullopt;
}

void keep_build_fact(BuildInfo& info, const std::string& key, const Literal& value) {
  using Kind = Literal::Kind;
  if (key == "is_cuda_build" && value.kind == Kind::boolean) info.is_cuda_build = value.truth;
  else if (key == "is_rocm_build" && value.kind == Kind::boolean) info.is_rocm_build = value.truth;
  else if (key == "cuda_version" && (value.kind == Kind::text || value.kind == Kind::number)) info.cuda_version = value.text;
  else if (key == "cudnn_version" && (value.kind == Kind::text || value.kind == Kind::number)) info.cudnn_version = value.text;
  else if (key == "cuda_compute_capabilities" && value.kind == Kind::list) info.cuda_compute_capabilities = value.items;
}

}  // namespace

std::map<std::string, Literal> parse_assignments(Bytes bytes) {
  std::map<std::string, Literal> assigned;
  std::string_view rest = without_mark(bytes);
  for (std::size_t count = 0; !rest.empty() && count < most_lines; ++count) {
    std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    std::string_view name = identifier_at(line);
    std::size_t value = name.empty() ? std::string_view::npos : value_start(line, name.size());
    if (value != std::string_view::npos) {
      LiteralScanner scanner(rest.substr(value));
      if (auto literal = scanner.literal()) assigned[std::string(name)] = std::move(*literal);
      else assigned.erase(std::string(name));  // computed: the earlier literal no longer holds
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return assigned;
}

TorchVersion parse_torch_version(Bytes bytes) {
  auto assigned = parse_assignments(bytes);
  TorchVersion torch;
  torch.version = text_or_none(assigned, "__version__");
  torch.cuda = text_or_none(assigned, "cuda");
  torch.hip = text_or_none(assigned, "hip");
  torch.rocm = text_or_none(assigned, "rocm");
  torch.xpu = text_or_none(assigned, "xpu");
  return torch;
}

BuildInfo parse_build_info(Bytes bytes) {
  BuildInfo info;
  std::size_t start = bytes.find("build_info");
  while (start != std::string_view::npos && start > 0 && bytes[start - 1] != '\n') start = bytes.find("build_info", start + 1);
  if (start == std::string_view::npos) return info;
  LiteralScanner scanner(bytes.substr(start + 10));
  // Pairs stand as ('key', value) or 'key': value; a text that opens neither is skipped.
  for (int steps = 0; !scanner.at_end() && steps < 20'000; ++steps) {
    scanner.skip_blanks();
    auto key = scanner.text();
    if (!key) {
      scanner.skip_one();
      continue;
    }
    if (!scanner.accept(',') && !scanner.accept(':')) continue;
    if (auto value = scanner.literal()) keep_build_fact(info, *key, *value);
  }
  return info;
}

std::optional<std::string> parse_tensorflow_header_version(Bytes bytes) {
  std::string numbers[3], suffix;
  constexpr std::string_view names[3] = {"TF_MAJOR_VERSION", "TF_MINOR_VERSION", "TF_PATCH_VERSION"};
  for (std::string_view line : lines(bytes)) {
    if (!line.starts_with("#define ")) continue;
    std::string_view rest = trim(line.substr(8));
    std::string_view name = identifier_at(rest);
    std::string_view value = trim(rest.substr(name.size()));
    for (int i = 0; i < 3; ++i)
      if (name == names[i] && is_digits(value) && value.size() < 6) numbers[i] = std::string(value);
    if (name == "TF_VERSION_SUFFIX" && value.size() >= 2 && value.size() < 40 && value.front() == '"' && value.back() == '"')
      suffix = std::string(value.substr(1, value.size() - 2));
  }
  if (numbers[0].empty() || numbers[1].empty() || numbers[2].empty()) return std::nullopt;
  return numbers[0] + "." + numbers[1] + "." + numbers[2] + suffix;
}

std::map<std::string, std::string> parse_pyvenv_cfg(Bytes bytes) {
  std::map<std::string, std::string> values;
  for (std::string_view line : lines(without_mark(bytes.substr(0, 64 << 10)))) {
    std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || values.size() > 200) continue;
    values[to_lower(trim(line.substr(0, equals)))] = std::string(trim(line.substr(equals + 1)));
  }
  return values;
}

std::vector<PthLine> parse_pth(Bytes bytes) {
  std::vector<PthLine> kept;
  for (std::string_view line : lines(without_mark(bytes))) {
    if (line.starts_with('#') || trim(line).empty() || line.size() > 4096) continue;
    if (kept.size() >= 1000) break;
    if (line.starts_with("import ") || line.starts_with("import\t")) {
      kept.push_back({true, std::string(line)});
      continue;
    }
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
    if (line.find('\0') == std::string_view::npos) kept.push_back({false, std::string(line)});
  }
  return kept;
}

std::optional<Kernel> parse_kernel(Bytes bytes) {
  using Kind = json_light::Value::Kind;
  auto root = json_light::parse(bytes);
  const json_light::Value* argv = root ? root->find("argv") : nullptr;
  if (!argv || argv->kind != Kind::array) return std::nullopt;
  Kernel kernel;
  for (const auto& [name, item] : argv->members)
    if (item.kind == Kind::text) kernel.argv.push_back(item.text);
  if (const auto* environment = root->find("env"); environment && environment->kind == Kind::object)
    for (const auto& [name, value] : environment->members)
      if (value.kind == Kind::text) kernel.environment.emplace_back(name, value.text);
  if (const auto* title = root->find("display_name"); title && title->kind == Kind::text) kernel.display_name = title->text;
  return kernel;
}

}  // namespace gpuwhy::python_source
