#!/usr/bin/env python3
"""bench.py --gpuwhy FILE [--python INTERPRETER]: gpuwhy's speed and memory as ratios to something real, measured in one run.

  check    a whole `gpuwhy check` of an environment with TensorFlow and PyTorch, warm, against
           `python -c "import tensorflow; tensorflow.config.list_physical_devices('GPU')"` in the same environment
  version  `gpuwhy version` against `/bin/true`

Without --python an environment is installed from the package index into build/bench (some 8 GB). Medians of alternating runs.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

TARGETS = {"check faster": 50, "check memory": 20, "version": 4}


def measure(command):
    """-> (seconds, peak memory in MiB) of one run."""
    begin = time.perf_counter()
    with open(os.devnull, "r+b") as null:
        process = subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
        _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def alternate(first, second, runs):
    measure(first), measure(second)  # warm
    samples = [(measure(first), measure(second)) for _ in range(runs)]
    median = lambda side, what: statistics.median(sample[side][what] for sample in samples)
    return {"seconds": (median(0, 0), median(1, 0)), "mebibytes": (median(0, 1), median(1, 1))}


def environment(folder):
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "tensorflow[and-cuda]==2.20.0", "torch==2.10.0"], check=True)
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpuwhy", required=True)
    parser.add_argument("--python", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    python = args.python or environment(pathlib.Path("build/bench/venv"))

    check = alternate([args.gpuwhy, "check", "--python", str(python)],
                      [str(python), "-c", "import tensorflow; tensorflow.config.list_physical_devices('GPU')"], args.runs)
    version = alternate([args.gpuwhy, "version"], ["/bin/true"], 100)
    ratios = {"check faster": check["seconds"][1] / check["seconds"][0], "check memory": check["mebibytes"][1] / check["mebibytes"][0],
              "version": version["seconds"][0] / version["seconds"][1]}
    print(f"check    {check['seconds'][0] * 1000:8.1f} ms {check['mebibytes'][0]:7.1f} MiB   import tensorflow {check['seconds'][1] * 1000:8.1f} ms {check['mebibytes'][1]:7.1f} MiB")
    print(f"version  {version['seconds'][0] * 1000:8.2f} ms               /bin/true         {version['seconds'][1] * 1000:8.2f} ms")
    print(f"check is {ratios['check faster']:.0f}x faster (asked: {TARGETS['check faster']}x) and takes 1/{ratios['check memory']:.0f} of the memory (asked: 1/{TARGETS['check memory']})")
    print(f"version takes {ratios['version']:.2f}x of /bin/true (asked: at most {TARGETS['version']}x)")
    met = ratios["check faster"] >= TARGETS["check faster"] and ratios["check memory"] >= TARGETS["check memory"] and ratios["version"] <= TARGETS["version"]
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
