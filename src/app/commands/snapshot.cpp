#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/subject.h"
#include "app/output.h"
#include "store/snapshot_json.h"

namespace gpuwhy::app {

int run_snapshot(const Options& options) {
  auto subject = get_subject(options);
  if (!subject) {
    print_usage_error(subject.error().message);
    return 2;
  }
  std::string text = write_snapshot(subject->snapshot, options.no_redact ? Redaction::off : Redaction::on);
  if (auto delivered = deliver(text, options.output); !delivered) {
    print_usage_error(delivered.error().message);
    return 2;
  }
  if (options.no_redact)
    print_usage_error("kept as they are: user and host names, home folders, card UUIDs, addresses and the values of the variables");
  return 0;
}

}  // namespace gpuwhy::app
