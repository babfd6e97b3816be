"""The folder with all that is made or installed for a proof: doubles, virtual environments, recordings in the making."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from builds import Build, Wheels

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(HERE / "double"))
import build as double_build

INSTALL_TIMEOUT = 3600
SPACE_PER_BUILD = 12 << 30
SLOTS = 6  # folders that a fork server has on LD_LIBRARY_PATH, to be mounted over


class ProofError(Exception):
    """The proof itself did not work, so that there is no answer to compare."""


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


class Workshop:
    def __init__(self, root: Path):
        self.root = root.resolve()
        self.double = self.root / "double"
        self.scratch = self.root / "scratch"
        self.cache = self.root / "ld.so.cache"
        self.home = self.root / "home"  # Keras writes its settings there
        self.slots = [self.root / "slots" / str(number) for number in range(SLOTS)]
        self.hidden = [str(folder) for folder in sorted(Path("/usr/local").glob("cuda*")) if not folder.is_symlink()]
        self.wheels: dict[str, Wheels] = {}

    def venv(self, build: Build) -> Path:
        return self.root / f"venv-{build.name}"

    def python(self, build: Build) -> Path:
        return self.venv(build) / "bin" / "python"

    def site_packages(self, build: Build) -> Path:
        return next((self.venv(build) / "lib").glob("python3*/site-packages"))

    def nvidia(self, build: Build) -> Path:
        return self.site_packages(build) / "nvidia"

    def shim(self, build: Build) -> Path:
        return self.root / f"shim-{build.name}" / self.runtime(build).name

    def runtime(self, build: Build) -> Path:
        return double_build.find_runtime(self.venv(build))

    def cudnn(self, build: Build) -> Path:
        return double_build.find_cudnn(self.venv(build))

    def cudnn_shim(self, build: Build) -> Path:
        return self.root / f"cudnn-shim-{build.name}" / self.cudnn(build).name

    def file(self, folder: str, build: Build, name: str) -> Path:
        path = self.root / folder / build.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def prepare(self) -> None:
        for folder in (self.scratch, self.home, *self.slots):
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
        installed_now = not (self.venv(build) / "complete").exists()
        if installed_now:
            self.install_from_index(build)
        if build.needs_shim:
            double_build.build_shim(self.venv(build), self.shim(build).parent)
        if build.needs_math:
            double_build.build_cudnn_shim(self.venv(build), self.cudnn_shim(build).parent)
        self.wheels[build.name] = Wheels(self.nvidia(build))
        return installed_now

    def install_from_index(self, build: Build) -> None:
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
                shutil.rmtree(self.venv(build), ignore_errors=True)
                raise ProofError(f"cannot install {build.name}: {error}")
        (self.venv(build) / "complete").touch()

    def remove(self, build: Build) -> None:
        shutil.rmtree(self.venv(build))
