#include "probes/cuda_libraries/library_table.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "probes/cuda_libraries/c_library.h"
#include "probes/cuda_libraries/collector.h"
#include "probes/cuda_libraries/ld_so_files.h"
#include "probes/cuda_libraries/processor.h"
#include "probes/host/access.h"

namespace gpuwhy {
namespace probes {
namespace {

// Where drivers and toolkits put their libraries beside the folders that the loader searches, so that a cure can name them.
constexpr const char* known_places[] = {
    "/usr/lib/wsl/lib",
    "/usr/lib64-nvidia",
    "/usr/local/nvidia/lib64",
    "/usr/local/nvidia/lib",
    "/usr/local/cuda/lib64",
    "/usr/local/cuda/compat",
    "/run/opengl-driver/lib",
    "/var/lib/snapd/lib/gl",
    "/usr/lib/x86_64-linux-gnu/nvidia/current",
    "/usr/lib/aarch64-linux-gnu/nvidia",
    "/usr/lib/aarch64-linux-gnu/tegra",
    "/usr/lib/aarch64-linux-gnu/nvidia/current",
    "/usr/lib64/nvidia",
    "/usr/lib/nvidia",
    "/opt/cuda/lib64",
};

// One processor is enough, and the whole file of a large machine takes the kernel milliseconds.
Processor read_processor(Machine& machine) {
  constexpr std::size_t enough = 8192;
  if (machine.basis() == Machine::Basis::root_folder) return {};
  auto file = machine.open("/proc/cpuinfo");
  auto text = file ? (*file)->read_at(0, enough) : machine.read("/proc/cpuinfo", 8 << 20);
  return text ? parse_cpuinfo(*text) : Processor{};
}

Fact<std::string> loader_variable(Machine& machine, const std::string& name) {
  if (!machine.has_variable(name)) return Fact<std::string>::absent({Source::env, name, ""});
  std::string value = machine.variable(name);
  return Fact<std::string>::known(value, evidence_in_environment(name, value));
}

Fact<std::string> libc_words(const CLibrary& library) {
  if (library.is_musl) return Fact<std::string>::known("musl", library.evidence);
  if (library.version.is_known()) return Fact<std::string>::known("glibc " + *library.version, library.version.evidence());
  if (library.version.is_absent()) return Fact<std::string>::absent(library.evidence);
  return Fact<std::string>::unknown(library.version.why(), library.version.detail(), library.version.evidence());
}

void add_preloads(Collector& collector, const Fact<std::string>& preload) {
  if (!preload.is_known()) return;
  const std::string names = replace_all(*preload, ":", " ");
  for (std::string_view part : split(names, ' ')) collector.add_name(std::string(part));
}

// /usr/local/cuda-12.8/compat and lib64 of every toolkit.
void add_toolkits(Machine& machine, Collector& collector) {
  for (const char* place : known_places) collector.add_known_place(place);
  auto names = machine.list("/usr/local");
  if (!names) return;
  for (const std::string& name : *names) {
    if (!name.starts_with("cuda-")) continue;
    for (const char* inner : {"/compat", "/lib64"}) collector.add_known_place("/usr/local/" + name + inner);
  }
}

void add_everything(Machine& machine, const LibraryRoots& roots, const CLibrary& library, const LoaderSettings& settings,
                    Collector& collector) {
  for (const std::string& name : roots.names) collector.add_name(name);
  add_preloads(collector, settings.preload);
  // $ORIGIN in LD_LIBRARY_PATH is the program's folder.
  std::string origin;
  if (!roots.programs.empty()) origin = path::parent(machine.real_path(roots.programs.front()).value_or(""));
  if (settings.library_path.is_known()) collector.add_library_path(*settings.library_path, origin);
  for (const std::string& folder : settings.default_folders) collector.add_folder(folder);
  if (settings.cache_folders.is_known())
    for (const std::string& folder : *settings.cache_folders) collector.add_folder(folder);
  add_toolkits(machine, collector);
  if (!library.interpreter.empty()) collector.add_file(library.interpreter, Role::library);
  for (const std::string& program : roots.programs) collector.add_file(program, Role::program);
  for (const std::string& object : roots.objects) collector.add_file(object, Role::library);
  collector.collect();
}

}  // namespace
}  // namespace probes

void probe_libraries(Machine& machine, const LibraryRoots& roots, Snapshot& snapshot) {
  using namespace probes;
  CLibrary library = read_c_library(machine, roots.programs.empty() ? std::string() : roots.programs.front());
  snapshot.host.libc = libc_words(library);

  LoaderSettings& settings = snapshot.loader;
  settings.library_path = loader_variable(machine, "LD_LIBRARY_PATH");
  settings.preload = loader_variable(machine, "LD_PRELOAD");
  settings.default_folders = library.default_folders;
  settings.lib_token = library.lib_token;
  ProcessorFolders processor =
      library.is_musl ? ProcessorFolders{} : processor_folders(read_processor(machine), library.elf_machine, library.version);
  settings.hwcap_folders = processor.folders;
  settings.platform_token = processor.platform;
  if (!library.is_musl) settings.cache_folders = read_ld_so_conf(machine);
  else settings.cache_folders = Fact<std::vector<std::string>>::absent(library.evidence);

  Fact<std::string> cache_bytes = library.is_musl ? Fact<std::string>::absent(library.evidence) : read_ld_so_cache(machine);
  Result<ldcache::Cache> cache = fail("not read");
  if (cache_bytes.is_known()) cache = ldcache::parse_ld_so_cache(*cache_bytes);

  Collector collector(machine, {library.elf_machine, library.is_musl, settings.hwcap_folders, settings.lib_token, settings.platform_token,
                                cache ? &*cache : nullptr});
  add_everything(machine, roots, library, settings, collector);

  using Entries = Fact<std::vector<CacheEntry>>;
  Evidence evidence = cache_bytes.evidence();
  if (cache) settings.cache = Entries::known(collector.cache_entries(), evidence);
  else if (cache_bytes.is_absent()) settings.cache = Entries::absent(evidence);
  else if (cache_bytes.is_unknown()) settings.cache = Entries::unknown(cache_bytes.why(), cache_bytes.detail(), evidence);
  else settings.cache = Entries::known({}, {Source::file, ld_so_cache, cache.error().message});  // the loader does without it too
  note_if_unread(snapshot, "ld.so.cache", settings.cache);
  if (cache_bytes.is_known() && !cache) note_unread(snapshot, "ld.so.cache", Why::malformed, cache.error().message);
  snapshot.libraries = collector.take_table();
  if (collector.is_incomplete()) note_unread(snapshot, "libraries", Why::malformed, "too many names or folders: the table is not complete");
}

}  // namespace gpuwhy
