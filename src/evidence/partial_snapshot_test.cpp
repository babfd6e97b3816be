#include "evidence/partial_snapshot.h"

#include <gtest/gtest.h>

#include "evidence/clean.h"

namespace gpuwhy {
namespace {

Snapshot snapshot_of(std::string_view text) { return partial_snapshot(read_text(clean_lines(text, 0))); }

TEST(PartialSnapshot, nothing_is_known_of_what_the_text_does_not_say) {
  Snapshot snapshot = snapshot_of("hello\n");
  EXPECT_TRUE(snapshot.kernel_module.loaded.is_unknown());
  EXPECT_TRUE(snapshot.pci.display.is_unknown());
  EXPECT_TRUE(snapshot.device_nodes.nodes.is_unknown());
  EXPECT_TRUE(snapshot.platform.kind.is_unknown());
  EXPECT_TRUE(snapshot.drivers.empty());
  EXPECT_TRUE(snapshot.environments.empty());
}

constexpr std::string_view table =
    "+-----------------------------------------------------------------------------+\n"
    "| NVIDIA-SMI 470.57.02    Driver Version: 470.57.02    CUDA Version: 11.4     |\n"
    "|   0  NVIDIA A100-SXM...  On   | 00000000:07:00.0 Off |                   On |\n"
    "| N/A   30C    P0    40W / 400W |      0MiB / 40536MiB |     N/A   E. Process |\n"
    "|                               |                      |              Enabled |\n"
    "+-------------------------------+----------------------+----------------------+\n";

TEST(PartialSnapshot, a_table_tells_module_driver_and_card) {
  Snapshot snapshot = snapshot_of(table);
  EXPECT_TRUE(snapshot.kernel_module.loaded.is(true));
  EXPECT_TRUE(snapshot.kernel_module.loaded_version.is(std::string("470.57.02")));
  ASSERT_EQ(snapshot.drivers.size(), 1U);
  EXPECT_TRUE(snapshot.drivers[0].nvml_count.is(std::int64_t{1}));
  ASSERT_TRUE(snapshot.drivers[0].nvml_devices.is_known());
  const NvmlDevice& card = snapshot.drivers[0].nvml_devices->front();
  EXPECT_EQ(card.name, "NVIDIA A100-SXM...");
  EXPECT_TRUE(card.compute_mode.is(std::int64_t{3}));
  EXPECT_TRUE(card.mig_mode.is(std::int64_t{1}));
  EXPECT_TRUE(card.memory_total.is(std::uint64_t{40536} << 20));
  EXPECT_TRUE(card.mig_devices.is_unknown());
  // That nvidia-smi works says nothing about CUDA.
  EXPECT_TRUE(snapshot.drivers[0].init.is_unknown());
  EXPECT_TRUE(snapshot.drivers[0].devices.is_unknown());
}

TEST(PartialSnapshot, every_fact_names_its_line) {
  Snapshot snapshot = snapshot_of(table);
  const Evidence& evidence = snapshot.kernel_module.loaded_version.evidence();
  EXPECT_EQ(evidence.source, Source::log);
  EXPECT_EQ(evidence.locator, "line 2");
  EXPECT_TRUE(evidence.excerpt.contains("470.57.02"));
}

TEST(PartialSnapshot, a_table_of_windows_shows_no_kernel_module) {
  Snapshot snapshot = snapshot_of(
      "| NVIDIA-SMI 531.14                 Driver Version: 531.14       CUDA Version: 12.1     |\n"
      "|   0  NVIDIA GeForce RTX 3060      WDDM  | 00000000:01:00.0  On |                  N/A |\n");
  EXPECT_TRUE(snapshot.kernel_module.loaded.is_unknown());
}

TEST(PartialSnapshot, a_part_of_the_device_files_is_no_list) {
  constexpr std::string_view three =
      "crw-rw-rw- 1 root root 195,   0 Jan  1 10:00 /dev/nvidia0\n"
      "crw-rw-rw- 1 root root 195, 255 Jan  1 10:00 /dev/nvidiactl\n";
  EXPECT_TRUE(snapshot_of(three).device_nodes.nodes.is_unknown());
  Snapshot whole = snapshot_of(std::string(three) + "crw-rw---- 1 root video 510,   0 Jan  1 10:00 /dev/nvidia-uvm\n");
  ASSERT_TRUE(whole.device_nodes.nodes.is_known());
  const DeviceNode& uvm = whole.device_nodes.nodes->back();
  EXPECT_EQ(uvm.path, "/dev/nvidia-uvm");
  EXPECT_EQ(uvm.mode, 0660U);
  EXPECT_EQ(uvm.major, 510);
}

TEST(PartialSnapshot, cards_of_the_first_lines_have_their_capability) {
  std::vector<ShownCard> cards =
      shown_cards(read_text(clean_lines("GPU 0: Tesla T4 (UUID: GPU-6dc94e26-1e3a-4d83-a2cc-9d1b4dd7cbbb)\n", 0)));
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].name, "Tesla T4");
  EXPECT_EQ(cards[0].capability, "7.5");
}

TEST(PartialSnapshot, a_card_in_several_tables_is_one_card) {
  EXPECT_EQ(shown_cards(read_text(clean_lines(std::string(table) + "\n\n\n\n\n" + std::string(table), 0))).size(), 1U);
}

}  // namespace
}  // namespace gpuwhy
