// gpuwhy: which of the layers between a program and the NVIDIA GPU is broken, and what mends it.

#include <exception>

#include "app/commands/commands.h"
#include "app/options.h"
#include "app/output.h"

namespace gpuwhy::app {

namespace {

int run(const Options& options) {
  if (options.command == "version") return run_version();
  if (options.command == "arch") return run_arch(options);
  if (options.command == "diff") return run_diff(options);
  if (options.command == "targets") return run_targets(options);
  if (options.command == "explain") return run_explain(options);
  if (options.command == "causes") return run_causes(options);
  if (options.command == "schema") return run_schema(options);
  if (options.command == "completion") return run_completion(options);
  if (options.command == "snapshot") return run_snapshot(options);
  return run_check(options);
}

}  // namespace

}  // namespace gpuwhy::app

int main(int argc, char** argv) {
  try {
    gpuwhy::app::ParsedCommandLine parsed = gpuwhy::app::parse_command_line(argc, argv);
    if (parsed.exit_status >= 0) return parsed.exit_status;
    return gpuwhy::app::run(parsed.options);
  } catch (const std::exception& error) {
    gpuwhy::app::print_usage_error(std::string("this is a bug of gpuwhy: ") + error.what());
    return 2;
  }
}
