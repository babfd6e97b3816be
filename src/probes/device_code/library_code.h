// The device code of one library of the machine, as the snapshot keeps it.
#pragma once

#include <string>
#include <string_view>

#include "formats/fatbin/fatbin.h"
#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// How far a library must be searched, by its name: cuFFT keeps its code in .ldata, TensorFlow its generated kernels in .rodata. `deep`:
// every library's data.
fatbin::Depth depth_for(std::string_view path, bool deep);

// NVIDIA's libraries split the architectures of one kernel over containers: only all containers together tell what they serve.
bool is_judged_by_union(std::string_view path);

// Why a library without containers can still run kernels: "compiled at run time (NVRTC)"; "" for all others.
std::string_view compiled_at_run_time(std::string_view path);

// Whatever could be read of a file; absent = no device code.
Fact<std::vector<CodeGroup>> code_groups(const fatbin::Content& content, Evidence evidence = {});

// In the form of the snapshot: absent = no device code, unknown(malformed) = damaged.
CodeLibrary code_library(const std::string& path, const fatbin::Content& content);

// Reads an open file; `path` is its name.
fatbin::Content read_library_code(File& file, const std::string& path, bool deep);

}  // namespace gpuwhy
