#include "causes/support/cause.h"
#include "causes/support/driver_faults.h"
#include "causes/support/place_faults.h"

namespace gpuwhy::causes::slurm_no_gpu_allocated {

namespace {

Remedy ask_for_gpu() {
  Remedy remedy;
  remedy.title = "ask Slurm for a GPU";
  remedy.commands = {{"srun", "--gres=gpu:1", "--pty", "bash"}};
  remedy.steps = {"in a job script: #SBATCH --gres=gpu:1 (or --gpus=1, as the site has it)",
                  "sinfo -o '%P %G' names the partitions that have GPUs"};
  remedy.safety = Safety::ask;
  remedy.undo = "leave that shell with exit";
  remedy = handing_gpu(std::move(remedy));
  // The new job step gets its own value; what an old Slurm wrote for a job without a GPU is not in it.
  remedy.effects.push_back({Effect::Kind::unset_variable, "CUDA_VISIBLE_DEVICES", "", ""});
  return remedy;
}

Finding finding_with(const Snapshot& snapshot, std::string headline) {
  Finding finding;
  finding.headline = std::move(headline);
  finding.confidence = confidence_by_driver(snapshot);
  finding.because = place_evidence(snapshot);
  finding.remedies = {ask_for_gpu()};
  return finding;
}

}  // namespace

// Inside a job: Slurm names the GPUs that it gave, and names none. Outside: the login node of a cluster, which has no card.
Verdict check(const Snapshot& snapshot) {
  if (driver_reaches_gpu(snapshot)) return not_applicable("the driver reaches a GPU");
  const Platform& place = snapshot.platform;
  if (place.slurm_job.is_known()) {
    if (!is_slurm_job_without_gpu(snapshot)) return passes();
    Finding finding = finding_with(snapshot, fmt::format("this Slurm job ({}) was given no GPU", *place.slurm_job));
    finding.details.push_back(
        fmt::format("SLURM_JOB_ID={}; SLURM_GPUS_ON_NODE, SLURM_STEP_GPUS and SLURM_JOB_GPUS are not set", *place.slurm_job));
    if (const std::string* visible = snapshot.variable("CUDA_VISIBLE_DEVICES"))
      finding.details.push_back(fmt::format("CUDA_VISIBLE_DEVICES='{}'", *visible));
    if (std::string words = driver_words(snapshot); !words.empty()) finding.details.push_back(words);
    finding.because.push_back(place.slurm_job.evidence());
    finding.because.push_back(place.slurm_gpus.evidence());
    return fires(std::move(finding));
  }
  if (place.slurm_installed.is_unknown()) return cannot_tell("whether Slurm is installed", place.slurm_installed);
  if (!place.slurm_installed.is(true)) return not_applicable("Slurm is not here");
  Fact<bool> card = machine_has_card(snapshot);
  if (card.is_unknown()) return cannot_tell("whether this node has an NVIDIA card", card);
  if (*card) return not_applicable("this machine has a card of its own, outside of any job");

  Finding finding = finding_with(snapshot, "this is a login node of a Slurm cluster, which has no GPU");
  finding.details.push_back(
      fmt::format("Slurm is here ({}), and this shell is in no job (SLURM_JOB_ID is not set)", place.slurm_installed.evidence().locator));
  finding.details.push_back("the PCI bus of this node shows no NVIDIA card");
  finding.confidence = Confidence::likely;
  finding.because.push_back(place.slurm_installed.evidence());
  finding.because.push_back(card.evidence());
  return fires(std::move(finding));
}

}  // namespace gpuwhy::causes::slurm_no_gpu_allocated
