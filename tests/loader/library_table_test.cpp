// The table that the probe makes, from folders that the test fills.
#include "probes/cuda_libraries/library_table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "loader/link_map.h"
#include "loader/real_machine.h"
#include "support/elf_writer.h"
#include "support/ldcache_writer.h"

namespace gpuwhy {
namespace {

namespace fs = std::filesystem;
using testing::make_elf;

class LibraryTableTest : public ::testing::Test {
 protected:
  LibraryTableTest() : root_(fs::temp_directory_path() / ("gpuwhy-table-" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
    root_ = fs::canonical(root_);
    replaced_ = {{"/etc/ld.so.conf", at("ld.so.conf")}, {"/etc/ld.so.cache", at("ld.so.cache")}};
  }
  ~LibraryTableTest() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  std::string at(const std::string& path) const { return (root_ / path).string(); }
  std::string write(const std::string& path, const std::string& bytes) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << bytes;
    return at(path);
  }
  void link(const std::string& path, const std::string& target) {
    fs::create_directories((root_ / path).parent_path());
    fs::create_symlink(target, root_ / path);
  }
  const Snapshot& probe(LibraryRoots roots, std::vector<Variable> variables = {}) {
    testing::RealMachine machine(std::move(variables), replaced_);
    snapshot_ = {};
    probe_libraries(machine, roots, snapshot_);
    return snapshot_;
  }
  const Candidate* candidate(const std::string& path) const { return snapshot_.libraries.find(at(path)); }
  const SearchedFolder* folder(const std::string& path) const { return snapshot_.libraries.find_folder(at(path)); }

