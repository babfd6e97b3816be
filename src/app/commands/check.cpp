#include "app/answer.h"
#include "app/commands/commands.h"
#include "app/commands/subject.h"
#include "app/output.h"
#include "engine/judge.h"
#include "store/redaction.h"

namespace gpuwhy::app {

int run_check(const Options& options) {
  auto subject = get_subject(options);
  if (!subject) {
    print_usage_error(subject.error().message);
    return 2;
  }
  JudgeOptions judging;
  judging.frameworks = subject->snapshot.meta.asked_frameworks;
  judging.require_gpu = options.require_gpu;
  judging.ignored = options.ignored;
  Report report = judge(subject->snapshot, judging);
  report.timings_ms = subject->timings_ms;

  // Live text on the user's own terminal is his own; what is saved or read by machines may be passed on.
  if (is_shared(options)) redact(report, subject->snapshot);
  return answer_with(report, options, &subject->snapshot);
}

}  // namespace gpuwhy::app
