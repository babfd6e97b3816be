"""Each checker of tools/ passes on a sound tree and fails on a broken one: `tools/check --self-test`."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent


class CheckerTest(unittest.TestCase):
    """A small tree of its own for every test."""

    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def run_checker(self, name, *more, **environment):
        done = subprocess.run([sys.executable, TOOLS / f"check-{name}", "--root", self.root, *more], capture_output=True, text=True,
                              check=False, env={**os.environ, **environment})
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def assert_passes(self, name, *more):
        self.assertEqual(self.run_checker(name, *more), (0, ""))

    def assert_fails(self, name, expected, *more):
        status, output = self.run_checker(name, *more)
        self.assertEqual(status, 1, output)
        self.assertIn(expected, output)


class FormatTest(CheckerTest):
    def setUp(self):
        super().setUp()
        self.write(".clang-format", "BasedOnStyle: Google\n")

    @unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
    def test_a_badly_formatted_file_fails(self):
        self.write("src/base/x.h", "int  x ;\n")
        self.assert_fails("format", "src/base/x.h:1: not as clang-format writes it")
        self.write("src/base/x.h", "int x;\n")
        self.assert_passes("format")

    def test_without_clang_format_it_is_skipped_but_fails_in_ci(self):
        empty = self.root / "empty"
        empty.mkdir()
        self.assertEqual(self.run_checker("format", PATH=str(empty), CI=""), (77, "clang-format is not installed\n"))
        self.assertEqual(self.run_checker("format", PATH=str(empty), CI="true")[0], 1)


class LayersTest(CheckerTest):
    def test_a_layer_must_not_look_up(self):
        self.write("src/loader/x.cpp", '#include "base/y.h"\n#include "model/y.h"\n#include "loader/y.h"\n#include <string>\n')
        self.assert_passes("layers")
        self.write("src/loader/x.cpp", '#include "sys/machine.h"\n')
        self.assert_fails("layers", "src/loader/x.cpp:1: loader must not include sys (sys/machine.h)")

    def test_only_a_test_may_include_any_layer(self):
        self.write("src/causes/a/b/rule_test.cpp", '#include "sys/machine.h"\n#include <gtest/gtest.h>\n')
        self.assert_passes("layers")
        self.write("src/causes/a/b/rule.cpp", "#include <gtest/gtest.h>\n")
        self.assert_fails("layers", "rule.cpp:1: gtest/gtest.h belongs in tests only")

    def test_third_party_headers_stay_in_their_folders(self):
        self.write("src/store/x.cpp", "#include <nlohmann/json.hpp>\n")
        self.write("src/render/json/x.cpp", "#include <nlohmann/json.hpp>\n")
        self.write("src/app/x.cpp", "#include <CLI/CLI.hpp>\n")
        self.assert_passes("layers")
        for path, include in (("src/render/terminal/x.cpp", "nlohmann/json.hpp"), ("src/engine/x.cpp", "CLI/CLI.hpp"),
                              ("src/base/x.cpp", "fmt/format.h"), ("src/formats/elf/x.cpp", "fmt/format.h")):
            self.write(path, f"#include <{include}>\n")
            self.assert_fails("layers", f"{path}:1: {include} belongs in")
            (self.root / path).unlink()

    def test_pure_layers_do_not_reach_the_machine(self):
        for header in ("fstream", "unistd.h", "chrono", "sys/stat.h"):
            self.write("src/frameworks/x.cpp", f"#include <{header}>\n")
            self.assert_fails("layers", "does not reach the machine")
        self.write("src/frameworks/x.cpp", "#include <iostream>\n")
        self.assert_fails("layers", "iostream")

    def test_a_header_is_named_by_its_path(self):
        self.write("src/base/x.cpp", '#include "x.h"\n')
        self.assert_fails("layers", "x.h is not named by its path from src")

    def test_a_new_folder_needs_a_place_in_the_order(self):
        self.write("src/extra/x.cpp", "")
        self.assert_fails("layers", "src/extra is no layer")


class SizesTest(CheckerTest):
    def test_a_long_file_fails_unless_it_has_a_reason(self):
        self.write("src/base/x.h", "int a;\n" * 401)
        self.assert_fails("sizes", "src/base/x.h: 401 lines, at most 400")
        self.write("tools/check-sizes.allow", "src/base/x.h\tone table\n")
        self.assert_passes("sizes")

    @unittest.skipUnless(shutil.which("ctags"), "ctags is not installed")
    def test_a_long_function_fails_unless_it_has_a_reason(self):
        self.write("src/base/x.cpp", "int f() {\n" + "  g();\n" * 59 + "}\n")
        self.assert_fails("sizes", "src/base/x.cpp:f: 61 lines, at most 60")
        self.write("tools/check-sizes.allow", "src/base/x.cpp:f\tone switch\n")
        self.assert_passes("sizes")

    def test_an_exemption_must_be_needed_and_have_a_reason(self):
        self.write("tools/check-sizes.allow", "src/base/gone.h\tit was long\n")
        self.assert_fails("sizes", "check-sizes.allow:1: src/base/gone.h needs no exemption")
        self.write("src/base/x.h", "int a;\n" * 401)
        self.write("tools/check-sizes.allow", "src/base/x.h\n")
        self.assert_fails("sizes", "no reason given for src/base/x.h")


class DeadTest(CheckerTest):
    def test_a_header_that_only_its_own_files_include_is_dead(self):
        self.write("src/base/x.h", "")
        self.write("src/base/x.cpp", '#include "base/x.h"\n')
        self.write("src/base/x_test.cpp", '#include "base/x.h"\n')
        self.assert_fails("dead", "src/base/x.h: nothing refers to it")
        self.write("src/model/y.cpp", '#include "base/x.h"\n')
        self.assert_passes("dead")

    def test_a_file_is_alive_when_named_or_matched_by_a_pattern(self):
        self.write("data/facts/a.tsv", "")
        self.assert_fails("dead", "data/facts/a.tsv: nothing refers to it")
        self.write("CMakeLists.txt", "file(GLOB TABLES ${CMAKE_SOURCE_DIR}/data/facts/*.tsv)\n")
        self.assert_passes("dead")
        self.write("tools/gen-x", "#!/bin/sh\n")
        self.assert_fails("dead", "tools/gen-x: nothing refers to it")
        self.write("Makefile", "x:\n\ttools/gen-x\n")
        self.assert_passes("dead")

    def test_a_longer_name_is_no_reference(self):
        self.write("tools/gen-x", "#!/bin/sh\n")
        self.write("Makefile", "x:\n\ttools/gen-xyz tools/my-gen-x\n")
        self.assert_fails("dead", "tools/gen-x: nothing refers to it")


class WordsTest(CheckerTest):
    def test_a_machine_path_or_a_promise_fails(self):
        for text in ("/wo" + "rk/x", "cd /ro" + "ot/x", "TO" + "DO: later", "// FIX" + "ME", "https://files.python" + "hosted.org/x",
                     "https://mirror.example/sim" + "ple"):
            self.write("docs/x.md", f"first line\n{text}\n")
            self.assert_fails("words", "docs/x.md:2: ")

    def test_a_longer_path_is_not_a_machine_path(self):
        self.write("docs/x.md", "tests/machines/a/ro" + "ot/etc home/wo" + "rk/x ${HOME}/wo" + "rk/ mastodon TODOS\n")
        self.assert_passes("words")

    def test_an_exemption_covers_one_word_in_one_file(self):
        self.write("docs/x.md", "/ro" + "ot/x\n")
        self.write("tools/check-words.allow", "docs/x.md /ro" + "ot/\tthe home folder of a container\n")
        self.assert_passes("words")
        self.write("docs/y.md", "/ro" + "ot/x\n")
        self.assert_fails("words", "docs/y.md:1: ")


class DuplicatesTest(CheckerTest):
    lines = "".join(f"  call_number({i});\n" for i in range(12))

    def test_twelve_shared_lines_fail_and_eleven_pass(self):
        self.write("src/base/a.cpp", "int a;\n" + self.lines)
        self.write("src/base/b.cpp", "int b;\n\n// remark\n" + self.lines.replace("(5);\n", "(5);\n\n"))
        self.assert_fails("duplicates", "src/base/a.cpp:2: 12 lines are also in src/base/b.cpp:4")
        self.write("src/base/b.cpp", self.lines.replace("(5)", "(50)"))
        self.assert_passes("duplicates")

    def test_brackets_includes_and_remarks_are_not_counted(self):
        trivial = "}\n" * 20 + "#include <x>\n" * 20 + "// remark\n" * 20
        self.write("src/base/a.cpp", trivial)
        self.write("src/base/b.cpp", trivial)
        self.assert_passes("duplicates")

    def test_a_pair_may_be_exempted(self):
        self.write("src/base/a.cpp", self.lines)
        self.write("src/base/b.cpp", self.lines)
        self.write("tools/check-duplicates.allow", "src/base/a.cpp src/base/b.cpp\ttwo tables\n")
        self.assert_passes("duplicates")


@unittest.skipUnless(shutil.which("cc") and shutil.which("ar"), "no compiler")
class SymbolsTest(CheckerTest):
    def build(self, body):
        self.write("x.c", body)
        (self.root / "build").mkdir(exist_ok=True)
        subprocess.run(["cc", "-c", "x.c", "-o", "x.o"], cwd=self.root, check=True)
        subprocess.run(["ar", "crs", "build/libgpuwhy_causes.a", "x.o"], cwd=self.root, check=True)

    def test_a_call_into_the_machine_fails(self):
        for call in ("getenv", "openat", "dlopen", "time"):
            self.build(f"extern int {call}(); int f(void) {{ return {call}(); }}\n")
            self.assert_fails("symbols", f"libgpuwhy_causes.a:x.o: calls {call}")

    def test_other_calls_pass(self):
        self.build("extern int memcmp_time(); int f(void) { return memcmp_time(); }\n")
        self.assert_passes("symbols")

    def test_it_is_skipped_when_nothing_is_built(self):
        self.assertEqual(self.run_checker("symbols")[0], 77)


class DoorTest(CheckerTest):
    def test_one_line_each_and_the_failing_lines_below(self):
        self.write("docs/x.md", "FIX" + "ME\n")
        done = subprocess.run([sys.executable, TOOLS / "check", "--root", self.root, "words", "sizes", "symbols"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.splitlines()[:3], ["FAIL words", "    docs/x.md:1: FIX" + "ME", "OK sizes"])
        self.assertTrue(done.stdout.splitlines()[3].startswith("SKIP symbols: nothing is built"))

    def test_an_unknown_checker_is_an_error(self):
        done = subprocess.run([sys.executable, TOOLS / "check", "wrods"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("knows no checker wrods", done.stderr)


if __name__ == "__main__":
    unittest.main()
