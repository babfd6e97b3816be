#include "formats/toml_light/toml_light.h"

#include <optional>

#include "base/text.h"

namespace gpuwhy::toml_light {

namespace {

constexpr std::size_t most_settings = 20'000;

bool is_quote(char c) { return c == '"' || c == '\''; }

// Where the text in quotation marks that begins at `at` ends (behind its closing mark); npos when it does not.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const char mark = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (mark == '"' && text[i] == '\\') ++i;
    else if (text[i] == mark) return i + 1;
  }
  return std::string_view::npos;
}

// The line without its comment; nothing when a quotation mark stays open.
std::optional<std::string_view> without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == '#') return trim(line.substr(0, i));
    if (!is_quote(line[i])) {
      ++i;
      continue;
    }
    i = end_of_quoted(line, i);
    if (i == std::string_view::npos) return std::nullopt;
  }
  return trim(line);
}

// `plugins."io.containerd.grpc.v1.cri".containerd` -> plugins.io.containerd.grpc.v1.cri.containerd
std::optional<std::string> joined_names(std::string_view text) {
  std::string joined;
  bool expects_name = true;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\t') {
      ++i;
    } else if (text[i] == '.') {
      if (expects_name) return std::nullopt;
      joined += '.';
      expects_name = true;
      ++i;
    } else if (!expects_name) {
      return std::nullopt;
    } else if (is_quote(text[i])) {
      std::size_t end = end_of_quoted(text, i);
      if (end == std::string_view::npos) return std::nullopt;
      joined += text.substr(i + 1, end - i - 2);
      i = end;
      expects_name = false;
    } else {
      std::size_t end = std::min(text.find_first_of(" \t.", i), text.size());
      joined += text.substr(i, end - i);
      i = end;
      expects_name = false;
    }
  }
  return expects_name ? std::nullopt : std::optional(joined);
}

// How many brackets a part of a value leaves open; text in quotation marks does not count.
int open_brackets(std::string_view text) {
  int open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_quote(text[i])) {
      std::size_t end = end_of_quoted(text, i);
      if (end == std::string_view::npos) return open;
      i = end - 1;
    } else if (text[i] == '#') {
      return open;
    } else if (text[i] == '[' || text[i] == '{') {
      ++open;
    } else if (text[i] == ']' || text[i] == '}') {
      --open;
    }
  }
  return open;
}

class Reader {
 public:
  explicit Reader(Bytes bytes) : lines_(lines(bytes)) {}

  Document run() {
    for (at_ = 0; at_ < lines_.size() && document_.settings.size() + document_.tables.size() < most_settings; ++at_) {
      std::string_view line = trim(lines_[at_]);
      if (line.empty() || line.front() == '#') continue;
      const std::size_t began = at_;
      if (!(line.front() == '[' ? take_table(line) : take_setting(line)) && document_.problem.empty())
        document_.problem = "line " + std::to_string(began + 1);
    }
    if (at_ < lines_.size() && document_.problem.empty()) document_.problem = "too many settings";
    return std::move(document_);
  }

 private:
  bool take_table(std::string_view line) {
    auto bare = without_comment(line);
    if (!bare) return false;
    bool is_array = bare->starts_with("[[");
    std::size_t brackets = is_array ? 2 : 1;
    if (!bare->ends_with(is_array ? "]]" : "]") || bare->size() < 2 * brackets) return false;
    auto name = joined_names(bare->substr(brackets, bare->size() - 2 * brackets));
    if (!name) return false;
    table_ = *name;
    document_.tables.push_back(table_);
    return true;
  }

  bool take_setting(std::string_view line) {
    std::size_t equals = 0;
    while (equals < line.size() && line[equals] != '=') {
      equals = is_quote(line[equals]) ? end_of_quoted(line, equals) : equals + 1;
      if (equals == std::string_view::npos) return false;
    }
    if (equals == line.size()) return false;
    auto key = joined_names(line.substr(0, equals));
    if (!key) return false;
    Setting setting{table_, *key, {}, false};
    bool is_read = take_value(trim(line.substr(equals + 1)), setting);
    if (is_read) document_.settings.push_back(std::move(setting));
    return is_read;
  }

  bool take_value(std::string_view value, Setting& setting) {
    for (std::string_view mark : {R"(""")", "'''"})
      if (value.starts_with(mark)) {
        setting.is_string = true;
        return pass_long_string(value.substr(3), mark);
      }
    if (value.starts_with('[') || value.starts_with('{')) return pass_brackets(value);
    auto bare = without_comment(value);
    if (!bare || bare->empty()) return false;
    setting.is_string = is_quote(bare->front());
    if (!setting.is_string) setting.value = *bare;
    else if (end_of_quoted(*bare, 0) != bare->size()) return false;
    else setting.value = bare->substr(1, bare->size() - 2);
    return true;
  }

  bool pass_long_string(std::string_view rest, std::string_view mark) {
    while (rest.find(mark) == std::string_view::npos) {
      if (++at_ >= lines_.size()) return false;
      rest = lines_[at_];
    }
    return true;
  }

  bool pass_brackets(std::string_view value) {
    int open = open_brackets(value);
    while (open > 0) {
      if (++at_ >= lines_.size()) return false;
      open += open_brackets(lines_[at_]);
    }
    return open == 0;
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  std::string table_;
  Document document_;
};

}  // namespace

const Setting* Document::find(std::string_view table, std::string_view key) const {
  const Setting* found = nullptr;
  for (const Setting& setting : settings)
    if (setting.table == table && setting.key == key) found = &setting;
  return found;
}

Document parse(Bytes bytes) { return Reader(bytes).run(); }

}  // namespace gpuwhy::toml_light
