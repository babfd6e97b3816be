#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/version.h"
#include "evidence/derive/derive.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

std::optional<Version> version_of(const Clues& clues, std::string_view package) {
  const Clue* clue = clues.first("package." + std::string(package));
  return clue ? Version::parse(clue->value) : std::nullopt;
}

// Two packages that write into one folder: the one for the CPU, the one for the GPU.
struct Rivals {
  std::string_view cpu, gpu;
};
constexpr std::array rivals = std::to_array<Rivals>({{"onnxruntime", "onnxruntime-gpu"},
                                                     {"onnxruntime-directml", "onnxruntime-gpu"},
                                                     {"tensorflow-cpu", "tensorflow"},
                                                     {"tensorflow-cpu", "tensorflow-gpu"},
                                                     {"paddlepaddle", "paddlepaddle-gpu"},
                                                     {"faiss-cpu", "faiss-gpu"},
                                                     {"xgboost-cpu", "xgboost"},
                                                     {"cupy-cuda11x", "cupy-cuda12x"},
                                                     {"cupy-cuda12x", "cupy-cuda13x"},
                                                     {"cupy", "cupy-cuda11x"},
                                                     {"cupy", "cupy-cuda12x"}});

// A package that is there, or that pip has just removed.
const Clue* find_package(const Clues& clues, std::string_view name) {
  const Clue* there = clues.first("package." + std::string(name));
  return there ? there : clues.first("had." + std::string(name));
}

// Both in one command of pip: what was asked for on a line is "NAME@LINE".
const Clue* find_asked_together(const Clues& clues, const Rivals& pair) {
  for (const Clue* clue : clues.all("pip.asked")) {
    std::string_view asked = clue->value;
    if (asked.substr(0, asked.find('@')) != pair.cpu) continue;
    if (clues.has("pip.asked", std::string(pair.gpu) + std::string(asked.substr(asked.find('@'))))) return clue;
  }
  return nullptr;
}

void derive_rivals(Clues& clues) {
  for (const Rivals& pair : rivals) {
    const Clue* cpu = find_package(clues, pair.cpu);
    const Clue* gpu = find_package(clues, pair.gpu);
    const Clue* asked = find_asked_together(clues, pair);
    if ((!cpu || !gpu) && !asked) continue;
    std::size_t line = cpu && gpu ? cpu->line : asked->line;  // adding a clue moves the others
    clues.add("pair.rival-packages", std::string(pair.cpu) + " and " + std::string(pair.gpu), line);
    clues.add("pair.rivals." + std::string(pair.gpu), "yes", line);
  }
  // Before 2.1 the package tensorflow was the one for the CPU.
  auto plain = version_of(clues, "tensorflow"), gpu = version_of(clues, "tensorflow-gpu");
  if (plain && gpu && *plain < version("2.1")) {
    std::size_t line = clues.first("package.tensorflow")->line;
    clues.add("pair.rival-packages", "tensorflow and tensorflow-gpu", line);
    clues.add("pair.rivals.tensorflow-gpu", "yes", line);
  } else if (plain && gpu && *plain != *gpu) {
    clues.add("pair.tensorflow-twice", plain->text() + " and " + gpu->text(), clues.first("package.tensorflow")->line);
  }
}

bool differ(const Version& a, const Version& b) { return a.major() != b.major() || a.minor() != b.minor() || a.number(2) != b.number(2); }

void derive_jax_parts(Clues& clues) {
  auto jaxlib = version_of(clues, "jaxlib"), jax = version_of(clues, "jax");
  for (std::string_view plugin : {"jax-cuda12-plugin", "jax-cuda13-plugin", "jax-cuda12-pjrt", "jax-cuda13-pjrt", "jax-cuda11-plugin"}) {
    auto found = version_of(clues, plugin);
    if (!found) continue;
    std::size_t line = clues.first("package." + std::string(plugin))->line;
    clues.add("jax.plugin", plugin, line);
    // jaxlib 0.9.0.1 and the like are rebuilt for one of the parts alone; the third number decides.
    if (jaxlib && differ(*found, *jaxlib))
      clues.add("pair.jax-parts-differ", std::string(plugin) + " " + found->text() + ", jaxlib " + jaxlib->text(), line);
  }
  if (jax && jaxlib && *jaxlib > *jax && differ(*jaxlib, *jax))
    clues.add("pair.jax-parts-differ", "jaxlib " + jaxlib->text() + ", jax " + jax->text(), clues.first("package.jaxlib")->line);
  if (clues.has("package.jax-cuda12-plugin") && clues.has("package.jax-cuda13-plugin"))
    clues.add("pair.jax-two-plugins", "yes", clues.first("package.jax-cuda13-plugin")->line);
  // Since 0.4.30 jaxlib has no CUDA of its own: a list of packages with jaxlib and without a plugin is a list without CUDA.
  bool lists = clues.has("package.jaxlib") && clues.has("package.jax");
  if (lists && !clues.has("jax.plugin") && jaxlib && *jaxlib >= version("0.4.30"))
    clues.add("pair.jax-without-plugin", jaxlib->text(), clues.first("package.jaxlib")->line);
}

