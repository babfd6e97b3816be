#!/usr/bin/env python3
"""Asks real frameworks what they see in many environments with a made-up GPU, and has gpuwhy's predictions judged by their answers (README.md).

For each framework build: install it from the package index, ask the framework and take gpuwhy's snapshot in every environment, remove it. Then
tests/oracle/replay_test judges all of it. Ends with 0 when every count agrees, 1 when one does not, 2 when the proof itself failed.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

from builds import BUILDS, Build
from environments import Environment
from mutations import environments_of
from recording import Recording, read_answers
from stage import Servers, Stage
from workshop import HERE, REPOSITORY, ProofError, Workshop

RECORDED = HERE / "recorded"
CHECKED_TWICE = 10  # one environment of so many is asked in a process of its own too
COMPARED = ("framework", "outcome", "count", "calls")


def in_words(answers: list[dict]) -> str:
    return "; ".join(f"{each['framework']} {each['outcome']} {each['count']}{' ' + str(each['calls']) if 'calls' in each else ''}" for each in answers)


def what_counts(answers: list[dict]) -> list[dict]:
    return [{key: answer.get(key) for key in COMPARED} for answer in answers]


def is_checked_twice(environment: Environment) -> bool:
    return zlib.crc32(environment.name.encode()) % CHECKED_TWICE == 0


class Proof:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.workshop = Workshop(options.work)
        part = "+".join(options.build) if options.build else "all"
        self.folder = RECORDED if options.record else self.workshop.root / "recorded" / part
        self.failures: list[str] = []
        self.twice = [0, 0]  # asked in two ways, of these alike
        self.lock = threading.Lock()

    def prove(self, build: Build) -> None:
        installed_now = self.workshop.install(build)
        start = time.monotonic()
        try:
            self.ask_all(build)
        finally:
            if installed_now and not self.options.keep:
                self.workshop.remove(build)
        print(f"{build.name}: {time.monotonic() - start:.0f} s", file=sys.stderr)

    def chosen(self, build: Build) -> list[Environment]:
        pattern = self.options.only or "*"
        environments = environments_of(build, self.workshop.wheels[build.name])
        healthy = [each for each in environments if each.name == "healthy"]
        return healthy + [each for each in environments if each.name != "healthy" and fnmatch.fnmatchcase(each.name, pattern)]

    def ask_all(self, build: Build) -> None:
        recording = Recording(self.workshop, build, self.folder)
        before = read_answers(RECORDED / f"{build.name}.jsonl")
        servers = Servers(self.workshop, build)
        environments = self.chosen(build)
        try:
            with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
                for environment, found in zip(environments, pool.map(lambda each: self.ask(build, each, servers), environments)):
                    if found:
                        self.keep(recording, environment, *found)
                        self.compare_with(before.get(environment.name), build, environment, found[0])
        finally:
            servers.stop()
        recording.write()

    def keep(self, recording: Recording, environment: Environment, answers: list[dict], log: list[str], snapshot: Path) -> None:
        try:
            if environment.name == "healthy":  # the first of all
                recording.set_base(snapshot)
            recording.add(environment, answers, log, snapshot)
        except (OSError, ValueError) as problem:
            self.failures.append(f"{recording.build.name} {environment.name}: no snapshot ({problem})")

    def compare_with(self, before: list[dict] | None, build: Build, environment: Environment, answers: list[dict]) -> None:
        if before and not self.options.record and what_counts(before) != what_counts(answers):
            self.failures.append(f"{build.name} {environment.name}: recorded was {in_words(before)}, and now it is {in_words(answers)}")

    def ask(self, build: Build, environment: Environment, servers: Servers) -> tuple[list[dict], list[str], Path] | None:
        stage = Stage(self.workshop, build, environment, self.options.gpuwhy)
        stage.snapshot.unlink(missing_ok=True)
        try:
            if stage.needs_process():
                answers, log = stage.ask_process()
            else:
                answers, log = servers.ask(stage)
                if is_checked_twice(environment):
                    self.check_twice(stage, answers)
        except (ProofError, OSError) as problem:
            with self.lock:
                self.failures.append(f"{build.name} {environment.name}: {problem}")
            return None
        with self.lock:
            print(f"{build.name} {environment.name}: {in_words(answers)}", file=sys.stderr, flush=True)
        return answers, log, stage.snapshot

    def check_twice(self, stage: Stage, answers: list[dict]) -> None:
        whole, _ = Stage(self.workshop, stage.build, stage.environment, None).ask_process()
        with self.lock:
            self.twice[0] += 1
            self.twice[1] += what_counts(whole) == what_counts(answers)
        if what_counts(whole) != what_counts(answers):
            raise ProofError(f"a fork answers {in_words(answers)}, and a process of its own {in_words(whole)}")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", action="append", choices=[build.name for build in BUILDS], help="prove this build only; may be repeated")
    parser.add_argument("--only", metavar="PATTERN", help="only environments whose name fits, such as 'cvd-*'")
    parser.add_argument("--gpuwhy", type=Path, default=REPOSITORY / "build" / "release" / "gpuwhy")
    parser.add_argument("--replay", type=Path, default=REPOSITORY / "build" / "release" / "tests" / "replay_test", help="the judge")
    parser.add_argument("--record", action="store_true", help="write recorded/; else a folder of the work folder")
    parser.add_argument("--keep", action="store_true", help="leave the installed frameworks on disk (some 60 GB)")
    parser.add_argument("--jobs", type=int, default=2, help="how many environments at a time")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "build" / "prove", help="folder for all that is made or installed")
    options = parser.parse_args()
    if options.record and options.only:
        parser.error("--record writes whole files, and --only leaves environments out")
    options.gpuwhy = options.gpuwhy.resolve()
    for program in (options.gpuwhy, options.replay):
        if not program.is_file():
            parser.error(f"no {program}; build it first")
    return options


def judge(proof: Proof) -> int:
    """The table, the disagreements and the verdict are those of the test that every `make test` runs."""
    variables = os.environ | {"GPUWHY_RECORDED": str(proof.folder)}
    if not proof.options.build and not proof.options.only:
        variables["GPUWHY_RECORDED_ALL"] = "1"
    sys.stdout.flush()
    code = subprocess.run([proof.options.replay, "--gtest_brief=1"], env=variables).returncode
    if code < 0:
        proof.failures.append(f"the judge died of signal {-code}")
    return code


def main() -> int:
    options = parse_options()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # frameworks that abort are part of the proof
    proof = Proof(options)
    proof.workshop.prepare()
    if not options.record:
        shutil.rmtree(proof.folder, ignore_errors=True)  # of an earlier proof
    for build in BUILDS:
        if options.build and build.name not in options.build:
            continue
        try:
            proof.prove(build)
        except (ProofError, OSError, SystemExit) as problem:
            proof.failures.append(f"{build.name}: {problem}")
    verdict = judge(proof)
    print(f"asked in a fork and in a process of its own: {proof.twice[0]}, the same answer: {proof.twice[1]}")
    for failure in proof.failures:
        print(f"\nno answer: {failure}")
    return 2 if proof.failures else min(verdict, 1)


if __name__ == "__main__":
    sys.exit(main())
