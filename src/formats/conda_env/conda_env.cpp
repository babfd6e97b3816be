#include "formats/conda_env/conda_env.h"

#include "base/text.h"
#include "formats/yaml_light/yaml_light.h"

namespace gpuwhy::conda_env {

namespace {

constexpr std::size_t most_entries = 20'000;

// "=2.5" is any of 2.5, "2.5" and "==2.5" are that one.
std::string specifier_of(std::string_view text) {
  text = trim(text);
  if (text.empty() || text == "*") return "";
  if (text.front() == '=' && !text.starts_with("==")) return "==" + std::string(text.substr(1)) + (text.ends_with('*') ? "" : ".*");
  bool is_plain = text.front() >= '0' && text.front() <= '9';
  return (is_plain ? "==" : "") + replace_all(std::string(text), " ", "");
}

// "nvidia::cuda-toolkit=12.4=build", "python >=3.11", "pytorch"
CondaSpec spec_of(std::string_view text) {
  CondaSpec spec;
  if (std::size_t at = text.find("::"); at != std::string_view::npos) {
    spec.channel = trim(text.substr(0, at));
    text = text.substr(at + 2);
  }
  std::size_t end = text.find_first_of("=<>!~ ");
  spec.name = normalised_package_name(trim(text.substr(0, end)));
  if (end == std::string_view::npos) return spec;
  std::string_view rest = trim(text.substr(end));
  // The build stands behind the second '=' that is not part of '=='.
  std::size_t first = rest.find_first_not_of('=');
  std::size_t second = first == std::string_view::npos || !rest.starts_with('=') ? rest.npos : rest.find('=', first);
  if (second != std::string_view::npos) {
    spec.build = trim(rest.substr(second + 1));
    // With a build the version is that very one, unless it has a star.
    std::string_view version = trim(rest.substr(first, second - first));
    spec.specifier = "==" + std::string(version);
    return spec;
  }
  spec.specifier = specifier_of(rest);
  return spec;
}

void read_pip(const json_light::Value& list, Document& document) {
  for (const json_light::Member& entry : list.members) {
    if (document.pip.size() + document.unresolved.size() >= most_entries) return;
    if (auto requirement = requirements::parse_requirement(entry.value.text)) document.pip.push_back(std::move(*requirement));
    else
      document.unresolved.push_back(
          {0, entry.value.text.starts_with('-') ? "an include or an option" : "a link", printable(entry.value.text, 120)});
  }
}

}  // namespace

Document parse(Bytes bytes) {
  Document document;
  auto tree = yaml_light::parse(bytes);
  if (!tree) {
    document.problem = tree.error();
    return document;
  }
  if (const json_light::Value* channels = tree->find("channels"))
    for (const json_light::Member& channel : channels->members)
      if (document.channels.size() < most_entries) document.channels.push_back(channel.value.text);
  const json_light::Value* dependencies = tree->find("dependencies");
  if (!dependencies) {
    document.problem = "it has no list of dependencies";
    return document;
  }
  for (const json_light::Member& entry : dependencies->members) {
    if (const json_light::Value* pip = entry.value.find("pip")) read_pip(*pip, document);
    else if (!entry.value.text.empty() && document.conda.size() < most_entries) document.conda.push_back(spec_of(entry.value.text));
  }
  return document;
}

}  // namespace gpuwhy::conda_env
