// What the processor can do, as far as the snapshot tells: the folders glibc-hwcaps that the loader looks into for it stand for the levels
// of the x86-64 psABI. Source: glibc's sysdeps/x86_64/dl-hwcaps_subdirs.c; x86-64 psABI, micro-architecture levels.
#pragma once

#include <optional>

#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy::frameworks {

// True from level v3 on, false below v2 (no processor has AVX without SSE4.2 and POPCNT). Nothing between the two, where the processor was
// not read, and where the C library has no such folders: glibc before 2.33, and from 2.37 on where an empty list says both.
std::optional<bool> has_avx(const Snapshot& snapshot);

// The C library would have told, and the processor was not read: only then an answer is missing.
bool is_processor_unread(const Snapshot& snapshot);

// Do the vendor's wheels of this framework need AVX? TensorFlow since 1.6 (it aborts), jaxlib (it raises). conda builds its own for any
// x86-64.
bool needs_avx(const PythonEnvironment& environment, const FrameworkBuild& build);

// The gate "import" of a framework that this processor cannot run; nothing when it can or when that is not known.
std::optional<Gate> instruction_gate(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);
// Is it such a gate, and does the process die there instead of raising?
bool dies_of_instructions(const Gate& gate);

}  // namespace gpuwhy::frameworks
