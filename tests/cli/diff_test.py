#!/usr/bin/env python3
"""diff_test.py GPUWHY: `gpuwhy diff` as its users meet it: sides of every kind, formats, bad input, exit status. Standard library only."""
import html.parser
import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

GPUWHY = os.path.abspath(sys.argv.pop(1))
LAPTOP, COLAB = "example:laptop-rtx4070", "example:colab-cpu-runtime"


def run(*words, timeout=120, **more):
    return subprocess.run([GPUWHY, *words], capture_output=True, timeout=timeout, check=False, **more)


def saved(folder, name, *words):
    path = os.path.join(folder, name)
    done = run(*words, "-o", path)
    assert done.returncode in (0, 1), done
    return path


class Case(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        pathlib.Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def refused(self, *words, says):
        done = run("diff", *words)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, b"")
        self.assertIn(says, done.stderr.decode())
        self.assertEqual(done.stderr.decode().count("\n"), 1, done.stderr)


class Sides(Case):
    def same_answer(self, first, second):
        done = run("diff", first, second, "--format", "json")
        self.assertEqual(done.returncode, 1, done)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["kind"], "one-fails")
        self.assertEqual(answer["failing"]["findings"][0]["cause"], "colab-runtime-cpu")
        self.assertTrue(answer["proven"])

    def test_two_examples(self):
        self.same_answer(LAPTOP, COLAB)

    def test_snapshot_files(self):
        self.same_answer(saved(self.folder, "a.json", "snapshot", "--snapshot", LAPTOP), saved(self.folder, "b.json", "snapshot", "--snapshot", COLAB))

    def test_pages_of_check(self):
        self.same_answer(saved(self.folder, "a.html", "check", "--snapshot", LAPTOP, "--format", "html"),
                         saved(self.folder, "b.html", "check", "--snapshot", COLAB, "--format", "html"))

    def test_a_page_and_an_example_in_the_other_order(self):
        self.same_answer(COLAB, saved(self.folder, "a.html", "check", "--snapshot", LAPTOP, "--format", "html"))

    def test_a_root_folder(self):
        os.makedirs(os.path.join(self.folder, "root/etc"))
        done = run("diff", LAPTOP, os.path.join(self.folder, "root"), "--format", "json")
        self.assertIn(done.returncode, (0, 1), done)
        self.assertIn(json.loads(done.stdout)["kind"], ("one-fails", "cannot-tell", "both-work"))

    def test_here(self):
        done = run("diff", LAPTOP, "here", "--no-probe", "--format", "json")
        self.assertIn(done.returncode, (0, 1), done)
        self.assertEqual(json.loads(done.stdout)["schema"], "gpuwhy.diff/1")

    def test_a_page_is_judged_as_the_machine_that_it_was_made_from(self):
        page = saved(self.folder, "b.html", "check", "--snapshot", COLAB, "--format", "html")
        again = run("check", "--snapshot", page, "--format", "json")
        self.assertEqual(again.stdout, run("check", "--snapshot", COLAB, "--format", "json").stdout)
        self.assertEqual(again.returncode, 1)

    def test_the_same_file_twice_works_on_both(self):
        path = saved(self.folder, "a.json", "snapshot", "--snapshot", LAPTOP)
        done = run("diff", path, path, "--format", "json")
        self.assertEqual(done.returncode, 0, done)
        answer = json.loads(done.stdout)
        self.assertEqual((answer["kind"], answer["causal"], answer["harmless"]), ("both-work", [], []))


class Status(Case):
    def test_both_fail_exits_1(self):
        self.assertEqual(run("diff", COLAB, COLAB).returncode, 1)

    def test_one_fails_exits_1_whatever_the_order(self):
        self.assertEqual([run("diff", LAPTOP, COLAB).returncode, run("diff", COLAB, LAPTOP).returncode], [1, 1])

    def test_both_work_exits_0(self):
        self.assertEqual(run("diff", LAPTOP, LAPTOP).returncode, 0)

    def test_one_side_alone_is_a_usage_error(self):
        self.assertEqual(run("diff", LAPTOP).returncode, 2)

    def test_a_file_that_cannot_be_written_exits_2(self):
        done = run("diff", LAPTOP, COLAB, "--format", "html", "-o", os.path.join(self.folder, "no/such/folder.html"))
        self.assertEqual(done.returncode, 2, done)


