// Questions that several rules ask of a snapshot. Each has one answer here, so that two rules cannot disagree on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/prediction.h"
#include "model/snapshot.h"

namespace gpuwhy {

// "no permission: /dev/nvidia0: Permission denied"
std::string describe_unknown(Why why, const std::string& detail);

// A target or a project: names and versions of packages were looked at, no file and no driver.
bool is_of_packages(const Snapshot& snapshot);

// --- the card ---
std::vector<const PciFunction*> nvidia_functions(const Snapshot& snapshot);  // empty when the bus is unknown, too
// A place that hands out whole machines or hides the bus (Colab, Kaggle, WSL, ...): what is not on its bus says nothing about hardware.
bool hides_hardware(const Snapshot& snapshot);
bool is_platform(const Snapshot& snapshot, std::string_view kind);
bool in_container(const Snapshot& snapshot);
bool in_wsl(const Snapshot& snapshot);  // 1 or 2
// "NVIDIA GeForce RTX 4070 Laptop GPU (0000:01:00.0)"
std::string card_title(const PciFunction& function);

// --- the driver ---
// Some conversation with the driver reached at least one GPU: whatever looks odd below it does not stop it.
bool driver_reaches_gpu(const Snapshot& snapshot);
// The conversation through plain "libcuda.so.1", nullptr when there was none.
const DriverAnswers* default_driver(const Snapshot& snapshot);
// The code that cuInit gave in the default conversation; nothing when it gave none.
std::optional<std::int64_t> init_code(const Snapshot& snapshot);
std::optional<std::int64_t> nvml_code(const Snapshot& snapshot);
// Any sign of an installed driver: a module file, a package, a libcuda that is no stub, a loaded module.
bool driver_is_installed(const Snapshot& snapshot);
// The driver's own libcuda, no stub and no copy of a toolkit's compat folder; nullptr when there is none.
const Candidate* find_driver_libcuda(const Snapshot& snapshot);
// "570.124.06" out of ".../libcuda.so.570.124.06"; "" when the name holds no version.
std::string driver_version_of_file(std::string_view real_path);
const DeviceNode* find_node(const Snapshot& snapshot, std::string_view path);
// The nodes /dev/nvidia0, /dev/nvidia1, ...
std::vector<const DeviceNode*> card_nodes(const Snapshot& snapshot);

// --- libraries ---
// The candidates for a soname in the whole table, in the table's order.
std::vector<const Candidate*> candidates_for(const Snapshot& snapshot, std::string_view soname);
// Every place that was tried, one line each, ready for Finding::details; equal outcomes of one rule are folded.
std::vector<std::string> tried_lines(const Resolution& resolution, const Snapshot& snapshot);
Evidence evidence_of(const Resolution& resolution);

// --- frameworks ---
std::string title_of(const FrameworkBuild& build);           // "TensorFlow 2.20.0"
std::string where_of(const PythonEnvironment& environment);  // "/home/ana/venv"
bool gate_failed(const Prediction& prediction, std::string_view name);
// The failed or degraded gates that wanted a library, in order.
std::vector<const Gate*> broken_library_gates(const Prediction& prediction);
const Package* find_package(const PythonEnvironment& environment, std::string_view name);
// The NVIDIA package that holds a soname for this build: "nvidia-cudnn-cu12"; "" when no table names one.
std::string wheel_for(const FrameworkBuild& build, std::string_view soname);

}  // namespace gpuwhy
