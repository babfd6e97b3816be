#include "frameworks/predict.h"

#include <algorithm>

#include "frameworks/cupy/cupy.h"
#include "frameworks/jax/jax.h"
#include "frameworks/onnxruntime/onnxruntime.h"
#include "frameworks/tensorflow/tensorflow.h"
#include "frameworks/torch/torch.h"

namespace gpuwhy {

namespace {

// The table of frameworks: what each folder offers. A new framework is a folder and a row.
struct Framework {
  FrameworkKind kind;
  std::string_view slug, display_name;
  // Plays the gates in this process and leaves in it what the framework maps there.
  Prediction (*predict)(const Snapshot&, const PythonEnvironment&, const FrameworkBuild&, frameworks::Process&);
  Resolution (*resolve_libcuda)(const Snapshot&, const PythonEnvironment&, const FrameworkBuild&);
};

constexpr Framework all_frameworks[] = {
    {FrameworkKind::tensorflow, "tensorflow", "TensorFlow", frameworks::tensorflow::predict, frameworks::tensorflow::resolve_libcuda},
    {FrameworkKind::torch, "torch", "PyTorch", frameworks::torch::predict, frameworks::torch::resolve_libcuda},
    {FrameworkKind::jax, "jax", "JAX", frameworks::jax::predict, frameworks::jax::resolve_libcuda},
    {FrameworkKind::onnxruntime, "onnxruntime", "ONNX Runtime", frameworks::onnxruntime::predict, frameworks::onnxruntime::resolve_libcuda},
    {FrameworkKind::cupy, "cupy", "CuPy", frameworks::cupy::predict, frameworks::cupy::resolve_libcuda},
};

const Framework& row(FrameworkKind kind) {
  for (const Framework& framework : all_frameworks)
    if (framework.kind == kind) return framework;
  GW_CHECK(false);
}

std::string_view outside_words(const FrameworkBuild& build) {
  if (!build.accelerator.is_known()) return "";
  switch (*build.accelerator) {
    case Accelerator::rocm:
      return "ROCm";
    case Accelerator::xpu:
      return "XPU";
    case Accelerator::tpu:
      return "TPU";
    case Accelerator::metal:
      return "Metal";
    default:
      return "";
  }
}

}  // namespace

std::string_view display_name(FrameworkKind framework) { return row(framework).display_name; }
std::string_view slug(FrameworkKind framework) { return row(framework).slug; }

namespace {

// The process that imports this framework: a fresh one, or the one in which those before it in --import-order have been imported.
frameworks::Process process_of(const Snapshot& snapshot, const PythonEnvironment& where, const FrameworkBuild& build) {
  frameworks::Process process(snapshot, where);
  const std::vector<std::string>& order = snapshot.meta.import_order;
  auto own = std::ranges::find(order, slug(build.framework));
  if (own == order.end()) return process;
  for (auto name = order.begin(); name != own; ++name) {
    auto earlier = std::ranges::find_if(where.frameworks, [&](const FrameworkBuild& other) { return slug(other.framework) == *name; });
    if (earlier != where.frameworks.end()) row(earlier->framework).predict(snapshot, where, *earlier, process);
  }
  return process;
}

}  // namespace

Prediction predict(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build) {
  const PythonEnvironment& where = snapshot.environments.at(environment);
  Prediction prediction;
  std::string_view outside = outside_words(build);
  if (outside.empty()) {
    frameworks::Process process = process_of(snapshot, where, build);
    prediction = row(build.framework).predict(snapshot, where, build, process);
  } else {
    prediction.outside = outside;
    prediction.sees_gpus =
        Fact<std::int64_t>::unknown(Why::not_probed, "a build for " + prediction.outside + " is outside of what gpuwhy judges");
    prediction.usable_gpus = prediction.sees_gpus;
  }
  prediction.framework = build.framework;
  prediction.version = build.version.is_known() ? *build.version : "";
  prediction.python = where.interpreter;
  prediction.environment = environment;
  return prediction;
}

std::vector<Prediction> predict_all(const Snapshot& snapshot) {
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < snapshot.environments.size(); ++i)
    for (const FrameworkBuild& build : snapshot.environments[i].frameworks) predictions.push_back(predict(snapshot, i, build));
  return predictions;
}

std::string driver_file(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build) {
  if (!outside_words(build).empty()) return {};
  Resolution libcuda = row(build.framework).resolve_libcuda(snapshot, snapshot.environments.at(environment), build);
  return libcuda.is_found() ? libcuda.real_path : "";
}

}  // namespace gpuwhy