class BadInput(Case):
    def test_a_missing_file(self):
        self.refused(os.path.join(self.folder, "none.json"), COLAB, says="cannot read")

    def test_a_newer_schema(self):
        self.refused(self.write("new.json", '{"schema":"gpuwhy.snapshot/9"}'), COLAB, says="gpuwhy.snapshot/9")

    def test_the_json_of_another_tool(self):
        self.refused(COLAB, self.write("other.json", '{"packages":["numpy"]}'), says="other.json")

    def test_a_snapshot_that_is_cut(self):
        whole = run("snapshot", "--snapshot", LAPTOP).stdout
        for share in (0.1, 0.5, 0.99):
            self.refused(self.write("cut.json", whole[:int(len(whole) * share)]), COLAB, says="cut.json")

    def test_a_million_nested_arrays(self):
        self.refused(self.write("deep.json", "[" * 1_000_000), COLAB, says="deep.json")

    def test_an_unknown_example_is_met_with_the_nearest_one(self):
        self.refused("example:laptop-rtx407", COLAB, says="did you mean example:laptop-rtx4070?")

    def test_a_page_of_something_else(self):
        self.refused(self.write("x.html", "<!DOCTYPE html><html><title>x</title></html>"), COLAB, says="without a whole snapshot")

    def test_a_page_that_is_cut(self):
        whole = run("check", "--snapshot", LAPTOP, "--format", "html").stdout
        self.refused(self.write("cut.html", whole[:len(whole) // 2]), COLAB, says="cut.html")

    def test_a_page_of_diff_holds_two_machines(self):
        page = saved(self.folder, "d.html", "diff", LAPTOP, COLAB, "--format", "html")
        self.refused(page, COLAB, says="holds two machines")

    def test_an_empty_file(self):
        self.refused(self.write("empty.json", ""), COLAB, says="empty.json")

    def test_bytes_that_are_no_text(self):
        self.refused(self.write("noise.json", bytes(range(256)) * 64), COLAB, says="noise.json")


class Formats(Case):
    def test_the_order_of_the_sides_changes_no_answer(self):
        first, second = (json.loads(run("diff", *sides, "--format", "json").stdout) for sides in ((LAPTOP, COLAB), (COLAB, LAPTOP)))
        self.assertEqual(first, second)

    def test_the_same_sides_give_the_same_bytes(self):
        for form in ("text", "json", "markdown", "html", "github"):
            first, second = (run("diff", LAPTOP, COLAB, "--format", form, cwd=folder, env={"TZ": zone}).stdout
                             for folder, zone in ((None, "UTC"), ("/", "Asia/Tokyo")))
            self.assertEqual(first, second, form)
            self.assertTrue(first, form)

    def test_markdown_is_under_sixty_lines(self):
        for words in (("diff", LAPTOP, COLAB), ("check", "--snapshot", COLAB), ("check", "--snapshot", LAPTOP)):
            self.assertLess(run(*words, "--format", "markdown").stdout.count(b"\n"), 60, words)

    def test_a_page_is_not_written_to_a_terminal(self):
        parent, child = pty.openpty()
        done = subprocess.run([GPUWHY, "diff", LAPTOP, COLAB, "--format", "html"], stdout=child, stderr=subprocess.PIPE, timeout=60, check=False)
        os.close(parent)
        os.close(child)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(b"-o report.html", done.stderr)

    def test_a_page_goes_through_a_pipe(self):
        self.assertTrue(run("diff", LAPTOP, COLAB, "--format", "html").stdout.startswith(b"<!doctype html>"))

    def test_a_page_is_always_redacted(self):
        done = run("check", "--snapshot", COLAB, "--format", "html", "--no-redact")
        self.assertEqual((done.returncode, done.stdout), (2, b""))

    def test_a_page_is_no_form_of_the_other_commands(self):
        self.assertEqual(run("snapshot", "--snapshot", COLAB, "--format", "html").returncode, 2)

    def test_an_explained_text_has_a_page(self):
        done = run("explain", "--format", "html", input=b"libcudnn.so.9: cannot open shared object file: <b>No such file</b>\n")
        page = done.stdout.decode()
        self.assertTrue(page.startswith("<!doctype html>"), done)
        self.assertNotIn("<b>", page)
        html.parser.HTMLParser().feed(page)


if __name__ == "__main__":
    unittest.main()
