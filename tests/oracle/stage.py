"""One environment of one build: what it sets, and the two ways to ask in it (a process of its own, a fork of a server)."""

import json
import os
import posixpath
import re
import select
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from builds import Build
from environments import Environment
from workshop import HERE, ProofError, Workshop, base_environment, run

ASK = HERE / "probes" / "ask.py"
NAMESPACE = HERE / "namespace.sh"
PROBE_TIMEOUT = 240
START_TIMEOUT = 120
DIED_BY_SIGNAL = 128  # how a shell reports it; the signal's number is added
DEADLY_SIGNALS = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)


class Stage:
    def __init__(self, workshop: Workshop, build: Build, environment: Environment, gpuwhy: Path | None):
        self.workshop = workshop
        self.build = build
        self.environment = environment
        self.gpuwhy = gpuwhy
        self.snapshot = workshop.file("snapshots", build, f"{self.file_name()}.json")

    def file_name(self) -> str:
        return re.sub(r"[^\w.+,-]", "_", self.environment.name)[:120]

    # ---- what it sets ----

    def places(self, path: str) -> list[str]:
        nvidia = self.workshop.nvidia(self.build)
        place = path.format(double=self.workshop.double, nvidia=nvidia)
        if "*" not in place:
            return [place]
        return [str(found) for found in sorted(nvidia.glob(os.path.relpath(place, nvidia)))]

    def folders(self) -> list[str]:
        environment = self.environment
        paths = environment.library_path + (() if environment.as_installed else self.build.extra_path)
        return [place for path in paths for place in self.places(path)]

    def variables(self) -> dict[str, str]:
        """The environment of the program that asks, without what only the namespace reads."""
        environment = self.environment
        variables = base_environment() | {"HOME": str(self.workshop.home)} | environment.extra
        variables |= {f"DOUBLE_{name}": value for name, value in environment.double.items()}
        if environment.visible is not None:
            variables["CUDA_VISIBLE_DEVICES"] = environment.visible
        if self.folders():
            variables["LD_LIBRARY_PATH"] = ":".join(self.folders())
        if environment.preload:
            variables["LD_PRELOAD"] = self.places(environment.preload)[0]
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
            variables["NS_CACHE_DIRS"] = " ".join(place for folder in environment.cache_dirs for place in self.places(folder))
        if environment.edits:
            variables["NS_OVERLAY"] = str(self.workshop.site_packages(self.build))
            variables["NS_EDITS"] = str(self.write_edits())
        return variables

    def write_edits(self) -> Path:
        path = self.workshop.file("edits", self.build, self.file_name())
        lines = [" ".join((action, posixpath.normpath(f"nvidia/{file}"), *rest)) for action, file, *rest in self.environment.edits]
        path.write_text("\n".join(lines) + "\n")
        return path

    def edits_touch(self, path: Path) -> bool:
        file = str(path.relative_to(self.workshop.nvidia(self.build)))
        return any(edited in (".", file) or file.startswith(edited + "/") for _, edited, *_ in self.environment.edits)

    def finds(self, path: Path) -> bool:
        """Whether the real library can be loaded: a shim must not stand in for a file that is not there."""
        return not self.edits_touch(path) and not (self.build.extra_path and self.environment.as_installed)

    def changes_any(self, mapped: list[str]) -> bool:
        """Whether it would take away, or put something before, a file that the server has mapped already."""
        nvidia = self.workshop.nvidia(self.build)
        paths = [Path(name) for name in mapped]
        edited = any(path.is_relative_to(nvidia) and self.edits_touch(path) for path in paths)
        return edited or any((Path(folder) / path.name).exists() for folder in self.folders() for path in paths if nvidia not in Path(folder).parents)

    def edits_touch_cudnn(self) -> bool:
        return any("cudnn" in file or file == "." for _, file, *_ in self.environment.edits)

    def shim_variables(self) -> dict[str, str]:
        """Only the framework gets these: they make up for the double, and gpuwhy is to judge the environment without them."""
        workshop, build = self.workshop, self.build
        if not build.needs_shim or not self.finds(workshop.runtime(build)):
            return {}
        preload = [str(workshop.shim(build))]
        variables = {"DOUBLE_RUNTIME": str(workshop.runtime(build))}
        if build.needs_math:
            preload.append(str(workshop.double / "math" / "libmath_double.so"))
            if self.finds(workshop.cudnn(build)):
                preload.append(str(workshop.cudnn_shim(build)))
                variables["DOUBLE_CUDNN"] = str(workshop.cudnn(build))
        if self.environment.preload:
            preload += self.places(self.environment.preload)
        return variables | {"LD_PRELOAD": ":".join(preload)}

    def gpuwhy_command(self) -> list[str]:
        command = [str(self.gpuwhy), "snapshot", "--no-redact", "--output", str(self.snapshot)]
        command += ["--python", str(self.workshop.python(self.build))]
        for framework in self.build.frameworks:
            command += ["--framework", framework]
        if len(self.build.frameworks) > 1:
            command += ["--import-order", ",".join(self.build.frameworks)]
        return command

    # ---- asking ----

    def needs_process(self) -> bool:
        """Whether a fork of a server that has imported the frameworks can no longer change what matters."""
        environment = self.environment
        if environment.extra or environment.cache_dirs or environment.preload or len(self.folders()) > len(self.workshop.slots):
            return True
        if self.build.needs_shim and not self.finds(self.workshop.runtime(self.build)):
            return True
        if self.build.needs_math and self.edits_touch_cudnn():
            return True
        # A package that has been imported stays in sys.modules. A single folder of wheels mounted elsewhere loses its neighbours, which
        # libraries in it look for beside them.
        if any(edited.startswith("../") for _, edited, *_ in environment.edits) or any("*" not in path for path in self.build.extra_path):
            return True
        imports_libraries = "torch" in self.build.frameworks
        return imports_libraries and (bool(environment.edits) or any("/foreign/" in folder for folder in environment.library_path))

    def ask_process(self) -> tuple[list[dict], list[str]]:
        variables = self.variables()
        preload = variables.pop("LD_PRELOAD", "")
        # Set inside of the namespace; else every tool that makes it would load them too.
        own = [f"{name}={value}" for name, value in ({"LD_PRELOAD": preload} if preload else {}).items()]
        shim = [f"{name}={value}" for name, value in self.shim_variables().items()]
        ask = ["env", *own, *shim, str(self.workshop.python(self.build)), str(ASK), *self.build.frameworks]
        if self.gpuwhy:
            run([NAMESPACE, "env", *own, *self.gpuwhy_command()], self.namespace_variables() | variables, PROBE_TIMEOUT)
        code, out, error = run([NAMESPACE, *ask], self.namespace_variables() | variables, PROBE_TIMEOUT)
        return real_answers(self.build, code, out + error), (error + out).splitlines()

    def job(self) -> dict:
        setup = base_environment() | self.namespace_variables() | {"NS_INSIDE": "1"}
        return {
            "variables": self.variables(),
            "setup": [[str(NAMESPACE), "true"], setup],
            "binds": [[folder, str(slot)] for folder, slot in zip(self.folders(), self.workshop.slots)],
            "first": [[self.gpuwhy_command(), os.devnull]] if self.gpuwhy else [],
            "log": str(self.workshop.file("logs", self.build, self.file_name())),
            "deadline": PROBE_TIMEOUT,
        }