// A library that JAX found and calls too old, as its number ("120205", cuBLAS 12.2.5) and the wheel of it that is installed, newer: another
// copy came first on the loader's path.
void derive_foreign_copies(Clues& clues) {
  struct Copy {
    std::string_view clue, package;
    std::int64_t major, minor;  // what one major, one minor release weighs in the number
  };
  constexpr Copy copies[] = {{"jax.found.cublas", "nvidia-cublas-cu12", 10000, 100},
                             {"jax.found.cuda", "nvidia-cuda-runtime-cu12", 1000, 10},
                             {"jax.found.cusparse", "nvidia-cusparse-cu12", 1000, 100},
                             {"jax.found.cusolver", "nvidia-cusolver-cu12", 1000, 100},
                             {"jax.found.cufft", "nvidia-cufft-cu12", 1000, 100}};
  for (const Copy& copy : copies) {
    const Clue* found = clues.first(copy.clue);
    auto number = found ? parse_int(found->value) : std::nullopt;
    auto installed = version_of(clues, copy.package);
    if (!number || !installed) continue;
    if (*number / copy.minor < (installed->major() * copy.major + installed->minor() * copy.minor) / copy.minor)
      clues.add("pair.foreign-copy-first",
                std::string(copy.package) + " " + installed->text() + " is installed, and " + found->value + " was found", found->line);
  }
}

// torch 2.k goes with torchvision 0.(15+k), 1.k with 0.(k+1) since 1.7.
void derive_torch_parts(Clues& clues) {
  auto torch = version_of(clues, "torch"), vision = version_of(clues, "torchvision");
  if (!torch || !vision || vision->major() != 0) return;
  int wanted = torch->major() == 2 ? 15 + torch->minor() : torch->major() == 1 && torch->minor() >= 7 ? torch->minor() + 1 : 0;
  std::size_t line = clues.first("package.torchvision")->line;
  const Clue* own = clues.first("torch.cuda");
  const Clue* other = clues.first("torchvision.cuda");
  std::string variants = own && other && own->value != other->value ? "torch " + own->value + ", torchvision " + other->value : "";
  if (wanted != 0 && vision->minor() != wanted)
    clues.add("pair.torchvision-differs", "torch " + torch->text() + ", torchvision " + vision->text(), line);
  if (!variants.empty()) clues.add("pair.torchvision-variant-differs", variants, line);
}

// Native Windows: TensorFlow has no GPU there since 2.11.
void derive_windows_tensorflow(Clues& clues) {
  auto tensorflow = version_of(clues, "tensorflow");
  if (!tensorflow || *tensorflow < version("2.11") || !clues.has("place", "windows")) return;
  for (std::string_view other : {"wsl", "docker", "linux", "colab", "macos"})
    if (clues.has("place", other)) return;
  if (clues.has("package.tensorflow-directml-plugin") || clues.has("package.tensorflow-directml")) return;
  clues.add("pair.tensorflow-on-windows", tensorflow->text(), clues.first("package.tensorflow")->line);
}

void derive_missing_modules(Clues& clues) {
  std::vector<Clue> missing;
  for (const Clue* clue : clues.all("python.missing")) missing.push_back(*clue);
  for (const Clue& module : missing) {
    std::string name = normalised_package_name(std::string_view(module.value).substr(0, module.value.find('.')));
    for (std::string_view suffix : {"", "-gpu", "-cpu"})
      if (const Clue* there = clues.first("package." + name + std::string(suffix)))
        clues.add("pair.missing-but-installed", name + " " + there->value, module.line);
  }
}

// "3.9-3.13" or ">=3.11": the newest and oldest Python of the newest releases.
void derive_python_range(Clues& clues) {
  const Clue* python = clues.first("python");
  auto own = python ? Version::parse(python->value) : std::nullopt;
  std::size_t line = python ? python->line : 0;
  std::span<const facts::TensorflowRelease> releases = facts::tensorflow_releases();
  if (!own || releases.empty()) return;
  std::optional<Version> newest;
  for (const facts::TensorflowRelease& release : releases) {
    std::size_t dash = release.python.rfind('-');
    auto last = dash == std::string_view::npos ? std::nullopt : Version::parse(release.python.substr(dash + 1));
    if (last && (!newest || *last > *newest)) newest = last;
  }
  bool is_beyond = newest && (own->major() > newest->major() || (own->major() == newest->major() && own->minor() > newest->minor()));
  if (is_beyond) clues.add("pair.python-newer-than-tensorflow", own->text(), line);
  auto tensorflow = version_of(clues, "tensorflow");
  const facts::TensorflowRelease* release = tensorflow ? facts::find_tensorflow(*tensorflow) : nullptr;
  std::size_t dash = release ? release->python.rfind('-') : std::string_view::npos;
  auto last = dash == std::string_view::npos ? std::nullopt : Version::parse(release->python.substr(dash + 1));
  if (last && own->major() == last->major() && own->minor() > last->minor()) clues.add("pair.python-newer-than-release", own->text(), line);
}

}  // namespace

void derive_package_pairs(Clues& clues) {
  derive_rivals(clues);
  derive_jax_parts(clues);
  derive_torch_parts(clues);
  derive_foreign_copies(clues);
  derive_windows_tensorflow(clues);
  derive_missing_modules(clues);
  derive_python_range(clues);
}

}  // namespace gpuwhy
