// Files of a project -> Project.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "engine/project.h"
#include "evidence/readers/notebook.h"
#include "formats/conda_env/conda_env.h"
#include "formats/pyproject/pyproject.h"
#include "formats/python_source/json_light.h"
#include "formats/uv_lock/uv_lock.h"
#include "frameworks/packages/packages.h"

namespace gpuwhy {

namespace {

namespace names = frameworks::packages;

std::optional<ProjectKind> kind_of(std::string_view file) {
  std::string name = to_lower(path::filename(file));
  if (name == "uv.lock" || name.ends_with(".lock")) return ProjectKind::lock;
  if (name.ends_with(".toml")) return ProjectKind::pyproject;
  if (name.ends_with(".yml") || name.ends_with(".yaml")) return ProjectKind::conda;
  if (name.ends_with(".ipynb")) return ProjectKind::notebook;
  if (name.starts_with("dockerfile") || name.ends_with(".dockerfile") || name == "containerfile") return ProjectKind::dockerfile;
  if (name.ends_with(".txt") || name.ends_with(".in")) return ProjectKind::requirements;
  return std::nullopt;
}

Package package_of(std::string name, std::string version, const std::string& file) {
  Package package;
  package.name = std::move(name);
  package.version = std::move(version);
  package.location = file;
  return package;
}

Package of_system(std::string name, const std::string& version, const std::string& file) {
  Package package = package_of(std::move(name), version, file);
  package.installer = names::system_installer;
  return package;
}

void take(requirements::Document document, Project& project) {
  std::ranges::move(document.requirements, std::back_inserter(project.requirements));
  std::ranges::move(document.unresolved, std::back_inserter(project.unresolved));
  std::ranges::move(document.indexes, std::back_inserter(project.indexes));
}

// The oldest glibc on which one of its wheels for Linux on x86-64 runs; "" where one runs anywhere or none says it.
std::string lowest_glibc(const std::vector<std::string>& wheels) {
  std::string lowest;
  for (const std::string& wheel : wheels) {
    if (wheel.ends_with("-any.whl")) return "";
    std::string glibc = wheel.contains("x86_64") ? uv_lock::glibc_of_wheel(wheel) : "";
    auto parsed = Version::parse(glibc);
    if (parsed && (lowest.empty() || *parsed < *Version::parse(lowest))) lowest = glibc;
  }
  return lowest;
}

Result<bool> read_lock(std::string_view bytes, Project& project) {
  auto document = uv_lock::parse(bytes);
  if (!document) return fail(fmt::format("{} holds no [[package]]: it is no lock file of uv", printable(project.file)));
  project.python = document->requires_python;
  for (const uv_lock::LockedPackage& locked : document->packages) {
    bool is_elsewhere = locked.source == "git" || locked.source == "url" || locked.source == "path" || locked.source == "directory";
    if (is_elsewhere)
      project.unresolved.push_back({0, "a package from " + locked.source, fmt::format("{} {}", locked.name, locked.version)});
    auto other = std::ranges::find(project.locked, locked.name, &Package::name);
    if (other != project.locked.end()) {
      project.unresolved.push_back(
          {0, "one of several versions", fmt::format("{} {} (judged with {})", locked.name, locked.version, other->version)});
      continue;
    }
    if (locked.version.empty()) continue;
    Package package = package_of(locked.name, locked.version, project.file);
    if (std::string glibc = lowest_glibc(locked.wheels); !glibc.empty()) package.requires_dist.push_back("glibc>=" + glibc);
    project.locked.push_back(std::move(package));
  }
  return true;
}

std::string number_of(const conda_env::CondaSpec& spec) {
  std::size_t digits = spec.specifier.find_first_of("0123456789");
  std::string number = digits == std::string::npos ? "" : spec.specifier.substr(digits);
  number = number.substr(0, number.find_first_of("*,"));
  while (number.ends_with('.')) number.pop_back();
  return number;
}

// What conda calls pytorch is pip's torch; its build says whether it is one for CUDA.
void take_framework(const conda_env::CondaSpec& spec, const std::string& cuda, Project& project) {
  Package package = package_of(spec.name.starts_with("pytorch") ? "torch" : spec.name, number_of(spec), project.file);
  std::size_t at = spec.build.find("cuda");
  std::string of_build = at == std::string::npos ? cuda : spec.build.substr(at + 4);
  of_build = of_build.substr(0, of_build.find_first_not_of("0123456789."));
  bool is_cpu = spec.build.contains("cpu") || spec.name.ends_with("-cpu");
  bool is_cuda = at != std::string::npos || !cuda.empty() || spec.name.ends_with("-gpu");
  if (is_cpu) package.variant = "cpu";
  else if (package.name == "torch" && !of_build.empty()) package.variant = "cu" + replace_all(of_build, ".", "");
  else if (!is_cuda) package.variant = names::unsaid_build;
  if (package.version.empty()) project.unresolved.push_back({0, "a package without a version", spec.name});
  else project.brought.push_back(std::move(package));
}

Result<bool> read_conda(std::string_view bytes, Project& project) {
  conda_env::Document document = conda_env::parse(bytes);
  if (!document.problem.empty()) return fail(fmt::format("{}: {}", printable(project.file), document.problem));
  project.requirements = std::move(document.pip);
  project.unresolved = std::move(document.unresolved);
  std::string cuda;
  for (const conda_env::CondaSpec& spec : document.conda)
    if (spec.name == "pytorch-cuda" || spec.name == "cuda-version" || spec.name == "cudatoolkit") cuda = number_of(spec);
  if (!cuda.empty()) project.brought.push_back(of_system("cuda-cudart-" + replace_all(cuda, ".", "-"), cuda, project.file));
  project.names_toolkit = !cuda.empty();
  for (const conda_env::CondaSpec& spec : document.conda) {
    if (spec.name == "python") project.own_python = number_of(spec);
    if (spec.name == "cudnn" && !number_of(spec).empty())
      project.brought.push_back(of_system("libcudnn" + number_of(spec).substr(0, 1), number_of(spec), project.file));
    bool is_framework =
        spec.name.starts_with("pytorch") || spec.name.starts_with("tensorflow") || spec.name == "jax" || spec.name == "jaxlib";
    if (is_framework && spec.name != "pytorch-cuda") take_framework(spec, cuda, project);
  }
  return true;
}

void read_dockerfile(std::string_view bytes, Project& project) {
  dockerfile::Document document = dockerfile::parse(bytes);
  project.requirements = std::move(document.requirements);
  project.unresolved = std::move(document.unresolved);
  project.indexes = std::move(document.indexes);
  project.variables = std::move(document.variables);
  project.base_name = document.base;
  project.base = dockerfile::read_base(document.base);
  const dockerfile::BaseImage& base = project.base;
  project.names_toolkit = !base.cuda.empty();
  if (!base.cuda.empty() && Version::parse(base.cuda))
    project.brought.push_back(of_system("cuda-cudart-" + replace_all(base.cuda, ".", "-"), base.cuda, document.base));
  if (!base.cudnn.empty()) project.brought.push_back(of_system("libcudnn" + base.cudnn.substr(0, 1), base.cudnn, document.base));
  if (!base.framework.empty() && !base.version.empty()) {
    Package package = package_of(base.framework, base.version, document.base);
    package.variant = !base.is_gpu_build ? "cpu" : base.framework == "torch" ? "cu" + replace_all(base.cuda, ".", "") : "gpu";
    project.brought.push_back(std::move(package));
  }
  std::string_view image = document.base;
  std::size_t colon = image.rfind(':');
  bool is_python = image.starts_with("python:") || image.contains("/python:");
  if (is_python && Version::parse(image.substr(colon + 1))) project.own_python = image.substr(colon + 1, image.substr(colon + 1).find('-'));
}

// The text in quotation marks, or the word, behind '=': of `os.environ["X"] = "-1"` and of `%env X=-1`.
std::optional<std::string> assigned(std::string_view line, std::string_view name) {
  std::size_t at = line.find(name);
  std::size_t equals = at == std::string_view::npos ? at : line.find_first_of("=,", at + name.size());
  if (equals == std::string_view::npos || line.substr(equals).starts_with("==")) return std::nullopt;
  std::string_view value = trim(line.substr(equals + 1));
  if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
    std::size_t close = value.find(value.front(), 1);
    return close == std::string_view::npos ? std::nullopt : std::optional(std::string(value.substr(1, close - 1)));
  }
  bool is_shell = line.starts_with("%env") || line.starts_with("%set_env") || line.starts_with("!export");
  return is_shell ? std::optional(std::string(value.substr(0, value.find(' ')))) : std::nullopt;
}

void read_cell_line(std::size_t number, std::string_view text, Project& project) {
  text = trim(text);
  if (text.starts_with('#')) return;
  bool is_command = text.starts_with('!') || text.starts_with('%');
  std::size_t install = is_command ? text.find("pip install ") : std::string_view::npos;
  if (install != std::string_view::npos) {
    requirements::Document read = requirements::parse_arguments(text.substr(install + 12));
    for (auto& requirement : read.requirements) requirement.line = number;
    for (auto& open : read.unresolved) open.line = number;
    take(std::move(read), project);
  }
  for (std::string_view name : {"CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "JAX_PLATFORM_NAME"})
    if (auto value = assigned(text, name)) project.variables.emplace_back(name, *value);
  constexpr std::string_view for_cpu[] = {"set_visible_devices([]", "torch.device('cpu')", "torch.device(\"cpu\")", "device='cpu'",
                                          "device=\"cpu\"",         "tf.device('/CPU",     "tf.device(\"/CPU",      "tf.device('/cpu"};
  bool chooses = text.contains("cuda") || text.contains("is_available");  // "cuda" if it is there, else "cpu"
  for (std::string_view words : for_cpu)
    if (!chooses && text.contains(words)) project.cpu_lines.push_back(fmt::format("line {}: {}", number, printable(text, 80)));
}

Result<bool> read_notebook(std::string_view bytes, Project& project) {
  std::vector<Line> raw;
  for (std::string_view line : lines(bytes)) raw.push_back({raw.size() + 1, std::string(line)});
  std::size_t before = raw.size();
  bool is_json = json_light::parse(bytes.substr(0, 1)).has_value() || trim(bytes).starts_with('{');
  std::vector<Line> told = expand_notebook(std::move(raw));
  if (!is_json || (told.size() == before && trim(bytes).size() > 2 && !bytes.contains("\"cells\"") && !bytes.contains("\"worksheets\"")))
    return fail(fmt::format("{} is no notebook (a JSON file with cells)", printable(project.file)));
  for (const Line& line : told) {
    constexpr std::string_view mark = "[notebook] ";
    if (!line.text.starts_with(mark)) {
      read_cell_line(line.number, line.text, project);
      continue;
    }
    std::string_view rest = std::string_view(line.text).substr(mark.size());
    std::size_t colon = rest.find(": ");
    if (colon == std::string_view::npos) continue;
    if (rest.substr(0, colon) == "accelerator") project.accelerator = rest.substr(colon + 2);
    if (rest.substr(0, colon) == "gpuType") project.gpu_type = rest.substr(colon + 2);
  }
  return true;
}

}  // namespace

Result<Project> read_project(const std::string& name, std::string_view bytes, std::optional<ProjectKind> asked) {
  std::optional<ProjectKind> kind = asked ? asked : kind_of(name);
  if (!kind)
    return fail(
        fmt::format("{} is no project file that gpuwhy knows: requirements*.txt, uv.lock, pyproject.toml, environment.yml, Dockerfile, "
                    "*.ipynb",
                    printable(name)));
  Project project;
  project.file = name;
  project.kind = *kind;
  Result<bool> good = true;
  switch (*kind) {
    case ProjectKind::requirements:
      take(requirements::parse(bytes), project);
      break;
    case ProjectKind::lock:
      good = read_lock(bytes, project);
      break;
    case ProjectKind::pyproject: {
      pyproject::Document document = pyproject::parse(bytes);
      project.python = std::move(document.requires_python);
      project.requirements = std::move(document.requirements);
      project.unresolved = std::move(document.unresolved);
      break;
    }
    case ProjectKind::conda:
      good = read_conda(bytes, project);
      break;
    case ProjectKind::dockerfile:
      read_dockerfile(bytes, project);
      break;
    case ProjectKind::notebook:
      good = read_notebook(bytes, project);
      break;
  }
  if (!good) return std::unexpected(good.error());
  return project;
}

}  // namespace gpuwhy
