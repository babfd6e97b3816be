#!/usr/bin/env python3
"""cli_test.py GPUWHY: the executable as its users meet it: answers, exit status, bad input, terminals. Standard library only."""
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import fcntl
import unittest

GPUWHY = os.path.abspath(sys.argv.pop(1))
ROOT = pathlib.Path(__file__).resolve().parents[2]
LAPTOP = ["--snapshot", "example:laptop-rtx4070"]
COLAB = ["--snapshot", "example:colab-cpu-runtime"]


def run(*words, env=None, stdin=b"", timeout=60, cwd=None):
    return subprocess.run([GPUWHY, *words], input=stdin, capture_output=True, timeout=timeout, check=False, env=env, cwd=cwd)


def in_terminal(words, size, env=None):
    """What a pseudo-terminal of that (rows, columns) shows."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(GPUWHY, [GPUWHY, *words], {**os.environ, "TERM": "xterm-color", **(env or {})})
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    shown = b""
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.waitpid(pid, 0)
    os.close(fd)
    return shown.decode()


class Answers(unittest.TestCase):
    def test_a_usable_machine_exits_0(self):
        done = run("check", *LAPTOP)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("TensorFlow 2.20.0 will see 1 GPU", done.stdout.decode())
        self.assertIn("PyTorch 2.10.0+cu128 will see 1 GPU", done.stdout.decode())
        self.assertEqual(done.stderr, b"")

    def test_a_blocked_machine_exits_1_and_names_its_cause(self):
        done = run("check", *COLAB)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("[colab-runtime-cpu]", done.stdout.decode())
        self.assertIn("Change runtime type", done.stdout.decode())
        self.assertLessEqual(len(done.stdout.decode().splitlines()), 20)

    def test_json_has_the_root_first(self):
        report = json.loads(run("check", "--format", "json", *COLAB).stdout)
        self.assertEqual(report["schema"], "gpuwhy.report/1")
        self.assertEqual(report["verdict"], "blocked")
        self.assertEqual((report["findings"][0]["cause"], report["findings"][0]["role"]), ("colab-runtime-cpu", "root"))

    def test_the_same_snapshot_gives_the_same_bytes(self):
        first, second = (run("check", "--format", "json", *COLAB, env=environment, cwd=folder).stdout
                         for environment, folder in ((None, None), ({"TZ": "Asia/Tokyo", "LANG": "de_DE.UTF-8"}, "/")))
        self.assertEqual(first, second)

    def test_an_ignored_cause_is_left_out_and_said(self):
        done = run("check", *COLAB, "--ignore", "colab-runtime-cpu:known here")
        self.assertNotIn("[colab-runtime-cpu]", done.stdout.decode())
        self.assertIn("known here", done.stdout.decode())

    def test_one_framework_can_be_asked_for(self):
        text = run("check", *LAPTOP, "--framework", "torch").stdout.decode()
        self.assertIn("PyTorch", text)
        self.assertNotIn("TensorFlow", text)

    def test_this_machine_is_answered(self):
        done = run("check", timeout=120)
        self.assertIn(done.returncode, (0, 1), done)

    def test_without_the_driver_probe_it_answers_too(self):
        self.assertIn(run("check", "--no-probe").returncode, (0, 1))

    def test_a_snapshot_of_this_machine_can_be_judged_again(self):
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/here.json"
            self.assertEqual(run("snapshot", "-o", file).returncode, 0)
            self.assertIn(run("check", "--snapshot", file).returncode, (0, 1))
            self.assertEqual(json.loads(pathlib.Path(file).read_text())["schema"], "gpuwhy.snapshot/1")
            self.assertEqual(os.listdir(folder), ["here.json"])

    def test_every_cause_has_a_page(self):
        slugs = re.findall(r"^\s+([a-z0-9]+(?:-[a-z0-9]+)+)\s", run("causes").stdout.decode(), re.M)
        self.assertGreaterEqual(len(slugs), 40)
        for slug in slugs:
            page = run("causes", slug)
            self.assertEqual(page.returncode, 0, slug)
            self.assertIn("Cure", page.stdout.decode())

    def test_completion_for_each_shell(self):
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("gpuwhy", run("completion", shell).stdout.decode())
        self.assertEqual(run("completion", "cmd.exe").returncode, 2)

    def test_the_commands_of_the_readme_work(self):
        readme = (ROOT / "README.md").read_text()
        for line in re.findall(r"^gpuwhy (--snapshot example:\S+|causes \S+|schema \S+)", readme, re.M):
            self.assertIn(run(*line.split()).returncode, (0, 1), line)


class Usage(unittest.TestCase):
    def refused(self, *words, says=""):
        done = run(*words)
        self.assertEqual(done.returncode, 2, (words, done))
        self.assertEqual(done.stdout, b"")
        self.assertIn(says, done.stderr.decode())
        self.assertLessEqual(len(done.stderr.decode().splitlines()), 3, done.stderr)

    def test_mistyped_words_are_met_with_a_suggestion(self):
        self.refused("chekc", says="did you mean check")
        self.refused("causes", "cudn-missing", says="did you mean cudnn-missing")
        self.refused("check", "--ignore", "cudn-missing:x", says="did you mean cudnn-missing")
        self.refused("check", "--ignore", "cudnn-missing", says="no reason")
        self.refused("check", "--format", "yaml")
        self.refused("check", "--framework", "theano")
        self.refused("check", "--timeout", "-1")
        self.refused("check", "--no-such-flag")

    def test_sources_that_exclude_each_other(self):
        self.refused("check", *LAPTOP, "--root", "/", says="exclude")
        self.refused("check", "--env", "/dev/null", says="--root")
        self.refused("check", *LAPTOP, "--python", "python3", says="--python")

    def test_an_output_that_cannot_be_written(self):
        self.refused("check", *LAPTOP, "-o", "/no/such/folder/file", says="cannot write")

    def test_help_and_version(self):
        self.assertEqual(run("--help").returncode, 0)
        self.assertEqual(run("--version").stdout, run("version").stdout)


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def bad_snapshot(self, data, says=""):
        file = self.path / "snapshot.json"
        file.write_bytes(data)
        done = run("check", "--snapshot", str(file))
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(len(done.stderr.decode().splitlines()), 1, done.stderr)
        self.assertIn(says, done.stderr.decode())

    def test_snapshots_that_are_none(self):
        whole = (ROOT / "data/examples/laptop-rtx4070.json").read_bytes()
        self.bad_snapshot(whole[: len(whole) // 2])
        self.bad_snapshot(b"")
        self.bad_snapshot(b"\x00" * 4096)
        self.bad_snapshot(b"[" * 1_000_000)
        self.bad_snapshot(b'{"schema": "gpuwhy.snapshot/2"}', "gpuwhy.snapshot/2")
        self.bad_snapshot(b'{"schema": "other.tool/1"}')
        self.bad_snapshot(b'{"a": "' + b"x" * (17 << 20) + b'"}', "larger")
        self.bad_snapshot(whole.replace(b"laptop", b"\xff\xfe\xfd", 1) if b"laptop" in whole else b"\xff{}")
        self.assertEqual(run("check", "--snapshot", str(self.path)).returncode, 2)
        self.assertEqual(run("check", "--snapshot", "/no/such/file").returncode, 2)
        self.assertEqual(run("check", "--snapshot", "example:none").returncode, 2)

    def test_a_python_that_is_not_there(self):
        done = run("check", "--python", "/no/such/python")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("/no/such/python", done.stderr.decode())

    def test_a_root_without_proc(self):
        root = self.path / "root"
        (root / "usr/lib").mkdir(parents=True)
        (root / "escape").symlink_to("/etc")
        done = run("check", "--root", str(root))
        self.assertIn(done.returncode, (0, 1), done)
        self.assertEqual(run("check", "--root", str(root / "none")).returncode, 2)

    def test_an_image_is_judged_given_a_working_driver(self):
        self.venv()
        done = run("check", "--root", "/", "--python", str(self.path / "venv/bin/python"))
        self.assertIn(done.returncode, (0, 1), done)
        self.assertIn("given a working driver", done.stdout.decode())

    def venv(self):
        site = self.path / "venv/lib/python3.11/site-packages"
        site.mkdir(parents=True)
        (self.path / "venv/bin").mkdir()
        os.symlink(os.path.realpath(sys.executable), self.path / "venv/bin/python")
        (self.path / "venv/pyvenv.cfg").write_text(f"home = {os.path.dirname(os.path.realpath(sys.executable))}\nversion = 3.11\n")
        return site

    def judged(self, **options):
        done = run("check", "--python", str(self.path / "venv/bin/python"), "-v", timeout=120, **options)
        self.assertIn(done.returncode, (0, 1), done)
        return done.stdout.decode()

    def test_a_hostile_environment_is_judged_in_peace(self):
        site = self.venv()
        for name in ("torch", "tensorflow/python/platform", "nvidia/cudnn/lib", "torch/lib"):
            (site / name).mkdir(parents=True, exist_ok=True)
        (site / "torch/version.py").write_bytes(b"__version__ = '2.10.0+cu128'\ncuda: str = '12.8'\n" + b"#" * 200_000)
        (site / "torch/__init__.py").write_text("")
        with open(site / "torch/lib/libtorch_global_deps.so", "wb") as f:  # an ELF header and 4 GiB of nothing
            f.write(b"\x7fELF\x02\x01\x01" + b"\x00" * 9 + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 2**63, 0, 64, 56, 65535, 64, 65535, 0))
            f.truncate(4 << 30)
        (site / "nvidia/cudnn/lib/libcudnn.so.9").write_bytes(b"\x7fELF" + b"\xff" * 60)
        loop = site / "loop-1.0.dist-info"
        loop.symlink_to(loop)
        broken = site / "torch-2.10.0.dist-info"
        broken.mkdir()
        with open(broken / "METADATA", "wb") as f:
            f.write(b"Metadata-Version: 2.1\nName: torch\nVersion: 2.10.0\n")
            for _ in range(100):
                f.write(b"Requires-Dist: x" * 65536 + b"\n")
        (site / "evil.pth").write_text("import os; os.system('touch " + str(self.path / "ran") + "')\n../../../../../../etc\n")
        (site / "tensorflow/python/platform/build_info.py").write_bytes(b"build_info = {'is_cuda_build': __import__('os').abort()}\n\x1b]0;evil\x07")
        text = self.judged()
        self.assertFalse((self.path / "ran").exists(), "code of a .pth file was run")
        self.assertNotIn("\x1b", text)
        self.assertIn("PyTorch", text)

    def test_builds_for_other_accelerators_are_named_as_outside(self):
        site = self.venv()
        (site / "torch").mkdir()
        (site / "torch/__init__.py").write_text("")
        for suffix, line, name in (("rocm6.2", "hip: Optional[str] = '6.2.41133'", "ROCm"), ("xpu", "xpu: Optional[str] = '20250101'", "XPU")):
            (site / "torch/version.py").write_text(f"__version__ = '2.10.0+{suffix}'\ncuda: Optional[str] = None\n{line}\n")
            text = self.judged()
            self.assertIn(name, text)
            self.assertNotIn("cpu-only-build", text)

    def test_an_environment_whose_base_is_gone(self):
        self.venv()
        os.remove(self.path / "venv/bin/python")
        os.symlink("/no/such/python3.11", self.path / "venv/bin/python")
        done = run("check", "--python", str(self.path / "venv"))
        self.assertIn(done.returncode, (0, 1, 2))
        self.assertNotEqual(done.stdout + done.stderr, b"")

    def test_an_unreadable_home(self):
        home = self.path / "home"
        home.mkdir()
        env = {**os.environ, "HOME": str(home / "nobody"), "XDG_DATA_HOME": "/proc/1/root/none"}
        self.assertIn(run("check", env=env).returncode, (0, 1))

    def test_an_empty_environment(self):
        self.assertIn(run("check", env={}).returncode, (0, 1))


class Terminals(unittest.TestCase):
    def setUp(self):
        try:
            for fd in pty.openpty():
                os.close(fd)
        except OSError as error:
            self.skipTest(f"no pseudo-terminals here: {error}")

    def test_colour_follows_the_variables(self):
        plain = {"NO_COLOR": "1"}
        self.assertIn("\x1b[", in_terminal(["check", *COLAB], (24, 80)))
        self.assertNotIn("\x1b[", in_terminal(["check", *COLAB], (24, 80), plain))
        self.assertNotIn(b"\x1b[", run("check", *COLAB).stdout)
        self.assertIn(b"\x1b[", run("check", *COLAB, env={**os.environ, "FORCE_COLOR": "1"}).stdout)
        self.assertIn(b"\x1b[", run("check", *COLAB, "--color", "always").stdout)

    def test_json_is_never_coloured(self):
        forced = run("check", "--format", "json", *COLAB, env={**os.environ, "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}).stdout
        self.assertNotIn(b"\x1b", forced)
        json.loads(forced)

    def test_a_terminal_of_width_0_is_taken_for_80_columns(self):
        for size in ((0, 0), (24, 80)):
            shown = in_terminal(["check", *LAPTOP], size, {"NO_COLOR": "1"})
            self.assertLessEqual(max(len(line) for line in shown.splitlines()), 80, shown)

    def test_nothing_is_written_to_standard_error(self):
        self.assertEqual(run("check", "-v", *COLAB).stderr, b"")


if __name__ == "__main__":
    unittest.main(verbosity=0)
