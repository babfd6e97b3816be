#include "probes/pci_bus/pci_bus.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;

const std::string folder = "/sys/bus/pci/devices/";
const std::string zero = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
const std::string geforce_bars =
    "0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
    "0x00000000e0000000 0x00000000efffffff 0x000000000014220c\n" +
    zero + "0x00000000f0000000 0x00000000f1ffffff 0x000000000014220c\n" + zero +
    "0x000000000000e000 0x000000000000e07f 0x0000000000040101\n" + zero;

void add_function(MemoryMachine& machine, const std::string& address, const char* class_code, const char* vendor, const char* device) {
  const std::string real = "/sys/devices/pci0000:00/" + address;
  machine.link(folder + address, "../../../devices/pci0000:00/" + address);
  machine.file(real + "/class", class_code).file(real + "/vendor", vendor).file(real + "/device", device);
  machine.file(real + "/subsystem_vendor", "0x1043\n").file(real + "/subsystem_device", "0x88e2\n");
  machine.file(real + "/resource", geforce_bars).file(real + "/numa_node", "-1\n");
}

Snapshot probe(MemoryMachine& machine) {
  Snapshot snapshot;
  probe_pci_bus(machine, snapshot);
  return snapshot;
}

TEST(ProbePciBus, a_laptop_shows_both_cards_and_their_drivers) {
  MemoryMachine machine;
  add_function(machine, "0000:00:02.0", "0x030000\n", "0x8086\n", "0x46a6\n");
  add_function(machine, "0000:01:00.0", "0x030000\n", "0x10de\n", "0x2860\n");
  add_function(machine, "0000:01:00.1", "0x040300\n", "0x10de\n", "0x22bd\n");
  machine.link("/sys/devices/pci0000:00/0000:01:00.0/driver", "../../../bus/pci/drivers/nouveau");
  Snapshot snapshot = probe(machine);
  ASSERT_TRUE(snapshot.pci.display.is_known());
  ASSERT_EQ(snapshot.pci.display->size(), 2u);
  EXPECT_TRUE(snapshot.pci.functions.is(3));
  const PciFunction& card = (*snapshot.pci.display)[1];
  EXPECT_EQ(card.address, "0000:01:00.0");
  EXPECT_EQ(card.vendor, 0x10deu);
  EXPECT_EQ(card.device, 0x2860u);
  EXPECT_EQ(card.subsystem_vendor, 0x1043u);
  EXPECT_EQ(card.class_code, 0x030000u);
  EXPECT_TRUE(card.driver.is("nouveau"));
  EXPECT_TRUE(card.numa_node.is(-1));
  ASSERT_TRUE(card.bars.is_known());
  EXPECT_EQ((*card.bars)[1], (PciBar{1, 256 << 20}));
  EXPECT_TRUE((*snapshot.pci.display)[0].driver.is_absent());
}

TEST(ProbePciBus, an_empty_bus_proves_nothing) {
  MemoryMachine machine;
  machine.folder("/sys/bus/pci/devices");
  Snapshot snapshot = probe(machine);
  EXPECT_TRUE(snapshot.pci.functions.is(0));
  ASSERT_TRUE(snapshot.pci.display.is_unknown());
  EXPECT_EQ(snapshot.pci.display.detail(), "the bus is empty: hidden by a sandbox or a hypervisor");
}

TEST(ProbePciBus, a_missing_bus_is_unknown) {
  MemoryMachine machine;
  machine.folder("/sys");
  EXPECT_TRUE(probe(machine).pci.display.is_unknown());
  EXPECT_TRUE(probe(machine).pci.functions.is_unknown());
  EXPECT_TRUE(probe(machine).unread.empty());
}

TEST(ProbePciBus, a_denied_bus_is_unknown_and_named) {
  MemoryMachine machine;
  machine.folder("/sys/bus/pci/devices").denies("/sys/bus/pci/devices");
  Snapshot snapshot = probe(machine);
  ASSERT_TRUE(snapshot.pci.display.is_unknown());
  EXPECT_EQ(snapshot.pci.display.why(), Why::denied);
  EXPECT_EQ(snapshot.unread.size(), 1u);
}

TEST(ProbePciBus, a_bus_without_a_card_is_an_answer) {
  MemoryMachine machine;
  add_function(machine, "0000:00:00.0", "0x060000\n", "0x8086\n", "0x1237\n");
  Snapshot snapshot = probe(machine);
  ASSERT_TRUE(snapshot.pci.display.is_known());
  EXPECT_TRUE(snapshot.pci.display->empty());
}