def real_answers(build: Build, code: int, text: str) -> list[dict]:
    """One answer for each framework. What a process did not live to say was not asked; the first of those is what ended it."""
    answers = [json.loads(line) for line in re.findall(r"^ORACLE (.*)$", text, re.M)]
    if len(answers) == len(build.frameworks):
        return answers
    number = code - DIED_BY_SIGNAL
    if number not in DEADLY_SIGNALS:
        raise ProofError(f"the probe ended with {code} and said too little:\n{text[-2000:]}")
    died = {"framework": build.frameworks[len(answers)], "outcome": "aborts", "count": 0, "signal": signal.Signals(number).name}
    return [*answers, died]


class Server:
    """A process that has imported the frameworks of a build and answers from forks. One thread uses it at a time."""

    def __init__(self, workshop: Workshop, build: Build):
        healthy = Stage(workshop, build, Environment("server", "server"), None)
        variables = base_environment() | {"HOME": str(workshop.home)}
        variables["LD_LIBRARY_PATH"] = ":".join(str(slot) for slot in workshop.slots)
        variables |= healthy.shim_variables()
        command = [str(workshop.python(build)), str(ASK), "--serve", *build.frameworks]
        if os.geteuid():
            command = ["unshare", "-Urm", *command]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, start_new_session=True, text=True
        )
        self.mapped = self.read(START_TIMEOUT)["mapped"]

    def read(self, timeout: float) -> dict:
        """Lines that are no JSON are what an import prints."""
        while select.select([self.process.stdout], [], [], timeout)[0]:
            line = self.process.stdout.readline()
            if not line:
                break
            if line.startswith("{"):
                return json.loads(line)
        self.stop()
        self.log.seek(0)
        raise ProofError(f"the fork server ended: {self.log.read().decode(errors='replace')[-1000:]}")

    def ask(self, stage: Stage) -> tuple[list[dict], list[str]]:
        job = stage.job()
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        status = self.read(PROBE_TIMEOUT + 10)["status"]
        text = Path(job["log"]).read_bytes().decode(errors="replace")
        return real_answers(stage.build, status, text), text.splitlines()

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Servers:
    """One server for each thread."""

    def __init__(self, workshop: Workshop, build: Build):
        self.workshop = workshop
        self.build = build
        self.local = threading.local()
        self.all: list[Server] = []

    def ask(self, stage: Stage) -> tuple[list[dict], list[str]]:
        server = getattr(self.local, "server", None)
        if not server or server.process.poll() is not None:
            server = self.local.server = Server(self.workshop, self.build)
            self.all.append(server)
        return stage.ask_process() if stage.changes_any(server.mapped) else server.ask(stage)

    def stop(self) -> None:
        for server in self.all:
            server.stop()
