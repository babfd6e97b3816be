// Which file Python takes for an extension module.
#pragma once

#include <string>
#include <string_view>

#include "model/snapshot.h"
#include "sys/machine.h"

namespace gpuwhy {

// The file in `folder` that this interpreter would import as the module `stem`: tagged for it, for the stable ABI, or not tagged, in that
// order (importlib.machinery.EXTENSION_SUFFIXES). "" when there is none.
std::string find_extension_module(Machine& machine, const PythonEnvironment& environment, const std::string& folder, std::string_view stem);

// How such a file would be called here, for people: "runtime.cpython-312-*.so".
std::string extension_pattern(const PythonEnvironment& environment, std::string_view stem);

}  // namespace gpuwhy
