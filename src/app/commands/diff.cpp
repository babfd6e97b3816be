#include <fmt/format.h>

#include "app/answer.h"
#include "app/commands/commands.h"
#include "app/commands/subject.h"
#include "app/output.h"
#include "base/text.h"
#include "engine/compare.h"
#include "store/redaction.h"
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

// Two people may compare pages that went through many hands: what is saved or read by machines is compared redacted, which changes no
// prediction, and the name that the user gave (a path, often below a home folder) is redacted as all else.
void redact_side(Side& side) {
  Redactor redactor(side.snapshot);
  redactor.learn(side.name);
  side.name = redactor.rewrite(side.name);
  side.snapshot = redacted(side.snapshot);
}

}  // namespace

int run_diff(const Options& options) {
  if (options.files.size() != 2) {
    print_usage_error("diff takes two machines: snapshot files, example:NAME, root folders, or here");
    return 2;
  }
  auto a = read_side(options.files[0], options);
  auto b = a ? read_side(options.files[1], options) : Result<Side>(fail(a.error().message));
  if (!b) {
    print_usage_error(b.error().message);
    return 2;
  }
  JudgeOptions judging;
  judging.frameworks = options.frameworks;
  judging.ignored = options.ignored;
  if (is_shared(options)) {
    redact_side(*a);
    redact_side(*b);
  }
  return answer_with(compare(*a, *b, judging), *a, *b, options);
}

}  // namespace gpuwhy::app
