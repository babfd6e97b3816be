#include "probes/device_code/device_code.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <span>

#include "base/path.h"
#include "probes/device_code/library_code.h"
#include "probes/host/access.h"

namespace gpuwhy {

namespace {

constexpr std::size_t libraries_at_most = 512;  // of one build
constexpr std::size_t open_at_most = 128;       // files at a time: a process may often hold 1024, and fifty environments have more
constexpr std::uint64_t smallest_for_a_thread = 16 << 20;

bool is_library(std::string_view name) { return name.ends_with(".so") || name.find(".so.") != std::string_view::npos; }

void add_libraries_in(Machine& machine, const std::string& folder, std::vector<std::string>& files) {
  auto names = machine.list(folder);
  if (!names) return;
  for (const std::string& name : *names)
    if (is_library(name) && files.size() < libraries_at_most) files.push_back(path::join(folder, name));
}

// The libraries of a build that hold its own kernels. Those that only special requests load (torch's linear algebra, its NVSHMEM) are left
// out: they are built for other architectures than the framework promises.
std::vector<std::string> own_libraries(Machine& machine, const FrameworkBuild& build) {
  std::vector<std::string> files;
  auto add = [&](std::string_view name) { files.push_back(path::join(build.folder, name)); };
  switch (build.framework) {
    case FrameworkKind::torch:
      for (std::string_view name : {"libtorch_cuda.so", "libtorch_cuda_cu.so", "libtorch_cuda_cpp.so", "libcaffe2_gpu.so"})
        add("lib/" + std::string(name));
      break;
    case FrameworkKind::tensorflow:
      for (std::string_view name : {"libtensorflow_cc.so.2", "python/_pywrap_tensorflow_internal.so"}) add(name);
      break;
    case FrameworkKind::onnxruntime:
      add("capi/libonnxruntime_providers_cuda.so");
      break;
    case FrameworkKind::jax:
      for (const FrameworkPart& part : build.parts)
        if (part.name.find("cuda") != std::string::npos && !part.folder.empty()) add_libraries_in(machine, part.folder, files);
      break;
    case FrameworkKind::cupy:
      for (std::string_view folder : {"cuda", "random"}) add_libraries_in(machine, path::join(build.folder, folder), files);
      break;
  }
  return files;
}

// What NVIDIA's wheels put beside it: SITE/nvidia/NAME/lib.
void add_wheel_libraries(Machine& machine, const PythonEnvironment& environment, std::vector<std::string>& files) {
  if (!environment.search_path.is_known()) return;
  for (const std::string& site : *environment.search_path) {
    std::string wheels = path::join(site, "nvidia");
    auto names = machine.list(wheels);
    if (!names) continue;
    for (const std::string& name : *names) add_libraries_in(machine, wheels + "/" + name + "/lib", files);
  }
}

struct Job {
  FrameworkBuild* build = nullptr;
  std::string path;
  std::unique_ptr<File> file;
  CodeLibrary library;
  bool is_missing = false;
};

void open_file(Machine& machine, Job& job) {
  job.library = {job.path, {}, is_judged_by_union(job.path)};
  auto opened = machine.open(job.path);
  if (opened) job.file = std::move(*opened);
  else if (probes::is_missing(opened.error())) job.is_missing = true;
  else job.library.groups = probes::failed<std::vector<CodeGroup>>(opened.error(), job.path);
}

// Each file is read by one thread alone; the machine itself is not touched here.
void read_all(std::span<Job> jobs, bool deep) {
  std::vector<Job*> order;
  std::uint64_t bytes = 0;
  for (Job& job : jobs) {
    if (!job.file) continue;
    order.push_back(&job);
    bytes += job.file->size();
  }
  std::ranges::stable_sort(order, std::ranges::greater(), [&](const Job* job) {
    return std::pair(depth_for(job->path, deep) != fatbin::Depth::sections, job->file->size());
  });
  std::atomic<std::size_t> next = 0;
  auto work = [&] {
    for (std::size_t i = next++; i < order.size(); i = next++)
      order[i]->library = code_library(order[i]->path, read_library_code(*order[i]->file, order[i]->path, deep));
  };
  std::future<void> second;
  if (order.size() > 1 && bytes > smallest_for_a_thread) second = std::async(std::launch::async, work);
  work();
  if (second.valid()) second.get();
  for (Job* job : order) job->file.reset();
}

}  // namespace

void probe_device_code(Machine& machine, bool deep, Snapshot& snapshot) {
  std::vector<Job> jobs;
  for (PythonEnvironment& environment : snapshot.environments) {
    for (FrameworkBuild& build : environment.frameworks) {
      std::vector<std::string> files = own_libraries(machine, build);
      if (deep) add_wheel_libraries(machine, environment, files);
      for (std::string& file : files) jobs.push_back({.build = &build, .path = std::move(file), .file = nullptr, .library = {}});
    }
  }
  for (std::span<Job> rest(jobs); !rest.empty();) {
    std::span<Job> some = rest.first(std::min(rest.size(), open_at_most));
    for (Job& job : some) open_file(machine, job);
    read_all(some, deep);
    rest = rest.subspan(some.size());
  }
  for (Job& job : jobs) {
    // A library without device code says nothing about the build: it is a part of it that needs none.
    if (job.is_missing || job.library.groups.is_absent()) continue;
    if (job.library.groups.is_unknown())
      probes::note_unread(snapshot, "device code of " + job.path, job.library.groups.why(), job.library.groups.detail());
    job.build->code.push_back(std::move(job.library));
  }
}

}  // namespace gpuwhy
