// Rules that a table shows best. That the whole order of search is right is shown by tests/loader, against the real ld.so.
#include "loader/link_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/path.h"

namespace gpuwhy::loader {
namespace {

constexpr char program[] = "/app/bin/python";

class LinkMapTest : public ::testing::Test {
 protected:
  LinkMapTest() {
    settings_.library_path = Fact<std::string>::absent();
    settings_.preload = Fact<std::string>::absent();
    settings_.cache = Fact<std::vector<CacheEntry>>::absent();
    settings_.default_folders = {"/lib", "/usr/lib"};
    folder("/lib");
    folder("/usr/lib");
    add(program);
  }

  void folder(const std::string& path) { folders_[path]; }
  void unknown_folder(const std::string& path) {
    folders_[path];
    unknown_.insert(path);
  }
  Candidate& add(const std::string& path, Candidate candidate = {}) {
    std::string parent(path::parent(path));
    folders_[parent].insert(std::string(path::filename(path)));
    candidate.path = path;
    if (candidate.real_path.empty()) candidate.real_path = path;
    return candidates_[path] = std::move(candidate);
  }

  LinkMap map(Libc libc = Libc::glibc) {
    table_ = {};
    for (auto& [path, candidate] : candidates_) table_.candidates.push_back(candidate);
    for (auto& [path, names] : folders_) {
      SearchedFolder entry{path, Fact<std::vector<std::string>>::known({names.begin(), names.end()})};
      if (unknown_.contains(path)) entry.names = Fact<std::vector<std::string>>::unknown(Why::denied, "Permission denied");
      table_.folders.push_back(std::move(entry));
    }
    for (const std::string& path : absent_) table_.folders.push_back({path, Fact<std::vector<std::string>>::absent()});
    std::ranges::sort(table_.folders, {}, &SearchedFolder::path);
    return LinkMap(table_, settings_, libc);
  }
  LinkMap started(Libc libc = Libc::glibc) {
    LinkMap result = map(libc);
    Resolution resolution = result.load_program(program);
    EXPECT_TRUE(resolution.is_found()) << resolution.loader_message() << resolution.detail;
    return result;
  }
  void set_library_path(const std::string& value) { settings_.library_path = Fact<std::string>::known(value); }

