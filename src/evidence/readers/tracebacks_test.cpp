#include <gtest/gtest.h>

#include "evidence/clean.h"
#include "evidence/readers/exceptions.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues clues_of(std::string_view text) {
  Clues clues;
  read_tracebacks(clean_lines(text, 0), clues);
  return clues;
}

std::string last(const Clues& clues, std::string_view name) {
  const Clue* clue = clues.last(name);
  return clue ? clue->value : "";
}

constexpr std::string_view in_user_code =
    "Traceback (most recent call last):\n"
    "  File \"/home/user/project/train.py\", line 3, in <module>\n"
    "    raise ValueError(\"CUDA batch size must be even\")\n"
    "ValueError: CUDA batch size must be even\n";

TEST(Tracebacks, the_last_line_gives_type_and_message) {
  Clues clues = clues_of(in_user_code);
  EXPECT_EQ(last(clues, "exception"), "ValueError");
  EXPECT_EQ(last(clues, "exception.text"), "CUDA batch size must be even");
  EXPECT_EQ(last(clues, "exception.where"), "user");
}

TEST(Tracebacks, a_word_of_cuda_in_the_programs_own_message_is_the_programs) {
  EXPECT_EQ(last(clues_of(in_user_code), "exception.kind"), "program");
}

TEST(Tracebacks, a_frame_of_site_packages_is_a_librarys) {
  Clues clues = clues_of(
      "Traceback (most recent call last):\n  File \"/usr/lib/python3/site-packages/torch/x.py\", line 3, in f\n    g()\nKeyError: 'a'\n");
  EXPECT_EQ(last(clues, "exception.where"), "library");
}

TEST(Tracebacks, the_last_exception_of_a_chain_counts) {
  Clues clues = clues_of(
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    f()\nKeyError: 'a'\n\n"
      "During handling of the above exception, another exception occurred:\n\n"
      "Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    g()\nTypeError: bad operand\n");
  EXPECT_EQ(last(clues, "exception"), "TypeError");
}

TEST(Tracebacks, marks_below_a_line_are_not_its_message) {
  Clues clues = clues_of(
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    x = f(a)[0]\n        ~~~~^^^\nIndexError: list index "
      "out of range\n");
  EXPECT_EQ(last(clues, "exception.text"), "list index out of range");
}

TEST(Tracebacks, a_notebooks_traceback_is_read) {
  Clues clues = clues_of(
      "-----------------------------------------\n"
      "RuntimeError                              Traceback (most recent call last)\n"
      "<ipython-input-9-6d0d1f6a8c11> in <module>\n     9     x = x.cuda()\n---> 10     out = net(x)\n\n"
      "RuntimeError: shape '[2, 3]' is invalid for input of size 5\n");
  EXPECT_EQ(last(clues, "exception.text"), "shape '[2, 3]' is invalid for input of size 5");
  EXPECT_EQ(last(clues, "exception.where"), "user");
}

TEST(Tracebacks, mixed_lines_of_two_ranks_are_told_apart) {
  Clues clues = clues_of(
      "[rank1]: Traceback (most recent call last):\n[rank0]: Traceback (most recent call last):\n"
      "[rank1]:   File \"a.py\", line 1, in <module>\n[rank0]:   File \"a.py\", line 1, in <module>\n"
      "[rank1]:     f()\n[rank0]:     f()\n[rank1]: KeyError: 'labels'\n"
      "[rank0]: torch.distributed.DistBackendError: NCCL error in: x.cpp:1\n");
  EXPECT_EQ(last(clues, "exception"), "KeyError");
}

TEST(Tracebacks, a_launchers_exception_does_not_hide_what_failed) {
  Clues clues = clues_of(
      "ValueError: world size must divide 30\nTraceback (most recent call last):\n  File \"torchrun\", line 8, in <module>\n    "
      "sys.exit(main())\n"
      "torch.distributed.elastic.multiprocessing.errors.ChildFailedError:\n");
  EXPECT_EQ(last(clues, "exception"), "ValueError");
}

TEST(Tracebacks, an_exception_group_gives_its_inner_exception) {
  Clues clues = clues_of(
      "  + Exception Group Traceback (most recent call last):\n  |   File \"a.py\", line 1, in <module>\n  | ExceptionGroup: two (1 "
      "sub-exception)\n"
      "  +-+---------------- 1 ----------------\n    | Traceback (most recent call last):\n    |   File \"a.py\", line 2, in f\n"
      "    |     raise ValueError(1)\n    | ValueError: bad record\n    +------------------------------------\n");
  EXPECT_EQ(last(clues, "exception"), "ValueError");
}

