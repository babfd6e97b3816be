#include "evidence/readers/typed.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

std::string command_in(std::string_view line) {
  auto typed = find_typed(line);
  return typed ? typed->text : "";
}

TEST(Typed, takes_off_the_prompts_of_shells) {
  EXPECT_EQ(command_in("$ nvidia-smi"), "nvidia-smi");
  EXPECT_EQ(command_in("(torch) user@host:~/my-project$ python train.py"), "python train.py");
  EXPECT_EQ(command_in("[user@login01 ~]$ srun -p gpu --pty bash"), "srun -p gpu --pty bash");
  EXPECT_EQ(command_in("root@16c54693e7f2:/# nvidia-smi"), "nvidia-smi");
  EXPECT_EQ(command_in("user@host ~ [255]> grep no-cgroups config.toml"), "grep no-cgroups config.toml");
  EXPECT_EQ(command_in("bash-4.2$ ls /dev"), "ls /dev");
}

TEST(Typed, takes_off_the_prompts_of_windows) {
  EXPECT_EQ(command_in("PS C:\\Users\\user> nvidia-smi"), "nvidia-smi");
  EXPECT_EQ(command_in("C:\\Users\\user>python -m app"), "python -m app");
}

TEST(Typed, takes_off_the_marks_of_notebooks_and_of_python) {
  EXPECT_EQ(command_in("!pip install torch"), "pip install torch");
  EXPECT_EQ(command_in(">>> import torch"), "import torch");
  EXPECT_EQ(command_in("In [3]: !nvidia-smi"), "nvidia-smi");
}

TEST(Typed, takes_a_line_without_a_prompt_only_where_it_can_hardly_be_a_sentence) {
  EXPECT_EQ(command_in("docker run --rm --gpus all ubuntu nvidia-smi"), "docker run --rm --gpus all ubuntu nvidia-smi");
  EXPECT_EQ(command_in("apt install nvidia-utils-510"), "apt install nvidia-utils-510");
  EXPECT_EQ(command_in("docker run works on my other machine without any of these problems"), "");
  EXPECT_EQ(command_in("kubectl is installed"), "");
  EXPECT_EQ(command_in("# This is a heading"), "");
  EXPECT_EQ(command_in("# nvidia-smi"), "nvidia-smi");
}

TEST(Typed, takes_a_table_of_nvidia_smi_for_no_prompt) {
  EXPECT_FALSE(find_typed("| N/A   41C    P0    36W / 250W |    317MiB / 16160MiB |      0%      Default |"));
  EXPECT_FALSE(find_typed("  File \"/app/train.py\", line 12, in <module>"));
}

TEST(Typed, joins_continued_lines) {
  std::vector<Line> lines = {{1, "$ docker run --rm \\"}, {2, "    --gpus all \\"}, {3, "    ubuntu nvidia-smi"}, {4, "table"}};
  std::vector<Typed> all = find_all_typed(lines);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].text, "docker run --rm --gpus all ubuntu nvidia-smi");
  EXPECT_EQ(all[0].last_line, 2u);
}

TEST(Typed, ends_where_every_line_is_continued) {
  std::vector<Line> lines(10000, Line{1, "$ echo \\"});
  EXPECT_GT(find_all_typed(lines).size(), 1u);
}

TEST(Typed, survives_a_line_of_a_megabyte) {
  for (char fill : {'$', '(', '@', ' ', '\\', '\0'}) EXPECT_LT(command_in("$ " + std::string(1 << 20, fill)).size(), 5000u);
}

TEST(CommandWords, keeps_what_stands_in_quotes_together) {
  EXPECT_EQ(command_words("docker run --gpus '\"device=0\"' -e \"A=b c\""),
            (std::vector<std::string>{"docker", "run", "--gpus", "\"device=0\"", "-e", "A=b c"}));
}

}  // namespace
}  // namespace gpuwhy
