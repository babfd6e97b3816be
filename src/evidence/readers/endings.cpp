#include "evidence/readers/endings.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "evidence/readers/exceptions.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 1000;

struct SignalName {
  int number;
  std::string_view name;
};
constexpr SignalName signals[] = {{4, "ILL"}, {6, "ABRT"}, {7, "BUS"}, {8, "FPE"}, {9, "KILL"}, {11, "SEGV"}, {15, "TERM"}};

std::string_view signal_name(std::int64_t number) {
  for (const SignalName& signal : signals)
    if (signal.number == number) return signal.name;
  return "";
}

// What a shell prints for a child that a signal ended (strsignal), in the languages that people paste; lower case.
struct ShellWord {
  std::string_view words, signal;
};
constexpr ShellWord shell_words[] = {{"segmentation fault", "SEGV"},
                                     {"speicherzugriffsfehler", "SEGV"},
                                     {"erreur de segmentation", "SEGV"},
                                     {"violación de segmento", "SEGV"},
                                     {"errore di segmentazione", "SEGV"},
                                     {"段错误", "SEGV"},
                                     {"ошибка сегментирования", "SEGV"},
                                     {"aborted", "ABRT"},
                                     {"abort trap", "ABRT"},
                                     {"abgebrochen", "ABRT"},
                                     {"已放弃", "ABRT"},
                                     {"illegal instruction", "ILL"},
                                     {"illegal hardware instruction", "ILL"},
                                     {"ungültiger maschinenbefehl", "ILL"},
                                     {"floating point exception", "FPE"},
                                     {"bus error", "BUS"},
                                     {"killed", "KILL"},
                                     {"getötet", "KILL"},
                                     {"processus arrêté", "KILL"},
                                     {"terminado (killed)", "KILL"},
                                     {"已杀死", "KILL"},
                                     {"убито", "KILL"},
                                     {"強制終了", "KILL"},
                                     {"abort", "ABRT"},
                                     {"zsh: abort", "ABRT"}};

// What may stand behind such a word in the shell's line.
bool is_tail(std::string_view tail) {
  tail = trim(tail);
  return tail.empty() || tail.starts_with("(core dumped)") || tail.starts_with("(speicherabzug") || tail.starts_with("(core dump") ||
         tail.starts_with("(nvidia-smi)") || tail.starts_with("(") || tail.starts_with("（") || tail.starts_with(": 11") || tail == ".";
}

// "train.sh: line 3: 12345 " / "[1]+ " / "[1]    4711 " / "zsh: " before the word: the line is a shell's report.
bool is_shell_report(std::string_view before) {
  before = trim(before);
  if (before.empty()) return true;
  if (before.starts_with("zsh:") && before.size() < 8) return true;
  if (before.starts_with('[') && before.size() < 24 && before.find_first_not_of("[]0123456789+- ") == std::string_view::npos) return true;
  std::size_t blank = before.rfind(' ');
  std::string_view pid = blank == std::string_view::npos ? before : before.substr(blank + 1);
  if (!is_digits(pid) || blank == std::string_view::npos) return false;
  return trim(before.substr(0, blank)).ends_with(':') || before.starts_with('[');
}

std::string_view shell_signal(std::string_view lower) {
  for (const ShellWord& word : shell_words) {
    std::size_t at = lower.find(word.words);
    if (at == std::string_view::npos || at > 120) continue;
    std::string_view before = lower.substr(0, at), tail = lower.substr(at + word.words.size());
    bool names_command = !trim(before).empty() && (tail.starts_with("  ") || tail.starts_with(" (core dumped)"));
    if (is_shell_report(before) && (is_tail(tail) || names_command)) return word.signal;
  }
  return "";
}

