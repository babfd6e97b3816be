// Objects built for glibc in a process whose C library is musl. musl answers to the name libc.so.6 by itself, so every file is found; then
// the symbols that only glibc has are missing, and the loader gives up while it relocates. Source: musl's ldso/dynlink.c.
#pragma once

#include <optional>

#include "frameworks/common/process.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy::frameworks {

bool is_built_for_glibc(const Candidate& file);

// The failed gate "import" of a framework whose objects are built for glibc, under musl; nothing otherwise.
std::optional<Gate> musl_gate(const Snapshot& snapshot, const Process& process, const FrameworkBuild& build);

}  // namespace gpuwhy::frameworks
