#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/embedded.h"
#include "app/output.h"
#include "engine/target.h"
#include "facts/targets.h"

namespace gpuwhy::app {

namespace {

std::string age_words(int days) { return days == 0 ? "of that day" : fmt::format("{} day{} older", days, days == 1 ? "" : "s"); }

std::string list_of_targets() {
  std::string text = fmt::format("targets, as the tables of {} have them (ages count to that day)\n\n", facts::newest_target_date());
  for (const TargetLine& line : list_targets()) {
    text += fmt::format("{:<16} {}  {:<16} {}\n", line.name, line.date, age_words(line.age_days), line.words);
    if (!line.driver.empty()) text += fmt::format("{:<16} driver: {}\n", "", line.driver);
    text += fmt::format("{:<16} source: {}\n", "", line.source);
  }
  text +=
      "\nwith a date, the image in force then: colab:2025-12-10, colab:cpu:2025-12-10, kaggle:p100:2026-03-17\n"
      "by hand: gpu=T4,driver=535.104.05,cuda=12.2,cudnn=8.9,python=3.11,os=ubuntu22.04,torch=2.10.0+cu128\n"
      "judge one with `gpuwhy check --target NAME`, compare with `gpuwhy diff here NAME`\n";
  return text;
}

std::string list_of_examples() {
  std::string text = "machines embedded in gpuwhy, for --snapshot and diff\n\n";
  for (const Embedded& file : embedded_files())
    if (file.name.starts_with("example/")) text += fmt::format("example:{}\n", file.name.substr(8));
  return text;
}

}  // namespace

int run_targets(const Options& options) {
  auto delivered = deliver(options.examples ? list_of_examples() : list_of_targets(), options.output);
  if (delivered) return 0;
  print_usage_error(delivered.error().message);
  return 2;
}

}  // namespace gpuwhy::app
