// One reader a kind of text. Each looks over all lines, knows its own by their content, and writes clues (clue_names.md). A reader never
// concludes: causes do.
#pragma once

#include <span>

#include "evidence/clues.h"
#include "evidence/line.h"

namespace gpuwhy {

void read_commands(std::span<const Line> lines, Clues& clues);     // shell prompts and what was typed; `env` and `export` lines
void read_places(std::span<const Line> lines, Clues& clues);       // where the text was made
void read_nvidia_smi(std::span<const Line> lines, Clues& clues);   // the table of every era, -q, -L
void read_machine(std::span<const Line> lines, Clues& clues);      // lspci -nnk, uname, ls -l /dev/nvidia*, lsmod, os-release
void read_kernel_log(std::span<const Line> lines, Clues& clues);   // dmesg, journal: NVRM, Xid, DKMS, Secure Boot
void read_containers(std::span<const Line> lines, Clues& clues);   // docker, podman, containerd, nvidia-container-cli, CDI files
void read_kubernetes(std::span<const Line> lines, Clues& clues);   // kubectl, pod and node descriptions, the device plugin
void read_cuda_errors(std::span<const Line> lines, Clues& clues);  // names, numbers and texts of CUDA and NVML errors
void read_libraries(std::span<const Line> lines, Clues& clues);    // the loader's messages in any language, ldd, ldconfig -p, LD_DEBUG
void read_packages(std::span<const Line> lines, Clues& clues);     // pip list, freeze and install, conda list, collect_env and its kin
void read_notebook(std::span<const Line> lines, Clues& clues);     // a saved .ipynb: metadata, cells
void read_own_answers(std::span<const Line> lines, Clues& clues);  // what gpuwhy itself printed
void read_tracebacks(std::span<const Line> lines, Clues& clues);   // Python's, and how a process ended

using Reader = void (*)(std::span<const Line> lines, Clues& clues);

// In the order in which they run; later ones may use what earlier ones wrote.
std::span<const Reader> all_readers();

}  // namespace gpuwhy
