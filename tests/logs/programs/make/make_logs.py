#!/usr/bin/env python3
"""make_logs.py OUT [--torch PYTHON] [--tensorflow PYTHON] [--jax PYTHON] [--cupy PYTHON] [--onnxruntime PYTHON] [--plain PYTHON] [--only NAME]
Runs every program of *_programs.py with the interpreter that has its framework, for real, and writes what it printed as OUT/NAME.log with its label
above it. Paths are made neutral. A framework without an interpreter is left out."""
import argparse
import os
import pathlib
import re
import subprocess
import sys

import noise

HERE = pathlib.Path(__file__).resolve().parent
SHELL = {-11: "Segmentation fault (core dumped)", -6: "Aborted (core dumped)", -9: "Killed", -8: "Floating point exception (core dumped)", -4: "Illegal instruction (core dumped)"}


def neutral(text, python):
    prefix = pathlib.Path(python).absolute().parent.parent
    base = subprocess.run([python, "-c", "import sys, json; print(sys.base_prefix)"], capture_output=True, text=True, check=True).stdout.strip()
    text = re.sub(re.escape(str(HERE)) + r"/\w+_programs\.py", "/home/user/project/train.py", text)
    text = text.replace(str(prefix), "/home/user/venv").replace(base + "/lib", "/usr/lib").replace(str(HERE), "/home/user/project")
    text = re.sub(r"\b\w+_programs\.py", "train.py", text)
    return without_runner(text.replace("scenario.main()", "main()"))


def without_runner(text):
    """The frames of the runner itself are no part of a program."""
    kept, skipping = [], False
    for line in text.splitlines():
        bare = line.lstrip(" |").removeprefix("[rank0]:").strip()
        if "project/scenario.py" in line:
            skipping = True
        elif not (skipping and (bare.startswith("PROGRAMS[") or bare.strip("^~") == "")):
            skipping = False
            kept.append(line)
    return "\n".join(kept) + "\n"


def run(script, name, python, before):
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG")} | {"HOME": "/tmp", "PYTHONPATH": str(HERE), "TF_ENABLE_ONEDNN_OPTS": "0"}
    try:
        done = subprocess.run([python, str(script), name], capture_output=True, text=True, errors="replace", timeout=150, env=environment, cwd="/tmp", check=False)
    except subprocess.TimeoutExpired:
        return None
    text = before + done.stdout + done.stderr
    if done.returncode == 0:
        print(f"{name}: did not fail", file=sys.stderr)
    if done.returncode in SHELL:
        text += SHELL[done.returncode] + "\n"
    return neutral(text, python)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=pathlib.Path)
    for framework in ("torch", "tensorflow", "jax", "cupy", "onnxruntime"):
        parser.add_argument("--" + framework)
    parser.add_argument("--plain", default=sys.executable)
    parser.add_argument("--only")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for script in sorted(HERE.glob("*_programs.py")):
        framework = script.stem.removesuffix("_programs")
        python = getattr(chosen, framework)
        if not python:
            continue
        listed = subprocess.run([python, str(script), "--list"], capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines():
            name, expect, before = line.split()
            if chosen.only and chosen.only not in name:
                continue
            text = run(script, name, python, noise.LINES.get(before, ""))
            if text:
                head = f"#: expect {expect}\n#: source run of tests/logs/programs/make/{script.name}, {name}\n"
                (chosen.out / f"{framework}-{name.replace('_', '-')}.log").write_text(head + text)


if __name__ == "__main__":
    main()
