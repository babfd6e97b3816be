#!/usr/bin/env python3
"""Compares what gpuwhy predicts with what real frameworks see, in many environments with a made-up GPU (README.md).

For each framework build: install it from the package index, run the framework's own probe in every environment, run gpuwhy in the very same
environment, and compare. Ends with 0 when every count agrees, 1 when one does not, 2 when the proof itself failed.
"""

import argparse
import concurrent.futures
import dataclasses
import fnmatch
import json
import os
import posixpath
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from environments import BUILDS, Build, Environment, environments_of

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
RECORDED = HERE / "recorded"
sys.path.insert(0, str(HERE / "double"))
import build as double_build

WORKERS = 2
INSTALL_TIMEOUT = 3600
PROBE_TIMEOUT = 240
GPUWHY_TIMEOUT = 60
SPACE_PER_BUILD = 15 << 30
DIED_BY_SIGNAL = 128  # how a shell reports it; the signal's number is added
DEADLY_SIGNALS = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
COMPARED = ("count", "is_available", "device_count")


class ProofError(Exception):
    """The proof itself did not work, so that there is no answer to compare."""


# ---- processes ----


def run(command: list, environment: dict[str, str], timeout: int) -> tuple[int, str, str]:
    """A process with its own group, so that a hanging grandchild ends with it."""
    process = subprocess.Popen(
        [str(part) for part in command],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, error = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise ProofError(f"no end after {timeout} s: {Path(str(command[-1])).name}") from None
    return process.returncode, out.decode(errors="replace"), error.decode(errors="replace")


def base_environment() -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


# ---- the work folder ----


class Workshop:
    """The folder with all that is made or installed: doubles, virtual environments, reports."""

    def __init__(self, root: Path):
        self.root = root.resolve()
        self.double = self.root / "double"
        self.scratch = self.root / "scratch"
        self.cache = self.root / "ld.so.cache"
        self.home = self.root / "home"  # Keras writes its settings there
        self.hidden = [str(folder) for folder in sorted(Path("/usr/local").glob("cuda*")) if not folder.is_symlink()]

    def venv(self, build: Build) -> Path:
        return self.root / f"venv-{build.name}"

    def python(self, build: Build) -> Path:
        return self.venv(build) / "bin" / "python"

    def site_packages(self, build: Build) -> Path:
        return next((self.venv(build) / "lib").glob("python3*/site-packages"))

    def shim_folder(self, build: Build) -> Path:
        return self.root / f"shim-{build.name}"

    def report(self, build: Build, environment: Environment) -> Path:
        return self.root / "reports" / build.name / f"{environment.name}.json"

    def prepare(self) -> None:
        for folder in (self.scratch, self.home):
            folder.mkdir(parents=True, exist_ok=True)
        double_build.build_drivers(self.double)
        self.make_cache()

    def make_cache(self) -> None:
        """A loader cache of this machine that knows nothing of the folders that are hidden."""
        environment = base_environment() | {"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"} | self.common_settings()
        code, _, error = run([HERE / "namespace.sh", "ldconfig", "-X", "-C", self.cache], environment, 60)
        if code:
            raise ProofError(f"cannot make a loader cache: {error}")

    def common_settings(self) -> dict[str, str]:
        return {"HOME": str(self.home), "NS_SCRATCH": str(self.scratch), "NS_HIDE": " ".join(self.hidden)}

    def install(self, build: Build) -> bool:
        """True if this call installed it."""
        if (self.venv(build) / "complete").exists():
            return False
        if shutil.disk_usage(self.root).free < SPACE_PER_BUILD:
            raise ProofError(f"{build.name} may need {SPACE_PER_BUILD >> 30} GiB of disk, and there is less")
        print(f"installing {build.name}", file=sys.stderr)
        settings = os.environ | {"TMPDIR": str(self.root)}
        commands = (
            [sys.executable, "-m", "venv", "--clear", self.venv(build)],
            [self.python(build), "-m", "pip", "install", "-q", "--no-cache-dir", *build.requirements],
        )
        for command in commands:
            code, _, error = run(command, settings, INSTALL_TIMEOUT)
            if code:
                raise ProofError(f"cannot install {build.name}: {error}")
        (self.venv(build) / "complete").touch()
        return True

    def prepare_build(self, build: Build) -> None:
        if build.needs_shim:
            double_build.build_shim(self.venv(build), self.shim_folder(build))


# ---- one environment ----


class Stage:
    """One environment of one build, set up for the commands that run in it."""

    def __init__(self, workshop: Workshop, build: Build, environment: Environment):
        self.workshop = workshop
        self.build = build
        self.environment = environment

    def place(self, path: str) -> str:
        nvidia = self.workshop.site_packages(self.build) / "nvidia"
        return path.format(double=self.workshop.double, nvidia=nvidia)

    def variables(self) -> dict[str, str]:
        environment = self.environment
        variables = base_environment() | self.namespace_variables() | environment.extra
        variables |= {f"DOUBLE_{name}": value for name, value in environment.double.items()}
        if environment.visible is not None:
            variables["CUDA_VISIBLE_DEVICES"] = environment.visible
        folders = environment.library_path + (() if environment.as_installed else self.build.extra_path)
        if folders:
            variables["LD_LIBRARY_PATH"] = ":".join(self.place(folder) for folder in folders)
        return variables

    def namespace_variables(self) -> dict[str, str]:
        environment = self.environment
        variables = self.workshop.common_settings() | {
            "NS_NODES": environment.nodes,
            "NS_MODULE": environment.module,
            "NS_PCI": environment.pci,
            "NS_PCI_DEVICE": environment.pci_device,
            "NS_CACHE": str(self.workshop.cache),
        }
        if environment.cache_dirs:
            variables["NS_CACHE_DIRS"] = " ".join(self.place(folder) for folder in environment.cache_dirs)
        if environment.edits:
            variables["NS_OVERLAY"] = str(self.workshop.site_packages(self.build))
            variables["NS_EDITS"] = str(self.write_edits())
        return variables

    def write_edits(self) -> Path:
        path = self.workshop.root / "edits" / self.build.name / self.environment.name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [" ".join((action, posixpath.normpath(f"nvidia/{file}"), *rest)) for action, file, *rest in self.environment.edits]
        path.write_text("\n".join(lines) + "\n")
        return path

    def removes(self, library: str) -> bool:
        path = self.build.libraries[library]
        return any(path == file or file == "." for action, file, *_ in self.environment.edits)

    def shim_variables(self) -> list[str]:
        """Only the framework gets the shim: it makes up for the double, and gpuwhy is to judge the environment without it."""
        if not self.build.needs_shim or self.removes("cudart"):
            return []
        runtime = double_build.find_runtime(self.workshop.venv(self.build))
        shim = self.workshop.shim_folder(self.build) / runtime.name
        # `env` sets the preload inside the namespace; else every tool that makes the namespace would load it too.
        return ["env", f"LD_PRELOAD={shim}", f"DOUBLE_RUNTIME={runtime}"]

    def ask_framework(self) -> tuple[dict, list[str]]:
        probe = HERE / "probes" / f"{self.build.framework}.py"
        command = [HERE / "namespace.sh", *self.shim_variables(), self.workshop.python(self.build), probe]
        code, out, error = run(command, self.variables(), PROBE_TIMEOUT)
        return real_answer(self.build, code, out, error), (error + out).splitlines()

    def ask_gpuwhy(self, gpuwhy: Path) -> dict:
        command = [HERE / "namespace.sh", gpuwhy, "check", "--format", "json"]
        command += ["--python", self.workshop.python(self.build), "--framework", self.build.framework]
        try:
            code, out, error = run(command, self.variables(), GPUWHY_TIMEOUT)
        except ProofError as failure:
            return {"outcome": f"gpuwhy: {failure}"}
        report = self.workshop.report(self.build, self.environment)
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(out)
        return predicted_answer(self.build, code, out, error)


def real_answer(build: Build, code: int, out: str, error: str) -> dict:
    lines = re.findall(r"^ORACLE (.*)$", out, re.M)
    if lines:
        answer = json.loads(lines[-1])
        answer.setdefault("count", 0)
        return answer
    number = code - DIED_BY_SIGNAL
    if number in DEADLY_SIGNALS:
        return {"framework": build.framework, "outcome": "aborts", "count": 0, "signal": signal.Signals(number).name}
    raise ProofError(f"the probe ended with {code} and said nothing:\n{(error + out)[-2000:]}")


def predicted_answer(build: Build, code: int, out: str, error: str) -> dict:
    try:
        report = json.loads(out)
        predictions = [each for each in report["predictions"] if each["framework"] == build.framework]
        prediction = predictions[0]
    except (ValueError, KeyError, IndexError, TypeError) as problem:
        return {"outcome": f"gpuwhy ended with {code} and no prediction ({type(problem).__name__}) {error.strip()[-200:]}"}
    answer = {key: prediction.get(key) for key in ("outcome", "version", "blocked_at")}
    answer["count"] = prediction.get("sees_gpus")
    calls = prediction.get("calls") or {}
    for key, call in (("is_available", "torch.cuda.is_available()"), ("device_count", "torch.cuda.device_count()")):
        if call in calls:
            answer[key] = calls[call]
    answer["causes"] = [finding["cause"] for finding in report.get("findings", []) if finding.get("role") == "root"]
    return answer


# ---- comparison ----


@dataclasses.dataclass
class Result:
    build: Build
    environment: Environment
    real: dict
    log: list[str]
    predicted: dict | None = None

    def counts_agree(self) -> bool:
        return not self.wrong_counts()

    def wrong_counts(self) -> list[str]:
        """The compared numbers that differ. A process that does not come to listing shows its user no GPU."""
        wrong = []
        for key in COMPARED:
            if key not in self.real:
                continue
            predicted = self.predicted.get(key)
            if predicted is None and key == "count" and self.predicted["outcome"] in ("raises", "aborts"):
                predicted = 0
            if predicted is None or int(predicted) != int(self.real[key]):
                wrong.append(key)
        return wrong

    def outcome_agrees(self) -> bool:
        return self.predicted["outcome"] == self.real["outcome"]

    def expected_causes(self) -> frozenset[str]:
        blocked = not self.real["count"]
        return self.environment.expect_cause or (self.environment.cause_if_blocked if blocked else frozenset())

    def cause_agrees(self) -> bool:
        found = self.predicted.get("causes") or ["none"]
        return bool(self.expected_causes() & set(found))


def in_words(answer: dict) -> str:
    words = [str(answer.get("outcome"))]
    words += [f"{key}={answer[key]}" for key in COMPARED if answer.get(key) is not None]
    if answer.get("blocked_at"):
        words.append(f"blocked_at={answer['blocked_at']}")
    if "causes" in answer:
        words.append("causes=" + (",".join(answer["causes"]) or "none"))
    if answer.get("error"):
        words.append(answer["error"].splitlines()[0][:120])
    return " ".join(words)


def print_table(results: list[Result]) -> None:
    print(f"\n{'build':<20} {'kind':<16} {'environments':>12} {'counts':>8} {'outcome':>8} {'cause':>9}")
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.build.name, result.environment.kind), []).append(result)
        groups.setdefault((result.build.name, "all"), []).append(result)
    order = {build.name: number for number, build in enumerate(BUILDS)}
    for (build, kind), members in sorted(groups.items(), key=lambda item: (order[item[0][0]], item[0][1] == "all")):
        checked = [result for result in members if result.expected_causes()]
        causes = f"{sum(result.cause_agrees() for result in checked)}/{len(checked)}"
        counts = sum(result.counts_agree() for result in members)
        outcomes = sum(result.outcome_agrees() for result in members)
        print(f"{build:<20} {kind:<16} {len(members):>12} {counts:>8} {outcomes:>8} {causes:>9}")