TEST(ProbePciBus, a_function_that_may_be_a_card_makes_no_card_a_guess) {
  for (const char* half : {"", "0x", "0x0300zz"}) {
    MemoryMachine machine;
    add_function(machine, "0000:00:02.0", "0x030000\n", "0x8086\n", "0x46a6\n");
    add_function(machine, "0000:01:00.0", half, "0x10de\n", "0x2860\n");
    Snapshot snapshot = probe(machine);
    ASSERT_TRUE(snapshot.pci.display.is_unknown()) << half;
    EXPECT_EQ(snapshot.pci.display.why(), Why::malformed);
    EXPECT_EQ(snapshot.unread.size(), 1u);
  }
}

TEST(ProbePciBus, a_doubtful_function_does_not_hide_the_card_that_was_seen) {
  MemoryMachine machine;
  add_function(machine, "0000:01:00.0", "0x030200\n", "0x10de\n", "0x20b0\n");
  add_function(machine, "0000:02:00.0", "0x030200\n", "0x10de\n", "0x20b0\n");
  machine.denies("/sys/devices/pci0000:00/0000:02:00.0/class");
  Snapshot snapshot = probe(machine);
  ASSERT_TRUE(snapshot.pci.display.is_known());
  EXPECT_EQ(snapshot.pci.display->size(), 1u);
  EXPECT_EQ(snapshot.unread.size(), 1u);
}

TEST(ProbePciBus, a_doubtful_function_of_another_vendor_does_not_matter) {
  MemoryMachine machine;
  add_function(machine, "0000:00:1f.0", "", "0x8086\n", "0x7a04\n");
  EXPECT_TRUE(probe(machine).pci.display.is_known());
}

TEST(ProbePciBus, a_function_that_was_unplugged_meanwhile_is_not_counted) {
  MemoryMachine machine;
  add_function(machine, "0000:00:00.0", "0x060000\n", "0x8086\n", "0x1237\n");
  machine.folder(folder + "0000:05:00.0");
  EXPECT_TRUE(probe(machine).pci.functions.is(1));
}

TEST(ProbePciBus, half_written_details_spoil_only_themselves) {
  MemoryMachine machine;
  add_function(machine, "0000:01:00.0", "0x030000\n", "0x10de\n", "0x2860\n");
  machine.file("/sys/devices/pci0000:00/0000:01:00.0/resource", zero).file("/sys/devices/pci0000:00/0000:01:00.0/numa_node", "-");
  machine.link("/sys/devices/pci0000:00/0000:01:00.0/driver", "x").denies("/sys/devices/pci0000:00/0000:01:00.0/subsystem_vendor");
  Snapshot snapshot = probe(machine);
  ASSERT_EQ(snapshot.pci.display->size(), 1u);
  const PciFunction& card = snapshot.pci.display->front();
  EXPECT_TRUE(card.bars.is_unknown());
  EXPECT_TRUE(card.numa_node.is_unknown());
  EXPECT_EQ(card.subsystem_vendor, 0u);
}

TEST(ProbePciBus, a_root_folder_says_nothing_about_hardware) {
  MemoryMachine machine;
  add_function(machine, "0000:01:00.0", "0x030000\n", "0x10de\n", "0x2860\n");
  machine.as_root_folder();
  EXPECT_TRUE(probe(machine).pci.display.is_unknown());
}

Fact<bool> answers_of(const std::string& config, const char* power) {
  MemoryMachine machine;
  add_function(machine, "0000:01:00.0", "0x030000\n", "0x10de\n", "0x2860\n");
  machine.file("/sys/devices/pci0000:00/0000:01:00.0/config", config);
  machine.file("/sys/devices/pci0000:00/0000:01:00.0/power/runtime_status", power);
  return probe(machine).pci.display->front().answers;
}

TEST(ProbePciBus, a_card_whose_configuration_reads_as_ones_has_left_the_bus) {
  EXPECT_TRUE(answers_of(std::string(64, '\xff'), "active\n").is(false));
  EXPECT_TRUE(answers_of(std::string("\xde\x10\x60\x28", 4) + std::string(60, '\xff'), "active\n").is(true));
}

TEST(ProbePciBus, a_sleeping_card_is_not_woken) { EXPECT_EQ(answers_of(std::string(64, '\xff'), "suspended\n").why(), Why::not_probed); }

TEST(ProbePciBus, a_configuration_that_is_cut_says_nothing) { EXPECT_EQ(answers_of("\xff\xff", "active\n").why(), Why::malformed); }

}  // namespace
}  // namespace gpuwhy
