#!/usr/bin/env python3
"""explain_input_test.py GPUWHY: `gpuwhy explain` on what is no text, far too much of it, or made to do harm: a clear answer each, within
seconds and in little memory. Standard library only."""
import gzip
import os
import random
import subprocess
import sys
import unittest
import zipfile

from explain_command import CUDNN, FORMATS, GPUWHY, NO_IMAGE, Explain, answer, causes, explain

MOST_MEMORY = 64 << 10  # kB


class BadInput(Explain):
    def good(self, done, seconds=10.0):
        self.assertIn(done.returncode, (0, 1), done)
        self.assertLess(done.memory, MOST_MEMORY, done)
        self.assertLess(done.seconds, seconds, done)
        self.assertEqual(done.stderr, b"")
        return done

    def refused(self, done, says):
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(says, done.stderr.decode())
        self.assertEqual(done.stdout, b"")

    def test_two_gigabytes_of_a_training_log_with_one_failure(self):
        step = b"".join(b"epoch 3 step %d loss 0.6931 lr 1.0e-04 12345 tokens/s\n" % i for i in range(20_000))
        count = (2 << 30) // len(step) + 1
        pieces = (step if i != count // 2 else b"RuntimeError: CUDA error: device-side assert triggered\n" for i in range(count))
        done = self.good(explain(pieces), seconds=60.0)
        print(f"2 GiB: {done.seconds:.1f} s, {done.memory >> 10} MiB", file=sys.stderr)
        self.assertIn("device-side-assert", done.text)
        self.assertIn(f"line {count // 2 * 20_000 + 1}: ", done.text)

    def test_a_single_line_of_500_megabytes(self):
        self.good(explain(b"x" * 1_000_000 for _ in range(500)), seconds=30.0)
        done = self.good(explain(b"".join([b"y" * 999_000, b" RuntimeError: CUDA error: device-side assert triggered "]) for _ in range(50)))
        self.assertIn("device-side-assert", done.text)

    def test_texts_that_are_all_line_ends_or_all_hits(self):
        failure = b"Traceback (most recent call last):\nRuntimeError: CUDA error: device-side assert triggered\n"
        for piece, count in ((b"\n" * 2_000_000, 1), (b"\n" * 1_000_000, 100), (b"a\r" * 1_000_000, 10), (failure * 10_000, 20),
                             (b"((([[[{{{" * 100_000, 2), (b"/home/a@b:" * 100_000, 2), (b"\\\\\\\"" * 400_000, 2), (b"> " * 900_000, 1)):
            self.good(explain(piece for _ in range(count)), seconds=20.0)

    def test_bytes_that_are_no_text(self):
        noise = random.Random(7).randbytes(3_000_000)
        for data in (b"\0" * 100_000, b"\0\0" + CUDNN.encode(), noise, b"\xff\xfe", b"\xfe\xff\xd8", b"\xc3\x28\xa0\xa1\xe2\x28\xa1" * 1000):
            self.good(explain(data))
        self.assertEqual(causes(answer(b"\0".join([b"", *CUDNN.encode().splitlines(keepends=True)])), "root"), ["cudnn-missing"])
        self.assertEqual(causes(answer(b"\xff\xc3(\xe2\n" + CUDNN.encode() + b"\xff"), "root"), ["cudnn-missing"])

    def test_utf_16_with_and_without_its_mark(self):
        for encoding, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
            for before in (mark, b""):
                self.assertEqual(causes(answer(before + CUDNN.replace("\n", "\r\n").encode(encoding)), "root"), ["cudnn-missing"], encoding)

    def test_packed_files_and_pictures_are_named(self):
        self.refused(explain(gzip.compress(CUDNN.encode())), "gzip")
        path = self.folder / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.log", CUDNN)
        self.refused(explain("", path), "zip")
        self.refused(explain(b"\x89PNG\r\n\x1a\n" + bytes(100)), "PNG")
        self.refused(explain("", GPUWHY), "ELF")

    def test_json_that_is_nested_a_hundred_thousand_deep(self):
        for head in (b"", b'{"nbformat": 4, "cells": ', b'{"cells": [{"outputs": '):
            for depth in (b"[" * 100_000, b'{"a":' * 100_000):
                self.good(explain(head + depth))

    def test_escape_sequences_never_reach_the_terminal(self):
        hostile = ("\x1b]0;title\x07\x1b[2J\x1b[31mW x.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot "
                   "open shared object file \x1b[0m\x08\x08\x7f\x01\x02\u009b31m\u202egnp\x0b\x0c\n\x1bP1;1|x\x1b\\\x1b")
        for data in (hostile.encode(), hostile.encode() * 3, hostile.encode("utf-8")[:-1] + b"\x9b2J\n"):
            for format_ in FORMATS:
                for words in ((), ("-v",)):
                    done = explain(data, "--format", format_, *words)
                    self.assertIn("cudnn-missing", done.text)
                    self.assertFalse([c for c in done.stdout if c < 0x20 and c != 0x0A or c == 0x7F], (format_, done))
                    self.assertNotIn("\u009b", done.text)
                    if format_ != "json":
                        self.assertNotIn("\u202e", done.text)

    def test_markdown_and_annotations_cannot_be_painted_by_a_text(self):
        hostile = CUDNN.replace("'libcudnn.so.8';", "'libcudnn.so.8'; ``` </code><script>x</script> ::error::y |a|b| [l](http://x)")
        lines = explain(hostile, "--format", "markdown").text.splitlines()
        fences = [line for line in lines if line.startswith("```")]
        self.assertTrue(fences[0].startswith("````"), fences)
        self.assertTrue(all(line.startswith("::") for line in explain(hostile, "--format", "github").text.splitlines()))

    def test_what_cannot_be_read_is_said(self):
        self.refused(explain("", self.folder), "folder")
        self.refused(explain("", self.folder / "none.log"), "none.log")
        (self.folder / "loop").symlink_to("loop")
        self.refused(explain("", self.folder / "loop"), "loop")
        self.refused(explain("", "/proc/self/mem"), "could not be read")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_a_file_without_permission_is_said(self):
        path = self.write("closed.log", CUDNN)
        path.chmod(0)
        self.refused(explain("", path), "ermission denied")

    def test_a_closed_standard_input_is_said(self):
        done = subprocess.run(["sh", "-c", f"'{GPUWHY}' explain <&-"], capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(b"standard input", done.stderr)

    def test_a_pipe_that_ends_in_the_middle_of_a_line_or_comes_in_small_pieces(self):
        whole = CUDNN.encode()
        self.assertEqual(causes(answer(whole[:-20]), "root"), ["cudnn-missing"])
        child = subprocess.Popen([GPUWHY, "explain"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for at in range(0, len(whole), 37):
            child.stdin.write(whole[at:at + 37])
            child.stdin.flush()
        self.assertIn(b"cudnn-missing", child.communicate(timeout=60)[0])

    def test_a_reader_that_goes_away_is_no_crash(self):
        done = subprocess.run(["sh", "-c", f"printf '{NO_IMAGE.strip()}' | '{GPUWHY}' explain | :"], capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done)


if __name__ == "__main__":
    unittest.main()
