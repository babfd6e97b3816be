#include <algorithm>
#include <array>
#include <utility>

#include "base/path.h"
#include "base/secret_patterns.h"
#include "base/text.h"
#include "store/common_words.h"
#include "store/redaction.h"
#include "store/text_walker.h"

namespace gpuwhy {

namespace {

constexpr auto alias_kinds = std::to_array<std::string_view>({"user", "host", "domain", "secret", "serial", "email", "mac", "address"});
constexpr auto home_parents = std::to_array<std::string_view>({"/home/", "/Users/", "\\Users\\", "\\\\Users\\\\"});
constexpr auto nobodys_homes = std::to_array<std::string_view>({"root", "linuxbrew", "Shared", "Public", "Default"});
constexpr std::size_t longest_name = 64;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// "user-3" of kind "user".
bool is_alias(std::string_view text, std::string_view kind) {
  return text.size() > kind.size() + 1 && text.starts_with(kind) && text[kind.size()] == '-' && is_digits(text.substr(kind.size() + 1)) &&
         text.size() < kind.size() + 8;
}

// The folder name at `at`, which follows "/home/".
std::string_view home_name_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at<longest_name&& static_cast<unsigned char>(text[end])> ' ' &&
         !std::string_view("/\\:;,\"'<>|()[]{}=*?$").contains(text[end]))
    ++end;
  std::string_view name = text.substr(at, end - at);
  while (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

// What stands in front of the name when a home folder begins at `at`: "/home/".
std::string_view home_parent_at(std::string_view text, std::size_t at) {
  for (std::string_view parent : home_parents)
    if (text.substr(at).starts_with(parent)) return parent;
  return {};
}

bool is_nobodys(std::string_view name) { return name.empty() || std::ranges::find(nobodys_homes, name) != nobodys_homes.end(); }

bool is_system_folder(std::string_view folder) {
  for (std::string_view top :
       {"/root", "/usr", "/var", "/etc", "/lib", "/bin", "/sbin", "/run", "/proc", "/sys", "/dev", "/tmp", "/nonexistent"})
    if (path::is_inside(folder, top)) return folder != "/var/home" && !folder.starts_with("/var/home/");
  return false;
}

// "GPU-8932f937", "MIG-GPU-...", or bare digits: the text, how much of it is prefix, and how many hexadecimal digits it has.
struct UuidText {
  std::string_view text;
  std::size_t prefix = 0, digits = 0;
};

UuidText uuid_text_at(std::string_view text, std::size_t at) {
  UuidText uuid;
  if (at >= text.size()) return uuid;
  text.remove_prefix(at);
  for (std::string_view prefix : {"MIG-GPU-", "MIG-", "GPU-"})
    if (uuid.prefix == 0 && text.starts_with(prefix)) uuid.prefix = prefix.size();
  std::size_t end = uuid.prefix;
  for (; end < text.size() && end - uuid.prefix < 64 && (is_hex(text[end]) || text[end] == '-'); ++end)
    if (text[end] != '-') ++uuid.digits;
  uuid.text = text.substr(0, end);
  return uuid;
}

}  // namespace

Redactor::Redactor(const Snapshot& snapshot) {
  walk_texts(snapshot, [this](const std::string& text, bool is_word) { is_word ? learn_word(text) : learn_aliases(text); });
  for (const std::string& folder : snapshot.loader.default_folders)
    if (is_system_folder(folder))
      for (std::string_view part : split(folder, '/')) vocabulary_.insert(to_lower(part));
  // Those that are stated come first, then the cards in their order, then what only texts name: so the numbers never depend on chance.
  const Host& host = snapshot.host;
  if (host.user.is_known()) add_user(host.user->reveal(), true);
  if (host.sudo_user.is_known()) add_user(host.sudo_user->reveal(), true);
  if (host.home.is_known()) add_home(host.home->reveal());
  if (host.host_name.is_known()) add_host(host.host_name->reveal());
  for (const DriverAnswers& driver : snapshot.drivers) {
    if (driver.devices.is_known())
      for (const CudaDevice& device : *driver.devices) rewrite_name(device.uuid.reveal());
    if (driver.nvml_uuids.is_known())
      for (const std::string& uuid : *driver.nvml_uuids) rewrite_name(uuid);
  }
  for (const auto& [name, value] : snapshot.variables) learn(name + "=" + value);
  walk_texts(snapshot, [this](const std::string& text, bool is_word) {
    if (!is_word) learn(text);
  });
}

void Redactor::learn(std::string_view text) {
  learn_aliases(text);
  for (std::size_t at = text.find_first_of("/\\"); at != std::string_view::npos; at = text.find_first_of("/\\", at + 1))
    if (std::string_view parent = home_parent_at(text, at); !parent.empty()) add_user(home_name_at(text, at + parent.size()), false);
  learn_installed_names(text);
  constexpr std::string_view selector = "VISIBLE_DEVICES=";
  for (std::size_t at = text.find(selector); at != std::string_view::npos; at = text.find(selector, at + 1)) {
    std::string_view value = text.substr(at + selector.size());
    value = value.substr(0, value.find_first_of(" \t\r\n"));
    for (std::string_view element : split(value, ','))
      if (UuidText uuid = uuid_text_at(element, element.find_first_not_of("\"'")); uuid.prefix > 0) short_uuids_.emplace(uuid.text);
  }
}

// Folders of site-packages are names of packages; the frameworks' rules look for them by name.
void Redactor::learn_installed_names(std::string_view text) {
  for (std::string_view mark : {"site-packages/", "dist-packages/"}) {
    for (std::size_t at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
      std::string_view below = text.substr(at + mark.size());
      for (std::string_view part : split(below.substr(0, below.find_first_of(": \n")), '/'))
        if (part.size() <= longest_name) vocabulary_.insert(to_lower(part));
    }
  }
}

// A document that was redacted before keeps its aliases, and new ones get other numbers.
void Redactor::learn_aliases(std::string_view text) {
  for (std::string_view kind : alias_kinds) {
    for (std::size_t at = text.find(kind); at != std::string_view::npos; at = text.find(kind, at + 1)) {
      if (!begins_word(text, at)) continue;
      std::size_t end = at + kind.size() + 1;
      while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
      if (std::string_view alias = text.substr(at, end - at); is_alias(alias, kind)) taken_aliases_.emplace(alias);
    }
  }
}

void Redactor::learn_word(std::string_view text) {
  std::string lower = to_lower(text);
  std::string part;
  for (char c : lower + '\n') {
    if (is_word_character(c)) part += c;
    else vocabulary_.insert(std::exchange(part, {}));
  }
  versions_.insert(lower);
  vocabulary_.insert(std::move(lower));
}

void Redactor::add_user(std::string_view name, bool is_stated) {
  if (is_nobodys(name) || name.size() > longest_name) return;
  longest_ = std::max(longest_, name.size());
  Name user{alias_of("user", name), is_stated};
  if (is_stated) users_.emplace(to_lower(name), user);
  users_.emplace(name, std::move(user));
}

void Redactor::add_host(std::string_view name) {
  if (name.empty() || name == "localhost" || name.size() > 255) return;
  longest_ = std::max(longest_, name.size());
  Name host{alias_of("host", name), true};
  std::size_t dot = name.find('.');
  if (dot != std::string_view::npos && dot > 0) {
    std::string_view domain = name.substr(dot + 1);
    if (domain.contains('.')) hosts_.emplace(domain, Name{alias_of("domain", domain), true});
    hosts_.emplace(name.substr(0, dot), host);
  }
  hosts_.emplace(to_lower(name), host);
  hosts_.emplace(name, std::move(host));
}

// Homes elsewhere than directly below /home. The last folder gets the alias; what stands above is the place's, not the person's.
void Redactor::add_home(std::string_view folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
  std::string_view name = path::filename(folder);
  if (!folder.starts_with('/') || is_nobodys(name) || is_system_folder(folder)) return;
  add_user(name, true);
  std::string parent(path::parent(folder));
  if (parent == "/") return;  // "/data": a folder of everybody, found by its name if at all
  learn(parent + "/");
  homes_.emplace(folder, path::join(rewrite(parent), alias_of("user", name)));
}

std::string Redactor::alias_of(std::string_view kind, std::string_view secret) {
  if (is_alias(secret, kind)) {
    taken_aliases_.emplace(secret);
    return std::string(secret);
  }
  auto [entry, is_new] = aliases_[std::string(kind)].emplace(secret, "");
  if (!is_new) return entry->second;
  int& number = last_number_[std::string(kind)];
  do entry->second = std::string(kind) + "-" + std::to_string(++number);
  while (taken_aliases_.contains(entry->second));
  return entry->second;
}

bool Redactor::is_vocabulary(std::string_view word) const {
  std::string lower = to_lower(word);
  return is_common_word(lower) || vocabulary_.contains(lower) || is_digits(word);
}

std::string Redactor::rewrite(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (auto match = match_at(text, at)) {
      out += match->replacement;
      at += match->length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::string Redactor::rewrite_name(std::string_view text) {
  if (auto user = users_.find(text); user != users_.end()) return user->second.alias;
  if (auto host = hosts_.find(text); host != hosts_.end()) return host->second.alias;
  UuidText uuid = uuid_text_at(text, 0);
  if (uuid.digits >= 8 && uuid.text.size() == text.size())
    return std::string(text.substr(0, uuid.prefix)) + uuids_.rename(text.substr(uuid.prefix));
  return rewrite(text);
}

std::string Redactor::rewrite_variable(const std::string& name, const std::string& value) {
  std::string label = name + "=";
  std::string whole = rewrite(label + value);
  return whole.starts_with(label) ? whole.substr(label.size()) : rewrite(value);
}

std::string Redactor::replace_word(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    bool is_there = !from.empty() && text.substr(at).starts_with(from) && begins_word(text, at) && ends_word(text, at + from.size());
    out += is_there ? to : text.substr(at, 1);
    at += is_there ? from.size() : 1;
  }
  return out;
}

std::optional<Redactor::Match> Redactor::match_at(std::string_view text, std::size_t at) {
  bool is_start = begins_word(text, at);
  if (is_start)
    if (auto spotted = spot_secret(text, at)) return Match{spotted->length, alias_of(spotted->kind, text.substr(at, spotted->length))};
  if (text[at] == '/' || text[at] == '\\') return match_home(text, at);
  if (!is_start || !is_word_character(text[at])) return std::nullopt;
  if (auto match = match_uuid(text, at)) return match;
  if (auto match = match_name(text, at)) return match;
  auto spotted = spot_address(text, at);
  if (!spotted) return std::nullopt;
  std::string_view address = text.substr(at, spotted->length);
  if (versions_.contains(address)) return std::nullopt;
  return Match{spotted->length, alias_of(spotted->kind, address)};
}

std::optional<Redactor::Match> Redactor::match_home(std::string_view text, std::size_t at) const {
  for (auto home = homes_.rbegin(); home != homes_.rend(); ++home) {  // a folder sorts before those inside of it
    std::size_t end = at + home->first.size();
    if (text.substr(at).starts_with(home->first) && (end == text.size() || home_name_at(text, end).empty()))
      return Match{home->first.size(), home->second};
  }
  std::string_view parent = home_parent_at(text, at);
  if (parent.empty()) return std::nullopt;
  std::string_view name = home_name_at(text, at + parent.size());
  auto user = users_.find(name);
  if (user == users_.end()) return std::nullopt;
  return Match{parent.size() + name.size(), std::string(parent) + user->second.alias};
}

std::optional<Redactor::Match> Redactor::match_uuid(std::string_view text, std::size_t at) {
  UuidText uuid = uuid_text_at(text, at);
  if (uuid.digits == 0) return std::nullopt;
  std::string_view digits = uuid.text.substr(uuid.prefix);
  bool is_whole = ends_word(text, at + uuid.text.size());
  bool is_bare_uuid = uuid.prefix == 0 && digits.size() == 36 && uuid.digits == 32 && is_whole;
  bool is_named = uuid.prefix > 0 && ((uuid.digits >= 8 && is_whole) || short_uuids_.contains(uuid.text));
  if (!is_bare_uuid && !is_named) return std::nullopt;
  return Match{uuid.text.size(), std::string(uuid.text.substr(0, uuid.prefix)) + uuids_.rename(digits)};
}

std::optional<Redactor::Match> Redactor::match_name(std::string_view text, std::size_t at) const {
  auto belongs = [](char c) { return is_word_character(c) || c == '-' || c == '.'; };
  std::size_t end = at;
  while (end < text.size() && end - at < longest_ && belongs(text[end])) ++end;
  for (; end > at; --end) {
    if (!is_word_character(text[end - 1]) || !ends_word(text, end)) continue;
    std::string_view name = text.substr(at, end - at);
    if (const Name* found = find_name(text, at, name)) return Match{name.size(), found->alias};
  }
  return std::nullopt;
}

// The name that stands there, if it can only be meant as one.
const Redactor::Name* Redactor::find_name(std::string_view text, std::size_t at, std::string_view name) const {
  auto stands = [&](std::size_t place, char c) { return place < text.size() && text[place] == c; };
  std::size_t end = at + name.size();
  bool is_behind_slash = at > 0 && (text[at - 1] == '/' || text[at - 1] == '\\');
  bool is_path = is_behind_slash || stands(end, '/') || stands(end, '\\');
  auto find = [&](const Names& names) {
    auto found = names.find(name);
    if (found == names.end() && !is_path) found = names.find(to_lower(name));
    return found == names.end() ? nullptr : &found->second;
  };
  const Name* host = find(hosts_);
  if (host && ((at > 0 && text[at - 1] == '@') || (name.size() >= 3 && !is_vocabulary(name)))) return host;
  const Name* user = find(users_);
  if (!user) return nullptr;
  if (stands(end, '@') && hosts_.contains(text.substr(end + 1, text.find_first_of(" :\t\n", end) - end - 1))) return user;
  if (is_vocabulary(name)) return nullptr;
  if (user->is_stated && name.size() >= 3) return user;
  // Too short for sentences, or seen below /home only: as a whole folder of a path.
  bool begins_folder = at == 0 || is_behind_slash || std::string_view(" :='\"").contains(text[at - 1]);
  bool ends_folder = end >= text.size() || std::string_view("/\\ :='\",;").contains(text[end]);
  return is_path && begins_folder && ends_folder && (user->is_stated || name.size() >= 3) ? user : nullptr;
}

}  // namespace gpuwhy
