#include "probes/driver_call/nvml_cards.h"

#include <gtest/gtest.h>

#include "probes/driver_call/driver_answers.h"
#include "probes/driver_call/process_names.h"
#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using End = ProbeRun::End;

DriverAnswers parse(const std::string& cards, std::int64_t count = 1, End end = End::finished) {
  ProbeRun run{.end = end, .text = {}, .detail = end == End::finished ? "" : "10000 ms"};
  run.text = "start\nfact nvml.path /x\nfact nvmlInit_v2 0\nfact nvmlDeviceGetCount_v2 0 " + std::to_string(count) + "\n" + cards;
  if (end == End::finished) run.text += "done\n";
  return parse_driver_answers(run, "");
}

NvmlDevice card_of(const std::string& lines, End end = End::finished) {
  DriverAnswers answers = parse("fact nvml.0.uuid GPU-a\n" + lines, 1, end);
  EXPECT_TRUE(answers.nvml_devices.is_known());
  return answers.nvml_devices.is_known() ? answers.nvml_devices->front() : NvmlDevice{};
}

TEST(NvmlCards, are_read_with_all_that_nvml_says) {
  NvmlDevice card = card_of(
      "fact nvml.0.pci 00000000:3B:00.0\nfact nvml.0.name NVIDIA A100-SXM4-40GB\nfact nvml.0.capability 8.0\n"
      "fact nvml.0.memory 42949672960 429496729\nfact nvml.0.compute-mode 3\nfact nvml.0.mig-mode 1\n"
      "fact nvml.0.mig.0 MIG-1 NVIDIA A100 MIG 1g.5gb\nfact nvml.0.mig.1 MIG-2 \nfact nvml.0.mig-count 2\n"
      "fact nvml.0.process.0 4711 1048576\nfact nvml.0.process-count 1\nfact nvml.0.uncorrected 2\nfact nvml.0.remapped 1 2 1 0\n"
      "fact nvml.0.virtualization 2\nfact nvml.0.licensed 0\n");
  EXPECT_EQ(card.handle, 0);
  EXPECT_EQ(card.name, "NVIDIA A100-SXM4-40GB");
  EXPECT_EQ(card.pci_address, "0000:3b:00.0");
  EXPECT_EQ(card.uuid.reveal(), "GPU-a");
  EXPECT_TRUE(card.compute_capability.is("8.0"));
  EXPECT_TRUE(card.memory_total.is(42949672960u));
  EXPECT_TRUE(card.memory_used.is(429496729u));
  EXPECT_TRUE(card.compute_mode.is(3));
  EXPECT_TRUE(card.mig_mode.is(1));
  ASSERT_EQ(card.mig_devices->size(), 2u);
  EXPECT_EQ((*card.mig_devices)[0].uuid.reveal(), "MIG-1");
  EXPECT_EQ((*card.mig_devices)[0].name, "NVIDIA A100 MIG 1g.5gb");
  EXPECT_EQ(*card.processes, (std::vector<NvmlProcess>{{4711, {}, 1048576}}));
  EXPECT_TRUE(card.uncorrected_errors.is(2u));
  EXPECT_TRUE(card.retirement_pending.is(true));
  EXPECT_TRUE(card.remapping_failed.is(false));
  EXPECT_TRUE(card.virtualization.is(2));
  EXPECT_TRUE(card.vgpu_licensed.is(false));
}

TEST(NvmlCards, a_question_that_the_card_does_not_know_is_absent) {
  NvmlDevice card = card_of("fact nvml.0.mig-mode.error 3\nfact nvml.0.uncorrected.error 13\n");
  EXPECT_TRUE(card.mig_mode.is_absent());
  EXPECT_TRUE(card.uncorrected_errors.is_absent());
  EXPECT_TRUE(card.processes.is_absent());
}

TEST(NvmlCards, another_error_leaves_the_question_open) {
  NvmlDevice card = card_of("fact nvml.0.memory.error 15\nfact nvml.0.process-count.error 4\n");
  EXPECT_EQ(card.memory_total.why(), Why::malformed);
  EXPECT_EQ(card.memory_total.detail(), "NVML answered 15 when asked for memory of card 0");
  EXPECT_EQ(card.processes.why(), Why::denied);
}

