#include "evidence/readers/exceptions.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t most_exceptions = 400;
constexpr std::size_t longest_line = 2000;
constexpr std::size_t longest_message = 3000;
constexpr std::size_t most_message_lines = 60;
constexpr std::size_t most_streams = 64;  // workers whose lines are told apart

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_header(std::string_view text) { return text.contains("Traceback (most recent call last)"); }

// Types whose name does not tell that they are exceptions are believed only at the end of a traceback.
bool is_exception_name(std::string_view name) {
  std::size_t point = name.rfind('.');
  std::string_view last = point == std::string_view::npos ? name : name.substr(point + 1);
  if (last == "Error" && point == std::string_view::npos) return false;
  for (std::string_view end : {"Error", "Exception", "Interrupt", "SystemExit", "StopIteration", "ExceptionGroup", "NotFound"})
    if (last.ends_with(end) && ((last.front() >= 'A' && last.front() <= 'Z') || last.front() == '_')) return true;
  return false;
}

// The dotted name with which a line begins, when nothing or ": message" follows it.
std::string_view leading_type(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (is_letter(text[end]) || (end && (is_digit(text[end]) || text[end] == '.')))) {
    ++end;
    if (text.substr(end).starts_with("<locals>.")) end += 9;  // a class within a function
  }
  // Ray puts the type that it carries in parentheses: RayTaskError(ValueError).
  if (text.substr(0, end).ends_with("Error") && end < text.size() && text[end] == '(')
    if (std::size_t close = text.find(')', end); close != std::string_view::npos && close - end < 60) end = close + 1;
  if (end < 3) return "";
  if (end == text.size() || (text[end] == ':' && (end + 1 == text.size() || text[end + 1] == ' '))) return text.substr(0, end);
  return "";
}

// At the end of a traceback any name may be an exception's, unless the line may be one of code that lost its indentation.
bool may_be_exception(std::string_view text, std::string_view type) {
  if (type.starts_with("http")) return false;
  if (text.size() > type.size() + 1) return true;
  std::size_t point = type.rfind('.');
  std::string_view last = point == std::string_view::npos ? type : type.substr(point + 1);
  return !last.empty() && ((last.front() >= 'A' && last.front() <= 'Z') || last.contains("rror"));
}

// The path of a frame: File "x.py", line 3 / File ~/x.py:3, in f(a) / Cell In[3], line 1 / <ipython-input-3-0a> in <module> / x.py in f(a).
std::string_view frame_path(std::string_view text) {
  text = trim(text);
  if (text.starts_with("File \"")) return text.substr(6, std::min(text.find('"', 6), text.size()) - 6);
  if (text.starts_with("File ")) return text.substr(5, std::min(text.find_first_of(":,", 5), text.size()) - 5);
  if (text.starts_with("Cell In")) return text.substr(0, text.find(','));
  bool older_notebook = text.starts_with('/') || text.starts_with("~/") || text.starts_with("<ipython-input");
  std::size_t in = older_notebook ? text.find(" in ") : std::string_view::npos;
  return in != std::string_view::npos && text.substr(0, in).find(' ') == std::string_view::npos ? text.substr(0, in) : "";
}

// What the lines of one worker have said so far.
struct Stream {
  bool in_traceback = false, expects_text = false;
  std::size_t indent = 0;  // of the header, when the whole traceback is set in (pip's, a list's)
  std::string path, source_line;
  std::size_t raised = 0;  // 1 + index of the exception whose message goes on; 0: none
  std::size_t message_lines = 0, blank_lines = 0;
};

bool ends_message(std::string_view text) {
  return is_header(text) || text.starts_with("During handling of") || text.starts_with("The above exception was") ||
         text.starts_with("$ ") || text.starts_with(">>> ") || text.starts_with("In [") || text.starts_with("=====");
}

void go_on(std::string_view text, Stream& stream, std::vector<RaisedException>& found) {
  RaisedException& raised = found[stream.raised - 1];
  std::string_view said = trim(text);
  stream.blank_lines = said.empty() ? stream.blank_lines + 1 : 0;
  if (ends_message(text) || stream.blank_lines > 2 || ++stream.message_lines > most_message_lines ||
      raised.message.size() > longest_message) {
    stream.raised = 0;
    return;
  }
  // TensorFlow writes what went wrong in the graph below where it did, before the node's name.
  bool graph = raised.text.starts_with("Graph execution error") || raised.text.starts_with("Detected at node");
  if ((stream.expects_text && raised.text.empty() && !said.empty()) ||
      (graph && said.find("[[{{node") == std::string_view::npos && said.size() > 20 && !said.starts_with("File ") &&
       !said.starts_with("Detected at") && text.front() != ' '))
    raised.text = said;
  raised.message += '\n';
  raised.message += said;
}

