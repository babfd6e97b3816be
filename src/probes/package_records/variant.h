// What a library that rides on a framework was built with.
#pragma once

#include <string>
#include <string_view>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// "cu128" of "cu128", "cu12torch2.5cxx11abiFALSE" and "cuda12.cudnn89" ("cu12"), "cpu" of "cpu.cxx11.abi", "rocm" of "rocm6.2"; ""
// otherwise.
std::string variant_of_local(std::string_view local);

// "cpu", "cu128", "cu118,cu124" of a package that holds several, "" when nothing tells. Sources: torchvision/version.py and
// torchaudio/version.py (__version__ with its local part, also in the wheels of the package index whose dist-info has none), the file names
// libbitsandbytes_cudaNNN.so and libbitsandbytes_cpu.so, the package name xgboost-cpu, and the version of everything else.
std::string read_variant(Machine& machine, const Package& package);

}  // namespace gpuwhy