TEST(NvmlCards, a_hang_makes_only_what_follows_unknown) {
  NvmlDevice card = card_of("fact nvml.0.compute-mode 0\nstep nvmlDeviceGetMigMode 0\n", End::timed_out);
  EXPECT_TRUE(card.compute_mode.is(0));
  EXPECT_EQ(card.mig_mode.why(), Why::timed_out);
  EXPECT_EQ(card.mig_mode.detail(), "no answer within 10000 ms in nvmlDeviceGetMigMode 0");
}

TEST(NvmlCards, a_hang_before_the_last_card_leaves_the_list_unknown) {
  EXPECT_EQ(parse("fact nvml.0.uuid GPU-a\nstep nvmlDeviceGetHandleByIndex_v2 1\n", 2, End::timed_out).nvml_devices.why(), Why::timed_out);
}

TEST(NvmlCards, a_lost_card_is_in_the_list_with_its_code) {
  DriverAnswers answers = parse("fact nvml.0.uuid GPU-a\nfact nvml.1.error nvmlDeviceGetHandleByIndex_v2 15\n", 2);
  ASSERT_TRUE(answers.nvml_devices.is_known());
  EXPECT_EQ((*answers.nvml_devices)[0].handle, 0);
  EXPECT_EQ((*answers.nvml_devices)[1].handle, 15);
  EXPECT_TRUE((*answers.nvml_devices)[1].memory_total.is_unknown());
}

TEST(NvmlCards, values_that_make_no_sense_are_malformed) {
  NvmlDevice card = card_of(
      "fact nvml.0.memory -1 5\nfact nvml.0.capability 8\nfact nvml.0.compute-mode x\nfact nvml.0.process-count 2\n"
      "fact nvml.0.process.0 1 1\nfact nvml.0.mig-count 99999\nfact nvml.0.remapped 1\nfact nvml.0.uncorrected 99999999999999999999999\n");
  EXPECT_EQ(card.memory_total.why(), Why::malformed);
  EXPECT_EQ(card.compute_capability.why(), Why::malformed);
  EXPECT_EQ(card.compute_mode.why(), Why::malformed);
  EXPECT_EQ(card.processes.why(), Why::malformed);
  EXPECT_EQ(card.mig_devices.why(), Why::malformed);
  EXPECT_EQ(card.remapping_failed.why(), Why::malformed);
  EXPECT_EQ(card.uncorrected_errors.why(), Why::malformed);
}

TEST(NvmlCards, pages_of_older_cards_count_as_rows_do) {
  EXPECT_TRUE(card_of("fact nvml.0.retirement-pending 1\nfact nvml.0.remapped.error 3\n").retirement_pending.is(true));
  EXPECT_TRUE(card_of("fact nvml.0.retirement-pending.error 3\nfact nvml.0.remapped 0 0 0 0\n").retirement_pending.is(false));
}

TEST(NvmlCards, are_unknown_without_nvml) {
  EXPECT_EQ(parse_driver_answers({.end = End::finished, .text = "start\nfact nvml.error no\ndone\n"}, "").nvml_devices.why(),
            Why::not_probed);
}

TEST(ProcessNames, are_read_on_a_host_and_not_in_a_container) {
  DriverAnswers answers =
      parse("fact nvml.0.uuid GPU-a\nfact nvml.0.process.0 42 5\nfact nvml.0.process.1 43 5\nfact nvml.0.process-count 2\n");
  DriverAnswers inside = answers;
  testing::MemoryMachine host, container;
  host.file("/proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/sda2 rw\n").file("/proc/self/cgroup", "0::/user.slice\n");
  host.file("/proc/42/comm", "python\n");
  container.file("/.dockerenv", "").file("/proc/42/comm", "other\n");
  name_nvml_processes(host, answers);
  name_nvml_processes(container, inside);
  EXPECT_EQ((*answers.nvml_devices->front().processes)[0].name.reveal(), "python");
  EXPECT_EQ((*answers.nvml_devices->front().processes)[1].name.reveal(), "");
  EXPECT_EQ((*inside.nvml_devices->front().processes)[0].name.reveal(), "");
}

}  // namespace
}  // namespace gpuwhy
