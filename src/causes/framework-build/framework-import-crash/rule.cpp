#include "causes/support/cause.h"
#include "frameworks/common/processor_features.h"

namespace gpuwhy::causes::framework_import_crash {

// The vendor's build uses AVX and this processor has none: the process dies at its first such instruction.
Verdict check(const FrameworkContext& context) {
  if (!frameworks::needs_avx(context.environment, context.build)) return not_applicable("this build is not known to need AVX");
  if (context.snapshot.host.architecture.is_known() && *context.snapshot.host.architecture != "x86_64")
    return not_applicable("AVX is a matter of x86-64");
  auto avx = frameworks::has_avx(context.snapshot);
  if (!avx && frameworks::is_processor_unread(context.snapshot))
    return cannot_tell("whether the processor has AVX", "malformed: /proc/cpuinfo told nothing");
  if (!avx) return not_applicable("nothing tells whether the processor has AVX");
  if (*avx) return passes();

  bool tensorflow = context.build.framework == FrameworkKind::tensorflow;
  Finding finding;
  finding.headline = fmt::format("{} uses AVX instructions, which this processor does not have", title_of(context.build));
  finding.details = {fmt::format("the import ends the process{}, before any GPU is asked", tensorflow ? "" : " or raises"),
                     "the processor is below x86-64-v2: no SSE4.2 and no POPCNT, so no AVX either"};
  finding.because = {{Source::procfs, "/proc/cpuinfo", "flags: below x86-64-v2"},
                     {Source::package, context.build.folder, context.build.distribution}};
  if (gate_failed(context.prediction, "import")) finding.also_explains = {"import"};
  finding.confidence = Confidence::likely;
  finding.remedies = {
      remedies::steps("in a virtual machine, give the guest the processor of the host",
                      {"QEMU: -cpu host; libvirt: <cpu mode='host-passthrough'/>; Proxmox: Hardware > Processors > Type: host",
                       "start the guest anew; grep -c avx /proc/cpuinfo must not be 0"},
                      Safety::ask, "set the processor type of before"),
      remedies::steps("on a real processor without AVX, take a build without it",
                      {fmt::format("conda create -n gpu -c conda-forge {}", tensorflow ? "tensorflow" : "jax"),
                       "or build it from source on this machine"},
                      Safety::show_only, "remove that environment")};
  for (Remedy& remedy : finding.remedies) remedy.check = remedies::check_command(context.environment, context.build);
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::framework_import_crash
