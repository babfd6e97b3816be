#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/commands/subject.h"
#include "app/output.h"
#include "base/text.h"
#include "engine/compare.h"
#include "render/diff/terminal_diff.h"
#include "sys/live_machine.h"

namespace gpuwhy::app {

namespace {

// "here", a folder, or what --snapshot takes.
Result<Side> read_side(const std::string& name, const Options& options) {
  Options of_side = options;
  of_side.files.clear();
  bool is_live = name == "here";
  if (!is_live && make_live_machine({})->is_folder(name)) of_side.root = name;
  else if (!is_live) of_side.snapshot = name;
  auto subject = get_subject(of_side);
  if (!subject) return fail(subject.error().message);
  return Side{name, std::move(subject->snapshot)};
}

int status_of(const Comparison& comparison) {
  return comparison.kind == Comparison::Kind::one_fails || comparison.kind == Comparison::Kind::both_fail ? 1 : 0;
}

}  // namespace

int run_diff(const Options& options) {
  if (options.files.size() != 2) {
    print_usage_error("diff takes two machines: snapshot files, example:NAME, root folders, or here");
    return 2;
  }
  auto a = read_side(options.files[0], options);
  auto b = a ? read_side(options.files[1], options) : std::move(a);
  if (!b) {
    print_usage_error(b.error().message);
    return 2;
  }
  JudgeOptions judging;
  judging.frameworks = options.frameworks;
  judging.ignored = options.ignored;
  Comparison comparison = compare(*a, *b, judging);
  if (auto delivered = deliver(render_terminal(comparison, terminal_options(options)), options.output); !delivered) {
    print_usage_error(delivered.error().message);
    return 2;
  }
  return status_of(comparison);
}

}  // namespace gpuwhy::app
