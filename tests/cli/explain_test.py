#!/usr/bin/env python3
"""explain_test.py GPUWHY: `gpuwhy explain` as its users meet it: texts, formats, exit status, secrets. Standard library only."""
import json
import subprocess
import unittest

from explain_command import CUDNN, FORMATS, GPUWHY, NO_IMAGE, Done, Explain, answer, causes, explain

LAPTOP = ["--here", "--snapshot", "example:laptop-rtx4070"]
COLAB = ["--here", "--snapshot", "example:colab-cpu-runtime"]

NO_DRIVER = """  File "/usr/local/lib/python3.10/dist-packages/torch/cuda/__init__.py", line 319, in _lazy_init
    torch._C._cuda_init()
RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver from http://www.nvidia.com/Download/index.aspx
"""
HEALTHY = """2024-03-01 10:00:00.123456: I tensorflow/core/common_runtime/gpu/gpu_device.cc:1929] Created device \
/job:localhost/replica:0/task:0/device:GPU:0 with 14792 MB memory:  -> device: 0, name: Tesla T4, pci bus id: 0000:00:04.0, compute capability: 7.5
"""
PROGRAM = """Traceback (most recent call last):
  File "main.py", line 3, in <module>
    import einops
ModuleNotFoundError: No module named 'einops'
"""
PROMPTS = """ana.kowalska@workhorse:~/train$ export HF_TOKEN=hf_QwErTyUiOpAsDfGhJkLzXcVbNm12345678
ana.kowalska@workhorse:~/train$ git clone https://ana:ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/x/y
"""
# Every secret stands in the very line that is shown as the proof.
SECRETS = ("hf_QwErTyUiOpAsDfGhJkLzXcVbNm12345678", "ana.kowalska", "workhorse", "192.168.20.30", "someone@example.org", "kowalska-ana")
SECRET_LINE = """W tensorflow/x.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file; \
LD_LIBRARY_PATH: /home/kowalska-ana/cuda:/home/ana.kowalska/lib 192.168.20.30 someone@example.org hf_QwErTyUiOpAsDfGhJkLzXcVbNm12345678
"""


class Answers(Explain):
    def test_a_cause_is_told_with_its_line_its_cure_and_its_check(self):
        done = explain("first line\n" + CUDNN)
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual(done.stderr, b"")
        self.assertIn("[cudnn-missing", done.text)
        self.assertIn("line 2: ", done.text)
        self.assertRegex(done.text, r"\n  cure   \S")
        self.assertRegex(done.text, r"\n  check  \S")
        self.assertLessEqual(len(done.text.splitlines()), 20)

    def test_json_is_a_report_of_the_schema_with_the_line_as_evidence(self):
        report = answer(CUDNN)
        self.assertEqual(report["schema"], "gpuwhy.report/1")
        self.assertEqual(report["basis"], "log")
        self.assertEqual(report["verdict"], "blocked")
        self.assertEqual(causes(report, "root"), ["cudnn-missing"])
        self.assertEqual(report["findings"][0]["evidence"][0]["source"], "log")
        self.assertEqual(report["findings"][0]["evidence"][0]["locator"], "line 1")

    def test_markdown_can_be_pasted_as_an_answer(self):
        text = explain(CUDNN, "--format", "markdown").text
        self.assertTrue(text.startswith("**The GPU cannot be used.**\n"), text)
        self.assertIn("`cudnn-missing`", text)
        self.assertIn("```text\nline 1: ", text)
        self.assertEqual(text.count("```") % 2, 0)

    def test_github_is_one_annotation_a_line(self):
        for line in explain(CUDNN, "--format", "github").text.splitlines():
            self.assertRegex(line, r"^::(error|warning|notice) title=gpuwhy")
        self.assertTrue(explain(CUDNN, "--format", "github").text.startswith("::error title=gpuwhy%3A cudnn-missing::"))

    def test_a_text_that_cannot_tell_lists_candidates_and_the_command_that_decides(self):
        done = explain(NO_IMAGE)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("The text alone cannot tell.", done.text)
        report = answer(NO_IMAGE)
        self.assertEqual(report["verdict"], "unknown")
        self.assertEqual(causes(report, "root"), [])
        self.assertIn(len(causes(report, "candidate")), (2, 3))
        self.assertTrue(report["next_check"]["command"])
        self.assertEqual(report["next_check"]["decides"], causes(report, "candidate"))

    def test_unknown_exits_1_only_where_a_gpu_is_required(self):
        self.assertEqual(explain(NO_IMAGE, "--require-gpu").returncode, 1)
        self.assertEqual(explain("no words of that kind\n", "--require-gpu").returncode, 1)

    def test_a_gpu_at_work_is_usable(self):
        done = explain(HEALTHY)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("Nothing is wrong with the GPU in this text.", done.text)
        self.assertEqual(answer(HEALTHY)["verdict"], "usable")
        self.assertEqual(answer(HEALTHY)["findings"], [])

    def test_a_program_that_fails_by_itself_exits_1_and_the_gpu_is_not_blamed(self):
        done = explain(PROGRAM)
        self.assertEqual(done.returncode, 1, done)
        report = answer(PROGRAM)
        self.assertEqual(report["verdict"], "unknown")
        self.assertEqual([finding["layer"] for finding in report["findings"] if finding["role"] == "root"], ["program"])
        self.assertEqual(answer(HEALTHY + PROGRAM)["verdict"], "usable")
        self.assertEqual(explain(HEALTHY + PROGRAM).returncode, 1)
        self.assertIn("nothing here blames the GPU", explain(PROGRAM, "--format", "markdown").text)

    def test_a_text_about_something_else_says_so_and_exits_0(self):
        for text in ("", "\n\n", "The weather is fine today.\nTomorrow it will rain.\n", "a,b,c\n1,2,3\n"):
            for format_ in FORMATS:
                done = explain(text, "--format", format_)
                self.assertEqual(done.returncode, 0, done)
                self.assertIn("nothing about GPUs in here", done.text)

    def test_files_and_standard_input_give_the_same_answer(self):
        path = self.write("a.log", CUDNN)
        self.assertEqual(explain("", path).text, explain(CUDNN).text)
        self.assertEqual(explain(CUDNN, "-").text, explain(CUDNN).text)

    def test_the_answer_goes_into_a_file(self):
        out = self.folder / "answer.md"
        done = explain(CUDNN, "--format", "markdown", "-o", out)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn("cudnn-missing", out.read_text())
        self.assertEqual(explain(CUDNN, "-o", self.folder / "none/answer").returncode, 2)

    def test_the_same_text_gives_the_same_bytes(self):
        for format_ in FORMATS:
            self.assertEqual(explain(CUDNN + NO_IMAGE, "--format", format_).text, explain(CUDNN + NO_IMAGE, "--format", format_).text)

    def test_an_ignored_cause_is_not_the_root(self):
        self.assertEqual(causes(answer(CUDNN, "--ignore", "cudnn-missing:we know"), "root"), [])


