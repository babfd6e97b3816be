#include "frameworks/predict.h"

#include <algorithm>
#include <optional>

#include "frameworks/common/effective_variables.h"
#include "frameworks/cupy/cupy.h"
#include "frameworks/jax/jax.h"
#include "frameworks/onnxruntime/onnxruntime.h"
#include "frameworks/packages/packages.h"
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

constexpr std::string_view packages_basis = "packages";  // of Snapshot::meta

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

const FrameworkBuild* find_build(const PythonEnvironment& where, std::string_view name) {
  auto found = std::ranges::find_if(where.frameworks, [&](const FrameworkBuild& build) { return slug(build.framework) == name; });
  return found == where.frameworks.end() ? nullptr : &*found;
}

namespace {

// The process that imports this framework: a fresh one, or the one in which those before it in the order have been imported and have listed
// their GPUs.
struct SharedStart {
  frameworks::Process process;
  std::vector<std::string> order;           // those that were imported, this one last
  std::vector<std::size_t> objects_before;  // how many objects were mapped when each of them began
};

SharedStart start_process(const Snapshot& snapshot, const PythonEnvironment& where, const FrameworkBuild& build,
                          const std::vector<std::string>& order) {
  SharedStart start{frameworks::Process(snapshot, where), {}, {}};
  auto begin = [&](const FrameworkBuild& next) {
    start.order.emplace_back(slug(next.framework));
    start.objects_before.push_back(start.process.map().objects().size());
  };
  auto own = std::ranges::find(order, slug(build.framework));
  for (auto name = order.begin(); own != order.end() && name != own; ++name) {
    const FrameworkBuild* earlier = find_build(where, *name);
    if (!earlier || !outside_words(*earlier).empty() || std::ranges::find(start.order, *name) != start.order.end()) continue;
    begin(*earlier);
    row(earlier->framework).predict(snapshot, where, *earlier, start.process);
  }
  begin(build);
  return start;
}

Prediction outside_prediction(std::string_view outside) {
  Prediction prediction;
  prediction.outside = outside;
  prediction.sees_gpus =
      Fact<std::int64_t>::unknown(Why::not_probed, "a build for " + prediction.outside + " is outside of what gpuwhy judges");
  prediction.usable_gpus = prediction.sees_gpus;
  return prediction;
}

Played play_in_order(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build, const std::vector<std::string>& order,
                     bool with_copies) {
  const PythonEnvironment& where = snapshot.environments.at(environment);
  Played played;
  if (std::string_view outside = outside_words(build); !outside.empty()) {
    played.prediction = outside_prediction(outside);
  } else if (snapshot.meta.basis == packages_basis) {
    played.prediction = frameworks::packages::predict(snapshot, where, build);
  } else {
    std::optional<Snapshot> started = frameworks::as_started(snapshot, where);
    const Snapshot& met = started ? *started : snapshot;
    SharedStart start = start_process(met, where, build, order);
    played.prediction = row(build.framework).predict(met, where, build, start.process);
    if (with_copies) {
      played.copies = frameworks::cuda_copies(start.process, start.order, start.objects_before);
      played.cudnn = frameworks::cudnn_parts(std::move(start.process));
    }
  }
  played.prediction.framework = build.framework;
  played.prediction.version = build.version.is_known() ? *build.version : "";
  played.prediction.python = where.interpreter;
  played.prediction.environment = environment;
  return played;
}

}  // namespace

Prediction predict(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build) {
  return play_in_order(snapshot, environment, build, snapshot.meta.import_order, false).prediction;
}

Played play(const Snapshot& snapshot, std::size_t environment, const FrameworkBuild& build, const std::vector<std::string>& import_order) {
  return play_in_order(snapshot, environment, build, import_order, true);
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
