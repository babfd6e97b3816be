#include "formats/pyproject/pyproject.h"

#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::pyproject {

namespace {

constexpr std::size_t most_entries = 20'000, longest_value = 1 << 20;

// The texts in quotation marks of a value; comments and quotation marks of the other kind inside of them are kept apart.
std::vector<std::string> quoted(std::string_view value) {
  std::vector<std::string> found;
  char quote = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    if (quote) {
      if (c == quote) quote = 0;
      else if (c == '\\' && quote == '"' && i + 1 < value.size()) found.back().push_back(value[++i]);
      else found.back().push_back(c);
    } else if (c == '#') {
      while (i + 1 < value.size() && value[i + 1] != '\n') ++i;
    } else if ((c == '"' || c == '\'') && found.size() < most_entries) {
      quote = c;
      found.emplace_back();
    }
  }
  return found;
}

// Brackets that are opened outside of quotation marks, over the lines of one value. A quotation ends with its line.
class Brackets {
 public:
  void read(std::string_view line) {
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      char c = line[i];
      if (quote) {
        if (c == '\\' && quote == '"') ++i;
        else if (c == quote) quote = 0;
      } else if (c == '#') {
        return;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '[' || c == '{') {
        ++depth_;
      } else if (c == ']' || c == '}') {
        --depth_;
      }
    }
  }
  bool are_closed() const { return depth_ <= 0; }

 private:
  int depth_ = 0;
};

// "^2.10" and "~2.10" of Poetry as PEP 440 says them; anything else as it is.
std::string specifier_of_poetry(std::string_view text) {
  if (text == "*") return "";
  if (text.starts_with("^") || (text.starts_with("~") && !text.starts_with("~="))) {
    auto version = Version::parse(trim(text.substr(1)));
    if (!version) return "";
    bool by_minor = text.front() == '~' || version->major() == 0;
    std::string below =
        by_minor ? std::to_string(version->major()) + "." + std::to_string(version->minor() + 1) : std::to_string(version->major() + 1);
    return ">=" + version->text() + ",<" + below;
  }
  bool is_plain = !text.empty() && text.front() >= '0' && text.front() <= '9';
  return (is_plain ? "==" : "") + replace_all(std::string(text), " ", "");
}

struct Reader {
  Document document;
  std::string table;

  void leave(std::size_t line, std::string kind, std::string_view text) {
    if (document.unresolved.size() < most_entries) document.unresolved.push_back({line, std::move(kind), printable(text, 120)});
  }

  void dependencies(std::size_t line, std::string_view value) {
    for (const std::string& text : quoted(value)) {
      auto parsed = requirements::parse_requirement(text);
      if (!parsed) {
        leave(line, text.contains('@') ? "a link" : "a line that is no requirement", text);
        continue;
      }
      parsed->line = line;
      if (document.requirements.size() < most_entries) document.requirements.push_back(std::move(*parsed));
    }
  }

  void poetry(std::size_t line, std::string_view key, std::string_view value) {
    std::string name = normalised_package_name(key);
    std::size_t at = value.starts_with('{') ? value.find("version") : 0;
    std::vector<std::string> texts = at == std::string_view::npos ? std::vector<std::string>{} : quoted(value.substr(at));
    if (texts.empty()) return leave(line, "a link", std::string(key) + " = " + std::string(value));
    if (name == "python") {
      document.requires_python = specifier_of_poetry(texts.front());
      return;
    }
    auto parsed = requirements::parse_requirement(name + specifier_of_poetry(texts.front()));
    if (!parsed) return leave(line, "a line that is no requirement", value);
    if (std::size_t extras = value.find("extras"); value.starts_with('{') && extras != std::string_view::npos) {
      std::string_view list = value.substr(extras);
      for (const std::string& extra : quoted(list.substr(0, list.find(']')))) parsed->extras.push_back(normalised_package_name(extra));
    }
    parsed->line = line;
    document.requirements.push_back(std::move(*parsed));
  }

  void setting(std::size_t line, std::string_view key, std::string_view value) {
    if (table == "project" && key == "requires-python" && !quoted(value).empty()) document.requires_python = quoted(value).front();
    else if (table == "project" && key == "dependencies") dependencies(line, value);
    else if (table == "project.optional-dependencies" || table == "dependency-groups") leave(line, "an optional group", key);
    else if (table == "tool.uv.sources") leave(line, "a source of its own", std::string(key) + " = " + std::string(value));
    else if (table == "tool.poetry.dependencies" && document.requirements.size() < most_entries) poetry(line, key, value);
  }
};

}  // namespace

Document parse(Bytes bytes) {
  Reader reader;
  std::string value, key;
  Brackets brackets;
  std::size_t number = 0, begin = 0;
  for (std::string_view line : lines(bytes)) {
    ++number;
    if (key.empty()) {
      std::string_view text = trim(line);
      if (text.empty() || text.starts_with('#')) continue;
      if (text.starts_with('[')) {
        std::string_view name = text.substr(0, text.find(']'));
        reader.table = trim(name.substr(name.find_first_not_of('[') == std::string_view::npos ? name.size() : name.find_first_not_of('[')));
        continue;
      }
      std::size_t equals = text.find('=');
      if (equals == std::string_view::npos) continue;
      key = trim(text.substr(0, equals));
      if (key.size() >= 2 && (key.front() == '"' || key.front() == '\'')) key = key.substr(1, key.size() - 2);
      value = trim(text.substr(equals + 1));
      begin = number;
      brackets = {};
      brackets.read(value);
    } else {
      value += '\n';
      value += line;
      brackets.read(line);
    }
    // An array goes on until its bracket is closed; one that never is ends with the file.
    if (!brackets.are_closed() && value.size() < longest_value) continue;
    if (!key.empty()) reader.setting(begin, key, value);
    key.clear();
  }
  if (!key.empty()) reader.setting(begin, key, value);
  return std::move(reader.document);
}

}  // namespace gpuwhy::pyproject
