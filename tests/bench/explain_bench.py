#!/usr/bin/env python3
"""explain_bench.py --gpuwhy FILE [--size MiB]: the speed and memory of `gpuwhy explain` as ratios to something real, measured in one run.

  long   a training log of 1 GiB with one failure in the middle, against `grep -F -f` with the literals that gpuwhy searches for
  short  a paste of 4 kB, from process start to exit, against /bin/true
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAILURE = """Traceback (most recent call last):
  File "train.py", line 212, in <module>
    loss.backward()
RuntimeError: CUDA error: device-side assert triggered
CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
"""
TARGETS = {"throughput": 0.7, "memory": 64, "paste": 15}


def literals():
    """The longest literal of every phrase of seven bytes or more, as the program takes them (src/evidence/pattern.cpp)."""
    found = set()
    for path in [*ROOT.glob("src/causes/*/*/phrases.tsv"), *ROOT.glob("data/log/*.tsv")]:
        for line in path.read_text().splitlines()[1:]:
            pattern = line.split("\t")[0]
            if line.startswith("#") or pattern in ("-", "pattern", ""):
                continue
            pattern = re.sub(r"\\(.)", lambda m: f"\x01{ord(m[1]):x}\x02", pattern)
            parts = [re.sub("\x01([0-9a-f]+)\x02", lambda m: chr(int(m[1], 16)), part) for part in re.split(r"\{[^}]*\}|\([^)]*\)", pattern)]
            longest = max(parts, key=len)
            if len(longest) >= 7:
                found.add(longest)
    return sorted(found)


def write_log(path, mebibytes):
    """Lines as training programs print them, by the million, and one failure in the middle."""
    block = "".join(f"[2026-05-04 12:{i // 60 % 60:02}:{i % 60:02}] INFO train: epoch 3 step {1000 + i:6} | loss {2.5 - i / 9000:.6f} | lr 3.0e-04 | grad_norm {1 + i % 7 / 10:.3f} | "
                    f"{12000 + i % 97} tok/s | mem {40 + i % 5}.{i % 10} GB\n" for i in range(8000)).encode()
    half = mebibytes * (1 << 20) // 2
    with open(path, "wb") as log:
        for part in range(2):
            for _ in range(half // len(block)):
                log.write(block)
            if part == 0:
                log.write(FAILURE.encode())


def measure(command, stdin=None):
    """-> (seconds, peak memory in MiB)"""
    begin = time.perf_counter()
    with open(stdin or os.devnull, "rb") as source, open(os.devnull, "wb") as null:
        process = subprocess.Popen(command, stdin=source, stdout=null, stderr=null)
        _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def median(samples, what):
    return statistics.median(sample[what] for sample in samples)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpuwhy", required=True)
    parser.add_argument("--size", type=int, default=1024, help="MiB of the long log")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log, words, paste = (str(pathlib.Path(folder, name)) for name in ("train.log", "literals.txt", "paste.txt"))
        write_log(log, args.size)
        pathlib.Path(words).write_text("\n".join(literals()) + "\n")
        pathlib.Path(paste).write_text((FAILURE + "INFO step 12 loss 0.5\n" * 200)[-4096:])
        told = json.loads(subprocess.run([args.gpuwhy, "explain", "--format", "json", log], capture_output=True, check=False).stdout)
        roots = [finding["cause"] for finding in told["findings"] if finding["role"] == "root"]
        if "device-side-assert" not in roots and roots != ["device-side-assert"]:
            print(f"the failure in the middle of the long log was not found: {roots}")
            return 1
        samples = [(measure([args.gpuwhy, "explain", log]), measure(["grep", "-c", "-i", "-F", "-f", words, log]), measure(["grep", "-c", "-F", "-f", words, log]))
                   for _ in range(args.runs)]
        ours, folded, plain = ([sample[side] for sample in samples] for side in range(3))
        short = [(measure([args.gpuwhy, "explain", paste]), measure(["/bin/true"])) for _ in range(40)]
    seconds = median(ours, 0)
    ratios = {"throughput": median(plain, 0) / seconds, "memory": median(ours, 1),
              "paste": median([pair[0] for pair in short], 0) / median([pair[1] for pair in short], 0)}
    print(f"explain  {args.size / 1024 / seconds:6.2f} GiB/s {ratios['memory']:6.1f} MiB   grep -F -f {args.size / 1024 / median(plain, 0):6.2f} GiB/s   grep -i -F -f {args.size / 1024 / median(folded, 0):6.2f} GiB/s")
    print(f"a log of {args.size} MiB: {ratios['throughput']:.2f}x the throughput of grep -F -f with {len(literals())} literals (asked: {TARGETS['throughput']}x), memory asked: {TARGETS['memory']} MiB")
    print(f"a paste of 4 kB takes {ratios['paste']:.1f}x of /bin/true (asked: at most {TARGETS['paste']}x)")
    met = ratios["throughput"] >= TARGETS["throughput"] and ratios["memory"] <= TARGETS["memory"] and ratios["paste"] <= TARGETS["paste"]
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
