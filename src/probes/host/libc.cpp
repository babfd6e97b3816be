#include "probes/host/libc.h"

#include <algorithm>
#include <array>
#include <optional>

#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

// 64-bit folders first: of two C libraries the one of the 64-bit programs counts.
constexpr std::array<std::string_view, 8> glibc_paths = {
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib/aarch64-linux-gnu/libc.so.6",
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/aarch64-linux-gnu/libc.so.6",
    "/lib64/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/lib/libc.so.6",
    "/usr/lib/libc.so.6",
};
constexpr std::uint64_t most_bytes = 16 << 20;  // libc.so.6 has about 2 MB
constexpr std::size_t piece = 256 << 10;
constexpr std::size_t overlap = 512;  // the line is shorter, so it lies whole in one window

std::optional<std::string> find_banner_version(std::string_view bytes) {
  constexpr std::string_view start = "GNU C Library", before = " release version ";
  for (std::size_t at = bytes.find(start); at != std::string_view::npos; at = bytes.find(start, at + 1)) {
    std::string_view line = bytes.substr(at, overlap);
    line = line.substr(0, line.find('\n'));
    std::size_t words = line.find(before);
    if (words == std::string_view::npos) continue;
    std::string_view version = line.substr(words + before.size());
    version = version.substr(0, version.find_first_not_of("0123456789."));
    while (version.ends_with('.')) version.remove_suffix(1);
    if (version.contains('.')) return std::string(version);
  }
  return std::nullopt;
}

Fact<std::string> read_glibc(Machine& machine, const std::string& path) {
  auto file = machine.open(path);
  if (!file) return failed<std::string>(file.error(), path);
  const std::uint64_t end = std::min((*file)->size(), most_bytes);
  for (std::uint64_t offset = 0; offset < end; offset += piece) {
    auto bytes = (*file)->read_at(offset, piece + overlap);
    if (!bytes) return failed<std::string>(bytes.error(), path);
    if (auto version = find_banner_version(*bytes))
      return Fact<std::string>::known("glibc " + *version, evidence_at(path, "release version " + *version));
  }
  return malformed<std::string>(path, "no line \"GNU C Library ... release version\"");
}

Fact<std::string> find_musl(Machine& machine) {
  auto names = machine.list("/lib");
  if (!names) return failed<std::string>(names.error(), "/lib");
  for (const std::string& name : *names)
    if (name.starts_with("ld-musl-") && name.ends_with(".so.1")) return Fact<std::string>::known("musl", evidence_at("/lib/" + name));
  return not_probed<std::string>("no C library at the usual places");
}

}  // namespace

Fact<std::string> probe_libc(Machine& machine) {
  Fact<std::string> doubt = Fact<std::string>::absent();
  for (std::string_view path : glibc_paths) {
    Fact<std::string> found = read_glibc(machine, std::string(path));
    if (found.is_known()) return found;
    if (found.is_unknown() && doubt.is_absent()) doubt = found;
  }
  Fact<std::string> musl = find_musl(machine);
  return musl.is_known() || doubt.is_absent() ? musl : doubt;
}

}  // namespace gpuwhy::probes