class SeveralTexts(Explain):
    def test_two_texts_of_which_one_works_are_compared(self):
        table = "| NVIDIA-SMI {0}             Driver Version: {0}   CUDA Version: 12.2     |\n"
        works = self.write("works.log", table.format("535.183.01") + HEALTHY)
        fails = self.write("fails.log", table.format("470.82.01") + CUDNN)
        for order in ([works, fails], [fails, works]):
            done = explain("", *order)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn("[cudnn-missing", done.text)
            self.assertIn(f"in {works} a GPU works", done.text.replace("\n", " ").replace("     ", " "))
            self.assertRegex(done.text, r"driver: 535\.183\.01 where it works, 470\.82\.01 here")

    def test_texts_of_one_machine_are_read_together_and_lines_name_their_text(self):
        done = explain("", self.write("a.log", "$ lspci\n"), self.write("b.log", "\n" + CUDNN))
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("text 2, line 2: ", done.text)

    def test_a_missing_text_of_two_is_said(self):
        done = explain("", self.write("a.log", CUDNN), self.folder / "b.log")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"b.log", done.stderr)


class Here(Explain):
    def test_the_machine_rules_candidates_out(self):
        self.assertTrue(causes(answer(NO_IMAGE), "candidate"))
        report = answer(NO_IMAGE, *LAPTOP)
        self.assertEqual(causes(report, "candidate") + causes(report, "root"), [])
        self.assertEqual(report["basis"], "log and live")

    def test_the_machine_makes_one_candidate_the_root(self):
        self.assertEqual(causes(answer(NO_DRIVER), "root"), [])
        self.assertEqual(causes(answer(NO_DRIVER, *COLAB), "root"), ["colab-runtime-cpu"])
        self.assertEqual(explain(NO_DRIVER, *COLAB).returncode, 1)

    def test_what_the_text_proves_stands_whatever_the_machine_is_now(self):
        self.assertIn("cudnn-missing", causes(answer(CUDNN, *LAPTOP), "root") + causes(answer(CUDNN, *LAPTOP), "also"))

    def test_this_very_machine_is_read_where_none_is_named(self):
        done = explain(CUDNN, "--here", "--no-probe")
        self.assertIn(done.returncode, (0, 1), done)

    def test_a_machine_without_here_is_refused(self):
        done = explain(CUDNN, "--snapshot", "example:laptop-rtx4070")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--here", done.stderr)


