// Reports that the tests of this folder share: one for each shape that an answer can take.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/report.h"

namespace gpuwhy::samples {

inline Fact<std::int64_t> number(std::int64_t value) { return Fact<std::int64_t>::known(value); }

inline std::vector<Rung> rungs(std::size_t broken = 99, RungState state = RungState::broken) {
  std::vector<Rung> ladder;
  for (std::size_t i = 0; i < layer_names.size(); ++i) {
    bool above = i > broken && state == RungState::broken;
    RungState here = i == broken ? state : above || i == 9 ? RungState::not_reached : RungState::ok;
    ladder.push_back({static_cast<Layer>(i), here, ""});
  }
  return ladder;
}

inline Prediction prediction(FrameworkKind framework, std::string version, std::int64_t sees, std::int64_t usable) {
  Prediction result;
  result.framework = framework;
  result.version = std::move(version);
  result.python = "/home/ana/venv/bin/python";
  result.sees_gpus = number(sees);
  result.usable_gpus = number(usable);
  if (framework == FrameworkKind::torch) {
    result.calls = {{"torch.cuda.is_available()", number(sees > 0), true}, {"torch.cuda.device_count()", number(sees), false}};
  } else {
    result.calls = {{"tf.config.list_physical_devices('GPU')", number(sees), false}};
  }
  return result;
}

inline Report laptop() {
  Report report;
  report.tool_version = "0.1.0";
  report.facts_as_of = "2026-11-20";
  report.basis = "invented";
  report.machine.name = Private<std::string>("laptop");
  report.machine.os = "Ubuntu 24.04";
  report.machine.platform = "bare";
  report.machine.driver = "570.124.06";
  report.machine.kernel = "6.8.0-60-generic";
  report.machine.gpus = Fact<std::vector<ReportGpu>>::known({{"NVIDIA RTX 4070", "0000:01:00.0", "8.9"}});
  report.judged_environment = "/home/ana/venv/bin/python";
  report.home = "/home/ana";
  return report;
}

inline Report all_usable() {
  Report report = laptop();
  report.verdict = OverallVerdict::usable;
  report.predictions = {prediction(FrameworkKind::tensorflow, "2.20.0", 1, 1), prediction(FrameworkKind::torch, "2.11.0+cu128", 1, 1)};
  report.ladder = rungs();
  report.timings_ms = {{"total", 31.2}, {"python", 12.04}};
  return report;
}

inline RankedFinding cudnn_missing() {
  RankedFinding ranked;
  ranked.layer = Layer::cuda_libraries;
  ranked.role = Role::root;
  ranked.explains = {"open-cudnn", "cudnn-log-line"};
  ranked.finding = {
      .cause = "cudnn-missing",
      .subject = "TensorFlow 2.20.0 in ~/venv",
      .headline = "cuDNN 9 is not installed in this environment",
      .details = {"TensorFlow opens libcudnn.so.9; none of the 3 places it looks in has it",
                  "  /home/ana/venv/lib/python3.12/site-packages/nvidia/cudnn/lib\tno such folder\t(RUNPATH)", "  LD_LIBRARY_PATH\tnot set",
                  "  ld.so.cache\tno entry", "nvidia-cudnn-cu12 is missing; TensorFlow 2.20.0 asks for >=9.3,<10 in its extra [and-cuda]"},
      .because = {{Source::file, "/home/ana/venv/lib/python3.12/site-packages/nvidia", "no folder cudnn"},
                  {Source::env, "LD_LIBRARY_PATH", ""}},
      .severity = Severity::blocked,
      .confidence = Confidence::certain,
      .remedies = {{.title = "Install cuDNN 9 into this environment",
                    .commands = {{"/home/ana/venv/bin/python", "-m", "pip", "install", "tensorflow[and-cuda]==2.20.0"}},
                    .safety = Safety::safe,
                    .undo = "/home/ana/venv/bin/python -m pip uninstall nvidia-cudnn-cu12",
                    .check = {"gpuwhy", "--framework", "tensorflow"}}},
  };
  return ranked;
}

inline Report one_root() {
  Report report = laptop();
  report.verdict = OverallVerdict::blocked;
  Prediction tensorflow = prediction(FrameworkKind::tensorflow, "2.20.0", 0, 0);
  tensorflow.blocked_at = "open-cudnn";
  tensorflow.expected_log = {"Could not find cuda drivers on your machine, GPU will not be used."};
  Gate libcuda{
      .name = "open-libcuda", .layer = Layer::driver_libraries, .state = GateState::passed, .summary = "libcuda.so.1 is the driver's"};
  Gate cudnn{.name = "open-cudnn", .layer = Layer::cuda_libraries, .state = GateState::failed, .summary = "libcudnn.so.9 is not found"};
  cudnn.library = Resolution{.name = "libcudnn.so.9", .caller = "libtensorflow_cc.so.2"};
  cudnn.library->tried = {
      {SearchRule::runpath, "/home/ana/venv/lib/python3.12/site-packages/nvidia/cudnn/lib", "libtensorflow_cc.so.2", "no such folder"},
      {SearchRule::cache, "/etc/ld.so.cache", "", "no entry"}};
  tensorflow.gates = {libcuda, cudnn};
  report.predictions = {tensorflow, prediction(FrameworkKind::torch, "2.11.0+cu128", 1, 1)};
  report.ladder = rungs(5);
  report.findings = {cudnn_missing()};
  report.timings_ms = {{"total", 31}};
  return report;
}

// One fault below both frameworks, and one that waits behind it.
inline Report root_and_also() {
  Report report = laptop();
  report.verdict = OverallVerdict::blocked;
  Prediction tensorflow = prediction(FrameworkKind::tensorflow, "2.20.0", 0, 0);
  tensorflow.blocked_at = "cu-init";
  Prediction torch = prediction(FrameworkKind::torch, "2.11.0+cu128", 0, 0);
  torch.blocked_at = "cu-init";
  report.predictions = {tensorflow, torch};
  report.ladder = rungs(1);
  RankedFinding module{.layer = Layer::kernel_driver, .role = Role::root, .explains = {"cu-init", "nvml-missing"}};
  module.finding = {
      .cause = "module-not-loaded",
      .headline = "the kernel module nvidia is not loaded",
      .details = {"/proc/modules has no line nvidia"},
      .because = {{Source::procfs, "/proc/modules", ""}},
      .remedies = {
          {.title = "Load it", .commands = {{"sudo", "modprobe", "nvidia"}}, .undo = "sudo modprobe -r nvidia", .check = {"gpuwhy"}}}};
  RankedFinding cudnn = cudnn_missing();
  cudnn.role = Role::also;
  RankedFinding nodes{.layer = Layer::device_nodes, .role = Role::consequence};
  nodes.finding = {.cause = "no-device-nodes", .headline = "there are no device nodes /dev/nvidia*"};
  RankedFinding note{.layer = Layer::process, .role = Role::note};
  note.finding = {.cause = "two-cudnn", .headline = "two copies of cuDNN are installed", .severity = Severity::note};
  report.findings = {module, cudnn, nodes, note};
  return report;
}

inline Report candidates() {
  Report report = laptop();
  report.verdict = OverallVerdict::blocked;
  Prediction torch = prediction(FrameworkKind::torch, "2.11.0+cu128", 0, 0);
  torch.blocked_at = "cu-init";
  torch.gates = {{.name = "cu-init", .layer = Layer::driver_libraries, .state = GateState::failed, .summary = "cuInit answered 999"}};
  report.predictions = {torch};
  report.ladder = rungs(4);
  RankedFinding first{.layer = Layer::kernel_driver, .role = Role::candidate};
  first.finding = {.cause = "uvm-stale", .headline = "the module nvidia_uvm is stuck after a suspend", .confidence = Confidence::possible};
  RankedFinding second{.layer = Layer::hardware, .role = Role::candidate};
  second.finding = {.cause = "gpu-fallen-off", .headline = "the GPU has fallen off the bus", .confidence = Confidence::possible};
  report.findings = {first, second};
  report.next_check = NextCheck{{"sh", "-c", "sudo dmesg | grep -i xid"}, {"uvm-stale", "gpu-fallen-off"}};
  return report;
}

inline Report not_told() {
  Report report = laptop();
  report.verdict = OverallVerdict::unknown;
  report.machine.gpus = Fact<std::vector<ReportGpu>>::unknown(Why::denied, "the PCI bus is not shown here");
  report.machine.driver = "";
  Prediction torch = prediction(FrameworkKind::torch, "2.11.0+cu128", 0, 0);
  torch.sees_gpus = Fact<std::int64_t>::unknown(Why::timed_out, "cuInit");
  torch.usable_gpus = torch.sees_gpus;
  torch.calls = {{"torch.cuda.is_available()", torch.sees_gpus, true}};
  torch.gates = {{.name = "cu-init",
                  .layer = Layer::driver_libraries,
                  .state = GateState::unknown,
                  .summary = "the driver did not answer within 2 s in cuInit"}};
  report.predictions = {torch};
  report.ladder = rungs(4, RungState::unknown);
  report.unknown = {{"the PCI bus", "denied", "/sys/bus/pci: permission denied"}, {"cuInit", "timed-out", "no answer within 2000 ms"}};
  return report;
}

inline RankedFinding no_gpu(Severity severity, Role role) {
  RankedFinding ranked{.layer = Layer::hardware, .role = role};
  ranked.finding = {.cause = "no-nvidia-gpu",
                    .headline = "this machine has no NVIDIA GPU",
                    .details = {"the PCI bus shows 14 functions, none of vendor 10de"},
                    .severity = severity};
  return ranked;
}

inline Report no_gpu_with_framework() {
  Report report = laptop();
  report.verdict = OverallVerdict::blocked;
  report.machine.gpus = Fact<std::vector<ReportGpu>>::known({});
  report.machine.driver = "";
  Prediction torch = prediction(FrameworkKind::torch, "2.11.0+cu128", 0, 0);
  torch.blocked_at = "device-count";
  report.predictions = {torch};
  report.ladder = rungs(0);
  report.findings = {no_gpu(Severity::blocked, Role::root)};
  return report;
}

inline Report no_gpu_without_framework() {
  Report report = no_gpu_with_framework();
  report.verdict = OverallVerdict::usable;
  report.predictions.clear();
  report.findings = {no_gpu(Severity::note, Role::note)};
  return report;
}

inline Report ready_without_framework() {
  Report report = all_usable();
  report.predictions.clear();
  report.remarks = {"PyTorch 2.11.0+cu128 would fit this machine."};
  return report;
}

inline Report degraded() {
  Report report = laptop();
  report.verdict = OverallVerdict::degraded;
  report.predictions = {prediction(FrameworkKind::torch, "2.11.0+cu128", 1, 1)};
  report.ladder = rungs(8, RungState::degraded);
  RankedFinding ranked{.layer = Layer::first_kernel, .role = Role::root};
  ranked.finding = {.cause = "ptx-jit",
                    .subject = "PyTorch 2.11.0+cu128 in ~/venv",
                    .headline = "every first kernel is compiled at run time",
                    .severity = Severity::degraded,
                    .confidence = Confidence::likely};
  report.findings = {ranked};
  return report;
}

inline Report seen_but_unusable() {
  Report report = laptop();
  report.verdict = OverallVerdict::blocked;
  Prediction torch = prediction(FrameworkKind::torch, "2.11.0+cu128", 1, 0);
  torch.blocked_at = "architecture";
  report.predictions = {torch};
  report.ladder = rungs(8);
  RankedFinding ranked{.layer = Layer::first_kernel, .role = Role::root, .explains = {"architecture"}};
  ranked.finding = {.cause = "arch-not-in-build",
                    .subject = "PyTorch 2.11.0+cu128 in ~/venv",
                    .headline = "this build holds no code for compute capability 6.0"};
  ranked.finding.remedies = {
      {.title = "Choose another GPU", .steps = {"Settings > Accelerator > GPU T4 x2", "Restart the session"}, .safety = Safety::show_only}};
  report.findings = {ranked};
  return report;
}

inline Report aborts() {
  Report report = one_root();
  report.predictions[0].outcome = Outcome::aborts;
  report.predictions[0].blocked_at = "import";
  report.predictions[1].outcome = Outcome::raises;
  report.predictions[1].blocked_at = "import";
  report.predictions[1].sees_gpus = number(0);
  report.predictions[1].usable_gpus = number(0);
  report.predictions[1].gates = {{.name = "import",
                                  .state = GateState::failed,
                                  .summary = "libc10.so is cut short",
                                  .log_line = "ImportError: libc10.so: file too short"}};
  report.unexplained = {"PyTorch 2.11.0+cu128: import"};
  return report;
}

inline Report several_environments() {
  Report report = all_usable();
  report.judged_for = "ana (by sudo)";
  report.others = {{"/home/ana/other/bin/python", "Jupyter kernel lab", "PyTorch 2.9.0 will see 1 GPU"},
                   {"/usr/bin/python3", "", "no framework"}};
  Prediction rocm = prediction(FrameworkKind::torch, "2.9.0+rocm6.4", 0, 0);
  rocm.outside = "ROCm";
  report.predictions.push_back(rocm);
  return report;
}

inline Report hostile() {
  Report report = one_root();
  report.machine.name = Private<std::string>(
      "evil\x1b[2J\xff"
      "box");
  report.predictions[0].version =
      "2.20.0\n\xe2\x80\xae"
      "gnp";
  Finding& finding = report.findings[0].finding;
  finding.subject = "";
  finding.headline =
      "a\x1b]0;title\x07 b\xc2\x9b"
      "31m c\xff";
  finding.details = {"\x1b[31mred", "a\tb\x1b[0m", "a path/home/anastasia and /home/ana"};
  finding.remedies[0].commands = {{"/home/ana/my venv/bin/python", "it's", "a\x1b[31m\nb", "\xff", "$(rm -rf ~)", "~/x y", ""}};
  return report;
}

struct Sample {
  const char* name;
  Report report;
};

inline std::vector<Sample> all() {
  return {{"all-usable", all_usable()},
          {"one-root", one_root()},
          {"root-and-also", root_and_also()},
          {"candidates", candidates()},
          {"not-told", not_told()},
          {"no-gpu-with-framework", no_gpu_with_framework()},
          {"no-gpu-without-framework", no_gpu_without_framework()},
          {"ready-without-framework", ready_without_framework()},
          {"degraded", degraded()},
          {"seen-but-unusable", seen_but_unusable()},
          {"aborts", aborts()},
          {"several-environments", several_environments()},
          {"hostile", hostile()},
          {"empty", Report{}}};
}

}  // namespace gpuwhy::samples
