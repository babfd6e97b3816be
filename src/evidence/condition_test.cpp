#include "evidence/condition.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

Clues some_clues() {
  Clues clues;
  clues.add("place", "docker", 0);
  clues.add("place", "kubernetes", 1);
  clues.add("driver", "470.82.01", 2);
  clues.add("env.CUDA_VISIBLE_DEVICES", "3", 3);
  return clues;
}

TEST(Condition, asks_whether_a_clue_is_there) {
  EXPECT_TRUE(holds("place !error", some_clues(), {}));
  EXPECT_FALSE(holds("error", some_clues(), {}));
  EXPECT_FALSE(holds("!driver", some_clues(), {}));
  EXPECT_TRUE(holds("-", some_clues(), {}));
}

TEST(Condition, compares_values) {
  EXPECT_TRUE(holds("place=kubernetes|slurm", some_clues(), {}));
  EXPECT_FALSE(holds("place=slurm", some_clues(), {}));
  EXPECT_TRUE(holds("!place=slurm", some_clues(), {}));
  EXPECT_FALSE(holds("place!=docker", some_clues(), {}));
  EXPECT_FALSE(holds("error!=35", some_clues(), {})) << "a clue that is not there is not another value";
  EXPECT_TRUE(holds("driver~470.82", some_clues(), {}));
}

TEST(Condition, compares_versions_with_captures_and_clues) {
  EXPECT_TRUE(holds("driver<525.60.13", some_clues(), {}));
  EXPECT_FALSE(holds("driver>=470.100", some_clues(), {}));
  EXPECT_TRUE(holds("driver<{needed}", some_clues(), {{"needed", "535"}}));
  EXPECT_TRUE(holds("{index}>{count}", some_clues(), {{"index", "3"}, {"count", "2"}}));
  EXPECT_FALSE(holds("cuda.build>11", some_clues(), {}));
}

TEST(Condition, fills_captures_before_clues) {
  EXPECT_EQ(fill("driver {driver}, {driver2}, {none}", some_clues(), {{"driver2", "550"}}), "driver 470.82.01, 550, ?");
}

}  // namespace
}  // namespace gpuwhy