// The number behind "exit code", "exitcode  :", "exited with status" ... ; out of range: none.
bool find_exit(std::string_view lower, std::int64_t& code) {
  for (std::string_view words : {"exit code", "exitcode", "exit status", "exited with code", "return code", "exited with status",
                                 "returncode", "exit_code", "exited with error code", "died with exit code", "exit code:"}) {
    std::size_t at = lower.find(words);
    if (at == std::string_view::npos) continue;
    std::string_view rest = lower.substr(at + words.size());
    std::size_t skipped = 0;
    while (skipped < rest.size() && skipped < 12 && std::string_view(" :=(\"'").contains(rest[skipped])) ++skipped;
    rest.remove_prefix(skipped);
    std::size_t end = rest.starts_with('-') ? 1 : 0;
    while (end < rest.size() && end < 5 && rest[end] >= '0' && rest[end] <= '9') ++end;
    if (auto number = parse_int(rest.substr(0, end))) {
      code = *number;
      return true;
    }
  }
  return false;
}

void add_code(std::int64_t code, std::size_t line, Clues& clues) {
  if (code < -64 || code > 255 || code == 0) return;
  clues.add("exit", std::to_string(code), line);
  std::string_view name = signal_name(code < 0 ? -code : code - 128);
  if (!name.empty()) clues.add("signal", name, line);
}

void add_exit(std::string_view lower, std::size_t line, Clues& clues) {
  std::int64_t code = 0;
  if (find_exit(lower, code)) add_code(code, line, clues);
}

// The answer to "echo $?", on the line below it.
void add_echoed(std::string_view lower, std::string_view above, std::size_t line, Clues& clues) {
  if (lower.size() > 3 || !is_digits(lower) || !trim(above).ends_with("echo $?")) return;
  if (auto code = parse_int(lower)) add_code(*code, line, clues);
}

// "SIGSEGV", "signal 11", "Signal: Segmentation fault (11)", "received signal SIGABRT", "killed by signal: Killed".
void add_named_signal(std::string_view lower, std::size_t line, Clues& clues) {
  bool told = false;
  for (std::string_view words : {"signal", "fatal python error", "died", "crash", "exit code"}) told |= lower.contains(words);
  for (const SignalName& signal : signals) {
    std::string name = "sig" + to_lower(signal.name);
    std::size_t at = lower.find(name);
    bool ends = at != std::string_view::npos &&
                (at + name.size() == lower.size() || !(lower[at + name.size()] >= 'a' && lower[at + name.size()] <= 'z'));
    if (ends && (told || lower.contains("(" + name + ")") || lower.contains("*** " + name))) clues.add("signal", signal.name, line);
  }
  for (std::string_view before : {"fatal python error: ", "killed by signal: ", "signal: ", "by signal "}) {
    std::size_t at = lower.find(before);
    if (at == std::string_view::npos) continue;
    std::string_view rest = lower.substr(at + before.size());
    for (const ShellWord& word : shell_words)
      if (rest.starts_with(word.words)) {
        clues.add("signal", word.signal, line);
        break;
      }
  }
}

// What a program said with its last line before it gave up: "error: ..." and the like.
void add_last_words(std::span<const Line> lines, Clues& clues) {
  for (std::size_t i = lines.size(); i-- > 0;) {
    std::string_view text = trim(unwrap_line(lines[i].text).rest);
    if (text.empty()) continue;
    std::string lower = to_lower(text.substr(0, 40));
    for (std::string_view begin : {"error: ", "fatal: ", "[error] ", "error - ", "error! "})
      if (lower.starts_with(begin)) clues.add("last.words", text.substr(0, 300), i);
    return;
  }
}

}  // namespace

void read_endings(std::span<const Line> lines, Clues& clues) {
  add_last_words(lines, clues);
  std::string above;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string lower = to_lower(unwrap_line(lines[i].text).rest.substr(0, longest_line));
    if (lower.empty()) continue;
    if (std::string_view signal = shell_signal(lower); !signal.empty()) clues.add("signal", signal, i);
    add_echoed(trim(lower), above, i, clues);
    if (lower.contains("exit") || lower.contains("return")) add_exit(lower, i, clues);
    if (lower.contains("sig") || lower.contains("fatal python")) add_named_signal(lower, i, clues);
    above = std::move(lower);
  }
}

}  // namespace gpuwhy
