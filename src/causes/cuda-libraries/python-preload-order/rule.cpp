#include <algorithm>

#include "causes/support/cause.h"
#include "causes/support/import_orders.h"

namespace gpuwhy::causes::python_preload_order {

namespace {

using Order = std::vector<std::string>;

Remedy import_in_order(const FrameworkContext& context, const Order& order) {
  Remedy remedy = remedies::steps(fmt::format("import {}", order_words(order)), {}, Safety::safe, "swap the import lines back");
  remedy.steps = {fmt::format("in the program, put the line that imports {} above the others: an import inside of a library counts too",
                              order_words({order.front()}))};
  std::string list;
  for (const std::string& name : order) list += (list.empty() ? "" : ",") + name;
  remedy.check = {"gpuwhy", "--import-order", list};
  if (!context.environment.active) remedy.check.insert(remedy.check.end(), {"--python", context.environment.interpreter});
  return remedy;
}

Remedy one_process_each() {
  return remedies::steps("let each framework have a process of its own",
                         {"start one of the two parts of the program with subprocess, or with multiprocessing and its start method spawn"},
                         Safety::safe, "none needed");
}

// Is every framework of this order as well off in it as it is alone?
bool works(const FrameworkContext& context, const Order& order) {
  for (const std::string& name : order) {
    const FrameworkBuild* build = find_build(context.environment, name);
    if (!build) continue;
    Played alone = play(context.snapshot, context.prediction.environment, *build, {}),
           behind = play(context.snapshot, context.prediction.environment, *build, order);
    FrameworkContext other{context.snapshot, context.environment, *build, alone.prediction};
    if (find_order_harm(other, alone, behind)) return false;
  }
  return true;
}

Finding finding_of_harm(const FrameworkContext& context, const Order& order, OrderHarm harm) {
  Finding finding;
  std::string first = order_words({order.begin(), std::ranges::find(order, slug(context.build.framework))});
  finding.headline = fmt::format("behind {} in one process {}", first, harm.what);
  finding.details = std::move(harm.details);
  finding.details.push_back("a name that is mapped already wins over every folder, so the first import decides for both");
  finding.because = std::move(harm.because);
  finding.severity = harm.severity;
  finding.confidence = harm.confidence;
  finding.also_explains = std::move(harm.gates);
  Order better = order;
  std::ranges::rotate(better, std::ranges::find(better, slug(context.build.framework)));
  if (works(context, better)) finding.remedies.push_back(import_in_order(context, better));
  if (!harm.folder.empty()) {
    finding.remedies.push_back(remedies::without_search_folder(context.snapshot, harm.folder));
    finding.remedies.back().undo = fmt::format("export LD_LIBRARY_PATH='{}'", *context.snapshot.loader.library_path);
    finding.remedies.back().check = remedies::check_command(context.environment, context.build);
  }
  finding.remedies.push_back(one_process_each());
  return finding;
}

// Without --import-order nobody has said that they share a process: what one order would break is a note.
Verdict check_pairs(const FrameworkContext& context) {
  if (!context.environment.active) return not_applicable("another environment than the one that is judged");
  // What an order would break can only be told of a framework that works alone.
  bool stopped = context.prediction.outcome != Outcome::lists || context.prediction.sees_gpus.is(std::int64_t{0});
  if (stopped) return not_applicable("it sees no GPU alone");
  if (!has_two_copies_of_a_library(context.snapshot)) return not_applicable("every CUDA library is here once");
  Played alone = play(context.snapshot, context.prediction.environment, context.build, {});
  std::string own(slug(context.build.framework));
  for (const FrameworkBuild& build : context.environment.frameworks) {
    if (build.framework == context.build.framework || !build.accelerator.is(Accelerator::cuda)) continue;
    Played other = play(context.snapshot, context.prediction.environment, build, {});
    if (!differ_in_copies(alone, other)) continue;
    Order order = {std::string(slug(build.framework)), own};
    Played behind = play(context.snapshot, context.prediction.environment, context.build, order);
    auto harm = find_order_harm(context, alone, behind);
    if (!harm) continue;
    Finding finding = finding_of_harm(context, order, *harm);
    finding.severity = Severity::note;
    finding.headline = fmt::format("in a process that imports {} first, {}", order_words({order.front()}), harm->what);
    finding.also_explains.clear();
    return fires(std::move(finding));
  }
  return without_library_fault(context);
}

}  // namespace

// Alone it is fine; behind another framework it gets that one's copy of a library and is worse off.
Verdict check(const FrameworkContext& context) {
  if (gate_failed(context.prediction, "cuda-build")) return not_applicable("this build uses no CUDA library");
  const Order& order = context.snapshot.meta.import_order;
  auto own = std::ranges::find(order, slug(context.build.framework));
  if (order.empty()) {
    if (context.environment.frameworks.size() < 2) return not_applicable("one framework is installed here");
    return check_pairs(context);
  }
  if (own == order.end()) return not_applicable("it is not in --import-order");
  bool is_first = std::none_of(order.begin(), own, [&](const std::string& name) { return find_build(context.environment, name); });
  if (is_first) return not_applicable("it is imported first");
  Played alone = play(context.snapshot, context.prediction.environment, context.build, {}),
         behind = play(context.snapshot, context.prediction.environment, context.build, order);
  Order installed;
  for (const std::string& name : order)
    if (find_build(context.environment, name)) installed.push_back(name);
  auto harm = find_order_harm(context, alone, behind);
  return harm ? fires(finding_of_harm(context, installed, std::move(*harm))) : without_library_fault(context);
}

}  // namespace gpuwhy::causes::python_preload_order
