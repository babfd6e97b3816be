#include "engine/text_cures.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "evidence/condition.h"
#include "evidence/phrases.h"

namespace gpuwhy {

namespace {

// A line of a shell as argv; one that needs the shell itself is handed to it whole.
Command command_of(std::string_view line) {
  if (line.find_first_of("|&;<>$`*()\"'~") != std::string_view::npos) return {"sh", "-c", std::string(line)};
  Command command;
  for (std::string_view word : split(line, ' '))
    if (!word.empty()) command.emplace_back(word);
  return command;
}

// What a text says goes into a command as one harmless word only: the shell of whoever pastes the cure shall run nothing that a log made
// up.
std::string plain_word(std::string value) {
  constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+/:=@,%-";
  while (value.starts_with('-')) value.erase(0, 1);
  for (char& c : value)
    if (!harmless.contains(c)) c = '_';
  return value;
}

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; });
}

// Calls back with each hole "{name}" of the line, braces included, and with what lies between them. Braces that are the shell's or another
// program's own ("${HOME}", "{{.State}}", "{print $1}") are no holes.
template <class Plain, class Hole>
void for_each_part(std::string_view line, Plain plain, Hole hole) {
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = line[at] == '{' ? line.find('}', at) : std::string_view::npos;
    bool is_hole = end != std::string_view::npos && is_name(line.substr(at + 1, end - at - 1)) && !(at > 0 && line[at - 1] == '$');
    std::size_t length = is_hole ? end + 1 - at : 1;
    if (is_hole) hole(line.substr(at, length));
    else plain(line.substr(at, length));
    at += length;
  }
}

std::string filled_command(std::string_view line, const Clues& clues, const Captures& captures) {
  std::string command;
  for_each_part(
      line, [&](std::string_view part) { command += part; },
      [&](std::string_view hole) { command += plain_word(fill(hole, clues, captures)); });
  return command;
}

// A row that asks for something that the text does not say would print a question mark in its command.
bool can_fill(std::string_view line, const Clues& clues, const Captures& captures) {
  bool all = true;
  for_each_part(
      line, [](std::string_view) {},
      [&](std::string_view hole) {
        std::string name(hole.substr(1, hole.size() - 2));
        all = all && (captures.contains(name) || clues.has(name));
      });
  return all;
}

const TextCure* find_row(const Cause& cause, std::string_view kind, const Clues& clues, const Captures& captures) {
  for (const TextCure& row : all_text_cures())
    if (row.cause == cause.slug && row.kind == kind && holds(row.when, clues, captures) && can_fill(row.title, clues, captures) &&
        can_fill(row.command, clues, captures))
      return &row;
  return nullptr;
}

// The first paragraph under "## Cure" of the cause's page.
std::string cure_paragraph(std::string_view page) {
  constexpr std::string_view heading = "\n## Cure\n";
  std::size_t at = page.find(heading);
  if (at == std::string_view::npos) return "";
  std::string_view text = page.substr(at + heading.size());
  while (text.starts_with('\n')) text.remove_prefix(1);
  std::string paragraph(text.substr(0, text.find("\n\n")));
  return replace_all(std::move(paragraph), "\n", " ");
}

}  // namespace

std::vector<Remedy> text_cures(const Cause& cause, const Clues& clues, const Captures& captures) {
  Remedy remedy;
  if (const TextCure* row = find_row(cause, "cure", clues, captures)) {
    remedy.title = fill(row->title, clues, captures);
    if (!row->command.empty()) remedy.commands.push_back(command_of(filled_command(row->command, clues, captures)));
  } else {
    remedy.title = "See `gpuwhy causes " + std::string(cause.slug) + "`";
  }
  if (remedy.commands.empty()) remedy.steps.push_back(cure_paragraph(cause.page));
  if (const TextCure* row = find_row(cause, "verify", clues, captures))
    remedy.check = command_of(filled_command(row->command, clues, captures));
  return {remedy};
}

Command deciding_command(const Cause& cause, const Clues& clues) {
  const TextCure* row = find_row(cause, "decide", clues, {});
  return row ? command_of(filled_command(row->command, clues, {})) : Command{};
}

}  // namespace gpuwhy
