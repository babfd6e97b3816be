#!/usr/bin/env python3
"""Builds the test doubles of the NVIDIA driver.

    build.py driver FOLDER              the drivers below, each in its own folder under FOLDER
    build.py shim VENV FOLDER           the shim for the CUDA runtime of one virtual environment

Folders of `driver`: `driver` (a healthy one), `driver-11.4` (newer names are not exported), `stubs` (the toolkit's link stub), `no-nvml`,
`cuda-32-bit`, `cuda-empty` and `cuda-text` (drivers with a damaged or missing file), and below `foreign` folders that somebody may have put
first on the loader's path. Needs a C compiler, binutils and pip.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import names

HERE = Path(__file__).resolve().parent
SOURCES = sorted(path for path in HERE.iterdir() if path.suffix in (".c", ".h", ".py"))

# The headers' version is the newest interface that the double knows; the drivers that it plays are not newer.
HEADER_WHEELS = ("nvidia-cuda-runtime==13.0.96", "nvidia-nvml-dev==13.0.87")
DRIVER_FILE = "580.65.06"
OLD_DRIVER_FILE = "470.57.02"
OLD_DRIVER_VERSION = 11040

# The CUDA 13 names are those that no CUDA 12 library shares: such a toolkit first on the path must not matter.
FOREIGN_SONAMES = {
    "cudnn-8": ["libcudnn.so.8"],
    "cudnn-9": ["libcudnn.so.9"],
    "cuda-13": ["libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcufft.so.12", "libcusolver.so.12", "libnvrtc.so.13", "libnvJitLink.so.13"],
}

FLAGS = ["-O1", "-g", "-fPIC", "-shared", "-Wall", "-Wextra", "-fvisibility=default"]
# The doubles declare the functions with plain types instead of the header's, and the generated ones take no arguments at all.
LESS_WARNINGS = ["-Wno-builtin-declaration-mismatch", "-Wno-cast-function-type", "-Wno-format-truncation"]


def run(*command) -> None:
    subprocess.run([str(part) for part in command], check=True, timeout=600)


def compile_library(target: Path, soname: str, sources: list[Path], *options) -> None:
    run("cc", *FLAGS, *LESS_WARNINGS, f"-I{HERE}", f"-Wl,-soname,{soname}", "-o", target, *sources, *options, "-ldl", "-lpthread")


def fetch_headers(folder: Path) -> Path:
    """Takes the headers out of NVIDIA's wheels; the libraries in them are not unpacked."""
    include = folder / "include"
    if (include / "nvml.h").exists():
        return include
    wheels = folder / "wheels"
    run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", wheels, *HEADER_WHEELS)
    include.mkdir(parents=True, exist_ok=True)
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.namelist():
                if Path(entry).name in ("cuda.h", "cudaTypedefs.h", "nvml.h"):
                    (include / Path(entry).name).write_bytes(archive.read(entry))
    shutil.rmtree(wheels)
    return include


def hide_newer_names(generated: Path, version: int) -> Path:
    """A linker script that keeps an old driver from exporting what it could not know."""
    rows = [line.split("\t") for line in (generated / "cuda_since.tsv").read_text().splitlines()]
    hidden = [name for name, since in rows if int(since) > version]
    script = generated / f"cuda-{version}.map"
    script.write_text("{ local: " + " ".join(f"{name};" for name in hidden) + " };\n")
    return script


def link_soname(folder: Path, soname: str, file: str) -> None:
    link = folder / soname
    link.unlink(missing_ok=True)
    link.symlink_to(file)


def build_driver(folder: Path, generated: Path, file_version: str, newest: int | None = None) -> None:
    """A driver under the file names that a real one has: TensorFlow reads the version from the name libcuda.so.<version>."""
    folder.mkdir(parents=True, exist_ok=True)
    options = [f"-Wl,--version-script,{hide_newer_names(generated, newest)}"] if newest else []
    sources = [HERE / "cuda_double.c", generated / "cuda_functions.c"]
    compile_library(folder / f"libcuda.so.{file_version}", "libcuda.so.1", sources, *options)
    sources = [HERE / "nvml_double.c", generated / "nvml_functions.c"]
    compile_library(folder / f"libnvidia-ml.so.{file_version}", "libnvidia-ml.so.1", sources)
    for library in ("libcuda", "libnvidia-ml"):
        link_soname(folder, f"{library}.so.1", f"{library}.so.{file_version}")


