#include "frameworks/common/musl_gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"

namespace gpuwhy::frameworks {

bool is_built_for_glibc(const Candidate& file) {
  auto needs = [&](std::string_view name) { return std::ranges::find(file.needed, name) != file.needed.end(); };
  return !file.required_glibc.empty() || needs("libc.so.6") || needs("ld-linux-x86-64.so.2") || needs("ld-linux-aarch64.so.1");
}

std::optional<Gate> musl_gate(const Snapshot& snapshot, const Process& process, const FrameworkBuild& build) {
  if (!snapshot.host.libc.is_known() || !snapshot.host.libc->starts_with("musl")) return std::nullopt;
  for (const loader::Object& object : process.map().objects()) {
    if (!object.file || !path::is_inside(path::normalised(object.file->path), build.folder) || !is_built_for_glibc(*object.file)) continue;
    Gate gate;
    gate.name = "import";
    gate.layer = Layer::framework_build;
    gate.state = GateState::failed;
    gate.summary = fmt::format("{} is built for glibc, and the C library here is musl", path::filename(object.file->path));
    gate.log_line = fmt::format("ImportError: Error relocating {}", object.file->path);
    gate.evidence.push_back(
        {Source::elf, object.file->path, object.file->required_glibc.empty() ? "libc.so.6" : "GLIBC_" + object.file->required_glibc});
    return gate;
  }
  return std::nullopt;
}

}  // namespace gpuwhy::frameworks
