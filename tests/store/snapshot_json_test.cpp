#include "store/snapshot_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "filled_snapshot.h"

namespace gpuwhy {
namespace {

using testing::filled_snapshot;

std::string problem_of(std::string_view text) {
  auto snapshot = read_snapshot(text);
  return snapshot ? "" : snapshot.error().message;
}

std::string document(std::string_view rest) { return fmt::format("{{\"schema\": \"gpuwhy.snapshot/1\", {}}}", rest); }

TEST(SnapshotJson, keeps_every_state_of_every_fact) {
  for (unsigned seed = 0; seed < 16; ++seed) {
    Snapshot snapshot = filled_snapshot(seed);
    std::string text = write_snapshot(snapshot, Redaction::off);
    auto again = read_snapshot(text);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(*again == snapshot) << seed;
    EXPECT_EQ(write_snapshot(*again, Redaction::off), text) << seed;
  }
}

TEST(SnapshotJson, writes_next_to_nothing_for_a_default_snapshot) {
  std::string text = write_snapshot(Snapshot{}, Redaction::off);
  EXPECT_LT(text.size(), 400u) << text;
  auto again = read_snapshot(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(*again == Snapshot{});
}

TEST(SnapshotJson, keeps_an_emptied_field_whose_default_is_not_empty) {
  Snapshot snapshot;
  snapshot.loader.lib_token.clear();
  EXPECT_EQ(read_snapshot(write_snapshot(snapshot, Redaction::off))->loader.lib_token, "");
}

TEST(SnapshotJson, keeps_bytes_that_are_no_utf8) {
  Snapshot snapshot;
  snapshot.libraries.candidates = {{.path = "/lib/\xff\xfe.so"}, {.path = "/lib/\xff\xfd.so"}};
  std::sort(snapshot.libraries.candidates.begin(), snapshot.libraries.candidates.end(), [](auto& a, auto& b) { return a.path < b.path; });
  snapshot.variables = {{"A\xff", "\xc0\xaf"}, {"hex:41", "x"}, {std::string("nul\0", 4), std::string("\0", 1)}};
  auto again = read_snapshot(write_snapshot(snapshot, Redaction::off));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(*again == snapshot);
}

TEST(SnapshotJson, reads_as_documented) {
  Snapshot snapshot;
  snapshot.host.os_id = Fact<std::string>::known("debian", {Source::file, "/etc/os-release", "ID=debian"});
  snapshot.host.sudo_user = Fact<Private<std::string>>::absent();
  snapshot.pci.display = Fact<std::vector<PciFunction>>::unknown(Why::denied, "no permission", {Source::sysfs, "/sys/bus/pci", ""});
  EXPECT_EQ(
      write_snapshot(snapshot, Redaction::off),
      "{\n \"schema\": \"gpuwhy.snapshot/1\",\n"
      " \"host\": {\"os_id\": {\"value\": \"debian\", \"from\": [\"file\", \"/etc/os-release\", \"ID=debian\"]}, \"sudo_user\": "
      "{\"absent\": true}},\n"
      " \"pci\": {\"display\": {\"unknown\": \"denied\", \"detail\": \"no permission\", \"from\": [\"sysfs\", \"/sys/bus/pci\"]}}\n}\n");
}

TEST(SnapshotJson, sorts_what_a_hand_edit_left_unsorted) {
  auto snapshot = read_snapshot(document(R"("libraries": {"candidates": [{"path": "/b"}, {"path": "/a"}]})"));
  ASSERT_TRUE(snapshot);
  EXPECT_NE(snapshot->libraries.find("/a"), nullptr);
}

TEST(SnapshotJson, stays_under_200_kB_for_a_usual_machine) {
  Snapshot snapshot;
  std::string site = "/home/ana/projects/vision/.venv/lib/python3.12/site-packages";
  for (int i = 0; i < 250; ++i) {
    Candidate candidate;
    candidate.path = fmt::format("{}/nvidia/cudnn{}/lib/libcudnn_engines_precompiled.so.9", site, i);
    candidate.real_path = candidate.path;
    candidate.size = 123456789;
    candidate.soname = "libcudnn_engines_precompiled.so.9";
    candidate.needed = {"libcudart.so.12", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libm.so.6", "libgcc_s.so.1", "libc.so.6"};
    candidate.runpath = "$ORIGIN:$ORIGIN/../../cublas/lib";
    candidate.required_glibc = "2.17";
    snapshot.libraries.candidates.push_back(candidate);
    snapshot.libraries.folders.push_back(
        {fmt::format("{}/nvidia/cudnn{}/lib", site, i), Fact<std::vector<std::string>>::known({"libcudnn.so.9"})});
  }
  EXPECT_LT(write_snapshot(snapshot, Redaction::on).size(), 200'000u);
}

TEST(SnapshotJson, ignores_keys_that_a_later_version_added) {
  auto snapshot =
      read_snapshot(document(R"("new": {"deep": [1, 2, {"x": null}]}, "host": {"os_id": {"value": "arch", "rank": 3}, "colour": 1})"));
  ASSERT_TRUE(snapshot) << snapshot.error().message;
  EXPECT_TRUE(snapshot->host.os_id.is("arch"));
}

TEST(SnapshotJson, says_what_is_wrong_and_where) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "line 1, column 1: unexpected end of input; expected '[', '{', or a literal"},
      {"gpuwhy", "line 1, column 1: invalid literal"},
      {R"({"schema": "gpuwhy.snapshot/1", "host": {"os)", "line 1, column 45: invalid string: missing closing quote"},
      {R"([])", "not a snapshot of gpuwhy: there is no \"schema\": \"gpuwhy.snapshot/1\" in it"},
      {R"({"packages": []})", "not a snapshot of gpuwhy: there is no \"schema\": \"gpuwhy.snapshot/1\" in it"},
      {R"({"schema": 1})", "not a snapshot of gpuwhy: there is no \"schema\": \"gpuwhy.snapshot/1\" in it"},
      {R"({"schema": "gpuwhy.snapshot/2"})", "this snapshot is of schema gpuwhy.snapshot/2; this gpuwhy reads /1"},
      {R"({"schema": "gpuwhy.report/1"})", "not a snapshot of gpuwhy: its schema is \"gpuwhy.report/1\", not \"gpuwhy.snapshot/1\""},
      {R"({"schema": "gpuwhy.snapshot/1", "schema": "gpuwhy.snapshot/1"})", "the key \"schema\" is given twice"},
      {document(R"("host": [])"), "host: expected an object, found a list"},
      {document(R"("environments": {})"), "environments: expected a list, found an object"},
      {document(R"("environments": [{"version": {"value": 3.12}}])"), "environments[0].version.value: expected text, found a number"},
      {document(R"("host": {"uid": {"value": -1}})"), "host.uid.value: the number is out of range"},
      {document(R"("host": {"uid": {"value": 4294967296}})"), "host.uid.value: the number is out of range"},
      {document(R"("host": {"uid": {"value": 1e3}})"), "host.uid.value: expected a whole number, found a number"},
      {document(R"("host": {"uid": {"value": 99999999999999999999999}})"), "host.uid.value: expected a whole number, found a number"},
      {document(R"("host": {"os_id": "debian"})"), "host.os_id: expected an object, found text"},
      {document(R"("host": {"os_id": {}})"), "host.os_id: expected one of \"value\", \"absent\" and \"unknown\""},
      {document(R"("host": {"os_id": {"value": "a", "absent": true}})"),
       "host.os_id: expected one of \"value\", \"absent\" and \"unknown\""},
      {document(R"("host": {"os_id": {"absent": false}})"), "host.os_id: \"absent\" can only be true"},
      {document(R"("host": {"os_id": {"unknown": "bored"}})"), "host.os_id.unknown: this gpuwhy does not know the word \"bored\""},
      {document(R"("host": {"os_id": {"value": "a", "from": []}})"),
       "host.os_id.from: expected a list of source, locator and excerpt, found a list"},
      {document(R"("host": {"os_id": {"value": {"hex": "4"}}})"),
       "host.os_id.value: \"hex\" holds something else than pairs of hexadecimal digits"},
      {document(R"("kernel_module": {"loaded": {"value": "yes"}})"), "kernel_module.loaded.value: expected true or false, found text"},
      {document(R"("variables": {"A": null})"), "variables.A: expected text, found null"},
      {document(R"("libraries": {"candidates": [{}, {"state": "fine"}]})"),
       "libraries.candidates[1].state: this gpuwhy does not know the word \"fine\""},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(problem_of(text), message) << text;
}

TEST(SnapshotJson, refuses_every_cut_of_a_document) {
  std::string text = write_snapshot(filled_snapshot(1), Redaction::off);
  text.erase(text.find_last_not_of('\n') + 1);
  for (std::size_t length = 0; length < text.size(); length += 31) {
    std::string problem = problem_of(text.substr(0, length));
    EXPECT_TRUE(problem.starts_with("line ")) << length << problem;
    EXPECT_EQ(problem.find('\n'), std::string::npos);
  }
}

TEST(SnapshotJson, refuses_invalid_utf8_with_its_place) {
  std::string problem = problem_of("{\"schema\": \"gpuwhy.snapshot/1\",\n \"meta\": {\"basis\": \"\xff\"}}");
  EXPECT_EQ(problem, "line 2, column 21: invalid string: ill-formed UTF-8 byte");
}

TEST(SnapshotJson, refuses_a_million_nested_lists) {
  for (std::string_view opening : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += opening;
    EXPECT_EQ(problem_of(text), "nested more than 32 deep");
  }
}

TEST(SnapshotJson, refuses_what_is_too_large) {
  std::string text = "{\"schema\": \"" + std::string(snapshot_size_limit, 'a') + "\"}";
  EXPECT_EQ(problem_of(text), fmt::format("{} bytes long; the limit is {} bytes", text.size(), snapshot_size_limit));
}

TEST(SnapshotJson, reads_very_many_different_keys_in_a_moment) {
  std::string text = "{\"schema\": \"gpuwhy.snapshot/1\"";
  for (int i = 0; i < 200'000; ++i) text += fmt::format(",\"k{}\":0", i);
  EXPECT_EQ(problem_of(text + "}"), "");
}

TEST(SnapshotJson, shows_foreign_text_in_messages_without_control_characters) {
  std::string problem = problem_of(R"({"schema": "\u001b[31mred\nline"})");
  EXPECT_EQ(problem.find('\x1b'), std::string::npos);
  EXPECT_EQ(problem.find('\n'), std::string::npos);
}

TEST(SnapshotJson, skips_a_byte_order_mark) { EXPECT_EQ(problem_of("\xef\xbb\xbf{\"schema\": \"gpuwhy.snapshot/1\"}"), ""); }

}  // namespace
}  // namespace gpuwhy
