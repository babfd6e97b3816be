// What rules and reports ask of a running process (--pid).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/snapshot.h"

namespace gpuwhy {

// A mapped file of the driver, of CUDA or of a GPU framework.
bool is_gpu_library_file(std::string_view path);

// "python train.py --epochs 3", one line, bounded; the executable where the command line is not known or empty.
std::string command_words(const ObservedProcess& process);

// "2026-11-24 17:05:12 UTC"
std::string date_words(std::int64_t seconds_since_1970);

}  // namespace gpuwhy
