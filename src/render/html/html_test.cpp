#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "render/html/embedded_snapshot.h"
#include "render/html/html_report.h"
#include "render/html/markup.h"
#include "render/testing/sample_reports.h"

namespace gpuwhy {
namespace {

constexpr std::size_t largest_page = 500'000;  // bytes

std::string without_data(std::string page) {
  for (std::size_t at; (at = page.find("<script")) != std::string::npos;) page.erase(at, page.find("</script>", at) + 9 - at);
  return page;
}

// Tag names in order, "/p" for an end; the texts between them are not looked at.
std::vector<std::string> tags(std::string_view page) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = page.find('<', at)) != std::string_view::npos;) {
    std::size_t end = page.find_first_of(" >", ++at);
    names.emplace_back(page.substr(at, end - at));
  }
  return names;
}

// "" when every element that is opened is closed in its turn.
std::string nesting_problem(std::string_view page) {
  const std::set<std::string> without_end = {"!doctype", "meta", "wbr"};
  std::vector<std::string> open;
  for (const std::string& name : tags(page)) {
    if (without_end.contains(name)) continue;
    if (!name.starts_with('/')) {
      open.push_back(name);
      continue;
    }
    if (open.empty() || open.back() != name.substr(1)) return name + " closes " + (open.empty() ? "nothing" : open.back());
    open.pop_back();
  }
  return open.empty() ? "" : open.back() + " is left open";
}

Comparison pair_of(Report works, Report fails) {
  Comparison comparison;
  comparison.kind = Comparison::Kind::one_fails;
  comparison.working = "laptop.json", comparison.failing = "node.json";
  comparison.working_report = std::move(works), comparison.failing_report = std::move(fails);
  comparison.sentence = "TensorFlow can use the GPU on laptop.json and not on node.json";
  comparison.causal = {{"the package nvidia-cudnn-cu12", "9.5.0", "", Layer::cuda_libraries}, {"LANG", "C", "?", Layer::process}};
  comparison.harmless = {{"the system", "Ubuntu", "Debian", Layer::hardware}};
  comparison.proven = true;
  return comparison;
}

TEST(RenderHtml, a_text_is_escaped_wherever_it_stands) {
  Report report = samples::one_root();
  std::string attack = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;";
  RankedFinding& ranked = report.findings[0];
  ranked.finding.headline = ranked.finding.cause = ranked.finding.subject = attack;
  ranked.finding.details = {attack, attack + "\t" + attack};
  ranked.finding.because = {{Source::log, attack, attack}};
  ranked.finding.remedies[0] = {.title = attack, .commands = {{attack}}, .steps = {attack}, .undo = attack, .check = {attack}};
  ranked.explains = {attack};
  report.remarks = report.unexplained = report.environment_notes = {attack};
  report.unknown = {{attack, attack, attack}};
  report.others = {{attack, attack, attack}};
  report.tool_version = report.facts_as_of = report.machine.os = report.machine.driver = attack;
  for (Prediction& prediction : report.predictions) prediction.version = prediction.python = attack;
  for (Rung& rung : report.ladder) rung.summary = attack;
  Comparison comparison = pair_of(report, report);
  comparison.sentence = comparison.working = comparison.failing = attack;
  comparison.causal = comparison.harmless = {{attack, attack, attack, Layer::process}};
  for (const std::string& page : {render_html(report, ""), render_html(comparison, "", "")}) {
    EXPECT_FALSE(page.contains("<script"));
    EXPECT_FALSE(page.contains("<img"));
    EXPECT_EQ(nesting_problem(page), "");
    EXPECT_TRUE(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
  }
}

TEST(RenderHtml, every_sample_is_well_nested_and_free_of_control_characters) {
  for (const samples::Sample& sample : samples::all())
    for (const std::string& page : {render_html(sample.report, "{}"), render_html(pair_of(samples::all_usable(), sample.report), "", "")}) {
      EXPECT_EQ(nesting_problem(page), "") << sample.name;
      for (char c : page) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << sample.name;
    }
}

TEST(RenderHtml, a_page_has_one_main_heading_and_a_policy_that_lets_nothing_in) {
  for (const std::string& page :
       {render_html(samples::one_root(), ""), render_html(pair_of(samples::all_usable(), samples::one_root()), "", "")}) {
    EXPECT_EQ(page.find("<h1>"), page.rfind("<h1>"));
    EXPECT_TRUE(page.contains("default-src 'none'"));
    EXPECT_FALSE(page.contains("href=\"http"));
    EXPECT_FALSE(page.contains("src=\""));
    EXPECT_FALSE(page.contains(" onclick"));
  }
}

TEST(RenderHtml, the_lowest_broken_layer_is_the_only_one_marked_as_the_break) {
  Report report = samples::one_root();
  report.ladder[7].state = RungState::broken;
  std::string page = render_html(report, "");
  std::size_t at = page.find("breaks here");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(page.find("breaks here", at + 1), std::string::npos);
  EXPECT_LT(page.rfind("CUDA libraries", at), at);
  EXPECT_GT(page.rfind("CUDA libraries", at), page.rfind(">process<", at));
}

TEST(RenderHtml, the_causal_row_joins_the_two_stacks) {
  std::string page = render_html(pair_of(samples::all_usable(), samples::one_root()), "", "");
  EXPECT_TRUE(page.contains("<tr class=\"causal\">"));
  EXPECT_TRUE(page.contains("<tr class=\"adds\">"));
  EXPECT_TRUE(page.contains("<td>not known</td>"));
  EXPECT_TRUE(page.contains("Proven: carried over to a copy of node.json, these together let the GPU be seen there"));
}

TEST(RenderHtml, a_snapshot_comes_out_of_a_page_as_it_went_in_but_for_its_angle_brackets) {
  std::string json = R"({"a":"</script><!-- <script>","b":"\u003c"})";
  std::vector<std::string> found = find_embedded_snapshots(render_html(samples::hostile(), json));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], replace_all(json, "<", "\\u003c"));
  std::vector<std::string> two =
      find_embedded_snapshots(render_html(pair_of(samples::all_usable(), samples::one_root()), "{\"x\":1}", "{}"));
  EXPECT_EQ(two, (std::vector<std::string>{"{\"x\":1}", "{}"}));
}

