#!/usr/bin/env python3
"""arch_test.py GPUWHY: `gpuwhy arch` on small libraries that are written here, and on input that is none. Standard library only."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

GPUWHY = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/wheels"))
from fatbin_file import bare_library, container, containers, library  # noqa: E402

TORCH_LIKE = [["sm_75", "sm_80", "sm_90"]] * 9 + [["sm_75", "sm_80", "sm_90", "sm_90a"]]
PTX_LIKE = [["sm_80", "compute_90@8.5"]] * 3


def run(*words):
    return subprocess.run([GPUWHY, "arch", *map(str, words)], capture_output=True, timeout=60, check=False)


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def code(self, name, lists, **options):
        return self.write(name, library([(".nv_fatbin", containers(lists, **options))]))


class Answers(InAFolder):
    def test_it_lists_architectures_containers_and_the_base_set(self):
        done = run(self.code("libx.so", TORCH_LIKE))
        text = done.stdout.decode()
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("10 containers, 31 images", text)
        self.assertIn("sm_90a (1 of 10)", text)
        self.assertRegex(text, r"base set\s+sm_75 sm_80 sm_90\n")

    def test_ptx_is_shown_with_its_isa(self):
        self.assertIn("compute_90 (PTX 8.5)", run(self.code("libx.so", PTX_LIKE)).stdout.decode())

    def test_a_card_with_code_exits_0_and_one_without_exits_1(self):
        path = self.code("libx.so", TORCH_LIKE)
        for card, status, word in (("7.5", 0, "native"), ("8.9", 0, "native"), ("6.0", 1, "none: its code is for newer GPUs"),
                                   ("12.0", 1, "none: its code is for older GPUs")):
            done = run(path, "--cc", card)
            self.assertEqual(done.returncode, status, card)
            self.assertIn(word, done.stdout.decode(), card)

    def test_ptx_alone_is_compiled_and_names_the_driver_that_it_needs(self):
        done = run(self.code("libx.so", PTX_LIKE), "--cc", "12.0")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("compiled by the driver from compute_90 (PTX 8.5)", done.stdout.decode())
        self.assertIn("CUDA 12.5", done.stdout.decode())

    def test_one_container_of_many_does_not_serve_a_card(self):
        path = self.code("libx.so", [["sm_80"]] * 20 + [["sm_80", "sm_120"]])
        self.assertEqual(run(path, "--cc", "12.0").returncode, 1)

    def test_libraries_of_nvidia_are_judged_by_all_containers_together(self):
        lists = [["sm_80"]] * 20 + [["sm_120"]]
        self.assertEqual(run(self.code("libcublasLt.so.12", lists), "--cc", "12.0").returncode, 0)
        self.assertEqual(run(self.code("libother.so.12", lists), "--cc", "12.0").returncode, 1)

    def test_a_library_without_code_says_so(self):
        path = self.write("libplain.so", library([(".rodata", b"text")]))
        self.assertIn("no device code", run(path).stdout.decode())
        nvrtc = self.write("libnvrtc.so.12", library([(".rodata", b"text")]))
        self.assertIn("at run time", run(nvrtc).stdout.decode())

    def test_constants_are_searched_where_that_matters_or_with_deep(self):
        data = library([(".rodata", b"12345678" + container(["sm_80"]))])
        self.assertIn("no device code", run(self.write("libx.so", data)).stdout.decode())
        self.assertIn("1 container", run("--deep", self.write("libx.so", data)).stdout.decode())
        self.assertIn("1 container", run(self.write("libtensorflow_cc.so.2", data)).stdout.decode())

    def test_a_library_without_section_headers_is_read(self):
        self.assertIn("10 containers", run(self.write("libx.so", bare_library(containers(TORCH_LIKE)))).stdout.decode())

    def test_folders_are_searched_for_shared_libraries(self):
        self.code("a/liba.so", TORCH_LIKE)
        self.code("a/b/libb.so.2", PTX_LIKE)
        self.write("a/libplain.so", library([(".rodata", b"text")]))
        self.write("a/libscript.so", b"INPUT(libb.so.2)\n")
        self.write("a/readme.txt", b"no library")
        (self.folder / "a/round").symlink_to(self.folder / "a")
        done = run(self.folder)
        self.assertEqual(done.returncode, 0, done)
        text = done.stdout.decode()
        self.assertEqual(text.count("liba.so"), 1)
        self.assertIn("libb.so.2", text)
        self.assertIn("1 other library without device code", text)

    def test_json_is_of_its_schema(self):
        self.code("liba.so", TORCH_LIKE)
        self.code("li\"b\\.so", PTX_LIKE)
        done = run(self.folder, "--format", "json", "--cc", "9.0")
        answer = json.loads(done.stdout)
        self.assertEqual(answer["schema"], "gpuwhy.arch/1")
        self.assertEqual(answer["compute_capability"], "9.0")
        first = {pathlib.Path(file["path"]).name: file for file in answer["files"]}["liba.so"]
        self.assertEqual(first["base_set"], ["sm_75", "sm_80", "sm_90"])
        self.assertEqual(first["containers"], 10)
        self.assertEqual(first["groups"][0], {"containers": 9, "images": ["sm_75", "sm_80", "sm_90"]})
        self.assertEqual(first["verdict"]["support"], "native")
        schema = json.loads((ROOT / "docs/schema/arch.schema.json").read_text())
        described = schema["properties"]["files"]["items"]
        for file in answer["files"]:
            self.assertEqual(set(file), set(described["properties"]))
            for architecture in file["architectures"]:
                self.assertEqual(set(architecture), set(described["properties"]["architectures"]["items"]["properties"]))
            self.assertEqual(set(file["verdict"]), set(described["properties"]["verdict"]["properties"]))
        self.assertEqual(set(answer), set(schema["properties"]))


class BadInput(InAFolder):
    def refused(self, *words, says):
        done = run(*words)
        self.assertEqual(done.returncode, 2, (words, done))
        self.assertIn(says, done.stderr.decode())
        return done

    def test_what_is_no_library_is_refused_with_its_reason(self):
        self.refused(self.folder / "missing.so", says="missing.so")
        self.refused(self.write("script.so", b"#!/bin/sh\necho\n" + b" " * 100), says="no ELF file")
        self.refused(self.write("empty.so", b""), says="no ELF file")
        self.refused("/dev/zero", says="/dev/zero")
        (self.folder / "loop.so").symlink_to("loop.so")
        self.refused(self.folder / "loop.so", says="loop.so")
        (self.folder / "nothing").mkdir()
        self.refused(self.folder / "nothing", says="no shared libraries")

    def test_a_wrong_compute_capability_is_refused(self):
        path = self.code("libx.so", TORCH_LIKE)
        for text in ("sm_90", "90", "9.0.1", "", "nine"):
            self.refused(path, "--cc", text, says="compute capability" if text else "--cc")

    def test_no_file_is_refused(self):
        self.assertEqual(run().returncode, 2)

    def test_a_bad_file_does_not_hide_the_good_ones(self):
        done = run(self.folder / "missing.so", self.code("libx.so", TORCH_LIKE))
        self.assertEqual(done.returncode, 2)
        self.assertIn("10 containers", done.stdout.decode())

    def test_damage_is_named_and_exits_1(self):
        whole = library([(".nv_fatbin", containers(TORCH_LIKE))])
        broken = bytearray(whole)
        broken[64 + 8:64 + 16] = b"\x05" + b"\0" * 7
        done = run(self.write("libbroken.so", bytes(broken)))
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("damaged", done.stdout.decode())
        self.assertIn("9 containers", done.stdout.decode())
        self.assertEqual(run(self.write("libcut.so", whole[:-40])).returncode, 1)

    def test_every_cut_of_a_library_ends_with_a_clear_status(self):
        whole = library([(".nv_fatbin", containers(TORCH_LIKE[:3]))])
        paths = [self.write(f"cut{length}.so", whole[:length]) for length in range(0, len(whole), 97)]
        for path in paths:
            self.assertIn(run(path).returncode, (1, 2), path)

    def test_names_that_could_repaint_the_terminal_are_made_harmless(self):
        done = run(self.code("lib\x1b[31mred.so", TORCH_LIKE))
        self.assertNotIn(b"\x1b", done.stdout)


if __name__ == "__main__":
    unittest.main()
