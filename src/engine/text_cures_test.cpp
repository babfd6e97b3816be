#include "engine/text_cures.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "evidence/phrases.h"

namespace gpuwhy {
namespace {

// Every hole of the table's commands, filled with what a log could make up.
Clues hostile_clues() {
  Clues clues;
  for (const TextCure& row : all_text_cures())
    for (std::size_t at = row.command.find('{'); at != std::string_view::npos; at = row.command.find('{', at + 1)) {
      std::string_view name = row.command.substr(at + 1, row.command.substr(at + 1).find('}'));
      if (!clues.has(name)) clues.add(name, "--x;touch /tmp/made-up $(id) `id` 'q' \"q\" | > && \n", 0);
    }
  return clues;
}

bool is_made_up(const Command& command) {
  std::string line = join(command, " ");
  return line.contains("touch /tmp") || line.contains("$(id)") || line.contains("`id`") || line.contains(";touch") || line.contains(" --x");
}

TEST(TextCures, what_a_text_says_reaches_a_command_as_one_harmless_word) {
  Clues clues = hostile_clues();
  std::size_t filled = 0;
  for (const Cause& cause : all_causes()) {
    for (const Remedy& remedy : text_cures(cause, clues, {})) {
      for (const Command& command : remedy.commands) {
        EXPECT_FALSE(is_made_up(command)) << cause.slug << ": " << join(command, " ");
        filled += join(command, " ").contains("made-up");
      }
      EXPECT_FALSE(is_made_up(remedy.check)) << cause.slug;
    }
    EXPECT_FALSE(is_made_up(deciding_command(cause, clues))) << cause.slug;
  }
  EXPECT_GT(filled, 0U) << "no command has a hole: the test shows nothing";
}

TEST(TextCures, a_row_that_asks_for_what_the_text_does_not_say_is_not_taken) {
  for (const TextCure& row : all_text_cures()) {
    const Cause* cause = find_cause(row.cause);
    if (!cause || row.kind != "cure") continue;
    for (const Remedy& remedy : text_cures(*cause, {}, {}))
      if (remedy.title == row.title && !remedy.commands.empty()) EXPECT_TRUE(!join(remedy.commands[0], " ").contains(">=?")) << row.cause;
    EXPECT_FALSE(text_cures(*cause, {}, {})[0].title.contains('?')) << row.cause;
  }
}

TEST(TextCures, braces_of_the_shell_and_of_other_programs_stay) {
  for (const TextCure& row : all_text_cures()) {
    const Cause* cause = find_cause(row.cause);
    if (row.kind != "decide" || !cause || !row.command.contains("{{")) continue;
    Command command = deciding_command(*cause, {});
    if (join(command, " ").contains("?}")) ADD_FAILURE() << row.command;
  }
}

TEST(TextCures, a_cause_without_rows_points_to_its_page_and_gives_its_words) {
  Cause cause = all_causes().front();
  cause.slug = "not-in-the-table";
  cause.page = "\n## Cure\n\nTurn it off\nand on.\n\nMore.\n";
  std::vector<Remedy> remedies = text_cures(cause, {}, {});
  ASSERT_EQ(remedies.size(), 1U);
  EXPECT_EQ(remedies[0].title, "See `gpuwhy causes not-in-the-table`");
  EXPECT_EQ(remedies[0].steps, std::vector<std::string>{"Turn it off and on."});
  EXPECT_TRUE(deciding_command(cause, {}).empty());
}

}  // namespace
}  // namespace gpuwhy
