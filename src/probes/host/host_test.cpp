#include "probes/host/host.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;

constexpr const char* passwd = "root:x:0:0:root:/root:/bin/bash\nana:x:1000:1000::/home/ana:/bin/bash\n";

Host host_of(MemoryMachine& machine) {
  Snapshot snapshot;
  probe_host(machine, snapshot);
  return snapshot.host;
}

std::string glibc_text(const std::string& version) {
  return std::string(300'000, 'x') + "GNU C Library (Debian GLIBC) stable release version " + version + ".\nCopyright";
}

struct Distribution {
  const char* os_release;
  const char *id, *version;
};

TEST(ProbeHost, distributions_are_named_by_os_release) {
  const Distribution cases[] = {
      {"ID=debian\nVERSION_ID=\"12\"\n", "debian", "12"},
      {"ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n", "ubuntu", "24.04"},
      {"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.5\"\n", "rocky", "9.5"},
      {"ID=arch\nBUILD_ID=rolling\n", "arch", nullptr},
      {"ID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"\n", "opensuse-leap", "15.6"},
  };
  for (const Distribution& c : cases) {
    MemoryMachine machine;
    machine.file("/usr/lib/os-release", c.os_release).link("/etc/os-release", "../usr/lib/os-release");
    Host host = host_of(machine);
    EXPECT_TRUE(host.os_id.is(c.id)) << c.id;
    if (c.version) EXPECT_TRUE(host.os_version.is(c.version)) << c.id;
    else EXPECT_TRUE(host.os_version.is_absent()) << c.id;
  }
}

TEST(ProbeHost, usr_lib_stands_in_for_a_missing_etc_os_release) {
  MemoryMachine machine;
  machine.file("/usr/lib/os-release", "ID=fedora\n");
  EXPECT_EQ(host_of(machine).os_id.evidence().locator, "/usr/lib/os-release");
}

TEST(ProbeHost, a_denied_os_release_is_unknown_and_named) {
  MemoryMachine machine;
  machine.file("/etc/os-release", "ID=debian\n").denies("/etc/os-release").file("/usr/lib/os-release", "ID=other\n");
  Snapshot snapshot;
  probe_host(machine, snapshot);
  ASSERT_TRUE(snapshot.host.os_id.is_unknown());
  EXPECT_EQ(snapshot.host.os_id.why(), Why::denied);
  ASSERT_FALSE(snapshot.unread.empty());
  EXPECT_EQ(snapshot.unread[0].fact, "the distribution");
}

TEST(ProbeHost, the_user_is_the_account_of_the_uid_and_home_follows_HOME) {
  MemoryMachine machine;
  machine.file("/etc/passwd", passwd);
  EXPECT_EQ(host_of(machine).user->reveal(), "ana");
  EXPECT_EQ(host_of(machine).home->reveal(), "/home/ana");
  machine.variables({{"HOME", "/scratch/ana"}});
  EXPECT_EQ(host_of(machine).home->reveal(), "/scratch/ana");
  EXPECT_TRUE(host_of(machine).sudo_user.is_absent());
}

TEST(ProbeHost, under_sudo_the_caller_is_judged) {
  MemoryMachine machine;
  machine.file("/etc/passwd", passwd).user(0, "ana").variables({{"HOME", "/root"}, {"USER", "root"}});
  Host host = host_of(machine);
  EXPECT_EQ(host.user->reveal(), "ana");
  EXPECT_EQ(host.home->reveal(), "/home/ana");
  EXPECT_EQ(host.sudo_user->reveal(), "ana");
  EXPECT_TRUE(host.uid.is(0u));
}

TEST(ProbeHost, sudo_to_another_user_judges_that_one) {
  MemoryMachine machine;
  machine.file("/etc/passwd", passwd).user(1000, "root");
  EXPECT_EQ(host_of(machine).user->reveal(), "ana");
  EXPECT_EQ(host_of(machine).sudo_user->reveal(), "root");
}

TEST(ProbeHost, accounts_of_a_directory_service_are_known_by_variable_or_not_at_all) {
  MemoryMachine machine;
  machine.file("/etc/passwd", passwd).user(5000);
  EXPECT_TRUE(host_of(machine).user.is_unknown());
  EXPECT_TRUE(host_of(machine).home.is_unknown());
  machine.variables({{"USER", "eva"}});
  EXPECT_EQ(host_of(machine).user->reveal(), "eva");
}

TEST(ProbeHost, a_root_folder_has_neither_kernel_nor_user) {
  MemoryMachine machine;
  machine.as_root_folder().file("/etc/os-release", "ID=ubuntu\n").file("/etc/passwd", passwd);
  Host host = host_of(machine);
  EXPECT_TRUE(host.os_id.is("ubuntu"));
  EXPECT_TRUE(host.kernel_release.is_unknown());
  EXPECT_TRUE(host.user.is_unknown());
  EXPECT_TRUE(host.uid.is_unknown());
}

TEST(ProbeLibc, glibc_says_its_version_wherever_the_line_lies) {
  for (std::size_t before : {0, 262'100, 262'144, 300'000, 524'280}) {
    MemoryMachine machine;
    machine.file("/usr/lib64/libc.so.6", std::string(before, 'x') + "GNU C Library (GNU libc) stable release version 2.34.\n")
        .link("/lib64", "usr/lib64");
    EXPECT_TRUE(host_of(machine).libc.is("glibc 2.34")) << before;
  }
}

TEST(ProbeLibc, musl_is_known_by_its_loader_and_a_broken_glibc_is_no_musl) {
  MemoryMachine alpine;
  alpine.file("/lib/ld-musl-x86_64.so.1", "");
  EXPECT_TRUE(host_of(alpine).libc.is("musl"));
  MemoryMachine cut;
  cut.file("/lib64/libc.so.6",
           "\x7f"
           "ELF")
      .folder("/lib");
  EXPECT_TRUE(host_of(cut).libc.is_unknown());
  MemoryMachine denied;
  denied.file("/lib/x86_64-linux-gnu/libc.so.6", glibc_text("2.36")).denies("/lib/x86_64-linux-gnu/libc.so.6");
  ASSERT_TRUE(host_of(denied).libc.is_unknown());
  EXPECT_EQ(host_of(denied).libc.why(), Why::denied);
}

}  // namespace
}  // namespace gpuwhy
