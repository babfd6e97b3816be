#include "probes/cuda_libraries/c_library.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "probes/cuda_libraries/elf_file.h"

namespace gpuwhy::probes {
namespace {

constexpr std::size_t largest_loader = 16 << 20;

struct KnownLoader {
  const char* path;
  std::uint16_t elf_machine;
};
constexpr KnownLoader known_loaders[] = {
    {"/lib64/ld-linux-x86-64.so.2", 62},
    {"/lib/ld-linux-aarch64.so.1", 183},
    {"/lib/ld-musl-x86_64.so.1", 62},
    {"/lib/ld-musl-aarch64.so.1", 183},
};

std::string read_whole(Machine& machine, const std::string& path) {
  auto file = machine.open(path);
  if (!file) return {};
  auto bytes = (*file)->read_at(0, static_cast<std::size_t>(std::min<std::uint64_t>((*file)->size(), largest_loader)));
  return bytes ? std::move(*bytes) : std::string();
}

void find_loader(Machine& machine, const std::string& program, CLibrary& library) {
  if (!program.empty()) {
    if (auto image = read_elf_file(machine, program); image && image->shape == elf::Shape::whole) {
      library.interpreter = image->interpreter;
      library.elf_machine = image->machine;
    }
  }
  if (!library.interpreter.empty()) return;
  for (const KnownLoader& known : known_loaders) {
    if (!program.empty() && known.elf_machine != library.elf_machine) continue;
    if (!machine.exists(known.path)) continue;
    library.interpreter = known.path;
    library.elf_machine = known.elf_machine;
    return;
  }
  const Identity* identity = machine.identity();
  if (program.empty() && identity && identity->architecture == "aarch64") library.elf_machine = 183;
}

std::string processor_name(const CLibrary& library) { return library.elf_machine == 183 ? "aarch64" : "x86_64"; }

void read_musl(Machine& machine, CLibrary& library) {
  library.is_musl = true;
  library.lib_token = "lib";
  std::string list = "/lib:/usr/local/lib:/usr/lib";
  // The file lies beside the loader's own folder: /lib/ld-musl-x86_64.so.1 -> /etc/ld-musl-x86_64.path
  std::string_view name = path::filename(library.interpreter);
  std::string file = "/etc/" + std::string(name.substr(0, name.find(".so"))) + ".path";
  if (auto text = machine.read(file)) list = *text;
  for (char& c : list)
    if (c == '\n') c = ':';
  for (std::string_view folder : split(list, ':'))
    if (!trim(folder).empty()) library.default_folders.emplace_back(trim(folder));
}

// Where the loader's file does not tell: Debian's way when its folder is there, else the way of all others.
std::vector<std::string> usual_folders(Machine& machine, const CLibrary& library) {
  std::string multiarch = processor_name(library) + "-linux-gnu";
  if (machine.is_folder("/usr/lib/" + multiarch)) return {"/lib/" + multiarch, "/usr/lib/" + multiarch, "/lib", "/usr/lib"};
  return {"/lib64", "/usr/lib64"};
}

// $LIB is the library folder below the prefix, which is / for Debian's and Red Hat's first folder and /usr for others.
std::string lib_token_of(const std::vector<std::string>& folders) {
  if (folders.empty()) return "lib";
  std::string_view first = folders.front();
  if (first.starts_with("/usr/")) first.remove_prefix(4);
  return std::string(first.starts_with("/lib") ? first.substr(1) : path::filename(first));
}

void read_glibc_version(Machine& machine, const std::string& loader_bytes, CLibrary& library) {
  if (auto version = parse_glibc_version(loader_bytes)) {
    library.version = Fact<std::string>::known(*version, {Source::file, library.interpreter, "release version " + *version});
    return;
  }
  // Before 2.33 only libc itself carries the words.
  std::vector<std::string> places = library.default_folders;
  if (!library.interpreter.empty()) places.insert(places.begin(), std::string(path::parent(library.interpreter)));
  for (const std::string& folder : places) {
    std::string file = path::join(folder, "libc.so.6");
    auto version = parse_glibc_version(read_whole(machine, file));
    if (!version) continue;
    library.version = Fact<std::string>::known(*version, {Source::file, file, "release version " + *version});
    return;
  }
  library.version =
      Fact<std::string>::unknown(Why::malformed, "no version in " + library.interpreter, {Source::file, library.interpreter, ""});
}

}  // namespace

std::optional<std::string> parse_glibc_version(std::string_view bytes) {
  constexpr std::string_view words = "release version ";
  for (std::size_t at = bytes.find(words); at != std::string_view::npos; at = bytes.find(words, at + 1)) {
    std::string_view rest = bytes.substr(at + words.size(), 16);
    rest = rest.substr(0, std::min(rest.find_first_not_of("0123456789."), rest.size()));
    while (rest.ends_with('.')) rest.remove_suffix(1);
    if (!rest.empty() && rest.find('.') != std::string_view::npos) return std::string(rest);
  }
  return std::nullopt;
}

std::vector<std::string> parse_default_folders(std::string_view bytes) {
  auto is_folder = [](std::string_view text) {
    if (text.size() < 5 || text.size() > 400 || !text.ends_with('/') || text.find("lib") == std::string_view::npos) return false;
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
  };
  std::vector<std::string> best, run;
  // Each run starts at a '/' behind a zero byte and goes on while the next string follows at once.
  for (std::size_t at = bytes.find(std::string_view("\0/", 2)); at != std::string_view::npos;
       at = bytes.find(std::string_view("\0/", 2), at)) {
    run.clear();
    ++at;
    while (at < bytes.size() && bytes[at] == '/') {
      std::size_t end = bytes.find('\0', at);
      if (end == std::string_view::npos || !is_folder(bytes.substr(at, end - at))) break;
      run.emplace_back(bytes.substr(at, end - at - 1));
      at = end + 1;
    }
    if (!run.empty()) --at;  // the zero byte behind the run may lead to the next one
    if (run.size() > best.size()) best = run;
  }
  return best;
}

CLibrary read_c_library(Machine& machine, const std::string& program) {
  CLibrary library;
  find_loader(machine, program, library);
  library.evidence = {Source::file, library.interpreter, ""};
  if (path::filename(library.interpreter).starts_with("ld-musl-")) {
    read_musl(machine, library);
    return library;
  }
  std::string bytes = library.interpreter.empty() ? std::string() : read_whole(machine, library.interpreter);
  library.default_folders = parse_default_folders(bytes);
  if (library.default_folders.empty()) library.default_folders = usual_folders(machine, library);
  library.lib_token = lib_token_of(library.default_folders);
  if (library.interpreter.empty()) library.version = Fact<std::string>::absent();
  else read_glibc_version(machine, bytes, library);
  return library;
}

}  // namespace gpuwhy::probes
