#include "probes/startup_code/startup_code.h"

#include <gtest/gtest.h>

#include "probes/startup_code/startup_lines.h"
#include "python/fake_files.h"

namespace gpuwhy {
namespace {

using gpuwhy::testing::FakeFiles;

TEST(StartupLines, each_way_to_set_a_variable_is_understood) {
  for (const char* line : {"os.environ['CUDA_VISIBLE_DEVICES'] = '-1'", "os.environ[\"CUDA_VISIBLE_DEVICES\"]=\"-1\"  # no GPU",
                           "import os; os.environ['CUDA_VISIBLE_DEVICES'] = '-1'", "environ['CUDA_VISIBLE_DEVICES'] = r'-1'",
                           "os.environ.setdefault('CUDA_VISIBLE_DEVICES', '-1')", "os.putenv(\"CUDA_VISIBLE_DEVICES\", \"-1\")",
                           "__import__('os').environ['CUDA_VISIBLE_DEVICES'] = '-1'"}) {
    auto found = parse_startup_lines(line, false);
    ASSERT_EQ(found.size(), 1u) << line;
    EXPECT_EQ(found[0].variable, "CUDA_VISIBLE_DEVICES") << line;
    EXPECT_EQ(found[0].value, "-1") << line;
    EXPECT_EQ(found[0].text, line);
  }
}

TEST(StartupLines, a_value_that_is_computed_is_not_told) {
  for (const char* line : {"os.environ['CUDA_VISIBLE_DEVICES'] = str(local_rank)", "os.environ.update({'CUDA_VISIBLE_DEVICES': '-1'})",
                           "if on_cpu: os.environ['CUDA_VISIBLE_DEVICES'] = ''"}) {
    auto found = parse_startup_lines(line, false);
    ASSERT_EQ(found.size(), 1u) << line;
    EXPECT_EQ(found[0].variable, "") << line;
  }
}

TEST(StartupLines, what_reads_or_compares_a_variable_sets_nothing) {
  for (const char* line : {"print(os.environ.get('CUDA_VISIBLE_DEVICES'))", "os.environ['MY_VARIABLE'] = '-1'",
                           "# os.environ['CUDA_VISIBLE_DEVICES'] = ''", "import os; x = 'CUDA_VISIBLE_DEVICES'"})
    EXPECT_TRUE(parse_startup_lines(line, false).empty()) << line;
  auto found = parse_startup_lines("ok = os.environ['CUDA_VISIBLE_DEVICES'] == '-1'", false);
  for (const StartupLine& line : found) EXPECT_EQ(line.variable, "");
}

TEST(StartupLines, text_in_triple_quotes_is_no_code) {
  auto found = parse_startup_lines("'''\nos.environ['CUDA_VISIBLE_DEVICES'] = ''\n'''\nos.environ['JAX_PLATFORMS'] = 'cpu'\n", false);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].variable, "JAX_PLATFORMS");
}

TEST(StartupLines, an_indented_line_keeps_its_blanks) {
  auto found = parse_startup_lines("def f():\n    os.environ['CUDA_VISIBLE_DEVICES'] = ''\n", false);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].text.starts_with("    "));
}

TEST(StartupLines, calls_that_hide_a_gpu_are_kept_as_lines) {
  auto found = parse_startup_lines("tf.config.set_visible_devices([], 'GPU')\njax.config.update('jax_platforms', 'cpu')\n", false);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].variable, "");
}

TEST(StartupLines, of_a_pth_file_only_lines_that_begin_with_import_run) {
  EXPECT_TRUE(parse_startup_lines("os.environ['CUDA_VISIBLE_DEVICES'] = ''\n", true).empty());
  EXPECT_EQ(parse_startup_lines("import os; os.environ['CUDA_VISIBLE_DEVICES'] = ''\n", true).size(), 1u);
}

TEST(StartupLines, hostile_bytes_end_soon) {
  std::string many;
  for (int i = 0; i < 10000; ++i) many += "os.environ['CUDA_VISIBLE_DEVICES'] = '0'\n";
  EXPECT_LE(parse_startup_lines(many, false).size(), 64u);
  EXPECT_TRUE(parse_startup_lines(std::string("os.environ['CUDA_VISIBLE_DEVICES"), false).empty());
  EXPECT_TRUE(parse_startup_lines(std::string(100000, '\''), false).empty());
}

PythonEnvironment with_path(std::vector<std::string> path) {
  PythonEnvironment environment;
  environment.search_path = Fact<std::vector<std::string>>::known(std::move(path));
  return environment;
}

TEST(StartupCode, pth_files_run_in_the_order_of_their_names_and_sitecustomize_after_them) {
  FakeFiles machine;
  machine.file("/s/site-packages/b.pth", "import os; os.environ['JAX_PLATFORMS'] = 'cpu'\n")
      .file("/s/site-packages/a.pth", "import os; os.environ['CUDA_VISIBLE_DEVICES'] = ''\n")
      .file("/s/site-packages/sitecustomize.py", "import os\nos.environ['XLA_FLAGS'] = ''\n");
  PythonEnvironment environment = with_path({"/s/site-packages"});
  probe_startup_code(machine, environment);
  ASSERT_TRUE(environment.startup_code.is_known());
  ASSERT_EQ(environment.startup_code->size(), 3u);
  EXPECT_EQ((*environment.startup_code)[0].path, "/s/site-packages/a.pth");
  EXPECT_EQ((*environment.startup_code)[1].path, "/s/site-packages/b.pth");
  EXPECT_EQ((*environment.startup_code)[2].variable, "XLA_FLAGS");
}

TEST(StartupCode, only_the_first_sitecustomize_on_the_path_runs) {
  FakeFiles machine;
  machine.file("/a/sitecustomize.py", "x = 1\n").file("/b/sitecustomize.py", "import os\nos.environ['CUDA_VISIBLE_DEVICES'] = ''\n");
  PythonEnvironment environment = with_path({"/a", "/b"});
  probe_startup_code(machine, environment);
  EXPECT_TRUE(environment.startup_code->empty());
}

TEST(StartupCode, a_file_that_may_not_be_read_leaves_the_question_open) {
  FakeFiles machine;
  machine.file("/s/site-packages/a.pth", "import os\n").denied("/s/site-packages/a.pth");
  PythonEnvironment environment = with_path({"/s/site-packages"});
  probe_startup_code(machine, environment);
  ASSERT_TRUE(environment.startup_code.is_unknown());
  EXPECT_EQ(environment.startup_code.why(), Why::denied);
}

}  // namespace
}  // namespace gpuwhy