TEST(Tracebacks, a_missing_module_is_named) {
  EXPECT_EQ(last(clues_of("ModuleNotFoundError: No module named 'flash_attn.bert'\n"), "python.missing"), "flash_attn.bert");
  EXPECT_EQ(last(clues_of("ImportError: cannot import name 'x' from 'diffusers.utils' (/a/b.py)\n"), "python.missing"), "diffusers.utils");
}

TEST(Tracebacks, a_library_that_does_not_load_is_no_missing_module) {
  Clues clues = clues_of("ImportError: libcudart.so.12: cannot open shared object file: No such file or directory\n");
  EXPECT_FALSE(clues.has("python.missing"));
  EXPECT_EQ(last(clues, "exception.kind"), "gpu");
}

TEST(Tracebacks, a_message_about_the_gpus_environment_is_not_the_programs) {
  for (std::string_view text : {"AssertionError: Torch not compiled with CUDA enabled\n", "RuntimeError: No CUDA GPUs are available\n",
                                "RuntimeError: CUDA error: no kernel image is available for execution on the device\n"})
    EXPECT_EQ(last(clues_of(text), "exception.kind"), "gpu") << text;
}

TEST(Tracebacks, a_line_of_code_that_lost_its_indentation_is_no_exception) {
  Clues clues = clues_of("Traceback (most recent call last):\nFile \"a.py\", line 9, in <module>\nmain()\nKeyError: 'a'\n");
  EXPECT_EQ(last(clues, "exception"), "KeyError");
}

TEST(Tracebacks, a_log_line_that_begins_with_error_is_none) { EXPECT_FALSE(clues_of("Error: nothing to do\n").has("exception")); }

TEST(Tracebacks, nan_is_a_word_and_no_part_of_one) {
  EXPECT_TRUE(clues_of("RuntimeError: Loss diverged to NaN at step 14\n").has("exception.nan"));
  EXPECT_FALSE(clues_of("ValueError: unknown tenant nano-3\n").has("exception.nan"));
}

TEST(Tracebacks, a_value_error_of_a_data_set_is_surely_the_programs) {
  EXPECT_TRUE(clues_of("ValueError: bad record 17\n").has("exception.sure"));
  EXPECT_FALSE(clues_of("IndexError: list index out of range\n").has("exception.sure"));
}

TEST(Endings, shells_tell_signals) {
  EXPECT_EQ(last(clues_of("Segmentation fault (core dumped)\n"), "signal"), "SEGV");
  EXPECT_EQ(last(clues_of("run.sh: line 3: 20911 Killed                  python train.py\n"), "signal"), "KILL");
  EXPECT_EQ(last(clues_of("[1]+  Killed                  python train.py\n"), "signal"), "KILL");
  EXPECT_EQ(last(clues_of("zsh: abort      python train.py\n"), "signal"), "ABRT");
  EXPECT_EQ(last(clues_of("start.sh: Zeile 3: 20911 Speicherzugriffsfehler  (Speicherabzug geschrieben) python train.py\n"), "signal"),
            "SEGV");
}

TEST(Endings, a_sentence_with_the_word_is_no_report) {
  EXPECT_FALSE(clues_of("the job was killed by my colleague\n").has("signal"));
  EXPECT_FALSE(clues_of("Transfer aborted, retrying\n").has("signal"));
}

TEST(Endings, statuses_give_their_signal) {
  EXPECT_EQ(last(clues_of("  exitcode  : -9 (pid: 4712)\n"), "signal"), "KILL");
  EXPECT_EQ(last(clues_of("      Exit Code:    137\n"), "signal"), "KILL");
  EXPECT_EQ(last(clues_of("process exited with code 139\n"), "signal"), "SEGV");
  EXPECT_EQ(last(clues_of("Process finished with exit code 1\n"), "exit"), "1");
  EXPECT_FALSE(clues_of("Process finished with exit code 0\n").has("exit"));
}

TEST(Endings, faulthandler_names_the_signal) {
  EXPECT_EQ(last(clues_of("Fatal Python error: Segmentation fault\n"), "signal"), "SEGV");
  EXPECT_EQ(last(clues_of("RuntimeError: DataLoader worker (pid 3) is killed by signal: Killed.\n"), "signal"), "KILL");
}

TEST(Tracebacks, hostile_lines_are_survived) {
  std::string text = "Traceback (most recent call last):\n  File \"";
  text += std::string(3'000'000, 'a') + "\nValueError: " + std::string(3'000'000, '\xff') + "\n";
  text += std::string("KeyError: a\0b\n", 14);
  for (int i = 0; i < 5000; ++i) text += "[rank" + std::to_string(i) + "]: Traceback (most recent call last):\nKeyError: 'a'\n";
  Clues clues = clues_of(text);
  EXPECT_EQ(last(clues, "exception"), "KeyError");
  EXPECT_LE(last(clues, "exception.text").size(), 300U);
}

}  // namespace
}  // namespace gpuwhy