TEST(RenderHtml, a_cut_page_holds_no_snapshot) {
  std::string page = render_html(samples::one_root(), "{\"schema\":1}");
  EXPECT_TRUE(find_embedded_snapshots(page.substr(0, page.find("</script>"))).empty());
  EXPECT_TRUE(is_html(page));
  EXPECT_FALSE(is_html("{\"html\": \"<!doctype html>\"}"));
}

TEST(RenderHtml, a_text_cannot_pass_for_an_embedded_snapshot) {
  Report report = samples::one_root();
  report.findings[0].finding.headline = "<script type=\"application/json\" id=\"gpuwhy-snapshot\">{}</script>";
  EXPECT_TRUE(find_embedded_snapshots(render_html(report, "")).empty());
}

TEST(RenderHtml, a_flood_of_findings_stays_below_the_size_of_a_page) {
  Report report = samples::one_root();
  report.findings[0].finding.details.assign(5000, std::string(50, 'x'));
  report.findings[0].finding.because.assign(5000, {Source::file, std::string(50, 'y'), std::string(50, 'z')});
  report.unknown.assign(5000, {"a", "denied", "c"});
  report.others.assign(5000, {"/usr/bin/python3", "PATH", "none"});
  report.remarks.assign(5000, "remark");
  report.unexplained.assign(5000, "gate");
  report.predictions[0].expected_log.assign(5000, "line");
  report.findings.resize(10);
  EXPECT_LT(without_data(render_html(report, "{}")).size(), largest_page);
  Comparison comparison = pair_of(report, report);
  comparison.harmless.assign(5000, {"what", "there", "here", Layer::process});
  EXPECT_LT(render_html(comparison, "", "").size(), largest_page);
}

TEST(Markup, a_headline_begins_as_a_sentence_and_a_file_name_stays_as_it_is) {
  EXPECT_EQ(render::html::sentence("this runtime").text(), "This runtime");
  EXPECT_EQ(render::html::sentence("libcudnn.so.9 is gone").text(), "libcudnn.so.9 is gone");
  EXPECT_EQ(render::html::sentence("cuDNN 9 is gone").text(), "cuDNN 9 is gone");
  EXPECT_EQ(render::html::breakable("example:a/b:").text(), "example:<wbr>a/<wbr>b:");
}

}  // namespace
}  // namespace gpuwhy
