// Which C library a program runs on, read from its dynamic loader's file without running it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/fact.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

struct CLibrary {
  std::string interpreter;         // path of the dynamic loader, "" when there is none
  std::uint16_t elf_machine = 62;  // e_machine of its programs
  bool is_musl = false;
  Fact<std::string> version;  // "2.36"; for musl not read
  std::vector<std::string> default_folders;
  std::string lib_token;  // what $LIB stands for
  Evidence evidence;
};

// `program`: an ELF file, "" when none is known: then the loader in its usual place is taken.
CLibrary read_c_library(Machine& machine, const std::string& program);

// "2.36" from the words that every glibc carries ("stable release version 2.36.").
std::optional<std::string> parse_glibc_version(std::string_view bytes);

// The folders compiled into ld.so: a run of zero-terminated strings, each with '/' at both ends ("/lib/x86_64-linux-gnu/", "/usr/lib/").
std::vector<std::string> parse_default_folders(std::string_view bytes);

}  // namespace gpuwhy::probes
