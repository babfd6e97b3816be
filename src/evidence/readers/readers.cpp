#include "evidence/readers/readers.h"

namespace gpuwhy {

namespace {

constexpr Reader table[] = {read_commands,   read_places,      read_nvidia_smi,  read_machine,   read_kernel_log,
                            read_containers, read_kubernetes,  read_cuda_errors, read_libraries, read_packages,
                            read_notebook,   read_own_answers, read_tracebacks};

}  // namespace

std::span<const Reader> all_readers() { return table; }

}  // namespace gpuwhy
