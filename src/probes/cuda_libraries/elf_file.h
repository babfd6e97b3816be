// Reads one file as the dynamic loader would judge it.
#pragma once

#include <optional>
#include <string>

#include "formats/elf/elf.h"
#include "model/library.h"
#include "sys/machine.h"

namespace gpuwhy::probes {

// Nothing when the file cannot be opened.
std::optional<elf::Image> read_elf_file(Machine& machine, const std::string& path);

enum class Role {
  library,  // found by name
  program,  // an interpreter: may be a program
};

// What stands at `path`, for processes of `elf_machine`. Nothing when there is nothing (not even a dangling link) or when a read of ours
// failed in a way that the loader need not share. real_path is left to the caller, except for links.
struct CandidateRead {
  std::optional<Candidate> candidate;
  bool is_there = false;  // something stands there, candidate or not
};
CandidateRead read_candidate(Machine& machine, const std::string& path, std::uint16_t elf_machine, Role role);

}  // namespace gpuwhy::probes