def print_disagreements(results: list[Result]) -> None:
    for result in results:
        problems = result.wrong_counts()
        if not result.outcome_agrees():
            problems.append("outcome")
        if result.expected_causes() and not result.cause_agrees():
            problems.append("cause")
        if not problems:
            continue
        print(f"\n{result.build.name} {result.environment.name}: {', '.join(problems)}")
        print(f"  framework: {in_words(result.real)}")
        print(f"  gpuwhy:    {in_words(result.predicted)}")
        if "cause" in problems:
            print(f"  expected:  {' or '.join(sorted(result.expected_causes()))}")


def judge(results: list[Result]) -> int:
    compared = [result for result in results if result.predicted is not None]
    if not compared:
        return 0
    print_disagreements(compared)
    print_table(compared)
    agreeing = sum(result.counts_agree() for result in compared)
    print(f"\ncounts agree in {agreeing} of {len(compared)} environments ({100 * agreeing / len(compared):.1f} %)")
    return 0 if agreeing == len(compared) else 1


# ---- recorded answers ----


class Scrubber:
    """Takes out of a log what belongs to the machine or the moment."""

    def __init__(self, workshop: Workshop, build: Build):
        self.folders = [
            (str(workshop.venv(build)), "<venv>"),
            (str(workshop.root), "<work>"),
            (str(HERE), "<oracle>"),
            (str(REPOSITORY), "<repository>"),
            (f"{sys.base_prefix}/lib/python3", "<python>/lib/python3"),
        ]

    def text(self, text: str) -> str:
        for folder, name in self.folders:
            text = text.replace(folder, name)
        text = re.sub(rf"(?<![\w-]){re.escape(socket.gethostname())}(?![\w-])", "<host>", text)
        text = re.sub(r"(hostname[:=] ?|for host: )[^<\s]\S*", r"\1<host>", text)
        text = re.sub(r"/tmp/[^\s:'\"]*", "<tmp>", text)
        text = re.sub(r"\b0x[0-9a-f]{6,}\b", "<address>", text)
        text = re.sub(r"(the following instructions:) [A-Z0-9_, ]+, in", r"\1 <instructions>, in", text)
        text = re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: ", "<time>: ", text)
        return re.sub(r"^([IWEF])\d{4} \d\d:\d\d:\d+\.\d+ +\d+ ", r"\1<time> ", text)

    def answer(self, answer: dict) -> dict:
        return json.loads(self.text(json.dumps(answer)))

    def log(self, lines: list[str]) -> list[str]:
        return [self.text(line) for line in lines if line.strip() and not line.startswith("ORACLE ")]


