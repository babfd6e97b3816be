"""`gpuwhy explain` as a child process with a text on its standard input, for the tests of this folder. The test's first argument is the
executable."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

GPUWHY = os.path.abspath(sys.argv.pop(1))
FORMATS = ("text", "json", "markdown", "github")

CUDNN = """2024-03-01 10:00:00.123456: W tensorflow/compiler/xla/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic \
library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory
2024-03-01 10:00:00.123477: W tensorflow/core/common_runtime/gpu/gpu_device.cc:1960] Cannot dlopen some GPU libraries. Please make sure the \
missing libraries mentioned above are installed properly if you would like to use GPU.
Skipping registering GPU devices...
"""
NO_IMAGE = "RuntimeError: CUDA error: no kernel image is available for execution on the device\n"


class Done:
    """A finished run: status, both outputs, seconds and the peak of its memory in kB."""

    def __init__(self, words, pieces):
        begin = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen([GPUWHY, *map(str, words)], stdin=subprocess.PIPE, stdout=out, stderr=err)
            try:
                for piece in pieces:
                    child.stdin.write(piece)
                child.stdin.close()
            except BrokenPipeError:
                pass
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = self.returncode = os.waitstatus_to_exitcode(status)
            self.seconds, self.memory = time.monotonic() - begin, usage.ru_maxrss
            out.seek(0)
            err.seek(0)
            self.stdout, self.stderr = out.read(), err.read()
        self.text = self.stdout.decode()

    def __repr__(self):
        return f"status {self.returncode}, {self.memory} kB, {self.seconds:.1f} s\n{self.stdout[:2000]}\n{self.stderr[:2000]}"


def explain(text, *words):
    data = text.encode() if isinstance(text, str) else text
    return Done(["explain", *words], [data] if isinstance(data, bytes) else data)


def answer(text, *words):
    return json.loads(explain(text, "--format", "json", *words).text)


def causes(report, role):
    return [finding["cause"] for finding in report["findings"] if finding["role"] == role]


class Explain(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path