  std::map<std::string, Candidate> candidates_;
  std::map<std::string, std::set<std::string>> folders_;
  std::set<std::string> unknown_, absent_;
  LibraryTable table_;
  LoaderSettings settings_;
};

TEST_F(LinkMapTest, a_missing_library_is_reported_as_ld_so_does_with_every_place_tried) {
  set_library_path("/opt/a");
  folder("/opt/a");
  settings_.cache = Fact<std::vector<CacheEntry>>::known({});
  Resolution resolution = started().dlopen("libcudnn.so.9");
  EXPECT_EQ(resolution.state, ResolutionState::not_found);
  EXPECT_EQ(resolution.loader_message(), "libcudnn.so.9: cannot open shared object file: No such file or directory");
  std::vector<Tried> expected = {{SearchRule::ld_library_path, "/opt/a", "", "not there"},
                                 {SearchRule::cache, "/etc/ld.so.cache", "", "no entry"},
                                 {SearchRule::default_folder, "/lib", "", "not there"},
                                 {SearchRule::default_folder, "/usr/lib", "", "not there"}};
  EXPECT_EQ(resolution.tried, expected);
}

TEST_F(LinkMapTest, an_unset_variable_and_a_missing_folder_are_named) {
  absent_.insert("/none");
  add("/app/lib/libx.so", {.runpath = "/none"});
  LinkMap map = started();
  ASSERT_TRUE(map.dlopen("/app/lib/libx.so").is_found());
  Resolution resolution = map.dlopen("liby.so", "/app/lib/libx.so");
  ASSERT_GE(resolution.tried.size(), 2u);
  EXPECT_EQ(resolution.tried[0], (Tried{SearchRule::ld_library_path, "LD_LIBRARY_PATH", "", "not set"}));
  EXPECT_EQ(resolution.tried[1], (Tried{SearchRule::runpath, "/none", "/app/lib/libx.so", "no such folder"}));
}

TEST_F(LinkMapTest, each_bad_candidate_is_skipped_fatal_or_deadly) {
  struct {
    CandidateState state;
    const char* detail;
    ResolutionState result;
    const char* message;
  } cases[] = {
      {CandidateState::dangling, "", ResolutionState::found, ""},
      {CandidateState::unreadable, "", ResolutionState::found, ""},
      {CandidateState::wrong_class, "", ResolutionState::found, ""},
      {CandidateState::wrong_machine, "", ResolutionState::found, ""},
      {CandidateState::too_short, "", ResolutionState::bad_file, "/opt/a/libx.so: file too short"},
      {CandidateState::not_elf, "", ResolutionState::bad_file, "/opt/a/libx.so: invalid ELF header"},
      {CandidateState::not_elf, "ELF file OS ABI invalid", ResolutionState::bad_file, "/opt/a/libx.so: ELF file OS ABI invalid"},
      {CandidateState::header_cut, "", ResolutionState::bad_file, "/opt/a/libx.so: cannot read file data"},
      {CandidateState::folder, "", ResolutionState::bad_file, "/opt/a/libx.so: cannot read file data: Is a directory"},
      {CandidateState::segments_cut, "", ResolutionState::process_dies, ""},
  };
  set_library_path("/opt/a:/opt/b");
  add("/opt/b/libx.so");
  for (const auto& c : cases) {
    add("/opt/a/libx.so", {.state = c.state, .detail = c.detail});
    Resolution resolution = started().dlopen("libx.so");
    EXPECT_EQ(resolution.state, c.result) << static_cast<int>(c.state);
    EXPECT_EQ(resolution.loader_message(), c.message);
    EXPECT_EQ(resolution.path, c.result == ResolutionState::found ? "/opt/b/libx.so" : "/opt/a/libx.so");
  }
}

TEST_F(LinkMapTest, a_link_that_leads_to_itself_ends_its_list_but_not_the_search) {
  set_library_path("/opt/a:/opt/b");
  add("/opt/a/libx.so", {.state = CandidateState::dangling, .detail = "Too many levels of symbolic links"});
  add("/opt/b/libx.so");
  add("/usr/lib/libx.so");
  EXPECT_EQ(started().dlopen("libx.so").path, "/usr/lib/libx.so");
}

TEST_F(LinkMapTest, when_only_a_32_bit_file_exists_the_message_says_so) {
  add("/lib/libx.so", {.state = CandidateState::wrong_class});
  EXPECT_EQ(started().dlopen("libx.so").loader_message(), "libx.so: wrong ELF class: ELFCLASS32");
}

TEST_F(LinkMapTest, a_path_that_may_not_be_read_says_permission_denied) {
  add("/opt/a/libx.so", {.state = CandidateState::unreadable});
  EXPECT_EQ(started().dlopen("/opt/a/libx.so").loader_message(), "/opt/a/libx.so: cannot open shared object file: Permission denied");
}

TEST_F(LinkMapTest, a_soname_that_is_loaded_wins_over_every_folder_and_a_file_name_does_not) {
  add("/opt/a/one.so", {.soname = "libx.so.1"});
  add("/opt/a/liby.so.1");
  add("/lib/libx.so.1");
  add("/lib/liby.so.1");
  LinkMap map = started();
  map.dlopen("/opt/a/one.so");
  map.dlopen("/opt/a/liby.so.1");
  EXPECT_EQ(map.dlopen("libx.so.1").path, "/opt/a/one.so");
  EXPECT_EQ(map.dlopen("libx.so.1").rule, SearchRule::already_loaded);
  EXPECT_EQ(map.dlopen("liby.so.1").path, "/lib/liby.so.1");
}

TEST_F(LinkMapTest, runpath_serves_its_own_object_only_and_rpath_those_below_it_too) {
  add("/r/libx.so", {.needed = {"liby.so"}, .runpath = "/r"});
  add("/r/liby.so", {.needed = {"libz.so"}});
  add("/r/libz.so");
  Resolution by_runpath = started().dlopen("/r/libx.so");
  EXPECT_EQ(by_runpath.state, ResolutionState::dependency_failed);
  EXPECT_EQ(by_runpath.root_failure().name, "libz.so");
  EXPECT_EQ(by_runpath.root_failure().caller, "/r/liby.so");
  EXPECT_EQ(by_runpath.loader_message(), "libz.so: cannot open shared object file: No such file or directory");
  add("/r/libx.so", {.needed = {"liby.so"}, .rpath = "/r"});
  EXPECT_TRUE(started().dlopen("/r/libx.so").is_found());
}

TEST_F(LinkMapTest, an_object_opened_by_dlopen_has_no_rpath_of_its_caller) {
  add("/r/libx.so", {.rpath = "/r"});
  add("/r/liby.so", {.needed = {"libz.so"}});
  add("/r/libz.so");
  LinkMap map = started();
  map.dlopen("/r/libx.so");
  Resolution resolution = map.dlopen("liby.so", "/r/libx.so");
  EXPECT_EQ(resolution.path, "/r/liby.so");  // found by the caller's RPATH, but what it needs is not sought there
  EXPECT_EQ(resolution.state, ResolutionState::dependency_failed);
}

TEST_F(LinkMapTest, rpath_beats_the_variable_and_the_variable_beats_runpath) {
  set_library_path("/v");
  for (const char* place : {"/v", "/r"}) add(std::string(place) + "/liby.so");
  add("/x/rpath.so", {.needed = {"liby.so"}, .rpath = "/r"});
  add("/x/runpath.so", {.needed = {"liby.so"}, .runpath = "/r"});
  LinkMap first = started(), second = first;
  first.dlopen("/x/rpath.so");
  second.dlopen("/x/runpath.so");
  EXPECT_EQ(first.find_loaded("liby.so")->file->path, "/r/liby.so");
  EXPECT_EQ(second.find_loaded("liby.so")->file->path, "/v/liby.so");
}

TEST_F(LinkMapTest, a_failed_request_leaves_nothing_mapped_and_a_copy_is_independent) {
  add("/x/liba.so", {.needed = {"libb.so", "libmissing.so"}, .rpath = "/x"});
  add("/x/libb.so");
  LinkMap map = started();
  LinkMap copy = map;
  EXPECT_FALSE(map.dlopen("/x/liba.so").is_found());
  EXPECT_EQ(map.objects().size(), copy.objects().size());
  EXPECT_TRUE(copy.dlopen("/x/libb.so").is_found());
  EXPECT_EQ(map.find_loaded("/x/libb.so"), nullptr);
}

TEST_F(LinkMapTest, a_folder_that_could_not_be_read_makes_the_answer_unknown_only_before_the_winner) {
  set_library_path("/first:/closed:/last");
  folder("/first");
  unknown_folder("/closed");
  add("/last/libx.so");
  Resolution resolution = started().dlopen("libx.so");
  EXPECT_EQ(resolution.state, ResolutionState::cannot_tell);
  EXPECT_EQ(resolution.detail, "/closed: could not be listed: Permission denied");
  add("/first/libx.so");
  EXPECT_EQ(started().dlopen("libx.so").path, "/first/libx.so");
}

TEST_F(LinkMapTest, a_folder_that_the_table_does_not_hold_is_unknown_and_a_relative_one_is_passed_over) {
  set_library_path("/never/seen");
  add("/lib/libx.so");
  EXPECT_EQ(started().dlopen("libx.so").state, ResolutionState::cannot_tell);
  set_library_path("relative::");
  Resolution resolution = started().dlopen("libx.so");
  EXPECT_EQ(resolution.path, "/lib/libx.so");
  EXPECT_EQ(resolution.tried.front().place, "relative");
}

TEST_F(LinkMapTest, unknown_variables_and_an_unknown_cache_are_not_taken_for_empty_ones) {
  add("/lib/libx.so");
  settings_.cache = Fact<std::vector<CacheEntry>>::unknown(Why::denied, "Permission denied");
  EXPECT_EQ(started().dlopen("libx.so").state, ResolutionState::cannot_tell);
  settings_.cache = Fact<std::vector<CacheEntry>>::absent();
  settings_.library_path = Fact<std::string>();
  EXPECT_EQ(started().dlopen("libx.so").state, ResolutionState::cannot_tell);
}

TEST_F(LinkMapTest, the_best_level_in_the_cache_wins) {
  settings_.hwcap_folders = {"glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v2"};
  std::vector<CacheEntry> cache;
  for (const char* level : {"x86-64-v4", "x86-64-v2", "x86-64-v3", ""}) {
    std::string path = std::string("/c") + level + "/libx.so";
    add(path);
    cache.push_back({"libx.so", path, level});
  }
  settings_.cache = Fact<std::vector<CacheEntry>>::known(cache);
  EXPECT_EQ(started().dlopen("libx.so").path, "/cx86-64-v3/libx.so");
  settings_.hwcap_folders.clear();
  EXPECT_EQ(started().dlopen("libx.so").path, "/c/libx.so");
}

TEST_F(LinkMapTest, an_object_without_default_folders_refuses_cache_entries_in_them) {
  add("/lib/libx.so");
  add("/c/liby.so");
  settings_.cache = Fact<std::vector<CacheEntry>>::known({{"libx.so", "/lib/libx.so", ""}, {"liby.so", "/c/liby.so", ""}});
  add("/x/liba.so", {.no_default_folders = true});
  LinkMap map = started();
  map.dlopen("/x/liba.so");
  EXPECT_EQ(map.dlopen("libx.so", "/x/liba.so").state, ResolutionState::not_found);
  EXPECT_EQ(map.dlopen("liby.so", "/x/liba.so").path, "/c/liby.so");
}

TEST_F(LinkMapTest, a_preload_that_is_missing_is_reported_and_ignored) {
  add("/p/libgood.so", {.soname = "libcudnn.so.9"});
  settings_.preload = Fact<std::string>::known("libbad.so /p/libgood.so");
  LinkMap map = started();
  EXPECT_EQ(map.find_loaded("libcudnn.so.9")->file->path, "/p/libgood.so");
  EXPECT_EQ(map.messages(),
            std::vector<std::string>{
                "ERROR: ld.so: object 'libbad.so' from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored."});
}

TEST_F(LinkMapTest, the_loader_itself_is_always_there) {
  add("/x/liba.so", {.needed = {"ld-linux-x86-64.so.2"}});
  EXPECT_TRUE(started().dlopen("/x/liba.so").is_found());
}

TEST_F(LinkMapTest, one_file_by_two_paths_is_one_object) {
  add("/x/liba.so.1.2");
  add("/x/liba.so.1", {.real_path = "/x/liba.so.1.2"});
  LinkMap map = started();
  map.dlopen("/x/liba.so.1");
  std::size_t before = map.objects().size();
  EXPECT_EQ(map.dlopen("/x/liba.so.1.2").path, "/x/liba.so.1");
  EXPECT_EQ(map.objects().size(), before);
}

TEST_F(LinkMapTest, a_caller_that_is_not_mapped_cannot_call) {
  EXPECT_EQ(started().dlopen("libx.so", "/nowhere/lib.so").state, ResolutionState::cannot_tell);
}

TEST_F(LinkMapTest, needs_that_form_a_circle_end) {
  add("/x/liba.so", {.soname = "liba.so", .needed = {"libb.so"}, .rpath = "/x"});
  add("/x/libb.so", {.soname = "libb.so", .needed = {"liba.so", "libb.so"}});
  EXPECT_TRUE(started().dlopen("/x/liba.so").is_found());
}

TEST_F(LinkMapTest, a_link_that_a_search_path_climbs_out_of_is_not_resolved_by_name) {
  folder("/x/link/..");
  add("/x/link/../d/libx.so");
  add("/x/d/libx.so");
  set_library_path("/x/link/../d");
  EXPECT_EQ(started().dlopen("libx.so").path, "/x/link/../d/libx.so");
  set_library_path("/x/plain/../d");
  EXPECT_EQ(started().dlopen("libx.so").path, "/x/d/libx.so");
}

// --- musl ---

TEST_F(LinkMapTest, musl_takes_the_variable_before_any_rpath_and_runpath_is_inherited) {
  set_library_path("/v");
  add("/v/liby.so");
  add("/r/liby.so");
  add("/r/libz.so");
  add("/r/libx.so", {.needed = {"liby.so", "libw.so"}, .runpath = "$ORIGIN"});
  add("/r/libw.so", {.needed = {"libz.so"}});
  LinkMap map = started(Libc::musl);
  EXPECT_TRUE(map.dlopen("/r/libx.so").is_found());
  EXPECT_EQ(map.find_loaded("liby.so")->file->path, "/v/liby.so");
  EXPECT_EQ(map.find_loaded("libz.so")->file->path, "/r/libz.so");
}

TEST_F(LinkMapTest, musl_stops_at_a_32_bit_file_and_says_so_in_its_own_words) {
  set_library_path("/a:/b");
  add("/a/libx.so", {.state = CandidateState::wrong_class});
  add("/b/libx.so");
  EXPECT_EQ(started(Libc::musl).dlopen("libx.so").loader_message(), "Error loading shared library libx.so: Exec format error");
  EXPECT_EQ(started(Libc::musl).dlopen("liby.so").loader_message(), "Error loading shared library liby.so: No such file or directory");
}

TEST_F(LinkMapTest, musl_does_not_match_by_soname_and_has_the_parts_of_libc_built_in) {
  add("/x/one.so", {.soname = "libx.so.1", .needed = {"libc.musl-x86_64.so.1", "libpthread.so.0"}});
  add("/lib/libx.so.1");
  LinkMap map = started(Libc::musl);
  EXPECT_TRUE(map.dlopen("/x/one.so").is_found());
  EXPECT_EQ(map.dlopen("libx.so.1").path, "/lib/libx.so.1");
}

TEST_F(LinkMapTest, musl_knows_neither_cache_nor_lib_token) {
  add("/c/libx.so");
  settings_.cache = Fact<std::vector<CacheEntry>>::known({{"libx.so", "/c/libx.so", ""}});
  add("/r/liba.so", {.needed = {"libx.so"}, .runpath = "/c:/$LIB"});
  EXPECT_FALSE(started(Libc::musl).dlopen("libx.so").is_found());
  EXPECT_FALSE(started(Libc::musl).dlopen("/r/liba.so").is_found());
}

}  // namespace
}  // namespace gpuwhy::loader