class Documents(Explain):
    def document(self, *words):
        return subprocess.run([GPUWHY, *words], capture_output=True, timeout=60, check=False).stdout

    def test_a_report_is_told_again(self):
        for example, verdict, slugs in (("colab-cpu-runtime", "blocked", ["colab-runtime-cpu"]), ("laptop-rtx4070", "usable", [])):
            report = self.document("check", "--format", "json", "--snapshot", f"example:{example}")
            for text in (report, b"\xef\xbb\xbf" + report, json.dumps(json.loads(report)).encode()):
                again = answer(text)
                self.assertEqual(again["verdict"], verdict)
                self.assertEqual(causes(again, "root"), slugs)

    def test_a_snapshot_is_judged(self):
        snapshot = self.document("snapshot", "-o", "-", "--snapshot", "example:colab-cpu-runtime")
        self.assertTrue(snapshot.lstrip().startswith(b"{"), snapshot[:80])
        for text in (snapshot, json.dumps(json.loads(snapshot)).encode()):
            done = explain(text)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn("[colab-runtime-cpu]", done.text)

    def test_a_damaged_document_is_refused_with_its_reason(self):
        report = self.document("check", "--format", "json", "--snapshot", "example:colab-cpu-runtime")
        snapshot = self.document("snapshot", "-o", "-", "--snapshot", "example:colab-cpu-runtime")
        for text in (report[:-200], snapshot[:-200], b'{"schema": "gpuwhy.report/1", "findings": ' + b"[" * 100_000,
                     b'{"schema": "gpuwhy.snapshot/1", "x": ' + b"[" * 100_000, b'{"schema": "gpuwhy.snapshot/9"}'):
            done = explain(text)
            self.assertEqual(done.returncode, 2, done)
            self.assertTrue(done.stderr.startswith(b"gpuwhy: standard input: "), done)

    def test_fields_of_a_wrong_kind_in_a_report_do_no_harm(self):
        hostile = {"schema": "gpuwhy.report/1", "tool": [], "verdict": {}, "next_check": [1], "findings": [
            1, {"cause": 2}, {"cause": "a`|\n::error::x", "role": "root", "headline": "\x1b[31m", "remedies": [{"commands": [1, ["a", 2]]}]}]}
        for format_ in FORMATS:
            done = explain(json.dumps(hostile), "--format", format_)
            self.assertIn(done.returncode, (0, 1), done)
            self.assertNotIn("\x1b", done.text)
            self.assertNotIn("\n::error::x", done.text)


class Notebooks(Explain):
    def notebook(self):
        cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["import tensorflow as tf\n"],
                "outputs": [{"output_type": "stream", "name": "stderr", "text": CUDNN.splitlines(keepends=True)}]}
        return {"cells": [cell], "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "nbformat": 4,
                "nbformat_minor": 5}

    def test_the_outputs_of_a_saved_notebook_are_read(self):
        for text in (json.dumps(self.notebook()), json.dumps(self.notebook(), indent=1)):
            self.assertEqual(causes(answer(self.write("a.ipynb", text).read_bytes()), "root"), ["cudnn-missing"])

    def test_a_notebook_that_is_cut_gives_what_is_left_of_it(self):
        text = json.dumps(self.notebook(), indent=1)
        cut = text[:text.index("Skipping registering")]
        self.assertEqual(causes(answer(cut), "root"), ["cudnn-missing"])
        for length in range(0, len(text), 101):
            self.assertIn(explain(text[:length]).returncode, (0, 1))


class Catalogue(unittest.TestCase):
    def causes(self, *words):
        return Done(["causes", *words], [])

    def test_a_message_finds_its_cause(self):
        done = self.causes("--search", "libcudnn.so.9: cannot open shared object file")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("cudnn-missing", done.text)

    def test_plain_words_find_pages(self):
        self.assertIn("secure-boot-blocks-module", self.causes("--search", "Secure Boot").text)

    def test_words_that_no_page_has_are_said_to_find_nothing(self):
        done = self.causes("--search", "zebra crossing quagmire")
        self.assertEqual(done.returncode, 0)
        self.assertIn("no cause speaks of that", done.text)

    def test_a_search_can_repaint_nothing(self):
        self.assertNotIn("\x1b", self.causes("--search", "\x1b[2J libcudnn.so.9: cannot open").text)

    def test_an_unknown_slug_suggests_the_nearest(self):
        done = self.causes("cudnn-misssing")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"cudnn-missing", done.stderr)


class Secrets(Explain):
    def test_no_format_shows_what_names_a_person_a_machine_or_a_secret(self):
        for format_ in FORMATS:
            for words in ((), ("-v",)):
                text = explain(PROMPTS + SECRET_LINE, "--format", format_, *words).text
                self.assertIn("cudnn-missing", text)
                for secret in (*SECRETS, "ghp_abcdefghijklmnopqrstuvwxyz0123456789"):
                    self.assertNotIn(secret, text, format_)

    def test_a_file_does_not_show_them_either(self):
        out = self.folder / "answer"
        explain(PROMPTS + SECRET_LINE, "-o", out)
        for secret in SECRETS:
            self.assertNotIn(secret, out.read_text())

    def test_a_comparison_does_not_show_them_either(self):
        works = self.write("works.log", "LD_LIBRARY_PATH=/home/ana.kowalska/cuda-11\n" + HEALTHY)
        fails = self.write("fails.log", PROMPTS + "LD_LIBRARY_PATH=/home/ana.kowalska/cuda-12\n" + SECRET_LINE)
        for format_ in FORMATS:
            text = explain("", works, fails, "--format", format_).text
            for secret in SECRETS:
                self.assertNotIn(secret, text, format_)


if __name__ == "__main__":
    unittest.main()
