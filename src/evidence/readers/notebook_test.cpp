#include "evidence/readers/notebook.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> numbered;
  for (std::string_view line : lines(text)) numbered.push_back({numbered.size() + 1, std::string(line), 0});
  return numbered;
}

const Line* find_line(const std::vector<Line>& lines, std::string_view text) {
  auto found = std::ranges::find_if(lines, [&](const Line& line) { return line.text.contains(text); });
  return found == lines.end() ? nullptr : &*found;
}

constexpr std::string_view notebook = R"json({
 "cells": [
  {
   "cell_type": "code",
   "source": [
    "# a comment\n",
    "import torch\n",
    "torch.zeros(1).cuda()"
   ],
   "outputs": [
    {
     "output_type": "error",
     "traceback": [
      "RuntimeError: No CUDA GPUs are available\nsecond line"
     ]
    }
   ]
  }
 ],
 "metadata": {"accelerator": "GPU", "colab": {"gpuType": "T4"}},
 "nbformat": 4
})json";

TEST(Notebook, cells_and_outputs_become_lines_with_their_numbers) {
  std::vector<Line> out = expand_notebook(lines_of(notebook));
  ASSERT_TRUE(find_line(out, "import torch"));
  EXPECT_EQ(find_line(out, "import torch")->number, 7u);
  ASSERT_TRUE(find_line(out, "No CUDA GPUs"));
  EXPECT_EQ(find_line(out, "No CUDA GPUs")->number, 14u);
  EXPECT_TRUE(find_line(out, "second line"));
}

TEST(Notebook, comments_are_left_out) { EXPECT_FALSE(find_line(expand_notebook(lines_of(notebook)), "a comment")); }

TEST(Notebook, metadata_becomes_clues) {
  Clues clues;
  read_notebook(expand_notebook(lines_of(notebook)), clues);
  EXPECT_TRUE(clues.has("notebook.accelerator", "GPU"));
  EXPECT_TRUE(clues.has("notebook.gpuType", "T4"));
  EXPECT_TRUE(clues.has("place", "colab"));
}

TEST(Notebook, one_that_is_cut_in_half_gives_its_first_half) {
  std::string half(notebook.substr(0, notebook.find("RuntimeError") + 20));
  std::vector<Line> out = expand_notebook(lines_of(half));
  EXPECT_TRUE(find_line(out, "import torch"));
  EXPECT_FALSE(find_line(out, "cell_type"));
}

TEST(Notebook, lines_behind_a_broken_place_are_still_read) {
  std::string broken = replace_all(std::string(notebook), "\"import torch\\n\",", "\"import \\q torch\\n\",");
  EXPECT_TRUE(find_line(expand_notebook(lines_of(broken)), "torch.zeros(1).cuda()"));
}

TEST(Notebook, other_text_stays_as_it_is) {
  std::vector<Line> text = lines_of("{ \"a\": 1 }\nRuntimeError: No CUDA GPUs are available\n");
  EXPECT_EQ(expand_notebook(text).size(), text.size());
}

TEST(Notebook, deep_nesting_ends_the_reading) {
  std::string deep = "{\"cells\": " + std::string(200000, '[') + "\n";
  std::vector<Line> out = expand_notebook(lines_of(deep));
  EXPECT_LE(out.size(), 1u);
}

}  // namespace
}  // namespace gpuwhy
