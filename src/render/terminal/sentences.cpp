#include "render/terminal/sentences.h"

#include <cmath>

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"

namespace gpuwhy::render {

namespace {

std::string listing(const Report& report, std::int64_t sees) {
  std::uint64_t count = sees < 0 ? 0 : static_cast<std::uint64_t>(sees);
  std::size_t total = report.machine.gpus.is_known() ? report.machine.gpus->size() : 0;
  if (count < total) return fmt::format("will see {} of {}", count, counted(total, "GPU"));
  return count == 0 ? "will see no GPU" : fmt::format("will see {}", counted(count, "GPU"));
}

std::string gpu_words(const MachineSummary& machine, const Marks& marks) {
  if (machine.gpus.is_unknown()) return "GPU unknown";
  if (machine.gpus.is_absent() || machine.gpus->empty()) return "no NVIDIA GPU";
  std::vector<std::pair<std::string, int>> kinds;
  for (const ReportGpu& gpu : *machine.gpus) {
    std::string name = !gpu.name.empty() ? gpu.name : "NVIDIA GPU " + gpu.pci;
    if (!kinds.empty() && kinds.back().first == name) ++kinds.back().second;
    else kinds.emplace_back(name, 1);
  }
  std::vector<std::string> words;
  for (const auto& [name, count] : kinds) words.push_back(count == 1 ? name : fmt::format("{} {} {}", count, marks.times, name));
  return join(words, ", ");
}

std::string platform_words(std::string_view platform) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"colab", "Colab"},
      {"kaggle", "Kaggle"},
      {"wsl", "WSL"},
      {"wsl1", "WSL 1"},
      {"wsl2", "WSL 2"},
      {"container", "container"},
      {"slurm", "Slurm"},
      {"sagemaker", "SageMaker"},
      {"runpod", "RunPod"},
      {"jetson", "Jetson"},
      {"kubernetes", "Kubernetes"},
      {"databricks", "Databricks"},
  };
  if (platform.empty() || platform == "bare") return "";
  for (const auto& [slug, name] : names)
    if (slug == platform) return fmt::format(" ({})", name);
  return fmt::format(" ({})", platform);
}

}  // namespace

std::string will_see(const Report& report, const Prediction& prediction) {
  std::string_view where = prediction.blocked_at == "import" ? " at import" : "";
  if (prediction.outcome == Outcome::aborts) return fmt::format("will abort{} (the process is killed)", where);
  if (prediction.outcome == Outcome::raises) return where.empty() ? "will raise an error instead of using a GPU" : "will not import";
  if (!prediction.sees_gpus.is_known()) {
    // What it lists may be unknown while it is plain that it can use none.
    if (prediction.usable_gpus.is(0) || !prediction.blocked_at.empty()) return "will not be able to use a GPU";
    return "may or may not see a GPU";
  }
  std::int64_t sees = *prediction.sees_gpus;
  std::string text = listing(report, sees);
  if (sees <= 0) return text;
  if (!prediction.usable_gpus.is_known()) return text + "; whether it can use it could not be told";
  std::int64_t usable = *prediction.usable_gpus;
  if (usable >= sees) return text;
  if (usable <= 0) return text + (sees == 1 ? " but cannot use it" : " but can use none of them");
  return text + fmt::format(" but can use only {}", usable);
}

std::string environment_name(std::string_view interpreter, std::string_view home) {
  std::string_view folder = path::parent(interpreter);
  std::string_view prefix = path::parent(folder);
  bool is_own_prefix = path::filename(folder) == "bin" && path::filename(interpreter).starts_with("python") && prefix != "/usr" &&
                       prefix != "/usr/local" && prefix != "/" && !prefix.empty();
  return path::abbreviated(is_own_prefix ? prefix : interpreter, home);
}

namespace {

std::vector<std::vector<Span>> headline_items(const std::vector<std::string>& parts, const Marks& marks) {
  std::vector<std::vector<Span>> items;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::vector<Span> item;
    if (i > 0) item.push_back({fmt::format("{} ", marks.dot), Style::dim});
    item.push_back({parts[i], i == 0 ? Style::strong : Style::plain});
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

std::vector<std::vector<Span>> headline_parts(const Report& report, const Marks& marks) {
  const MachineSummary& machine = report.machine;
  std::vector<std::string> parts;
  if (is_from_text(report)) parts.push_back("pasted text");
  if (!machine.name.reveal().empty()) parts.push_back(machine.name.reveal());
  std::string platform = platform_words(machine.platform);
  if (!machine.os.empty() || !platform.empty()) parts.push_back((machine.os.empty() ? "Linux" : machine.os) + platform);
  std::string gpus = gpu_words(machine, marks);
  if (!machine.driver.empty()) gpus += fmt::format(" (driver {})", machine.driver);
  bool is_told = !is_from_text(report) || !machine.driver.empty() || machine.gpus.is_known();
  if (is_told) parts.push_back(gpus);
  if (is_from_text(report) && report.judged_python.empty()) return headline_items(parts, marks);
  if (report.judged_environment.empty()) parts.push_back("no Python");
  else
    parts.push_back("Python " + (report.judged_python.empty() ? "" : report.judged_python + " ") +
                    environment_name(report.judged_environment, report.home));
  if (!report.judged_for.empty()) parts.push_back("for " + report.judged_for);
  if (auto total = report.timings_ms.find("total"); total != report.timings_ms.end()) parts.push_back(milliseconds(total->second));
  return headline_items(parts, marks);
}

std::string reason_words(std::string_view why) {
  if (why == "denied") return "no permission";
  return replace_all(std::string(why), "-", " ");
}

std::string milliseconds(double value) {
  if (!std::isfinite(value)) return "? ms";
  return value < 9.95 && value != std::floor(value) ? fmt::format("{:.1f} ms", value) : fmt::format("{:.0f} ms", value);
}

}  // namespace gpuwhy::render
