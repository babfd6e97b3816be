#include "probes/kernel_log/kernel_log.h"

#include <gtest/gtest.h>

#include "support/collected.h"

namespace gpuwhy {
namespace {

KernelLog log_of(const std::string& manifest) {
  auto snapshot = testing::collect_manifest_text(manifest, "machine", "");
  EXPECT_TRUE(snapshot) << (snapshot ? "" : snapshot.error().message);
  return snapshot ? snapshot->kernel_log : KernelLog{};
}

TEST(ProbeKernelLog, reads_the_ring_buffer) {
  KernelLog log = log_of("kernel-log <<END\n<4>[   12.0] NVRM: x\n<6>[   13.0] usb 1-1: y\nEND\n");
  EXPECT_EQ(log.source, "kernel ring buffer");
  ASSERT_TRUE(log.lines.is_known());
  EXPECT_EQ(*log.lines, (std::vector<KernelLogLine>{{"[   12.0]", "NVRM: x"}}));
}

TEST(ProbeKernelLog, falls_back_on_the_file_of_the_log_daemon) {
  KernelLog log = log_of("file /var/log/kern.log <<END\nDec  2 11:49:53 h kernel: [  8.2] NVRM: x\nEND\n");
  EXPECT_EQ(log.source, "/var/log/kern.log");
  ASSERT_TRUE(log.lines.is_known());
  EXPECT_EQ(*log.lines, (std::vector<KernelLogLine>{{"Dec  2 11:49:53", "NVRM: x"}}));
}

TEST(ProbeKernelLog, that_nobody_may_read_is_unknown_and_no_complaint) {
  auto snapshot = testing::collect_manifest_text("file /var/log/kern.log mode=0640 = Dec  2 11:49:53 h kernel: NVRM: x\n", "machine", "");
  ASSERT_TRUE(snapshot);
  ASSERT_TRUE(snapshot->kernel_log.lines.is_unknown());
  EXPECT_NE(snapshot->kernel_log.lines.detail().find("Operation not permitted"), std::string::npos);
  for (const Unread& unread : snapshot->unread) EXPECT_EQ(unread.fact.find("log"), std::string::npos) << unread.fact;
}

TEST(ProbeKernelLog, of_a_large_file_is_its_end) {
  std::string text = "file /var/log/kern.log <<END\n";
  for (int i = 0; i < 70000; ++i) text += "Dec  2 11:49:53 h kernel: [  8.2] usb 1-1: a line of the kernel that is no news\n";
  KernelLog log = log_of(text + "Dec  2 11:49:54 h kernel: NVRM: last\nEND\n");
  ASSERT_TRUE(log.lines.is_known());
  EXPECT_EQ(log.lines->size(), 1u);
}

}  // namespace
}  // namespace gpuwhy
