// What the readers of packages share: what a version and a package's name look like, words of a line, and the parts of read_packages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/clues.h"
#include "evidence/line.h"

namespace gpuwhy {

constexpr std::size_t longest_package_line = 8000;  // longer lines are cut before they are taken apart

std::vector<std::string_view> words_of(std::string_view text);  // at blanks and tabs; at most 400
bool is_package_version(std::string_view word);                 // begins with a digit, holds a point: 2.1.0+cpu, 0.4.30.dev1
bool is_package_name(std::string_view word);
bool is_watched_package(std::string_view normalised);  // decides about GPUs: taken from a line without a table around it too

// Writes package.NAME, and what the version itself tells: torch.cuda=None of +cpu, cuda.build of +cu121.
void add_package(std::string_view name, std::string_view version, std::size_t line, Clues& clues);

// A wheel's file name: torch-2.3.1-cp310-cp310-win_amd64.whl. Megabytes: 0 where the text does not say.
void add_wheel(std::string_view file, double megabytes, std::size_t line, Clues& clues);

void read_package_tables(std::span<const Line> lines, Clues& clues);       // pip list, conda list, freeze
void read_installer_lines(std::span<const Line> lines, Clues& clues);      // what pip, uv, poetry and conda print while they install
void read_environment_reports(std::span<const Line> lines, Clues& clues);  // collect_env and its kin, and what was asked at a Python prompt
void read_gpu_memory(std::span<const Line> lines, Clues& clues);           // whose memory it is that is full

}  // namespace gpuwhy
