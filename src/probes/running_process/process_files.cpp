#include "probes/running_process/process_files.h"

#include <set>
#include <string_view>

#include "base/text.h"

namespace gpuwhy::process_files {

namespace {

constexpr std::size_t most_files = 8192, most_variables = 16384, most_arguments = 256;
constexpr std::string_view deleted_mark = " (deleted)";
constexpr std::uint64_t kernel_thread_flag = 0x00200000;  // PF_KTHREAD of include/linux/sched.h

// The next word of a line, and what is left of it.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

// The kernel writes a line end in a path of maps as \012, and nothing else.
std::string unescaped(std::string_view path) { return replace_all(std::string(path), "\\012", "\n"); }

bool is_file(std::string_view path) {
  return path.starts_with('/') && !path.starts_with("/dev/") && !path.starts_with("/memfd:") && !path.starts_with("/SYSV") &&
         !path.starts_with("/[");
}

}  // namespace

MappedFile without_deleted_mark(std::string path) {
  if (!path.ends_with(deleted_mark)) return {std::move(path), false};
  path.resize(path.size() - deleted_mark.size());
  return {std::move(path), true};
}

std::vector<MappedFile> parse_maps(Bytes bytes) {
  std::vector<MappedFile> files;
  std::set<MappedFile,
           decltype([](const MappedFile& a, const MappedFile& b) { return a.path != b.path ? a.path < b.path : a.deleted < b.deleted; })>
      seen;
  for (std::string_view line : lines(bytes)) {
    // 7f3a1c000000-7f3a1c021000 r-xp 00000000 08:01 131090    /usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06
    std::string_view rest = line;
    take_word(rest);
    std::string_view permissions = take_word(rest);
    for (int skipped = 0; skipped < 3; ++skipped) take_word(rest);
    std::string_view path = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
    if (permissions.size() < 4 || permissions[2] != 'x' || !is_file(path)) continue;
    MappedFile file = without_deleted_mark(unescaped(path));
    if (files.size() < most_files && seen.insert(file).second) files.push_back(std::move(file));
  }
  return files;
}

std::vector<Variable> parse_environment(Bytes bytes) {
  std::vector<Variable> variables;
  for (std::string_view entry : split(bytes, '\0')) {
    std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0 || variables.size() >= most_variables) continue;
    variables.push_back({std::string(entry.substr(0, equals)), std::string(entry.substr(equals + 1))});
  }
  return variables;
}

std::vector<std::string> parse_arguments(Bytes bytes) {
  std::vector<std::string> arguments;
  for (std::string_view argument : split(bytes, '\0'))
    if (arguments.size() < most_arguments) arguments.emplace_back(argument);
  while (!arguments.empty() && arguments.back().empty()) arguments.pop_back();
  return arguments;
}

std::optional<Stat> parse_stat(Bytes bytes) {
  std::size_t close = bytes.rfind(')');
  if (close == Bytes::npos) return std::nullopt;
  std::vector<std::string_view> fields;  // the third field of proc(5) is the first here
  std::string_view rest = trim(bytes.substr(close + 1));
  while (!rest.empty() && fields.size() < 20) {
    std::string_view word = take_word(rest);
    if (!word.empty()) fields.push_back(word);
  }
  if (fields.size() < 20 || fields[0].size() != 1) return std::nullopt;
  auto flags = parse_int(fields[6]), start = parse_int(fields[19]);
  if (!flags || !start || *start < 0) return std::nullopt;
  return Stat{fields[0][0], (static_cast<std::uint64_t>(*flags) & kernel_thread_flag) != 0, static_cast<std::uint64_t>(*start)};
}

std::optional<std::int64_t> parse_boot_time(Bytes bytes) {
  for (std::string_view line : lines(bytes))
    if (line.starts_with("btime ")) return parse_int(trim(line.substr(6)));
  return std::nullopt;
}

}  // namespace gpuwhy::process_files
