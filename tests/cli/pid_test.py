#!/usr/bin/env python3
"""pid_test.py GPUWHY: --pid on real processes: what they map, their variables, and what is no process. Standard library only."""
import json
import os
import signal
import subprocess
import sys
import unittest

GPUWHY = os.path.abspath(sys.argv.pop(1))


def run(*words):
    return subprocess.run([GPUWHY, *words], capture_output=True, timeout=120, check=False)


class RunningProcess(unittest.TestCase):
    def setUp(self):
        self.child = subprocess.Popen(
            [sys.executable, "-c", "import sys; print('ready', flush=True); sys.stdin.read()", "--argument"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "CUDA_VISIBLE_DEVICES": "7", "LD_LIBRARY_PATH": "/nowhere", "MY_SECRET_TOKEN": "hush"})
        self.child.stdout.readline()

    def tearDown(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()

    def snapshot(self):
        done = run("snapshot", "--no-probe", "--no-redact", "--pid", str(self.child.pid))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), done.stdout

    def test_its_variables_are_judged_and_not_those_of_the_shell(self):
        snapshot, _ = self.snapshot()
        self.assertEqual(snapshot["variables"]["CUDA_VISIBLE_DEVICES"], "7")
        self.assertEqual(snapshot["variables"]["LD_LIBRARY_PATH"], "/nowhere")
        self.assertNotIn("HOME", snapshot["variables"])

    def test_what_is_not_on_the_allow_list_is_not_kept(self):
        _, text = self.snapshot()
        self.assertNotIn(b"hush", text)
        self.assertNotIn(b"MY_SECRET_TOKEN", text)

    def test_what_it_maps_is_told(self):
        _, text = self.snapshot()
        real = os.path.realpath(f"/proc/{self.child.pid}/exe").encode()
        self.assertIn(real, text)
        self.assertIn(b"libc.so", text)

    def test_the_report_names_the_process_and_its_python(self):
        done = run("check", "--no-probe", "--no-redact", "--format", "json", "--pid", str(self.child.pid))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["process"]["pid"], self.child.pid)
        self.assertIn("--argument", report["process"]["command"])
        self.assertEqual(os.path.realpath(report["judged_environment"]), os.path.realpath(f"/proc/{self.child.pid}/exe"))
        self.assertTrue(any("at its start" in remark for remark in report["remarks"]), report["remarks"])

    def test_it_goes_on_undisturbed(self):
        self.snapshot()
        self.assertIsNone(self.child.poll())


class NoProcess(unittest.TestCase):
    def refusal(self, *words):
        done = run("check", *words)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode()

    def test_a_process_that_is_gone_is_a_usage_error(self):
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        self.assertIn("there is no such process", self.refusal("--pid", str(gone.pid)))

    def test_a_process_that_has_ended_and_was_not_collected_is_a_usage_error(self):
        ended = subprocess.Popen([sys.executable, "-c", ""])
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        try:
            self.assertIn("has ended", self.refusal("--pid", str(ended.pid)))
        finally:
            ended.wait()

    def test_numbers_that_name_no_process_are_usage_errors(self):
        for word in ("0", "-1", "x", "99999999999999999999999"):
            self.refusal("--pid", word)

    def test_another_root_has_no_processes(self):
        self.assertIn("no running processes", self.refusal("--root", "/usr", "--pid", "1"))

    def test_a_stopped_process_can_be_looked_at(self):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        try:
            os.kill(child.pid, signal.SIGSTOP)
            done = run("snapshot", "--no-probe", "--pid", str(child.pid))
            self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            child.kill()
            child.wait()


if __name__ == "__main__":
    unittest.main()
