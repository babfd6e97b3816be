"""Recordings: what the real frameworks answered, and gpuwhy's snapshot of the same environment, small enough to be kept.

FOLDER/BUILD.snapshot.json is the snapshot of the healthy environment. FOLDER/BUILD.jsonl holds one JSON object a line: first
{"build", "frameworks", "python", "lines"}, then one for each environment:

    name, kind, environment   what differs from a healthy one (environments.py)
    answers                   of the frameworks, in the order of their import
    log                       what they printed; numbers of `lines`
    causes                    the root causes that are right, where they are known; "none" says that gpuwhy must stay silent
    patch                     what turns the healthy snapshot into this one's, as `diff -n` writes it: "d12 3" deletes three lines from line
                              12 on, "a15 2" adds after line 15 the two lines whose numbers follow (all line numbers are those of the base)
"""

import json
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from builds import Build
from environments import NONE, Environment
from mutations import changes_of
from workshop import HERE, REPOSITORY, Workshop


class Scrubber:
    """Takes out of a text what belongs to the machine or the moment."""

    def __init__(self, workshop: Workshop, build: Build):
        folders = {
            str(workshop.venv(build)): "/prove/venv",
            str(workshop.root): "/prove",
            str(HERE): "/prove/oracle",
            str(REPOSITORY): "/prove/repository",
            sys.base_prefix: "/opt/python" if sys.base_prefix != "/usr" else "/usr",
            str(Path.home()): "/home/user" if str(Path.home()) != "/" else "/",
        }
        self.folders = sorted(folders.items(), key=lambda pair: -len(pair[0]))
        self.host = socket.gethostname()

    def paths(self, text: str) -> str:
        for folder, name in self.folders:
            text = text.replace(folder, name)
        return text

    def snapshot(self, text: str) -> str:
        text = self.paths(text)
        return re.sub(r'("host_name": \{"value": )"[^"]*"', r'\1"host"', text)

    def log_line(self, text: str) -> str:
        text = re.sub(r"\x1b\[[0-9;]*m", "", self.paths(text))
        text = re.sub(rf"(?<![\w-]){re.escape(self.host)}(?![\w-])", "<host>", text)
        text = re.sub(r"(hostname[:=] ?|for host: )[^<\s]\S*", r"\1<host>", text)
        text = re.sub(r"/prove/slots/\d+", "<folder>", re.sub(r"/tmp/[^\s:'\"]*", "<tmp>", text))
        text = re.sub(r"\b0x[0-9a-f]{6,}\b", "<address>", text)
        text = re.sub(r"(the following instructions:) [A-Z0-9_, ]+, in", r"\1 <instructions>, in", text)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?: \d+)?:? ", "<time>: ", text)
        text = re.sub(r"\[onnxruntime:[^\]]*\]", "[onnxruntime]", text)
        text = re.sub(r"(computation_placer|cuda_dnn|cuda_blas|cuda_fft)\.cc:\d+\]", r"\1.cc]", text)
        text = re.sub(r"^(W|E|I|WARNING|ERROR)(: All log messages before absl)", r"\1\2", text)
        text = re.sub(r"^E0000 00:00:\d+\.\d+ +\d+ ", "E<time> ", text)
        return re.sub(r"^([IWEF])\d{4} \d\d:\d\d:\d+\.\d+ +\d+ ", r"\1<time> ", text)

    def answer(self, answer: dict) -> dict:
        return {key: self.log_line(value) if isinstance(value, str) else value for key, value in answer.items()}

    def log(self, lines: list[str]) -> list[str]:
        kept = [self.log_line(line.rstrip()) for line in lines if line.strip() and not line.startswith("ORACLE ")]
        return [line[:600] for line in kept]


def expected_causes(build: Build, environment: Environment, answers: list[dict]) -> list[str]:
    """A cause is only to be named where the framework that was asked last is stopped."""
    blocked = not answers[-1]["count"]
    if build.cpu_only:
        return sorted((environment.causes - NONE) | {"cpu-only-build"})
    if blocked:
        return sorted(environment.causes - NONE) if environment.causes != NONE else []
    return ["none"] if environment.causes == NONE else []


def edit_script(base: Path, changed: Path) -> list[str]:
    done = subprocess.run(["diff", "-n", "--minimal", base, changed], capture_output=True, timeout=60)
    if done.returncode > 1:
        raise OSError(done.stderr.decode(errors="replace"))
    return done.stdout.decode().splitlines()


class Recording:
    def __init__(self, workshop: Workshop, build: Build, folder: Path):
        self.scrubber = Scrubber(workshop, build)
        self.build = build
        self.folder = folder
        self.lines: dict[str, int] = {}
        self.rows: list[dict] = []
        self.base: Path | None = None

    def number(self, line: str) -> int:
        return self.lines.setdefault(line, len(self.lines))

    def snapshot_file(self) -> Path:
        return self.folder / f"{self.build.name}.snapshot.json"

    def set_base(self, snapshot: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.base = self.snapshot_file()
        self.base.write_text(self.scrubber.snapshot(snapshot.read_text()))

    def patch_to(self, snapshot: Path) -> list:
        if not self.base:
            raise ValueError("there is none of the healthy environment")
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(self.scrubber.snapshot(snapshot.read_text()))
            file.flush()
            script = edit_script(self.base, Path(file.name))
        patch: list = []
        position = 0
        while position < len(script):
            command = script[position]
            patch.append(command)
            position += 1
            if command[0] == "a":
                added = int(command.split()[1])
                patch += [self.number(line) for line in script[position : position + added]]
                position += added
        return patch

    def add(self, environment: Environment, answers: list[dict], log: list[str], snapshot: Path) -> None:
        row = {
            "name": environment.name,
            "kind": environment.kind,
            "environment": changes_of(environment),
            "answers": [self.scrubber.answer(answer) for answer in answers],
            "log": [self.number(line) for line in self.scrubber.log(log)],
            "causes": expected_causes(self.build, environment, answers),
            "patch": self.patch_to(snapshot),
        }
        self.rows.append(row)

    def write(self) -> None:
        head = {"build": self.build.name, "frameworks": self.build.frameworks, "lines": list(self.lines)}
        rows = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in [head, *self.rows]]
        (self.folder / f"{self.build.name}.jsonl").write_text("\n".join(rows) + "\n")


def read_answers(file: Path) -> dict[str, list[dict]]:
    """The recorded answers by the name of their environment."""
    if not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return {row["name"]: row["answers"] for row in rows if "answers" in row}
