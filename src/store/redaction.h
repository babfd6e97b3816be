// Takes out what names a person, a machine or a secret, and keeps everything that an answer depends on. Within one document the same
// name always gets the same alias, different names get different ones, and what was a prefix stays a prefix: the redacted snapshot gives
// the same predictions as the original. Redacting twice changes nothing more.
//
//   user names, home folders     user-1, /home/user-1          (root is never replaced)
//   host names                   host-1
//   GPU and MIG UUIDs            GPU-aaaaaaaa-aaaa-...         (see store/uuid_alias.h: abbreviations stay valid)
//   serials, addresses           serial-1, address-1, mac-1
//   e-mail addresses             email-1
//   tokens, passwords            secret-1; user and password of a URL too
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "model/snapshot.h"
#include "store/uuid_alias.h"

namespace gpuwhy {

class Redactor {
 public:
  Redactor() = default;
  explicit Redactor(const Snapshot& snapshot);  // collects the names in it

  // Collects the home folders and UUIDs of a text; call it for all texts before the first is rewritten.
  void learn(std::string_view text);
  // A word of a fixed vocabulary: no secret, even where a user bears it as a name ("ubuntu", "tensorflow").
  void learn_word(std::string_view text);

  std::string rewrite(std::string_view text);
  // A text that is, as a whole, the name of a user or a host, a home folder or a UUID.
  std::string rewrite_name(std::string_view text);
  std::string rewrite_variable(const std::string& name, const std::string& value);  // the name may say that the value is a secret
  static std::string replace_word(std::string_view text, std::string_view from, std::string_view to);

 private:
  struct Match {
    std::size_t length = 0;
    std::string replacement;
  };
  struct Name {
    std::string alias;
    bool is_stated = false;  // the snapshot says that it is a user or a host; else it is only a folder below /home
  };
  using Names = std::map<std::string, Name, std::less<>>;

  void learn_aliases(std::string_view text);
  void learn_installed_names(std::string_view text);
  void add_user(std::string_view name, bool is_stated);
  void add_host(std::string_view name);
  void add_home(std::string_view folder);
  std::string alias_of(std::string_view kind, std::string_view secret);
  bool is_vocabulary(std::string_view word) const;

  std::optional<Match> match_at(std::string_view text, std::size_t at);
  std::optional<Match> match_home(std::string_view text, std::size_t at) const;
  std::optional<Match> match_uuid(std::string_view text, std::size_t at);
  std::optional<Match> match_name(std::string_view text, std::size_t at) const;
  const Name* find_name(std::string_view text, std::size_t at, std::string_view name) const;

  Names users_, hosts_;
  std::size_t longest_ = 0;                                // of those names
  std::map<std::string, std::string, std::less<>> homes_;  // home folders as a whole, and their aliases
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> aliases_;  // by kind, then by secret
  std::map<std::string, int, std::less<>> last_number_;                                          // by kind
  std::set<std::string, std::less<>> taken_aliases_;                                             // they stand in the texts already
  std::set<std::string, std::less<>> vocabulary_, versions_, short_uuids_;
  UuidAlias uuids_;
};

Snapshot redacted(const Snapshot& snapshot);

// Every text of the report, commands too, with the aliases of `redacted(snapshot)`.
void redact(Report& report, const Snapshot& snapshot);

}  // namespace gpuwhy
