#include "evidence/scrub.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/secret_patterns.h"
#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_learned = 4000;  // bytes of a line
constexpr std::size_t longest_shown = 8000;
constexpr std::size_t longest_name = 64;
constexpr std::size_t most_names = 200;

// Accounts and hosts that say nothing about anybody, and words of which a log is full.
constexpr std::array<std::string_view, 88> common = {
    "user",      "username",      "root",     "ubuntu",    "debian",     "fedora",  "centos",     "arch",      "archlinux",
    "admin",     "administrator", "runner",   "jovyan",    "appuser",    "vscode",  "ec2-user",   "linuxbrew", "localhost",
    "host",      "hostname",      "public",   "default",   "all",        "shared",  "nobody",     "nvidia",    "cuda",
    "gpu",       "test",          "data",     "work",      "workspace",  "home",    "app",        "apps",      "python",
    "python3",   "conda",         "anaconda", "anaconda3", "miniconda3", "torch",   "tensorflow", "jax",       "docker",
    "container", "pip",           "train",    "model",     "models",     "main",    "base",       "dev",       "build",
    "server",    "node",          "worker",   "master",    "kernel",     "systemd", "driver",     "device",    "linux",
    "windows",   "local",         "lib",      "bin",       "usr",        "opt",     "tmp",        "var",       "env",
    "venv",      "src",           "project",  "your_name", "yourname",   "name",    "you",        "me",        "pc",
    "desktop",   "laptop",        "error",    "file",      "line",       "none",    "true"};

bool is_common(std::string_view name) { return std::ranges::find(common, to_lower(name)) != common.end(); }

bool is_of_name(char c) { return is_word_character(c) || c == '-' || c == '.'; }

std::string_view name_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at <= longest_name && is_of_name(text[end])) ++end;
  std::string_view name = text.substr(at, end - at);
  while (name.ends_with('.') || name.ends_with('-')) name.remove_suffix(1);
  return name.size() > longest_name ? "" : name;
}

// The digits behind "GPU-" or "MIG-".
std::size_t card_uuid_length(std::string_view text, std::size_t at) {
  std::string_view left = text.substr(0, at);
  if (!left.ends_with("GPU-") && !left.ends_with("MIG-")) return 0;
  std::size_t end = std::min(text.find_first_not_of("0123456789abcdefABCDEF-", at), text.size());
  return end - at >= 8 ? std::min<std::size_t>(end - at, 36) : 0;
}

// "user@host.domain:~$" is a prompt, of which the parts are known, and no e-mail address.
bool goes_on_as_prompt(std::string_view text, std::size_t end) {
  return end + 1 < text.size() && text[end] == ':' && (text[end + 1] == '~' || text[end + 1] == '/');
}

// What is private by its shape or by the word before it.
std::optional<Spotted> spot_private(std::string_view text, std::size_t at) {
  if (std::size_t length = card_uuid_length(text, at)) return Spotted{"uuid", length};
  auto secret = spot_secret(text, at);
  if (secret && !(secret->kind == "email" && goes_on_as_prompt(text, at + secret->length))) return secret;
  return spot_address(text, at);
}

bool is_clock(std::string_view word) {
  return word.size() >= 8 && word[2] == ':' && word[5] == ':' && is_digits(word.substr(0, 2)) && is_digits(word.substr(3, 2)) &&
         is_digits(word.substr(6, 2));
}

// "2024-03-06T15:10:43+0100"
bool is_date_and_clock(std::string_view word) {
  return word.size() >= 19 && word[4] == '-' && word[10] == 'T' && is_clock(word.substr(11));
}

}  // namespace

void Scrubber::add_name(std::string_view kind, std::string_view name) {
  if (name.empty() || names_.size() >= most_names || is_digits(name) || is_common(name) || names_.contains(name)) return;
  names_.emplace(name, alias_of(kind, name));
}

std::string Scrubber::alias_of(std::string_view kind, std::string_view text) {
  std::string key = fmt::format("{} {}", kind, text);
  auto known = aliases_.find(key);
  if (known == aliases_.end()) known = aliases_.emplace(key, fmt::format("{}-{}", kind, ++count_[std::string(kind)])).first;
  return known->second;
}

void Scrubber::learn_homes(std::string_view line) {
  for (std::string_view folder : {"/home/", "/Users/", "\\Users\\", "\\\\Users\\\\", "/users/"})
    for (std::size_t at = line.find(folder); at != std::string_view::npos; at = line.find(folder, at + 1)) {
      std::size_t begin = at + folder.size();
      std::string_view name = name_at(line, begin);
      // Windows allows blanks in names: "C:\Users\Ana Lopez\".
      if (folder.front() == '\\') {
        std::size_t end = line.find('\\', begin);
        if (end != std::string_view::npos && end - begin <= longest_name &&
            line.substr(begin, end - begin).find_first_of("\"'<>|:*?/") == std::string_view::npos)
          name = line.substr(begin, end - begin);
      }
      add_name("user", name);
    }
}

