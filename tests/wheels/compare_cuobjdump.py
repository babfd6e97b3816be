#!/usr/bin/env python3
"""compare_cuobjdump.py --gpuwhy FILE --cuobjdump FILE [--cuobjdump FILE] SITE_PACKAGES... : `gpuwhy arch` against NVIDIA's own tool.

Every library of these folders that holds device code: kind, architecture, suffix and count of its images as cuobjdump lists them. Then, where
torch or TensorFlow is installed there, that the base set is what the framework says of itself, and the time and memory of both tools on the
largest library of a framework. cuobjdump comes from the wheel nvidia-cuda-cuobjdump; name an older one behind it (triton's wheel holds one) for
libraries that the newest one refuses.

Known limits of cuobjdump, handled as follows and counted apart:
  constants    it reads .nv_fatbin and __nv_relfatbin only. Of cuFFT, cuBLASLt, cuDNN and TensorFlow, which keep containers elsewhere too, the
               images of these sections must be as many as it lists and all that it lists must be among ours (`more here`)
  refused      it gives up on libraries for architectures that it no longer knows; the next cuobjdump is asked
  odd kinds    images of kinds that it does not print are left out
"""
import argparse
import ast
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import time

KINDS = {"elf": "sm_", "ptx": "compute_", "nvvm": "lto_"}
TARGETS = {"faster": 100, "memory": 50}


def ours(gpuwhy, *paths):
    done = subprocess.run([gpuwhy, "arch", "--format", "json", *map(str, paths)], capture_output=True, check=False)
    return json.loads(done.stdout)["files"] if done.stdout else []


def theirs(cuobjdump, path):
    """-> Counter of "sm_90a", or None where the tool gives up."""
    counts, kind, refused = collections.Counter(), None, False
    process = subprocess.Popen([cuobjdump, "-all", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    for line in process.stdout:
        found = re.match(r"Fatbin (\w+) code:", line)
        if found:
            kind = KINDS.get(found[1])
        elif line.startswith("arch = ") and kind:
            counts[kind + line.split("=")[1].strip().removeprefix("sm_")] += 1
            kind = None
        elif line.startswith("cuobjdump fatal") or line.startswith("cuobjdump error"):
            refused |= "does not contain device code" not in line
    process.wait()
    return None if refused else counts


def compare(path, file, cuobjdumps):
    """-> word, details"""
    mine = collections.Counter({a["name"]: a["images"] for a in file["architectures"] if a["kind"] != "other"})
    for cuobjdump in cuobjdumps:
        counts = theirs(cuobjdump, path)
        if counts is None:
            continue
        if counts == mine:
            return "identical", ""
        if not counts - mine and counts.total() == file["images_in_code_sections"]:
            return "more here", f"{sum((mine - counts).values())} images outside of the sections that cuobjdump reads"
        return "DIFFERENT", f"ours - theirs {dict(mine - counts)}, theirs - ours {dict(counts - mine)}"
    return "refused", "by every cuobjdump that was given"


def of_the_framework(site):
    """(library, what the framework says of itself) for torch and TensorFlow in this folder."""
    library = site / "torch/lib/libtorch_cuda.so"
    if library.exists():
        python = site.parents[2] / "bin/python"
        code = "import torch; print(' '.join(torch._C._cuda_getArchFlags().split()))"
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            yield library, sorted(done.stdout.split())
    library, info = site / "tensorflow/libtensorflow_cc.so.2", site / "tensorflow/python/platform/build_info.py"
    if library.exists() and info.exists():
        found = re.search(r"'cuda_compute_capabilities', (\[[^\]]*\])", info.read_text())
        if found:
            yield library, sorted(ast.literal_eval(found[1]))


def measure(command):
    """-> (seconds, peak memory in MiB)"""
    begin = time.perf_counter()
    with open(os.devnull, "r+b") as null:
        process = subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
        _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def race(gpuwhy, cuobjdump, library):
    first = [gpuwhy, "arch", str(library)]
    measure(first)  # warm
    our_seconds, our_memory = min(measure(first) for _ in range(7))
    their_seconds, their_memory = measure([cuobjdump, "--list-elf", str(library)])
    faster, smaller = their_seconds / our_seconds, their_memory / our_memory
    print(f"{library.name}: gpuwhy arch {our_seconds * 1000:.1f} ms {our_memory:.1f} MiB, cuobjdump --list-elf {their_seconds * 1000:.0f} ms {their_memory:.0f} MiB: "
          f"{faster:.0f}x faster (asked: {TARGETS['faster']}x), 1/{smaller:.0f} of the memory (asked: 1/{TARGETS['memory']})")
    return faster >= TARGETS["faster"] and smaller >= TARGETS["memory"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpuwhy", required=True)
    parser.add_argument("--cuobjdump", action="append", required=True)
    parser.add_argument("--only", default="", help="only libraries whose path holds this word")
    parser.add_argument("sites", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    words, good, images = collections.Counter(), True, 0
    for site in args.sites:
        for file in ours(args.gpuwhy, site):
            if not file["containers"] or args.only not in file["path"]:
                continue
            word, details = compare(file["path"], file, args.cuobjdump)
            words[word] += 1
            images += file["images"]
            good &= word != "DIFFERENT"
            print(f"{word:<10} {pathlib.Path(file['path']).name} {file['images']} images {details}", flush=True)
    print(f"{sum(words.values())} libraries, {images} images: {dict(words)}")
    for site in args.sites:
        for library, says in of_the_framework(site):
            base = sorted(ours(args.gpuwhy, library)[0]["base_set"])
            print(f"{library.name}: base set {'agrees with' if base == says else 'DIFFERS from'} the framework: {' '.join(base)} | {' '.join(says)}")
            good &= base == says
        torch = site / "torch/lib/libtorch_cuda.so"
        if torch.exists() and args.only in str(torch):
            good &= race(args.gpuwhy, args.cuobjdump[0], torch)
    return 0 if good and words else 1


if __name__ == "__main__":
    sys.exit(main())
