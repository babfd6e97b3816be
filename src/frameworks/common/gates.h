// Gates that frameworks share, and the small language in which their sequences are written.
#pragma once

#include <string>

#include "facts/facts.h"
#include "frameworks/architecture.h"
#include "frameworks/common/process.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy::frameworks {

// What a gate that opens a library found. `required`: failing it stops the GPU; otherwise it degrades.
Gate library_gate(std::string name, Layer layer, const Resolution& resolution, bool required, std::string log_line);

// "import": the objects that Python maps. Raises when one does not load.
// Also raises when an object of the framework needs a newer glibc than there is: the loader checks that after it has found all files.
Gate import_gate(const Snapshot& snapshot, const Process& process, const PythonEnvironment& environment, const FrameworkBuild& build);

// "cuda-build": failed for a CPU build; unknown when the build does not say.
Gate build_gate(const FrameworkBuild& build);

// The conversation with the driver that this process would have, or nullptr when that driver was not asked.
// `libcuda` is the file with links followed; "" = none.
const DriverAnswers* find_driver(const Snapshot& snapshot, const std::string& libcuda);
const DriverAnswers* find_driver(const Snapshot& snapshot, const Resolution& libcuda);

// "open-libcuda": by the loader, corrected by what dlopen really did in the child.
Gate libcuda_gate(const Snapshot& snapshot, const Resolution& libcuda, std::string log_line);
// "cu-init" and "device-count". `driver` may be null: not asked.
Gate init_gate(const DriverAnswers* driver);
Gate count_gate(const DriverAnswers* driver);
// "driver-version": the CUDA runtime needs a driver of its own major version (CUDA compatibility guide: minor version compatibility since
// 11). runtime_cuda "12.8".
Gate driver_version_gate(const DriverAnswers* driver, const Fact<std::string>& runtime_cuda);
// "nvml-init".
Gate nvml_gate(const Snapshot& snapshot, const DriverAnswers* driver, const Resolution& nvml, bool required);
// "architecture": does the build hold code for the cards? Also counts those that can run a kernel.
struct ArchitectureAnswer {
  Gate gate;
  Fact<std::int64_t> usable;
  std::vector<CodeVerdict> verdicts;  // of each card of the driver, in its order; empty when nobody can tell
};
// Where a framework makes its kernels. One that compiles them at run time can use a card for which its prebuilt ones have no code.
enum class Kernels { prebuilt, compiled_at_run_time };
// By the build's own libraries where they were read, else by `images`, which `source` names. The last piece of evidence holds the list.
ArchitectureAnswer architecture_gate(const DriverAnswers* driver, const FrameworkBuild& build, const std::vector<std::string>& images,
                                     std::string_view source, Kernels kernels = Kernels::prebuilt);
ArchitectureAnswer architecture_gate(const DriverAnswers* driver, const std::vector<std::string>& images, std::string_view source);

// "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected", or "UNKNOWN ERROR (303)" for a code without a name.
std::string driver_error_words(std::int64_t code);

// The gates that only a loaded libcuda can answer: not reached where it does not open.
void close_behind(const Gate& libcuda, std::vector<Gate*> gates);

// NVML does not depend on libcuda: where that one does not open, the default conversation may still have reached it.
const DriverAnswers* find_nvml_driver(const Snapshot& snapshot, const DriverAnswers* driver);

// Sets blocked_at, expected_log and the basis from the gates, and the outcome `aborts` where the process dies in the loader.
void conclude(Prediction& prediction);

}  // namespace gpuwhy::frameworks
