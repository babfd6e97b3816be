// Requirements of Python packages: one as PEP 508 writes it, and files of them as pip reads them (requirements.txt). What a reader cannot
// resolve by itself (a link, an include, an option) is named, never dropped. Source: PEP 508, PEP 440, pip's "Requirements File Format".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::requirements {

struct Requirement {
  std::string name;                 // normalised
  std::vector<std::string> extras;  // "and-cuda"
  std::string specifier;            // without blanks: ">=2,<3", "==2.10.0", "" = any
  std::string marker;               // behind ';', as written
  std::size_t line = 0;             // from 1; 0 = not of a file with lines
  bool operator==(const Requirement&) const = default;

  bool has_extra(std::string_view extra) const;
  // "2.10.0" of "==2.10.0" alone; "" for ranges and "==2.*".
  std::string exact() const;
};

struct Unresolved {
  std::size_t line = 0;
  std::string kind;  // "a link", "an include", "an editable install", "an option", "a line that is no requirement"
  std::string text;  // bounded
  bool operator==(const Unresolved&) const = default;
};

struct Document {
  std::vector<Requirement> requirements;
  std::vector<Unresolved> unresolved;
  std::vector<std::string> indexes;  // of --index-url, --extra-index-url and --find-links
  std::size_t hashes = 0;            // --hash=... behind requirements; they say nothing of versions
};

// Nothing for a link ("torch @ https://...") and for what is no requirement.
std::optional<Requirement> parse_requirement(std::string_view text);

// Does a version satisfy a specifier? A clause that cannot be read is taken as satisfied. Local parts count only where the clause has one.
bool satisfies(std::string_view version, std::string_view specifier);

// Reads requirements.txt: comments, continued lines, options.
Document parse(Bytes bytes);

// The words behind "pip install" of a command line ("-U torch==2.5.1 --index-url ..."), read the same way.
Document parse_arguments(std::string_view arguments);

}  // namespace gpuwhy::requirements