def recorded_file(build: Build) -> Path:
    return RECORDED / f"{build.name}.jsonl"


def read_recorded(build: Build) -> dict[str, dict]:
    if not recorded_file(build).exists():
        return {}
    rows = [json.loads(line) for line in recorded_file(build).read_text().splitlines()]
    return {row["name"]: row for row in rows}


def described(environment: Environment) -> dict:
    """What differs from a healthy environment."""
    fields = {field.name: field for field in dataclasses.fields(Environment)}
    plain = {name: getattr(environment, name) for name in fields if name not in ("name", "kind", "expect_cause", "cause_if_blocked")}
    healthy = Environment("", "")
    return {name: value for name, value in plain.items() if value != getattr(healthy, name)}


def record(workshop: Workshop, build: Build, results: list[Result]) -> None:
    scrubber = Scrubber(workshop, build)
    rows = read_recorded(build)
    for result in results:
        rows[result.environment.name] = {
            "name": result.environment.name,
            "kind": result.environment.kind,
            "environment": described(result.environment),
            "answer": scrubber.answer(result.real),
            "log": scrubber.log(result.log),
        }
    order = [environment.name for environment in environments_of(build)]
    RECORDED.mkdir(exist_ok=True)
    lines = [json.dumps(rows[name], ensure_ascii=False) for name in order if name in rows]
    recorded_file(build).write_text("\n".join(lines) + "\n")


