#include "causes/support/record_faults.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "facts/compatibility.h"

namespace gpuwhy {

namespace {

std::string_view without_suffix(std::string_view name) {
  name = facts::without_cuda_ending(name);
  for (std::string_view suffix : {"-gpu", "-cpu", "-directml", "-openvino", "-rocm"})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

// Another package that writes into the same folder: onnxruntime beside onnxruntime-gpu, cuDNN for CUDA 12 beside that for 13.
bool has_rival(const PythonEnvironment& environment, const Package& package) {
  return std::ranges::any_of(*environment.packages, [&](const Package& other) {
    return other.name != package.name && without_suffix(other.name) == without_suffix(package.name);
  });
}

// Cut, and not only another file: one that the loader takes as a whole was stripped or replaced.
bool is_damage(const FrameworkContext& context, const Package& package, const RecordFault& fault) {
  if (fault.actual.is_absent()) return true;
  if (!fault.actual.is_known() || *fault.actual >= fault.recorded) return false;
  if (*fault.actual == 0) return true;
  const Candidate* file = context.snapshot.libraries.find(fault.path);
  if (file) return file->state != CandidateState::loadable;
  bool clearly_shorter = *fault.actual < fault.recorded / 10 * 9;
  return clearly_shorter && !has_rival(context.environment, package);
}

bool is_required(const FrameworkContext& context, const Package& package) {
  const Package* own = find_package(context.environment, context.build.distribution);
  if (!package.name.starts_with("nvidia-") || !own) return false;
  return std::ranges::any_of(own->requires_dist, [&](const std::string& line) {
    return normalised_package_name(line.substr(0, line.find_first_of("[ (;<>=!~"))) == package.name;
  });
}

bool belongs_to(const FrameworkContext& context, const Package& package) {
  if (!context.build.distribution.empty() && package.name == context.build.distribution) return true;
  for (const FrameworkPart& part : context.build.parts)
    if (part.name == package.name) return true;
  return is_required(context, package);
}

std::string in_words(std::uint64_t bytes) {
  if (bytes >= 10'000'000) return fmt::format("{} MB", (bytes + 500'000) / 1'000'000);
  if (bytes >= 10'000) return fmt::format("{} kB", (bytes + 500) / 1000);
  return fmt::format("{} bytes", bytes);
}

}  // namespace

std::optional<DamagedRecord> find_damaged_record(const FrameworkContext& context) {
  if (!context.environment.packages.is_known()) return std::nullopt;
  for (const Package& package : *context.environment.packages) {
    if (!package.record_faults.is_known() || !belongs_to(context, package)) continue;
    DamagedRecord damaged{&package, {}};
    for (const RecordFault& fault : *package.record_faults)
      if (is_damage(context, package, fault)) damaged.faults.push_back(&fault);
    if (!damaged.faults.empty()) return damaged;
  }
  return std::nullopt;
}

const RecordFault* find_record_fault(const PythonEnvironment& environment, const std::string& file) {
  if (!environment.packages.is_known()) return nullptr;
  for (const Package& package : *environment.packages)
    if (package.record_faults.is_known())
      for (const RecordFault& fault : *package.record_faults)
        if (fault.path == path::normalised(file)) return &fault;
  return nullptr;
}

const Package* find_unread_record(const FrameworkContext& context) {
  if (!context.environment.packages.is_known()) return nullptr;
  for (const Package& package : *context.environment.packages)
    if (package.record_faults.is_unknown() && package.record_faults.why() != Why::not_probed && belongs_to(context, package))
      return &package;
  return nullptr;
}

std::string words_of(const RecordFault& fault) {
  std::string_view name = path::filename(fault.path);
  if (!fault.actual.is_known()) return fmt::format("{} is gone; its wheel has it with {}", name, in_words(fault.recorded));
  if (*fault.actual > fault.recorded)
    return fmt::format("{} has {}, its wheel's has {}: another file stands in its place", name, in_words(*fault.actual),
                       in_words(fault.recorded));
  return fmt::format("{} has {} of the {} that its wheel has: a broken download or a full disk", name, in_words(*fault.actual),
                     in_words(fault.recorded));
}

Finding finding_of(const FrameworkContext& context, const DamagedRecord& damaged) {
  constexpr std::size_t most = 4;
  Finding finding;
  finding.headline = fmt::format("files of {} {} are not as its wheel has them", damaged.package->name, damaged.package->version);
  for (const RecordFault* fault : damaged.faults) {
    if (finding.details.size() < most) finding.details.push_back(words_of(*fault));
    if (finding.because.size() < most)
      finding.because.push_back({Source::file, fault->path, fmt::format("RECORD: {} bytes", fault->recorded)});
  }
  if (damaged.faults.size() > most) finding.details.push_back(fmt::format("and {} more", damaged.faults.size() - most));
  finding.details.push_back("what loads at the start is whole; what needs these files fails later");
  finding.severity = Severity::degraded;
  finding.confidence = Confidence::likely;
  Remedy remedy = remedies::reinstall(context.environment, fmt::format("write the files of {} again", damaged.package->name),
                                      {fmt::format("{}=={}", damaged.package->name, damaged.package->version)});
  remedy.steps.insert(remedy.steps.begin(), "see first that the disk and the quota have room (df -h, quota): a full disk cuts files");
  remedy.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {remedy};
  return finding;
}

std::optional<Finding> two_records(const FrameworkContext& context) {
  if (!context.environment.packages.is_known() || context.build.distribution.empty() || !context.build.version.is_known())
    return std::nullopt;
  std::string on_disk = context.build.version->substr(0, context.build.version->find('+'));
  const Package *fits = nullptr, *stale = nullptr;
  for (const Package& package : *context.environment.packages) {
    if (package.name != context.build.distribution || !package.location.ends_with(".dist-info")) continue;
    bool same = package.version.substr(0, package.version.find('+')) == on_disk;
    (same ? fits : stale) = &package;
  }
  if (!fits || !stale || path::parent(fits->location) != path::parent(stale->location)) return std::nullopt;
  Finding finding;
  finding.headline = fmt::format("two records of {} lie side by side: {} and {}; the files are those of {}", fits->name, fits->version,
                                 stale->version, fits->version);
  finding.details = {fmt::format("{} was not removed cleanly", stale->location),
                     "Python imports the files that are there; pip and importlib.metadata may name the other version"};
  finding.because = {{Source::package, fits->location, fits->version}, {Source::package, stale->location, stale->version}};
  finding.severity = Severity::note;
  finding.confidence = Confidence::certain;
  Remedy remedy;
  remedy.title = "move the stale record away";
  remedy.commands = {{"mv", stale->location, stale->location + ".old"}};
  remedy.safety = Safety::safe;
  remedy.undo = fmt::format("mv {}.old {}", stale->location, stale->location);
  remedy.check = remedies::check_command(context.environment, context.build);
  finding.remedies = {remedy};
  return finding;
}

}  // namespace gpuwhy