def build_stub(folder: Path, generated: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    compile_library(folder / "libcuda.so", "libcuda.so.1", [HERE / "cuda_stub.c", generated / "cuda_functions.c"])
    # A stub is harmless under its own name; the fault that is tested is a link to it under the name that programs open.
    link_soname(folder, "libcuda.so.1", "libcuda.so")


def copy_driver(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
    return target


def build_damaged(root: Path) -> None:
    healthy = root / "driver"
    for library in copy_driver(healthy, root / "no-nvml").glob("libnvidia-ml*"):
        library.unlink()
    cuda = f"libcuda.so.{DRIVER_FILE}"
    contents = (healthy / cuda).read_bytes()
    class_32_bit = contents[:4] + b"\x01" + contents[5:]
    (copy_driver(healthy, root / "cuda-32-bit") / cuda).write_bytes(class_32_bit)
    (copy_driver(healthy, root / "cuda-empty") / cuda).write_bytes(b"")
    (copy_driver(healthy, root / "cuda-text") / cuda).write_text("not a library, but a text that is longer than the header of one\n" * 2)


def build_foreign(root: Path) -> None:
    """Stray libraries: damaged ones, ones of another major version, and one of the right name that lacks the functions."""
    text = b"not a library, but a text that is longer than the header of one\n" * 2
    cuda = (root / "driver" / f"libcuda.so.{DRIVER_FILE}").read_bytes()
    for folder, contents in (("cublas-text", text), ("cublas-empty", b""), ("cublas-32-bit", cuda[:4] + b"\x01" + cuda[5:])):
        target = root / "foreign" / folder
        target.mkdir(parents=True, exist_ok=True)
        (target / "libcublas.so.12").write_bytes(contents)
    for folder, sonames in FOREIGN_SONAMES.items():
        target = root / "foreign" / folder
        target.mkdir(parents=True, exist_ok=True)
        for soname in sonames:
            compile_library(target / soname, soname, [HERE / "foreign.c"])


def build_math(folder: Path) -> None:
    """Handles of cuBLAS and cuDNN for programs that make one before they list (math_double.c)."""
    folder.mkdir(parents=True, exist_ok=True)
    compile_library(folder / "libmath_double.so", "libmath_double.so", [HERE / "math_double.c"])


def fingerprint(sources: list[Path], *more: str) -> str:
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.read_bytes())
    digest.update(" ".join(more).encode())
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def build_drivers(root: Path) -> None:
    """Does nothing when nothing changed: another proof may be using the files."""
    wanted = fingerprint(SOURCES)
    if is_current(root / "complete", wanted):
        return
    generated = root / "generated"
    generated.mkdir(parents=True, exist_ok=True)
    include = fetch_headers(root)
    names.write_driver(include, generated)
    names.write_nvml(include, generated)
    build_driver(root / "driver", generated, DRIVER_FILE)
    build_driver(root / "driver-11.4", generated, OLD_DRIVER_FILE, OLD_DRIVER_VERSION)
    build_stub(root / "stubs", generated)
    build_damaged(root)
    build_foreign(root)
    build_math(root / "math")
    (root / "complete").write_text(wanted)


def find_runtime(venv: Path) -> Path:
    """The libcudart that the framework's wheels installed."""
    found = sorted(venv.glob("lib/python3*/site-packages/nvidia/*/lib/libcudart.so.*"))
    if len(found) != 1:
        raise SystemExit(f"expected one libcudart in the environment, found {len(found)}")
    return found[0]


def build_shim(venv: Path, folder: Path) -> Path:
    """The shim has the soname of the runtime that it forwards to, so that the loader takes it in that one's place."""
    runtime = find_runtime(venv)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / runtime.name
    wanted = fingerprint(SOURCES, str(runtime.stat().st_size))
    if is_current(folder / "complete", wanted):
        return target
    compile_shim(runtime, HERE / "runtime_shim.c", folder)
    (folder / "complete").write_text(wanted)
    return target


def compile_shim(real: Path, source: Path, folder: Path) -> None:
    names.write_runtime(real, real.name, folder)
    headers = real.parent.parent / "include"
    sources = [source, folder / "runtime_forwarders.s"]
    compile_library(folder / real.name, real.name, sources, f"-I{folder}", f"-isystem{headers}", f"-Wl,--version-script,{folder / 'runtime.map'}")


def find_cudnn(venv: Path) -> Path | None:
    return next(iter(sorted(venv.glob("lib/python3*/site-packages/nvidia/cudnn/lib/libcudnn.so.*"))), None)


def build_cudnn_shim(venv: Path, folder: Path) -> None:
    real = find_cudnn(venv)
    if not real:
        raise SystemExit("expected cuDNN in the environment")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = fingerprint(SOURCES, str(real.stat().st_size))
    if is_current(folder / "complete", wanted):
        return
    compile_shim(real, HERE / "cudnn_shim.c", folder)
    (folder / "complete").write_text(wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    driver = commands.add_parser("driver")
    driver.add_argument("folder", type=Path)
    shim = commands.add_parser("shim")
    shim.add_argument("venv", type=Path)
    shim.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "driver":
        build_drivers(arguments.folder)
    else:
        build_shim(arguments.venv, arguments.folder)


if __name__ == "__main__":
    main()
