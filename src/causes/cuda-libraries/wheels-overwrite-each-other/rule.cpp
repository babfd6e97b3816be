#include <algorithm>

#include "base/path.h"
#include "causes/support/cause.h"
#include "frameworks/predict.h"

namespace gpuwhy::causes::wheels_overwrite_each_other {

namespace {

struct Pair {
  const Package* right = nullptr;  // of the build's own CUDA
  const Package* other = nullptr;
  std::string_view place;  // a file that both bring, below the folder of packages
};

int cuda_major_of(const FrameworkBuild& build) {
  auto version = build.cuda_version.is_known() ? Version::parse(*build.cuda_version) : std::nullopt;
  return version ? version->major() : 0;
}

// Does this framework use the library at all? What its build asks for, or what lies in its process.
bool uses(const FrameworkContext& context, std::string_view soname) {
  const auto& candidates = context.snapshot.libraries.candidates;
  return std::ranges::any_of(candidates,
                             [&](const Candidate& file) {
                               return is_in_build(context.build, file.path) && std::ranges::find(file.needed, soname) != file.needed.end();
                             }) ||
         std::ranges::any_of(context.prediction.gates, [&](const Gate& gate) { return gate.library && gate.library->name == soname; });
}

std::vector<Pair> pairs_of(const FrameworkContext& context) {
  std::vector<Pair> pairs;
  int major = cuda_major_of(context.build);
  for (const facts::WheelLibrary& mine : facts::wheel_libraries()) {
    const Package* right = mine.cuda_major == major ? find_package(context.environment, mine.wheel) : nullptr;
    if (!right || std::ranges::any_of(pairs, [&](const Pair& pair) { return pair.right == right; })) continue;
    for (const facts::WheelLibrary& theirs : facts::wheel_libraries()) {
      if (theirs.path != mine.path || theirs.wheel == mine.wheel || theirs.cuda_major == major) continue;
      const Package* other = find_package(context.environment, theirs.wheel);
      if (!other || other->installer == "conda" || !uses(context, mine.soname)) continue;
      pairs.push_back({right, other, mine.path});
      break;
    }
  }
  return pairs;
}

enum class Holder { right, other, unknown };
struct Decision {
  Holder holder = Holder::unknown;
  bool by_size = false;
};

// Whose files lie there: by the sizes that RECORD promises, else by which of the two was installed last.
Decision decide(const Pair& pair) {
  auto fits = [](const Package& package) { return package.record_faults.is_known() && package.record_faults->empty(); };
  auto differs = [](const Package& package) { return package.record_faults.is_known() && !package.record_faults->empty(); };
  if (fits(*pair.right) && differs(*pair.other)) return {Holder::right, true};
  if (differs(*pair.right) && fits(*pair.other)) return {Holder::other, true};
  const Fact<std::int64_t>&mine = pair.right->installed_at, &theirs = pair.other->installed_at;
  if (!mine.is_known() || !theirs.is_known() || *mine == *theirs) return {};
  return {*mine > *theirs ? Holder::right : Holder::other, false};
}

// The framework of this environment that was built for the other package's CUDA; nullptr when there is none.
const FrameworkBuild* find_user_of_other(const FrameworkContext& context) {
  int major = cuda_major_of(context.build);
  for (const FrameworkBuild& build : context.environment.frameworks)
    if (int theirs = cuda_major_of(build); theirs != 0 && theirs != major && build.accelerator.is(Accelerator::cuda)) return &build;
  return nullptr;
}

Remedy write_again(const FrameworkContext& context, const Pair& pair, const FrameworkBuild* other_user) {
  std::string requirement = fmt::format("{}=={}", pair.right->name, pair.right->version);
  Remedy remedy =
      remedies::reinstall_alone(context.environment, fmt::format("write the files of {} again", pair.right->name), {requirement});
  // The folder's owner is not a fact of the snapshot that an effect could set.
  remedy.effects.clear();
  remedy.undo = fmt::format("install {}=={} again in the same way", pair.other->name, pair.other->version);
  if (other_user) {
    remedy.safety = Safety::ask;
    remedy.steps = {fmt::format("this takes the files from {}, which needs {}: of the two, one has to move to an environment of its own",
                                title_of(*other_user), pair.other->name)};
  } else {
    remedy.steps = {
        fmt::format("nothing here that gpuwhy knows needs {}; removing it afterwards would take the shared files along, so leave it",
                    pair.other->name)};
  }
  remedy.check = remedies::check_command(context.environment, context.build);
  return remedy;
}

Finding overwritten(const FrameworkContext& context, const Pair& pair, const Decision& decision) {
  Finding finding;
  finding.severity = Severity::degraded;
  finding.confidence = decision.by_size ? Confidence::certain : Confidence::likely;
  std::string folder(path::parent(pair.place));
  finding.headline = fmt::format("{} has overwritten the {} that this build needs", pair.other->name, pair.right->name);
  finding.details = {fmt::format("both packages put their files into {}", folder),
                     fmt::format("{}\t{}\tthis build is for CUDA {}", pair.right->name, pair.right->version, *context.build.cuda_version),
                     decision.by_size ? fmt::format("the sizes in {} are those of {} {}", folder, pair.other->name, pair.other->version)
                                      : fmt::format("{} {} was installed last", pair.other->name, pair.other->version),
                     "the GPU is listed all the same; what uses that library fails"};
  for (const Package* package : {pair.right, pair.other}) finding.because.push_back({Source::package, package->location, package->version});
  if (decision.by_size && !pair.right->record_faults->empty()) {
    const RecordFault& fault = pair.right->record_faults->front();
    std::string actual = fault.actual.is_known() ? fmt::format("{} bytes", *fault.actual) : "not there";
    finding.because.push_back({Source::file, fault.path, fmt::format("{}, RECORD says {}", actual, fault.recorded)});
  }
  finding.remedies = {write_again(context, pair, find_user_of_other(context))};
  return finding;
}

}  // namespace

// cuDNN, NCCL and others lie in one folder for every CUDA: the package that was installed last has its files there.
Verdict check(const FrameworkContext& context) {
  if (gate_failed(context.prediction, "cuda-build")) return not_applicable("this build uses no CUDA library");
  if (!context.environment.packages.is_known()) return cannot_tell("the installed packages", context.environment.packages);
  if (cuda_major_of(context.build) == 0) return not_applicable("the CUDA of this build is not known");
  std::vector<Pair> pairs = pairs_of(context);
  if (pairs.empty()) return not_applicable("no two NVIDIA packages share a folder");
  std::string open;
  for (const Pair& pair : pairs) {
    Decision decision = decide(pair);
    if (decision.holder == Holder::other) return fires(overwritten(context, pair, decision));
    if (decision.holder == Holder::unknown) open = fmt::format("whose files lie in {}", path::parent(pair.place));
  }
  return open.empty() ? passes() : cannot_tell(open, "not-probed: neither sizes nor times tell the two packages apart");
}

}  // namespace gpuwhy::causes::wheels_overwrite_each_other