# ---- the proof ----


class Proof:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.workshop = Workshop(options.work)
        self.failures: list[str] = []
        self.lock = threading.Lock()

    def prove(self, build: Build) -> list[Result]:
        installed_now = self.workshop.install(build)
        try:
            self.workshop.prepare_build(build)
            results = self.ask_all(build)
        finally:
            if installed_now and not self.options.keep:
                shutil.rmtree(self.workshop.venv(build))
        if self.options.record:
            record(self.workshop, build, results)
        return results

    def chosen(self, build: Build) -> list[Environment]:
        pattern = self.options.only or "*"
        return [each for each in environments_of(build) if fnmatch.fnmatchcase(each.name, pattern)]

    def ask_all(self, build: Build) -> list[Result]:
        recorded = read_recorded(build) if self.options.replay_real else None
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            found = list(pool.map(lambda environment: self.ask(build, environment, recorded), self.chosen(build)))
        return [result for result in found if result]

    def ask(self, build: Build, environment: Environment, recorded: dict[str, dict] | None) -> Result | None:
        stage = Stage(self.workshop, build, environment)
        try:
            real, log = self.ask_real(stage, recorded)
        except ProofError as problem:
            with self.lock:
                self.failures.append(f"{build.name} {environment.name}: {problem}")
            return None
        result = Result(build, environment, real, log)
        if self.options.gpuwhy:
            result.predicted = stage.ask_gpuwhy(self.options.gpuwhy)
        self.report_progress(result)
        return result

    def ask_real(self, stage: Stage, recorded: dict[str, dict] | None) -> tuple[dict, list[str]]:
        if recorded is None:
            return stage.ask_framework()
        row = recorded.get(stage.environment.name)
        if not row:
            raise ProofError("no recorded answer")
        return row["answer"], row["log"]

    def report_progress(self, result: Result) -> None:
        mark = "" if result.predicted is None else "agrees  " if result.counts_agree() else "DIFFERS "
        with self.lock:
            print(f"{mark}{result.build.name} {result.environment.name}: {in_words(result.real)}", file=sys.stderr, flush=True)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", action="append", choices=[build.name for build in BUILDS], help="prove this build only; may be repeated")
    parser.add_argument("--only", metavar="PATTERN", help="only environments whose name fits, such as 'cvd-*'")
    parser.add_argument("--gpuwhy", type=Path, default=REPOSITORY / "build" / "release" / "gpuwhy")
    parser.add_argument("--record", action="store_true", help="write the real answers to recorded/; gpuwhy may be missing")
    parser.add_argument("--replay-real", action="store_true", help="take the real answers from recorded/ and run gpuwhy only")
    parser.add_argument("--keep", action="store_true", help="leave the installed frameworks on disk (some 20 GB)")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "build" / "prove", help="folder for all that is made or installed")
    options = parser.parse_args()
    if options.record and options.replay_real:
        parser.error("--record asks the frameworks, and --replay-real does not")
    if options.gpuwhy.is_file():
        options.gpuwhy = options.gpuwhy.resolve()
    elif options.record:
        options.gpuwhy = None
    else:
        parser.error(f"no gpuwhy at {options.gpuwhy}; build it, or name it with --gpuwhy")
    return options


def main() -> int:
    options = parse_options()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # frameworks that abort are part of the proof
    proof = Proof(options)
    results = []
    try:
        proof.workshop.prepare()
        for build in BUILDS:
            if not options.build or build.name in options.build:
                results += proof.prove(build)
    except ProofError as problem:
        proof.failures.append(str(problem))
    verdict = judge(results)
    for failure in proof.failures:
        print(f"\nno answer: {failure}")
    return 2 if proof.failures else verdict


if __name__ == "__main__":
    sys.exit(main())
