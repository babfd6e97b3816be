#include "render/markdown/markdown_report.h"

#include <gtest/gtest.h>

#include "render/testing/sample_reports.h"

namespace gpuwhy {
namespace {

Report from_text(Report report) {
  report.basis = "log";
  report.predictions.clear();
  return report;
}

// clang-format off
TEST(RenderMarkdown, a_root_is_told_with_proof_cure_and_check) {
  EXPECT_EQ(render_markdown(from_text(samples::one_root())), R"(**The GPU cannot be used.**

### cuDNN 9 is not installed in this environment

`cudnn-missing`

```text
TensorFlow opens libcudnn.so.9; none of the 3 places it looks in has it
  /home/ana/venv/lib/python3.12/site-packages/nvidia/cudnn/lib no such folder (RUNPATH)
  LD_LIBRARY_PATH not set
  ld.so.cache no entry
nvidia-cudnn-cu12 is missing; TensorFlow 2.20.0 asks for >=9.3,<10 in its extra [and-cuda]
```

**Cure:** Install cuDNN 9 into this environment

```bash
/home/ana/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
```

**Check:**

```bash
gpuwhy --framework tensorflow
```

<sub>gpuwhy 0.1.0, facts as of 2026-11-20</sub>
)");
}

TEST(RenderMarkdown, candidates_are_a_list_with_the_command_that_decides) {
  Report report = from_text(samples::candidates());
  report.verdict = OverallVerdict::unknown;
  EXPECT_EQ(render_markdown(report), R"(**The text alone cannot tell.**

One of these is the cause:

- the module nvidia\_uvm is stuck after a suspend (`uvm-stale`)
- the GPU has fallen off the bus (`gpu-fallen-off`)

This decides between them:

```bash
sudo dmesg | grep -i xid
```

<sub>gpuwhy 0.1.0, facts as of 2026-11-20</sub>
)");
}
// clang-format on

TEST(RenderMarkdown, a_machines_frameworks_are_listed) {
  std::string text = render_markdown(samples::all_usable());
  EXPECT_TRUE(text.starts_with("**Nothing is wrong with the GPU here.**\n\n- TensorFlow 2.20.0: sees 1 GPU\n")) << text;
}

TEST(RenderMarkdown, a_program_that_fails_is_not_called_an_open_question) {
  Report report = from_text(samples::one_root());
  report.findings[0].layer = Layer::program;
  report.verdict = OverallVerdict::unknown;
  EXPECT_TRUE(render_markdown(report).starts_with("**The program itself fails; nothing here blames the GPU.**")) << render_markdown(report);
  report.verdict = OverallVerdict::usable;
  EXPECT_TRUE(render_markdown(report).starts_with("**The GPU works; the program itself fails.**"));
}

TEST(RenderMarkdown, an_unrelated_text_is_said_to_be_one) {
  Report report = from_text(Report{});
  report.remarks = {"nothing about GPUs in here"};
  std::string text = render_markdown(report);
  EXPECT_TRUE(text.starts_with("**No cause is to be found in this text.**\n\nnothing about GPUs in here\n")) << text;
}

TEST(RenderMarkdown, text_from_outside_paints_no_link_no_tag_and_no_table) {
  Report report = from_text(samples::one_root());
  Finding& finding = report.findings[0].finding;
  finding.headline = "![x](http://a.example/p.png) <img src=x> | a | @somebody #1 **bold**";
  std::string text = render_markdown(report);
  EXPECT_TRUE(text.contains(R"(### !\[x\](http\://a.example/p.png) \<img src=x\> \| a \| \@somebody \#1 \*\*bold\*\*)")) << text;
}

TEST(RenderMarkdown, a_fence_is_longer_than_any_run_of_backticks_inside) {
  Report report = from_text(samples::one_root());
  report.findings[0].finding.details = {"```", "`````", "<script>"};
  std::string text = render_markdown(report);
  EXPECT_TRUE(text.contains("``````text\n```\n`````\n<script>\n``````\n")) << text;
}

TEST(RenderMarkdown, a_slug_of_a_hostile_report_stays_inside_of_its_code_span) {
  Report report = from_text(samples::one_root());
  report.findings[0].finding.cause = "a`<b>\n\nc";
  EXPECT_TRUE(render_markdown(report).contains("`a'<b>  c`\n"));
}

TEST(RenderMarkdown, no_sample_prints_a_control_character) {
  for (const samples::Sample& sample : samples::all())
    for (char c : render_markdown(sample.report)) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << sample.name;
}

}  // namespace
}  // namespace gpuwhy