// "ana@workstation:~$", "[ana@node3 ~]$", "(base) ana@host:/data#", "scp ana@server:"
void Scrubber::learn_prompts(std::string_view line) {
  for (std::size_t at = line.find('@'); at != std::string_view::npos; at = line.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && at - begin <= longest_name && is_of_name(line[begin - 1])) --begin;
    std::string_view user = line.substr(begin, at - begin), host = name_at(line, at + 1);
    if (user.empty() || host.empty() || user == "git") continue;
    std::size_t end = at + 1 + host.size();
    char next = end < line.size() ? line[end] : '\0';
    bool ends_prompt = next == ':' || next == '$' || next == '#' || next == '%' || next == '>' || next == ']' || next == ')' ||
                       (next == ' ' && end + 1 < line.size() && std::string_view("~/$#>%").contains(line[end + 1]));
    bool is_version = (host.front() >= '0' && host.front() <= '9' && host.contains('.')) || host.starts_with("sha256");
    if (!ends_prompt || is_version || host.contains("..")) continue;
    add_name("user", user);
    add_name("host", host);
  }
}

void Scrubber::learn_hosts(std::string_view line) {
  for (std::string_view label : {"hostname: ", "Hostname: ", "information for host: ", "on this host (", "Node Name: ", "HOSTNAME="})
    if (std::size_t at = line.find(label); at != std::string_view::npos) add_name("host", name_at(line, at + label.size()));
  std::vector<std::string_view> words;
  for (std::string_view word : split(line.substr(0, 160), ' '))
    if (!word.empty() && words.size() < 6) words.push_back(word);
  if (words.size() < 3) return;
  // "Mar  6 15:10:43 HOST kernel: ...", "2024-03-06T15:10:43+0100 HOST kernel: ..."
  std::size_t host = is_clock(words[2]) && words[1].size() <= 2 && is_digits(words[1]) ? 3 : is_date_and_clock(words[0]) ? 1 : 0;
  if (host > 0 && host + 1 < words.size() && words[host + 1].ends_with(':') &&
      words[host].find_first_of("[]:/()") == std::string_view::npos)
    add_name("host", words[host]);
  // "Linux HOST 5.15.0-91-generic #101-Ubuntu SMP"
  if (words[0] == "Linux" && words[2].front() >= '2' && words[2].front() <= '9' && words[2].contains('.') && words.size() > 3 &&
      words[3].starts_with('#'))
    add_name("host", words[1]);
}

void Scrubber::learn(std::string_view line) {
  line = line.substr(0, longest_learned);
  learn_homes(line);
  if (line.contains('@')) learn_prompts(line);
  learn_hosts(line);
}

std::string Scrubber::rewrite(std::string_view text) {
  text = text.substr(0, longest_shown);
  std::string clean;
  for (std::size_t at = 0; at < text.size();) {
    bool begins_word = at == 0 || !is_word_character(text[at - 1]);
    if (!begins_word || static_cast<unsigned char>(text[at]) <= ' ') {
      clean += text[at++];
      continue;
    }
    if (auto spotted = spot_private(text, at)) {
      clean += alias_of(spotted->kind, text.substr(at, spotted->length));
      at += spotted->length;
      continue;
    }
    std::size_t replaced = 0;
    for (const auto& [name, alias] : names_) {
      bool ends = at + name.size() >= text.size() || !is_word_character(text[at + name.size()]);
      if (name.size() <= replaced || !ends || !text.substr(at).starts_with(name)) continue;
      replaced = name.size();
    }
    if (replaced == 0) {
      clean += text[at++];
      continue;
    }
    clean += names_.find(text.substr(at, replaced))->second;
    at += replaced;
  }
  return clean;
}

Reading scrubbed(const Reading& reading) {
  Scrubber scrubber;
  for (const Line& line : reading.lines) scrubber.learn(line.text);
  std::set<std::size_t> shown;
  for (const Clue& clue : reading.clues.everything()) shown.insert(clue.line);
  for (const Saying& saying : reading.sayings) shown.insert(saying.line);
  Reading clean;
  clean.lines.reserve(reading.lines.size());
  for (std::size_t i = 0; i < reading.lines.size(); ++i) {
    Line line = reading.lines[i];
    line.text = shown.contains(i) ? scrubber.rewrite(line.text) : "";
    clean.lines.push_back(std::move(line));
  }
  for (const Clue& clue : reading.clues.everything()) clean.clues.add(clue.name, scrubber.rewrite(clue.value), clue.line);
  clean.sayings = reading.sayings;
  for (Saying& saying : clean.sayings)
    for (auto& [name, value] : saying.captures) value = scrubber.rewrite(value);
  return clean;
}

}  // namespace gpuwhy
