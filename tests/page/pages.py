"""The pages that the tests look at, as (name, bytes): one for each command that makes one, of a machine that works and of one that does not."""
import subprocess

LAPTOP, COLAB = "example:laptop-rtx4070", "example:colab-cpu-runtime"
HOSTILE = (b"2025-01-01 Could not load dynamic library 'libcudnn.so.9'; dlerror: </title><script>alert(1)</script><img src=http://a.example/x>\n"
           b"RuntimeError: \xff\x1b[31m CUDA error: no kernel image is available for execution on the device <svg onload=alert(1)>\n")
COMMANDS = {
    "check-works": (["check", "--snapshot", LAPTOP], b""),
    "check-fails": (["check", "--snapshot", COLAB], b""),
    "check-here": (["check", "--no-probe"], b""),
    "diff": (["diff", LAPTOP, COLAB], b""),
    "diff-same": (["diff", LAPTOP, LAPTOP], b""),
    "explain": (["explain"], HOSTILE),
    "explain-nothing": (["explain"], b"hello\n"),
}


def make(gpuwhy):
    for name, (words, text) in COMMANDS.items():
        done = subprocess.run([gpuwhy, *words, "--format", "html"], input=text, capture_output=True, check=False, timeout=120)
        assert done.returncode in (0, 1), (name, done)
        yield name, done.stdout
