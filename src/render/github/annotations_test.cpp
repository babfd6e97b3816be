#include "render/github/annotations.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "render/testing/sample_reports.h"

namespace gpuwhy {
namespace {

TEST(RenderGithub, a_root_is_one_error_with_its_proof_and_its_cure) {
  EXPECT_EQ(
      render_github(samples::root_and_also()),
      "::error title=gpuwhy%3A module-not-loaded::the kernel module nvidia is not loaded%0A/proc/modules has no line nvidia%0Acure: sudo "
      "modprobe nvidia\n"
      "::error title=gpuwhy%3A cudnn-missing::cuDNN 9 is not installed in this environment%0ATensorFlow opens libcudnn.so.9; none of the "
      "3 places it looks in has it%0A  /home/ana/venv/lib/python3.12/site-packages/nvidia/cudnn/lib no such folder (RUNPATH)%0A  "
      "LD_LIBRARY_PATH not set%0A  ld.so.cache no entry%0Anvidia-cudnn-cu12 is missing; TensorFlow 2.20.0 asks for >=9.3,<10 in its extra "
      "[and-cuda]%0Acure: /home/ana/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'\n"
      "::notice title=gpuwhy%3A two-cudnn::two copies of cuDNN are installed\n");
}

TEST(RenderGithub, candidates_are_warnings_and_what_decides_is_a_notice) {
  EXPECT_EQ(render_github(samples::candidates()),
            "::warning title=gpuwhy%3A uvm-stale::the module nvidia_uvm is stuck after a suspend\n"
            "::warning title=gpuwhy%3A gpu-fallen-off::the GPU has fallen off the bus\n"
            "::notice title=gpuwhy::this decides between uvm-stale, gpu-fallen-off:%0Asudo dmesg | grep -i xid\n");
}

TEST(RenderGithub, where_nothing_is_found_one_notice_says_so) {
  Report report;
  report.basis = "log";
  report.remarks = {"nothing about GPUs in here"};
  EXPECT_EQ(render_github(report), "::notice title=gpuwhy::No cause is to be found in this text.%0Anothing about GPUs in here\n");
  EXPECT_EQ(render_github(samples::all_usable()), "::notice title=gpuwhy::Nothing is wrong with the GPU here.\n");
}

TEST(RenderGithub, no_text_can_begin_a_command_of_its_own) {
  Report report = samples::one_root();
  RankedFinding& root = report.findings[0];
  root.finding.cause = "a::b,c\n::warning::d";
  root.finding.headline = "x\n::error::y\r\n::set-output name=a::b 100%0A";
  root.finding.details = {"::add-mask::secret", "\x1b[2J"};
  root.finding.remedies = {};
  std::string text = render_github(report);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_TRUE(text.starts_with("::error title=gpuwhy%3A a%3A%3Ab%2Cc %3A%3Awarning%3A%3Ad::x ::error::y")) << text;
  EXPECT_TRUE(text.contains("100%250A")) << text;
  EXPECT_FALSE(text.contains('\x1b'));
}

TEST(RenderGithub, no_sample_prints_a_control_character) {
  for (const samples::Sample& sample : samples::all())
    for (char c : render_github(sample.report)) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << sample.name;
}

}  // namespace
}  // namespace gpuwhy
