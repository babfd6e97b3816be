// Takes out of pasted text what names a person, a machine or a secret, before a line of it is shown: the same thing gets the same alias
// everywhere in one report (user-1, host-1, address-1, secret-1, email-1, mac-1, serial-1, uuid-1), and names that everybody has ("root",
// "ubuntu", "localhost") stay. The words are those of the snapshot's redaction.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "evidence/reading.h"

namespace gpuwhy {

class Scrubber {
 public:
  // Users and hosts that the line names: home folders, prompts, the prefix of a journal. For all lines before the first is rewritten.
  void learn(std::string_view line);
  std::string rewrite(std::string_view text);

 private:
  void learn_homes(std::string_view line);
  void learn_prompts(std::string_view line);
  void learn_hosts(std::string_view line);
  void add_name(std::string_view kind, std::string_view name);
  std::string alias_of(std::string_view kind, std::string_view text);

  std::map<std::string, std::string, std::less<>> names_;    // user or host -> alias
  std::map<std::string, std::string, std::less<>> aliases_;  // "kind text" -> alias
  std::map<std::string, std::size_t, std::less<>> count_;    // by kind
};

// The reading with every line that a finding, a clue or an excerpt can show, every capture and every value rewritten.
Reading scrubbed(const Reading& reading);

}  // namespace gpuwhy
