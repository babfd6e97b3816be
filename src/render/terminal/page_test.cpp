#include "render/terminal/page.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

// clang-format off
TEST(CausePage, front_matter_headings_lists_code_and_links_are_laid_out) {
  EXPECT_EQ(render_cause_page(R"md(---
slug: cudnn-missing
title: cuDNN is not installed where the framework looks
since: 0.1.0
severity: blocked
layer: cuda-libraries
needs: [libraries]
explains:
  - open-cudnn
  - gpu-list-empty
---
# cuDNN is missing

## What you see

```
Could not load dynamic library

  indented
```

## Why it happens
TensorFlow opens **libcudnn** by name; see [the guide](https://example.org/x) and `LD_LIBRARY_PATH`.
More text of the same paragraph that is long enough to wrap at the width.

- one item that is long enough that it has to be wrapped at some place beyond eighty columns
- two
  - nested

1. first
2. second

| a | b |
|---|---|
| 1 | 2 |

> quoted text

<!-- hidden -->
The end \*literal\*.
)md", {}), R"(cudnn-missing · cuDNN is not installed where the framework looks
layer cuda-libraries · severity blocked · since 0.1.0 · explains open-cudnn,
  gpu-list-empty

cuDNN is missing

What you see
    Could not load dynamic library

      indented

Why it happens
  TensorFlow opens libcudnn by name; see the guide (https://example.org/x) and
  `LD_LIBRARY_PATH`. More text of the same paragraph that is long enough to wrap
  at the width.

  - one item that is long enough that it has to be wrapped at some place beyond
    eighty columns
  - two
    - nested
  1. first
  2. second

    | a | b |
    |---|---|
    | 1 | 2 |

    quoted text

  The end *literal*.
)");
}

TEST(CauseList, is_grouped_by_layer_bottom_first) {
  std::vector<CauseEntry> causes = {{"no-nvidia-gpu", "There is no NVIDIA GPU", Layer::hardware},
                                    {"cudnn-missing", "cuDNN is not installed where the framework looks for it, and nothing else provides it either", Layer::cuda_libraries},
                                    {"gpu-fallen-off", "The GPU has fallen off the bus", Layer::hardware}};
  EXPECT_EQ(render_cause_list(causes, {}), R"(hardware
  no-nvidia-gpu   There is no NVIDIA GPU
  gpu-fallen-off  The GPU has fallen off the bus

CUDA libraries
  cudnn-missing   cuDNN is not installed where the framework looks for it, and
                  nothing else provides it either
)");
}
// clang-format on

TEST(CausePage, an_unfinished_page_is_shown_as_far_as_it_goes) {
  EXPECT_EQ(render_cause_page("", {}), "");
  EXPECT_EQ(render_cause_page("---\nslug: x\n", {}), "  --- slug: x\n");
  EXPECT_EQ(render_cause_page("```\ncode", {}), "    code\n");
  EXPECT_EQ(render_cause_page("a [b](c `d **e", {}), "  a [b](c `d **e\n");
  EXPECT_EQ(render_cause_page("<!-- never closed\ntext", {}), "");
  EXPECT_EQ(render_cause_page("\x1b[2J\xff", {}), "  ?[2J\xef\xbf\xbd\n");
}

TEST(CausePage, colour_marks_headings_and_code) {
  EXPECT_EQ(render_cause_page("## A\nb `c`", {.colour = true}), "\033[1mA\033[0m\n  b \033[36m`c`\033[0m\n");
}

}  // namespace
}  // namespace gpuwhy
