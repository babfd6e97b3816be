#!/usr/bin/env python3
"""bench.py --gpuwhy FILE [--python INTERPRETER] [--all-five INTERPRETER]: gpuwhy's speed and memory as ratios to something real.

  check    a whole `gpuwhy check` of an environment with TensorFlow and PyTorch, warm, against
           `python -c "import tensorflow; tensorflow.config.list_physical_devices('GPU')"` in the same environment
  version  `gpuwhy version` against `/bin/true`
  five     `gpuwhy check` of one environment with all five frameworks, from a home without others, against `import torch` in it
  many     `gpuwhy check` of a home with 50 copies of that environment against a home with one: "found", the system's Python is the active
           one; "active", one of the copies is

Each pair is measured in one run: medians of alternating calls, all warm. Without --python and --all-five, environments are installed from
the package index into build/bench (some 11 GB: the second shares its files with the first). The copies share their files too, by hard
links, but each is an environment of its own with its own folders; that every one of them was read is checked before anything is measured.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

TARGETS = {"check faster": 50, "check memory": 20, "version": 4, "five faster": 40, "many": 50, "mebibytes": 64}
TWO = ["tensorflow[and-cuda]==2.20.0", "torch==2.10.0"]
# One folder for five frameworks: JAX and ONNX Runtime take the CUDA 12 wheels that the other two brought.
FIVE = ["tensorflow==2.20.0", "torch==2.10.0", "jax==0.10.2", "jax-cuda12-plugin==0.10.2", "onnxruntime-gpu==1.22.0", "cupy-cuda12x==14.2.0"]
FOLDER = pathlib.Path("build/bench")
COPIES = 50


def measure(command, variables=None):
    """-> (seconds, peak memory in MiB) of one run."""
    begin = time.perf_counter()
    with open(os.devnull, "r+b") as null:
        process = subprocess.Popen(command, stdin=null, stdout=null, stderr=null, env=variables)
        _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def alternate(first, second, runs, variables=(None, None)):
    pair = lambda: (measure(first, variables[0]), measure(second, variables[1]))
    pair()  # warm
    samples = [pair() for _ in range(runs)]
    median = lambda side, what: statistics.median(sample[side][what] for sample in samples)
    return {"seconds": (median(0, 0), median(1, 0)), "mebibytes": (median(0, 1), median(1, 1))}


def environment(folder, packages, base=None):
    """The interpreter of an environment with these packages; made on top of a copy of `base` where there is one."""
    python = folder / "bin/python"
    complete = folder / "installed"
    if complete.exists() or (base is None and python.exists()):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    if base is None:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    else:
        shutil.copytree(base.parents[1], folder, symlinks=True, copy_function=os.link, ignore=shutil.ignore_patterns("installed"))
    subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    complete.touch()
    return python


def home_with_copies(python, home, number):
    """A home whose ~/.virtualenvs holds `number` environments like that of `python`. Bytecode, headers and tests, which nothing here
    reads, stay out. -> their folders."""
    environments = [home / ".virtualenvs" / f"number-{i:02}" for i in range(1, number + 1)]
    complete = home / "complete"
    if not complete.exists():
        shutil.rmtree(home, ignore_errors=True)
        for folder in environments:
            shutil.copytree(python.parents[1], folder, symlinks=True, copy_function=os.link,
                            ignore=shutil.ignore_patterns("__pycache__", "include", "tests"))
        complete.touch()
    return environments


def hold_to_all(*arguments):
    """In a process of its own: what this one holds in memory would count as the peak of all that it starts."""
    child = multiprocessing.get_context("fork").Process(target=look_at_all, args=arguments)
    child.start()
    child.join()
    if child.exitcode != 0:
        sys.exit(1)


def look_at_all(gpuwhy, arguments, variables, folders):
    """Ends the process with 1 unless gpuwhy has read each of these environments with its five frameworks, and nothing stayed unread."""
    text = subprocess.run([gpuwhy, "snapshot", "--no-redact", *arguments], env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    snapshot = json.loads(text)
    found = {environment["prefix"]: environment.get("frameworks", []) for environment in snapshot["environments"]}
    for folder in folders:
        read = {build["distribution"] for build in found.get(str(folder), []) if build.get("code")}
        if len(read) != 5:
            sys.exit(f"bench: {folder} was not read: {sorted(read)}")
    unread = [entry["fact"] for entry in snapshot.get("unread", []) if "librar" in entry["fact"] or "device code" in entry["fact"]]
    if unread:
        sys.exit(f"bench: not read: {unread[:3]}")


def many(gpuwhy, python, runs):
    """Yields how the environments come to its notice, and what 50 and one cost."""
    homes = {number: (FOLDER / f"home-{number}").resolve() for number in (COPIES, 1)}
    folders = {number: home_with_copies(python, home, number) for number, home in homes.items()}
    for way in ("found", "active"):
        variables = {}
        for number, home in homes.items():
            variables[number] = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
            if way == "active":
                variables[number]["VIRTUAL_ENV"] = str(folders[number][0])
            hold_to_all(gpuwhy, [], variables[number], folders[number])
        yield way, alternate([gpuwhy, "check"], [gpuwhy, "check"], runs, (variables[COPIES], variables[1]))


def bench_two(gpuwhy, python, runs):
    check = alternate([gpuwhy, "check", "--python", str(python)],
                      [str(python), "-c", "import tensorflow; tensorflow.config.list_physical_devices('GPU')"], runs)
    version = alternate([gpuwhy, "version"], ["/bin/true"], 100)
    ratios = {"check faster": check["seconds"][1] / check["seconds"][0], "check memory": check["mebibytes"][1] / check["mebibytes"][0],
              "version": version["seconds"][0] / version["seconds"][1]}
    print(f"check    {check['seconds'][0] * 1000:8.1f} ms {check['mebibytes'][0]:7.1f} MiB   import tensorflow {check['seconds'][1] * 1000:8.1f} ms {check['mebibytes'][1]:7.1f} MiB")
    print(f"version  {version['seconds'][0] * 1000:8.2f} ms               /bin/true         {version['seconds'][1] * 1000:8.2f} ms")
    print(f"check is {ratios['check faster']:.0f}x faster (asked: {TARGETS['check faster']}x) and takes 1/{ratios['check memory']:.0f} of the memory (asked: 1/{TARGETS['check memory']})")
    print(f"version takes {ratios['version']:.2f}x of /bin/true (asked: at most {TARGETS['version']}x)")
    return (ratios["check faster"] >= TARGETS["check faster"] and ratios["check memory"] >= TARGETS["check memory"] and
            ratios["version"] <= TARGETS["version"] and check["mebibytes"][0] <= TARGETS["mebibytes"])


def bench_five(gpuwhy, python, runs):
    python = python.absolute()
    alone = {"HOME": str((FOLDER / "home-0").resolve()), "PATH": "/usr/bin:/bin"}
    hold_to_all(gpuwhy, ["--python", str(python)], alone, [python.parents[1]])
    five = alternate([gpuwhy, "check", "--python", str(python)], [str(python), "-c", "import torch"], runs, (alone, alone))
    faster = five["seconds"][1] / five["seconds"][0]
    print(f"five     {five['seconds'][0] * 1000:8.1f} ms {five['mebibytes'][0]:7.1f} MiB   import torch      {five['seconds'][1] * 1000:8.1f} ms {five['mebibytes'][1]:7.1f} MiB")
    print(f"check of five frameworks is {faster:.0f}x faster than importing one (asked: {TARGETS['five faster']}x)")
    return faster >= TARGETS["five faster"] and five["mebibytes"][0] <= TARGETS["mebibytes"]


def bench_many(gpuwhy, python, runs):
    met = True
    for way, result in many(gpuwhy, python, runs):
        ratio = result["seconds"][0] / result["seconds"][1]
        print(f"many     {result['seconds'][0] * 1000:8.1f} ms {result['mebibytes'][0]:7.1f} MiB   one               {result['seconds'][1] * 1000:8.1f} ms {result['mebibytes'][1]:7.1f} MiB")
        print(f"{COPIES} environments, {way}, take {ratio:.1f}x of one (asked: at most {TARGETS['many']}x) and {result['mebibytes'][0]:.1f} MiB (asked: at most {TARGETS['mebibytes']})")
        met &= ratio <= TARGETS["many"] and result["mebibytes"][0] <= TARGETS["mebibytes"]
    return met


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpuwhy", required=True)
    parser.add_argument("--python", type=pathlib.Path, help="an environment with TensorFlow and PyTorch")
    parser.add_argument("--all-five", type=pathlib.Path, help="an environment with all five frameworks")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    gpuwhy = str(pathlib.Path(args.gpuwhy).resolve())
    two = args.python or environment(FOLDER / "venv", TWO)
    five = args.all_five or environment(FOLDER / "venv5", FIVE, None if args.python else two)
    # Each is asked, also after one has missed.
    met = [bench_two(gpuwhy, two, args.runs), bench_five(gpuwhy, five, args.runs), bench_many(gpuwhy, five, args.runs)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
