#include "render/terminal/terminal.h"

#include <gtest/gtest.h>

#include "render/testing/sample_reports.h"

namespace gpuwhy {
namespace {

// Whole pages, one for each shape of a report.
// clang-format off
TEST(RenderTerminal, every_framework_usable_is_one_line_each) {
  EXPECT_EQ(render_terminal(samples::all_usable(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv · 31 ms

✓ TensorFlow 2.20.0 will see 1 GPU
✓ PyTorch 2.11.0+cu128 will see 1 GPU

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✓
build ✓  process ✓  first kernel ✓
)");
}

TEST(RenderTerminal, one_root_is_told_with_proof_cure_and_check) {
  EXPECT_EQ(render_terminal(samples::one_root(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv · 31 ms

✗ TensorFlow 2.20.0 will see 0 of 1 GPU: cuDNN 9 is not installed in this environment
    [cudnn-missing]
    TensorFlow opens libcudnn.so.9; none of the 3 places it looks in has it
      ~/venv/lib/python3.12/site-packages/nvidia/cudnn/lib  no such folder  (RUNPATH)
      LD_LIBRARY_PATH                                       not set
      ld.so.cache                                           no entry
    nvidia-cudnn-cu12 is missing; TensorFlow 2.20.0 asks for >=9.3,<10 in its extra [and-cuda]
  cure   ~/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
  check  gpuwhy --framework tensorflow
✓ PyTorch 2.11.0+cu128 will see 1 GPU

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✗
build –  process –  first kernel –
)");
}

TEST(RenderTerminal, a_root_below_both_frameworks_is_told_once_and_what_waits_behind_it_follows) {
  EXPECT_EQ(render_terminal(samples::root_and_also(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv

✗ TensorFlow 2.20.0 will see 0 of 1 GPU: the kernel module nvidia is not loaded
    [module-not-loaded]
    /proc/modules has no line nvidia
  cure   sudo modprobe nvidia
  check  gpuwhy
  also   cuDNN 9 is not installed in this environment   [cudnn-missing]
         cure   ~/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
✗ PyTorch 2.11.0+cu128 will see 0 of 1 GPU for the same reason   [module-not-loaded]
  note   two copies of cuDNN are installed   [two-cudnn]

hardware ✓  kernel driver ✗  device nodes –  allocation –  driver libraries –  CUDA libraries –
build –  process –  first kernel –
)");
}

TEST(RenderTerminal, candidates_are_listed_with_the_check_that_decides) {
  EXPECT_EQ(render_terminal(samples::candidates(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv

✗ PyTorch 2.11.0+cu128 will see 0 of 1 GPU: cuInit answered 999
    One of these is the cause:
      ? the module nvidia_uvm is stuck after a suspend   [uvm-stale]
      ? the GPU has fallen off the bus   [gpu-fallen-off]
  check  sudo dmesg | grep -i xid
         this decides between uvm-stale and gpu-fallen-off

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✗  CUDA libraries –
build –  process –  first kernel –
)");
}

TEST(RenderTerminal, what_could_not_be_told_is_said_with_its_reason) {
  EXPECT_EQ(render_terminal(samples::not_told(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · GPU unknown · Python ~/venv

? PyTorch 2.11.0+cu128 may or may not see a GPU: the driver did not answer within 2 s in cuInit
could not read: the PCI bus (no permission), cuInit (timed out)

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ?  CUDA libraries ✓
build ✓  process ✓  first kernel ✓
)");
}

TEST(RenderTerminal, no_gpu_blocks_an_installed_framework) {
  EXPECT_EQ(render_terminal(samples::no_gpu_with_framework(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · no NVIDIA GPU · Python ~/venv

✗ PyTorch 2.11.0+cu128 will see no GPU: this machine has no NVIDIA GPU   [no-nvidia-gpu]
    the PCI bus shows 14 functions, none of vendor 10de

hardware ✗  kernel driver –  device nodes –  allocation –  driver libraries –  CUDA libraries –
build –  process –  first kernel –
)");
}

TEST(RenderTerminal, no_gpu_without_a_framework_is_a_note) {
  EXPECT_EQ(render_terminal(samples::no_gpu_without_framework(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · no NVIDIA GPU · Python ~/venv

– No framework to judge: no GPU framework in ~/venv
  note   this machine has no NVIDIA GPU   [no-nvidia-gpu]

hardware ✗  kernel driver –  device nodes –  allocation –  driver libraries –  CUDA libraries –
build –  process –  first kernel –
)");
}

TEST(RenderTerminal, a_machine_without_a_framework_is_said_to_be_ready) {
  EXPECT_EQ(render_terminal(samples::ready_without_framework(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv · 31 ms

✓ This machine is ready for CUDA programs; no GPU framework in ~/venv
PyTorch 2.11.0+cu128 would fit this machine.

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✓
build ✓  process ✓  first kernel ✓
)");
}

TEST(RenderTerminal, packages_that_could_not_be_read_are_not_called_absent) {
  Report report = samples::ready_without_framework();
  report.verdict = OverallVerdict::unknown;
  report.remarks.clear();
  for (Rung& rung : report.ladder)
    if (rung.layer == Layer::framework_build)
      rung = {Layer::framework_build, RungState::unknown,
              "the packages of this environment could not be read (/home/ana/venv/lib/python3.12/site-packages: Permission denied)"};
  std::string shown = render_terminal(report, {.colour = false, .width = 200, .verbose = false, .unicode = true});
  EXPECT_NE(shown.find("? Whether a framework in ~/venv can use the GPU could not be told: the packages of this environment could not be read "
                       "(~/venv/lib/python3.12/site-packages: Permission denied)\n"),
            std::string::npos)
      << shown;
  EXPECT_EQ(shown.find("no GPU framework"), std::string::npos) << shown;
}

TEST(RenderTerminal, a_degraded_framework_sees_its_gpu_but) {
  EXPECT_EQ(render_terminal(samples::degraded(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv

! PyTorch 2.11.0+cu128 will see 1 GPU, but: every first kernel is compiled at run time   [ptx-jit,
    likely]

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✓
build ✓  process ✓  first kernel !
)");
}

TEST(RenderTerminal, a_gpu_that_is_seen_may_still_be_unusable) {
  EXPECT_EQ(render_terminal(samples::seen_but_unusable(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv

✗ PyTorch 2.11.0+cu128 will see 1 GPU but cannot use it: this build holds no code for compute
    capability 6.0   [arch-not-in-build]
  cure   1. Settings > Accelerator > GPU T4 x2
         2. Restart the session
  risk   may lose work or needs your judgement: read it before you run it

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✓
build ✓  process ✓  first kernel ✗
)");
}

TEST(RenderTerminal, an_abort_and_an_unexplained_import_error_are_said_plainly) {
  EXPECT_EQ(render_terminal(samples::aborts(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv · 31 ms

✗ TensorFlow 2.20.0 will abort at import (the process is killed): cuDNN 9 is not installed in this
    environment   [cudnn-missing]
    TensorFlow opens libcudnn.so.9; none of the 3 places it looks in has it
      ~/venv/lib/python3.12/site-packages/nvidia/cudnn/lib  no such folder  (RUNPATH)
      LD_LIBRARY_PATH                                       not set
      ld.so.cache                                           no entry
    nvidia-cudnn-cu12 is missing; TensorFlow 2.20.0 asks for >=9.3,<10 in its extra [and-cuda]
  cure   ~/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
  check  gpuwhy --framework tensorflow
✗ PyTorch 2.11.0+cu128 will not import: libc10.so is cut short
    No cause known to gpuwhy explains this.
    It will print: ImportError: libc10.so: file too short

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✗
build –  process –  first kernel –
)");
}

TEST(RenderTerminal, other_environments_get_one_line_and_foreign_builds_are_named) {
  EXPECT_EQ(render_terminal(samples::several_environments(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv · for ana (by sudo)
  · 31 ms

✓ TensorFlow 2.20.0 will see 1 GPU
✓ PyTorch 2.11.0+cu128 will see 1 GPU
– PyTorch 2.9.0+rocm6.4 is a build for ROCm, which gpuwhy does not judge
elsewhere  ~/other/bin/python (Jupyter kernel lab): PyTorch 2.9.0 will see 1 GPU
elsewhere  /usr/bin/python3: no framework

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✓
build ✓  process ✓  first kernel ✓
)");
}

TEST(RenderTerminal, hostile_text_cannot_repaint_the_terminal_and_commands_stay_exact) {
  EXPECT_EQ(render_terminal(samples::hostile(), {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(evil?[2J�box · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv · 31 ms

✗ TensorFlow 2.20.0 ?gnp will see 0 of 1 GPU: a?]0;title? b?31m c�   [cudnn-missing]
    ?[31mred
    a  b?[0m
    a path/home/anastasia and ~
  cure   ~/'my venv/bin/python' 'it'\''s' $'a\033[31m\012b' $'\377' '$(rm -rf ~)' ~/'x y' ''
  check  gpuwhy --framework tensorflow
✓ PyTorch 2.11.0+cu128 will see 1 GPU

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓  CUDA libraries ✗
build –  process –  first kernel –
)");
}

TEST(RenderTerminal, an_empty_report_is_still_an_answer) {
  EXPECT_EQ(render_terminal(Report{}, {.colour = false, .width = 100, .verbose = false, .unicode = true}), R"(GPU unknown · no Python

? Whether this machine is ready could not be told; no GPU framework here (no Python found)

)");
}

TEST(RenderTerminal, an_unknown_width_is_80) {
  EXPECT_EQ(render_terminal(samples::one_root(), {.colour = false, .width = 0, .verbose = false, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv
  · 31 ms

✗ TensorFlow 2.20.0 will see 0 of 1 GPU: cuDNN 9 is not installed in this
    environment   [cudnn-missing]
    TensorFlow opens libcudnn.so.9; none of the 3 places it looks in has it
      ~/venv/lib/python3.12/site-packages/nvidia/cudnn/lib  no such folder
        (RUNPATH)
      LD_LIBRARY_PATH  not set
      ld.so.cache  no entry
    nvidia-cudnn-cu12 is missing; TensorFlow 2.20.0 asks for >=9.3,<10 in its
      extra [and-cuda]
  cure   ~/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
  check  gpuwhy --framework tensorflow
✓ PyTorch 2.11.0+cu128 will see 1 GPU

hardware ✓  kernel driver ✓  device nodes ✓  allocation ✓  driver libraries ✓
CUDA libraries ✗  build –  process –  first kernel –
)");
}

TEST(RenderTerminal, width_40_in_ascii_wraps_everything_but_commands) {
  EXPECT_EQ(render_terminal(samples::one_root(), {.colour = false, .width = 40, .verbose = false, .unicode = false}), R"(laptop - Ubuntu 24.04
  - NVIDIA RTX 4070 (driver 570.124.06)
  - Python ~/venv - 31 ms

x TensorFlow 2.20.0 will see 0 of 1 GPU:
    cuDNN 9 is not installed in this
    environment   [cudnn-missing]
    TensorFlow opens libcudnn.so.9; none
      of the 3 places it looks in has it
      ~/venv/lib/python3.12/site-packages/nvidia/cudnn/lib
        no such folder  (RUNPATH)
    ... 5 more lines with -v
  cure   ~/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
  check  gpuwhy --framework tensorflow
ok PyTorch 2.11.0+cu128 will see 1 GPU

hardware ok  kernel driver ok
device nodes ok  allocation ok
driver libraries ok  CUDA libraries x
build -  process -  first kernel -
)");
}

TEST(RenderTerminal, ascii_marks_replace_every_sign_of_ours) {
  EXPECT_EQ(render_terminal(samples::root_and_also(), {.colour = false, .width = 120, .verbose = false, .unicode = false}), R"(laptop - Ubuntu 24.04 - NVIDIA RTX 4070 (driver 570.124.06) - Python ~/venv

x TensorFlow 2.20.0 will see 0 of 1 GPU: the kernel module nvidia is not loaded   [module-not-loaded]
    /proc/modules has no line nvidia
  cure   sudo modprobe nvidia
  check  gpuwhy
  also   cuDNN 9 is not installed in this environment   [cudnn-missing]
         cure   ~/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
x PyTorch 2.11.0+cu128 will see 0 of 1 GPU for the same reason   [module-not-loaded]
  note   two copies of cuDNN are installed   [two-cudnn]

hardware ok  kernel driver x  device nodes -  allocation -  driver libraries -  CUDA libraries -  build -  process -
first kernel -
)");
}

TEST(RenderTerminal, verbose_shows_every_step_and_every_place_tried) {
  EXPECT_EQ(render_terminal(samples::one_root(), {.colour = false, .width = 100, .verbose = true, .unicode = true}), R"(laptop · Ubuntu 24.04 · NVIDIA RTX 4070 (driver 570.124.06) · Python ~/venv · 31 ms

✗ TensorFlow 2.20.0 will see 0 of 1 GPU: cuDNN 9 is not installed in this environment
    [cudnn-missing]
    TensorFlow opens libcudnn.so.9; none of the 3 places it looks in has it
      ~/venv/lib/python3.12/site-packages/nvidia/cudnn/lib  no such folder  (RUNPATH)
      LD_LIBRARY_PATH                                       not set
      ld.so.cache                                           no entry
    nvidia-cudnn-cu12 is missing; TensorFlow 2.20.0 asks for >=9.3,<10 in its extra [and-cuda]
    explains: open-cudnn, cudnn-log-line
    evidence:
      file  ~/venv/lib/python3.12/site-packages/nvidia  no folder cudnn
      env   LD_LIBRARY_PATH
  cure   Install cuDNN 9 into this environment
         ~/venv/bin/python -m pip install 'tensorflow[and-cuda]==2.20.0'
  risk   none outside of this environment; one command undoes it
  undo   ~/venv/bin/python -m pip uninstall nvidia-cudnn-cu12
  check  gpuwhy --framework tensorflow
  then   not proven: no snapshot can show what this changes
    judged from files, for ~/venv/bin/python
    calls:
      tf.config.list_physical_devices('GPU')  0
    it will print:
      Could not find cuda drivers on your machine, GPU will not be used.
    steps:
      ✓ open-libcuda  libcuda.so.1 is the driver's
      ✗ open-cudnn    libcudnn.so.9 is not found
          ~/venv/lib/python3.12/site-packages/nvidia/cudnn/lib  no such folder  (RUNPATH of
            libtensorflow_cc.so.2)
          /etc/ld.so.cache                                      no entry        (ld.so.cache)
✓ PyTorch 2.11.0+cu128 will see 1 GPU
    judged from files, for ~/venv/bin/python
    calls:
      torch.cuda.is_available()  True
      torch.cuda.device_count()  1

✓ hardware          ok
✓ kernel driver     ok
✓ device nodes      ok
✓ allocation        ok
✓ driver libraries  ok
✗ CUDA libraries    broken
– build             not reached
– process           not reached
– first kernel      not reached

time: total 31 ms
)");
}

TEST(RenderTerminal, colour_uses_the_sixteen_colours_only) {
  EXPECT_EQ(render_terminal(samples::degraded(), {.colour = true, .width = 100, .verbose = false, .unicode = true}),             "\033[1mlaptop\033[0m \033[2m· \033[0mUbuntu 24.04 \033[2m· \033[0mNVIDIA RTX 4070 (driver 570.124.06) \033[2m· \033[0mPython ~/venv\n"
            "\n"
            "\033[33m!\033[0m \033[1mPyTorch 2.11.0+cu128\033[0m will see 1 GPU, but: every first kernel is compiled at run time   \033[2m[ptx-jit,\033[0m\n"
            "    \033[2mlikely]\033[0m\n"
            "\n"
            "hardware \033[32m✓\033[0m  kernel driver \033[32m✓\033[0m  device nodes \033[32m✓\033[0m  allocation \033[32m✓\033[0m  driver libraries \033[32m✓\033[0m  CUDA libraries \033[32m✓\033[0m\n"
            "build \033[32m✓\033[0m  process \033[32m✓\033[0m  first kernel \033[33m!\033[0m\n");
}
// clang-format on

}  // namespace
}  // namespace gpuwhy
