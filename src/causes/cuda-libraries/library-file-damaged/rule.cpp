#include "base/path.h"
#include "causes/support/cause.h"
#include "causes/support/damaged_files.h"
#include "causes/support/record_faults.h"

namespace gpuwhy::causes::library_file_damaged {

namespace {

// Nothing that the gates open is broken: do the files agree with what pip wrote down?
Verdict judge_records(const FrameworkContext& context) {
  Verdict libraries = without_library_fault(context);
  if (gate_failed(context.prediction, "import")) return libraries;
  if (auto damaged = find_damaged_record(context)) return fires(finding_of(context, *damaged));
  if (auto twice = two_records(context)) return fires(std::move(*twice));
  if (const Package* unread = find_unread_record(context))
    return cannot_tell(fmt::format("whether the files of {} are whole", unread->name), unread->record_faults);
  return libraries;
}

}  // namespace

// A library stands where it belongs, and its file is none that the loader can take: cut, empty, text, of 32 bits, a link to nothing.
Verdict check(const FrameworkContext& context) {
  if (!context.build.missing_files.empty() && gate_failed(context.prediction, "import")) return fires(cut_installation(context));
  auto failed = library_faults(context, LibraryFault::damaged);
  if (failed.empty()) return judge_records(context);
  const FailedLibrary& first = failed.front();
  const Candidate* file = context.snapshot.libraries.find(first.path);
  Finding finding = finding_of(context, failed);
  if (first.path.empty()) {
    finding.headline = fmt::format("{}, a file of {} itself, is missing", first.request->name, title_of(context.build));
  } else {
    finding.headline = fmt::format("{} is damaged: {}", path::filename(first.path), file ? damage_of(*file) : first.request->detail);
    finding.details.push_back(first.path);
    finding.because.push_back({Source::file, first.path, file ? fmt::format("{} bytes", file->size) : std::string()});
  }
  if (const RecordFault* fault = find_record_fault(context.environment, first.path)) {
    finding.details.push_back(words_of(*fault));
    finding.because.push_back({Source::package, "RECORD", fmt::format("{}: {} bytes", fault->path, fault->recorded)});
  }
  if (first.request->state == ResolutionState::bad_file)
    finding.details.push_back("the loader stops there; a good file behind it is never tried");
  if (first.request->state == ResolutionState::process_dies) finding.details.push_back("the process dies while it maps the file (SIGBUS)");
  finding.remedies = repairs(context, failed);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::library_file_damaged
