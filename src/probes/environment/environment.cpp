#include "probes/environment/environment.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "probes/host/access.h"

namespace gpuwhy {
namespace {

enum class Keep { value, only_that_it_is_set };

struct Allowed {
  std::string_view name;  // a '*' at the end stands for the rest of the name
  Keep keep = Keep::value;
};

// Every variable that a rule, a gate or the reader may need. A name that is not here is never stored.
constexpr std::array allowed = {
    // which cards the driver shows, and how it loads code
    Allowed{"CUDA_*"},
    // what the container toolkit and its images say
    Allowed{"NVIDIA_*"},
    Allowed{"container"},
    // the dynamic loader, the linker, and where programs are found
    Allowed{"LD_LIBRARY_PATH"},
    Allowed{"LD_PRELOAD"},
    Allowed{"LIBRARY_PATH"},
    Allowed{"PATH"},
    // which Python, which environment
    Allowed{"PYTHONPATH"},
    Allowed{"PYTHONHOME"},
    Allowed{"PYTHONNOUSERSITE"},
    Allowed{"PYTHONUSERBASE"},
    Allowed{"VIRTUAL_ENV"},
    Allowed{"CONDA_PREFIX"},
    Allowed{"CONDA_DEFAULT_ENV"},
    Allowed{"CONDA_SHLVL"},
    // frameworks
    Allowed{"TF_*"},
    Allowed{"KERAS_BACKEND"},
    Allowed{"KERAS_HOME"},
    Allowed{"TORCH_*"},
    Allowed{"PYTORCH_*"},
    Allowed{"XLA_FLAGS"},
    Allowed{"XLA_PYTHON_CLIENT_*"},
    Allowed{"JAX_*"},
    Allowed{"PJRT_NAMES_AND_LIBRARY_PATHS"},
    Allowed{"BNB_CUDA_VERSION"},
    Allowed{"NUMBA_DISABLE_CUDA"},
    Allowed{"NUMBA_ENABLE_CUDASIM"},
    Allowed{"TRITON_LIBCUDA_PATH"},
    Allowed{"CUPY_CUDA_LIB_PATH"},
    Allowed{"CUPY_COMPILE_WITH_PTX"},
    Allowed{"NCCL_*"},
    // cards of other makers; Slurm sets them beside CUDA_VISIBLE_DEVICES
    Allowed{"HIP_VISIBLE_DEVICES"},
    Allowed{"ROCR_VISIBLE_DEVICES"},
    Allowed{"GPU_DEVICE_ORDINAL"},
    Allowed{"ZE_AFFINITY_MASK"},
    // Slurm: the job and its cards; node lists, users and accounts stay out
    Allowed{"SLURM_JOB_ID"},
    Allowed{"SLURM_JOB_GPUS"},
    Allowed{"SLURM_STEP_GPUS"},
    Allowed{"SLURM_GPUS_ON_NODE"},
    // hosted notebooks; their other variables hold tokens and addresses
    Allowed{"COLAB_GPU"},
    Allowed{"COLAB_IMAGE_TYPE"},
    Allowed{"COLAB_RELEASE_TAG"},
    Allowed{"COLAB_FAKE_GPU_RESOURCES"},
    Allowed{"COLAB_TPU_ADDR", Keep::only_that_it_is_set},
    Allowed{"VERTEX_PRODUCT"},
    Allowed{"KAGGLE_KERNEL_RUN_TYPE"},
    Allowed{"KAGGLE_DOCKER_IMAGE"},
    Allowed{"TPU_ACCELERATOR_TYPE"},
    Allowed{"TPU_NAME", Keep::only_that_it_is_set},
    Allowed{"ISTPUVM"},
    // other places
    Allowed{"WSL_DISTRO_NAME"},
    Allowed{"WSL_INTEROP", Keep::only_that_it_is_set},
    Allowed{"KUBERNETES_SERVICE_HOST", Keep::only_that_it_is_set},
    // the user's own folders and shell, for the wording of cures
    Allowed{"HOME"},
    Allowed{"SHELL"},
};

constexpr std::size_t longest_value = 128 << 10;  // the longest that Linux hands to a program (MAX_ARG_STRLEN)
constexpr std::size_t most_variables = 1024;

bool fits(std::string_view name, std::string_view pattern) {
  if (!pattern.ends_with('*')) return name == pattern;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

const Allowed* find_allowed(std::string_view name) {
  auto found = std::ranges::find_if(allowed, [&](const Allowed& entry) { return fits(name, entry.name); });
  return found == allowed.end() ? nullptr : &*found;
}

bool names_a_secret(std::string_view name) {
  constexpr std::array<std::string_view, 7> words = {"TOKEN", "SECRET", "KEY", "PASSWORD", "PASSWD", "CREDENTIAL", "AUTH"};
  std::string upper(name);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return std::ranges::any_of(words, [&](std::string_view word) { return upper.contains(word); });
}

// "https://ana:secret@host/x" -> "https://***@host/x". The user part ends at the last '@' before the path begins, as in RFC 3986.
std::string without_user_parts(std::string_view value) {
  std::string kept;
  for (;;) {
    std::size_t start = value.find("://");
    if (start == std::string_view::npos) return kept.append(value);
    kept.append(value.substr(0, start + 3));
    value.remove_prefix(start + 3);
    std::string_view authority = value.substr(0, value.find_first_of("/?# \t\r\n,;\"'"));
    std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) continue;
    kept += "***";
    value.remove_prefix(at);
  }
}

}  // namespace

void probe_environment(Machine& machine, Snapshot& snapshot) {
  for (const auto& [name, value] : machine.environment()) {
    const Allowed* entry = find_allowed(name);
    if (!entry || names_a_secret(name)) continue;
    if (value.size() > longest_value || snapshot.variables.size() >= most_variables) {
      probes::note_unread(snapshot, "the environment variable " + printable(name, 100), Why::malformed, "too long or one of too many");
      continue;
    }
    // Of two variables with one name programs see the first.
    snapshot.variables.try_emplace(name, entry->keep == Keep::value ? without_user_parts(value) : "set");
  }
}

}  // namespace gpuwhy
