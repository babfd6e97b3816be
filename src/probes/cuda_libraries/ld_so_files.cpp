#include "probes/cuda_libraries/ld_so_files.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "formats/ldcache/ld_so_conf.h"
#include "probes/host/access.h"

namespace gpuwhy::probes {
namespace {

constexpr std::size_t largest_cache = 64 << 20;
constexpr int deepest_include = 8;
constexpr std::size_t most_files = 1000;

class ConfReader {
 public:
  explicit ConfReader(Machine& machine) : machine_(machine) {}

  void take(std::string_view text, const std::string& file, int depth) {
    for (const ldcache::ConfLine& line : ldcache::parse_ld_so_conf(text)) {
      if (line.is_include) include(path::join(path::parent(file), line.text), depth);
      else if (line.text.starts_with('/') && std::ranges::find(folders, line.text) == folders.end()) folders.push_back(line.text);
    }
  }

  std::vector<std::string> folders;

 private:
  // A pattern in the last part of the path, which is all that distributions write.
  void include(const std::string& pattern, int depth) {
    if (depth >= deepest_include) return;
    std::string folder(path::parent(pattern));
    auto names = machine_.list(folder);
    if (!names) return;
    for (const std::string& name : *names) {
      if (!ldcache::matches_pattern(name, path::filename(pattern)) || ++files_ > most_files) continue;
      std::string file = path::join(folder, name);
      if (auto text = machine_.read(file)) take(*text, file, depth + 1);
    }
  }

  Machine& machine_;
  std::size_t files_ = 0;
};

}  // namespace

Fact<std::string> read_ld_so_cache(Machine& machine) {
  auto bytes = machine.read(ld_so_cache, largest_cache);
  if (!bytes) return failed<std::string>(bytes.error(), ld_so_cache);
  return Fact<std::string>::known(std::move(*bytes), evidence_at(ld_so_cache));
}

Fact<std::vector<std::string>> read_ld_so_conf(Machine& machine) {
  auto text = machine.read(ld_so_conf);
  if (!text) return failed<std::vector<std::string>>(text.error(), ld_so_conf);
  ConfReader reader(machine);
  reader.take(*text, ld_so_conf, 0);
  return Fact<std::vector<std::string>>::known(std::move(reader.folders), evidence_at(ld_so_conf));
}

}  // namespace gpuwhy::probes
