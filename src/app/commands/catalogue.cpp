#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/subject.h"
#include "app/embedded.h"
#include "app/output.h"
#include "base/text.h"
#include "causes/registry.h"
#include "facts/facts.h"
#include "render/completion/completion.h"
#include "render/terminal/page.h"

namespace gpuwhy::app {

namespace {

int answer(std::string_view text, const Options& options) {
  if (auto delivered = deliver(text, options.output); !delivered) {
    print_usage_error(delivered.error().message);
    return 2;
  }
  return 0;
}

int refuse(std::string_view message) {
  print_usage_error(message);
  return 2;
}

}  // namespace

int run_causes(const Options& options) {
  if (options.argument.empty()) {
    std::vector<CauseEntry> entries;
    for (const Cause& cause : all_causes()) entries.push_back({cause.slug, cause.title, cause.layer});
    return answer(render_cause_list(entries, terminal_options(options)), options);
  }
  const Cause* cause = find_cause(options.argument);
  if (!cause) return refuse(unknown_cause(options.argument));
  return answer(render_cause_page(cause->page, terminal_options(options)), options);
}

int run_schema(const Options& options) {
  std::string name = options.argument.empty() ? "report" : options.argument;
  for (const Embedded& file : embedded_files())
    if (file.name == "schema/" + name) return answer(file.bytes, options);
  return refuse(fmt::format("no schema is called '{}'; there are: report, arch", printable(name)));
}

int run_completion(const Options& options) {
  auto shell = parse_shell(options.argument);
  if (!shell) return refuse(fmt::format("completion is made for bash, zsh or fish, not for '{}'", printable(options.argument)));
  return answer(render_completion(command_line_shape(), *shell), options);
}

int run_version() {
  print(fmt::format("gpuwhy {} (facts as of {})\n", GPUWHY_VERSION, facts::as_of()));
  return 0;
}

}  // namespace gpuwhy::app
