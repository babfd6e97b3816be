#include "causes/support/cause.h"
#include "causes/support/container_faults.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::container_no_cgroups {

namespace {

constexpr std::string_view setting = "no-cgroups = false under [nvidia-container-cli] in /etc/nvidia-container-runtime/config.toml";

// From inside the same refusal may have this reason; only the host's file tells.
Verdict check_inside(const Snapshot& snapshot) {
  Fact<bool> refused = is_refused_by_cgroup(snapshot);
  if (refused.is_unknown()) return cannot_tell("whether the container's rules refuse the device files", refused);
  if (!refused.is(true)) return passes();
  if (worked_before(snapshot)) return not_applicable("it worked before in this very container");
  Finding finding;
  finding.headline = "the host's toolkit may be told not to use control groups (no-cgroups = true)";
  prove_refusal(snapshot, finding);
  finding.details.push_back("if the GPU never worked in this container, this is the reason: look into the host's config.toml");
  finding.confidence = Confidence::possible;
  Remedy remedy =
      handing_gpu(remedies::steps("on the host: let the toolkit use control groups",
                                  {fmt::format("write {}", setting), "sudo systemctl restart docker", "start the container again"},
                                  Safety::show_only, "write no-cgroups = true again"));
  remedy.check = {"grep", "no-cgroups", "/etc/nvidia-container-runtime/config.toml"};  // on the host, whose file alone decides
  finding.remedies = {std::move(remedy)};
  return fires(std::move(finding));
}

}  // namespace

// `no-cgroups = true` is right for rootless engines alone: those of root then mount the device files and grant nobody to open them.
Verdict check(const Snapshot& snapshot) {
  if (in_container(snapshot) && !driver_reaches_gpu(snapshot)) return check_inside(snapshot);
  if (auto verdict = host_tools_are_not_judged(snapshot)) return *verdict;
  if (!has_engine(snapshot, "docker")) return not_applicable("no Docker of root's is installed");
  const Fact<bool>& no_cgroups = snapshot.container_tools.no_cgroups;
  if (no_cgroups.is_unknown()) return cannot_tell("whether NVIDIA's toolkit uses control groups", no_cgroups);
  if (!no_cgroups.is(true)) return passes();

  Finding finding = host_note(snapshot, "containers that root's Docker starts here get a GPU that they may not open (no-cgroups = true)");
  prove(finding, fmt::format("{}: {}", no_cgroups.evidence().locator, no_cgroups.evidence().excerpt), no_cgroups.evidence());
  finding.details.push_back("for rootless Docker or Podman the setting is right; both ways at once do not work");
  Remedy remedy;
  remedy.title = "let the toolkit use control groups again";
  remedy.commands = {
      remedies::as_root(snapshot.host, {"nvidia-ctk", "config", "--set", "nvidia-container-cli.no-cgroups=false", "--in-place"}),
      remedies::as_root(snapshot.host, {"systemctl", "restart", "docker"})};
  remedy.steps = {"the restart of docker stops its running containers"};
  remedy.undo = "nvidia-ctk config --set nvidia-container-cli.no-cgroups=true --in-place, as root";
  finding.remedies = {checked(std::move(remedy))};
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::container_no_cgroups