  fs::path root_;
  std::map<std::string, std::string> replaced_;
  Snapshot snapshot_;
};

TEST_F(LibraryTableTest, follows_needs_and_search_paths_to_the_end) {
  std::string object = write("a/liba.so", make_elf({.needed = {"libb.so"}, .runpath = "$ORIGIN/../b"}));
  write("b/libb.so", make_elf({.soname = "libb.so", .needed = {"libc1.so"}, .rpath = "${ORIGIN}/../c:" + at("none")}));
  write("c/libc1.so", make_elf({.soname = "libc1.so"}));
  write("c/libother.so", make_elf({}));
  probe({.objects = {object}});
  EXPECT_NE(candidate("a/liba.so"), nullptr);
  ASSERT_NE(candidate("b/libb.so"), nullptr);
  EXPECT_EQ(candidate("b/libb.so")->needed, std::vector<std::string>{"libc1.so"});
  EXPECT_NE(candidate("c/libc1.so"), nullptr);
  EXPECT_EQ(candidate("c/libother.so"), nullptr);
  ASSERT_NE(folder("none"), nullptr);
  EXPECT_TRUE(folder("none")->names.is_absent());
  EXPECT_TRUE(folder("c")->names.is(std::vector<std::string>{"libc1.so"}));
}

TEST_F(LibraryTableTest, tells_every_kind_of_candidate_apart) {
  const std::string good = make_elf({.soname = "libx.so"});
  write("good/libx.so", good);
  write("short/libx.so", "");
  write("text/libx.so", "INPUT(libx.so.1) /* a linker script, longer than an ELF header would have to be */");
  write("cut/libx.so", good.substr(0, 4096));
  write("header/libx.so", good.substr(0, 100));
  write("class/libx.so", make_elf({.bits = 32}));
  write("machine/libx.so", make_elf({.machine = 183}));
  fs::create_directories(root_ / "folder/libx.so");
  link("dangling/libx.so", "nowhere");
  link("loop/libx.so", "libx.so");
  std::string list;
  for (const char* name : {"good", "short", "text", "cut", "header", "class", "machine", "folder", "dangling", "loop"})
    list += at(name) + ":";
  probe({.names = {"libx.so"}}, {{"LD_LIBRARY_PATH", list}});
  struct {
    const char* path;
    CandidateState state;
  } cases[] = {{"good", CandidateState::loadable},         {"short", CandidateState::too_short},   {"text", CandidateState::not_elf},
               {"cut", CandidateState::segments_cut},      {"header", CandidateState::header_cut}, {"class", CandidateState::wrong_class},
               {"machine", CandidateState::wrong_machine}, {"folder", CandidateState::folder},     {"dangling", CandidateState::dangling},
               {"loop", CandidateState::dangling}};
  for (const auto& c : cases) {
    const Candidate* found = candidate(std::string(c.path) + "/libx.so");
    ASSERT_NE(found, nullptr) << c.path;
    EXPECT_EQ(found->state, c.state) << c.path;
  }
  EXPECT_EQ(candidate("loop/libx.so")->detail, "Too many levels of symbolic links");
  EXPECT_EQ(candidate("cut/libx.so")->size, 4096u);
}

TEST_F(LibraryTableTest, links_are_followed_for_the_identity_of_a_file) {
  write("a/libx.so.1.2", make_elf({.soname = "libx.so.1"}));
  link("a/libx.so.1", "libx.so.1.2");
  link("b", "a");
  probe({.names = {"libx.so.1"}}, {{"LD_LIBRARY_PATH", at("a") + ":" + at("b")}});
  EXPECT_EQ(candidate("a/libx.so.1")->real_path, at("a/libx.so.1.2"));
  EXPECT_EQ(candidate("b/libx.so.1")->real_path, at("a/libx.so.1.2"));
}

TEST_F(LibraryTableTest, a_search_path_that_climbs_out_of_a_link_leads_where_the_system_leads) {
  write("x/d/libx.so", make_elf({.soname = "wrong"}));
  write("y/d/libx.so", make_elf({.soname = "right"}));
  fs::create_directories(root_ / "y/inner");
  link("x/link", at("y/inner"));
  probe({.names = {"libx.so"}}, {{"LD_LIBRARY_PATH", at("x/link/../d")}});
  loader::LinkMap map(snapshot_.libraries, snapshot_.loader);
  Resolution resolution = map.dlopen("libx.so");
  ASSERT_TRUE(resolution.is_found()) << resolution.detail;
  EXPECT_EQ(resolution.real_path, at("y/d/libx.so"));
}

TEST_F(LibraryTableTest, a_link_to_a_folder_above_does_not_make_it_run_forever) {
  write("d/libx.so", make_elf({.needed = {"liby.so", "libx.so"}, .rpath = "$ORIGIN/up/d:$ORIGIN/../d/up/d"}));
  write("d/liby.so", make_elf({.needed = {"libx.so"}, .rpath = "$ORIGIN/up/d"}));
  link("d/up", "..");
  probe({.objects = {at("d/libx.so")}});
  EXPECT_LT(snapshot_.libraries.candidates.size(), 500u);
}

TEST_F(LibraryTableTest, a_stub_of_the_driver_is_known_by_its_folder_or_by_its_size_and_loneliness) {
  const std::string stub = make_elf({.soname = "libcuda.so.1", .padded_to = 100'000});
  write("toolkit/lib/stubs/libcuda.so", stub);
  link("linked/libcuda.so.1", "../toolkit/lib/stubs/libcuda.so");
  write("copied/libcuda.so.1", stub);
  write("wsl/libcuda.so.1", stub);
  write("wsl/libdxcore.so", "x");
  write("driver/libcuda.so.1", stub);
  write("driver/libnvidia-ptxjitcompiler.so.1", "x");
  write("large/libcuda.so.1", make_elf({.soname = "libcuda.so.1", .padded_to = 3'000'000}));
  std::string list;
  for (const char* name : {"linked", "copied", "wsl", "driver", "large"}) list += at(name) + ":";
  probe({.names = {"libcuda.so.1"}}, {{"LD_LIBRARY_PATH", list}});
  EXPECT_TRUE(candidate("linked/libcuda.so.1")->is_driver_stub);
  EXPECT_TRUE(candidate("copied/libcuda.so.1")->is_driver_stub);
  EXPECT_FALSE(candidate("wsl/libcuda.so.1")->is_driver_stub);
  EXPECT_FALSE(candidate("driver/libcuda.so.1")->is_driver_stub);
  EXPECT_FALSE(candidate("large/libcuda.so.1")->is_driver_stub);
}

TEST_F(LibraryTableTest, the_cache_and_its_configuration_are_read) {
  write("ld.so.conf", "include " + at("conf.d") + "/*.conf\n" + at("direct") + "\n");
  write("conf.d/a.conf", at("included") + "\n");
  write("conf.d/ignored.txt", at("ignored") + "\n");
  write("cached/libx.so.1", make_elf({.soname = "libx.so.1"}));
  write("ld.so.cache", make_ld_so_cache({{"libx.so.1", at("cached/libx.so.1"), 0x0303, ""},
                                         {"libx.so.1", at("cached32/libx.so.1"), 0x0003, ""},
                                         {"libz.so.1", at("cached/libz.so.1"), 0x0303, ""}},
                                        testing::CacheLayout::modern));
  probe({.names = {"libx.so.1"}});
  ASSERT_TRUE(snapshot_.loader.cache.is_known());
  ASSERT_EQ(snapshot_.loader.cache->size(), 1u);
  EXPECT_EQ(snapshot_.loader.cache->front().path, at("cached/libx.so.1"));
  EXPECT_NE(candidate("cached/libx.so.1"), nullptr);
  EXPECT_TRUE(snapshot_.loader.cache_folders.is(std::vector<std::string>{at("included"), at("direct")}));
  ASSERT_NE(folder("direct"), nullptr);
}

TEST_F(LibraryTableTest, a_damaged_cache_is_no_cache_to_the_loader_and_is_noted) {
  write("ld.so.cache", "nonsense");
  probe({.names = {"libx.so.1"}});
  EXPECT_TRUE(snapshot_.loader.cache.is(std::vector<CacheEntry>{}));
  ASSERT_EQ(snapshot_.unread.size(), 1u);
  EXPECT_EQ(snapshot_.unread.front().fact, "ld.so.cache");
}

TEST_F(LibraryTableTest, the_variables_of_the_loader_are_kept_and_preloads_looked_for) {
  write("p/libp.so", make_elf({.needed = {"libq.so"}, .runpath = "$ORIGIN"}));
  write("p/libq.so", make_elf({}));
  probe({}, {{"LD_PRELOAD", at("p/libp.so") + ":libr.so"}});
  EXPECT_TRUE(snapshot_.loader.preload.is(at("p/libp.so") + ":libr.so"));
  EXPECT_TRUE(snapshot_.loader.library_path.is_absent());
  EXPECT_NE(candidate("p/libp.so"), nullptr);
  EXPECT_NE(candidate("p/libq.so"), nullptr);
}

TEST_F(LibraryTableTest, a_hostile_library_full_of_names_is_bounded) {
  testing::ElfSpec spec;
  for (int i = 0; i < 8000; ++i) spec.needed.push_back("$ORIGIN/../" + std::to_string(i) + "/x.so");
  std::string list = "/a0";
  for (int i = 1; i < 20'000; ++i) list += ":/a" + std::to_string(i);
  spec.runpath = list;
  probe({.objects = {write("h/libh.so", make_elf(spec))}});
  EXPECT_LE(snapshot_.libraries.folders.size(), 24'000u);
}

// As an ordinary user: root may list and read everything.
TEST_F(LibraryTableTest, a_folder_that_may_be_searched_but_not_listed_is_known_and_one_that_may_not_be_searched_is_not) {
  if (::geteuid() == 0) GTEST_SKIP() << "permissions do not bind root";
  write("blind/libx.so", make_elf({}));
  write("closed/libx.so", make_elf({}));
  fs::permissions(root_ / "blind", fs::perms::owner_exec);
  fs::permissions(root_ / "closed", fs::perms::none);
  probe({.names = {"libx.so", "liby.so"}}, {{"LD_LIBRARY_PATH", at("blind") + ":" + at("closed")}});
  EXPECT_TRUE(folder("blind")->names.is(std::vector<std::string>{"libx.so"}));
  EXPECT_TRUE(folder("closed")->names.is_unknown());
  fs::permissions(root_ / "blind", fs::perms::owner_all);
  fs::permissions(root_ / "closed", fs::perms::owner_all);
}

}  // namespace
}  // namespace gpuwhy