void take_exception(std::string_view text, std::string_view type, std::size_t line, Stream& stream, std::vector<RaisedException>& found) {
  if (found.size() >= most_exceptions) return;
  std::string_view message = text.size() > type.size() ? trim(text.substr(type.size() + 1)) : std::string_view();
  found.push_back({std::string(type), std::string(message), std::string(message), stream.path, stream.source_line, line});
  bool was_open = stream.in_traceback;
  std::size_t indent = stream.indent;
  stream = {};
  stream.indent = indent;
  stream.expects_text = text.size() > type.size();
  stream.raised = found.size();
  // A message alone, with no traceback before it, is one line of a log.
  if (!was_open) stream.message_lines = most_message_lines - 4;
}

void read_line(std::string_view text, std::size_t line, Stream& stream, std::vector<RaisedException>& found) {
  if (is_header(text)) stream.indent = text.find_first_not_of(' ');
  std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(std::min(blanks, stream.indent));
  bool indented = !text.empty() && (text.front() == ' ' || text.front() == '\t');
  if (is_header(text)) {
    // Notebooks write "ValueError        Traceback (most recent call last)".
    std::size_t indent = text.starts_with("Traceback") ? stream.indent : 0;
    stream = {};
    stream.indent = indent;
    stream.in_traceback = true;
    return;
  }
  if (std::string_view path = frame_path(text); !path.empty() && (stream.in_traceback || !stream.raised)) {
    stream.path = path;
    stream.source_line.clear();
    return;
  }
  std::string_view type = indented ? std::string_view() : leading_type(text);
  if (!type.empty() && (is_exception_name(type) || (stream.in_traceback && !stream.path.empty() && may_be_exception(text, type)))) {
    take_exception(text, type, line, stream, found);
    return;
  }
  if (stream.raised) {
    go_on(text, stream, found);
    return;
  }
  std::string_view code = trim(text);
  if (code.starts_with("-")) code = trim(code.substr(std::min(code.find("> "), code.size())));  // "----> 12 f(x)"
  while (!code.empty() && is_digit(code.front())) code.remove_prefix(1);
  bool is_marker = code.find_first_not_of("^~ ") == std::string_view::npos;
  if (stream.in_traceback && !is_marker && (indented || trim(text).starts_with("--"))) stream.source_line = trim(code).substr(0, 300);
}

}  // namespace

Unwrapped unwrap_line(std::string_view line) {
  std::string_view text = line.substr(0, longest_line);
  std::size_t taken = 0;
  auto rest = [&] { return text.substr(taken); };
  // [rank0]: of torch, [default0]: of torchrun, (RayWorker pid=1) of Ray, [1,0]<stderr>: of mpirun
  if (rest().starts_with('[')) {
    std::size_t end = rest().find("]");
    std::string_view inside = end == std::string_view::npos ? "" : rest().substr(1, end - 1);
    std::size_t colon = end == std::string_view::npos ? end : rest().find(':', end);
    bool worker = inside.starts_with("rank") || inside.starts_with("default") || (inside.contains(',') && inside.size() < 12);
    if (worker && colon != std::string_view::npos && colon - end < 12)
      taken += colon + 1 + (rest().substr(colon + 1).starts_with(' ') ? 1 : 0);
  } else if (rest().starts_with('(')) {
    std::size_t end = rest().find(") ");
    if (end != std::string_view::npos && end < 120 && rest().substr(0, end).contains("pid=")) taken += end + 2;
  }
  // "  | " of exception groups, "E   " of pytest
  std::size_t bar = rest().find_first_not_of(' ');
  if (bar != std::string_view::npos && (rest().substr(bar).starts_with("| ") || rest().substr(bar) == "|"))
    taken += std::min(bar + 2, rest().size());
  else if (rest().starts_with("E   ") && rest().size() > 4 && rest()[4] != ' ') taken += 4;
  return {text.substr(0, taken), rest()};
}

std::vector<RaisedException> parse_exceptions(std::span<const Line> lines) {
  std::vector<RaisedException> found;
  std::map<std::string, Stream, std::less<>> streams;
  for (std::size_t i = 0; i < lines.size() && found.size() < most_exceptions; ++i) {
    Unwrapped unwrapped = unwrap_line(lines[i].text);
    std::string key = unwrapped.prefix.starts_with('[') || unwrapped.prefix.starts_with('(') ? std::string(unwrapped.prefix) : "";
    while (key.ends_with(' ') || key.ends_with('|')) key.pop_back();
    if (streams.size() >= most_streams && !streams.contains(key)) key.clear();
    read_line(unwrapped.rest, i, streams[key], found);
  }
  return found;
}

std::string_view owner_of(const RaisedException& raised) {
  if (raised.path.empty()) return "";
  for (std::string_view part :
       {"site-packages", "dist-packages", "/lib/python3", "\\lib\\", "\\Lib\\", "<frozen", "/lib/python2", "/lib64/python"})
    if (raised.path.contains(part)) return "library";
  return "user";
}

}  // namespace gpuwhy
