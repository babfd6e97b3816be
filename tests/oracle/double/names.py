"""The names of the interfaces that the doubles play, and the C and assembler files made from them.

Only names and version numbers are read, from the public headers of the wheels nvidia-cuda-runtime and nvidia-nvml-dev, and from the symbol
table of a real libcudart. What is generated goes to the build folder and is never kept in the repository.
"""

import re
import subprocess
from pathlib import Path

# These three are declared in cudaProfiler.h, which the wheel does not have.
PROFILER_NAMES = {"cuProfilerInitialize", "cuProfilerStart", "cuProfilerStop"}


def driver_names(header: str) -> list[str]:
    """Every name that a driver of the header's version exports, old versions and per-thread variants included."""
    names = set(PROFILER_NAMES)
    names.update(re.findall(r"CUresult\s+CUDAAPI\s+(cu\w+)\s*\(", header))
    for kind, name in re.findall(r"^\s*#\s*define\s+cu\w+\s+__CUDA_API_PT(DS|SZ)\((cu\w+)\)", header, re.M):
        names.update((name, f"{name}_pt{kind.lower()}"))
    names.update(re.findall(r"^\s*#\s*define\s+cu[A-Z]\w+\s+(cu\w+)\s*$", header, re.M))
    names.discard("cuGetProcAddress_v2_ptsz")  # an inline function of the header
    return sorted(names)


def driver_versions(typedefs: str, names: list[str]) -> list[tuple[str, str, int]]:
    """Rows (base, name, since): who asks for `base` at interface version `since` or newer gets the function `name`.

    cudaTypedefs.h tells the versions in which a function changed (PFN_cuMemAlloc_v3020); the exported names tell the forms that exist
    (cuMemAlloc, cuMemAlloc_v2). Both are ordered alike, and they agree at the newest one.
    """
    versions: dict[tuple[str, str], set[int]] = {}
    for base, since, variant in re.findall(r"PFN_(cu\w+?)_v(\d+)(_ptds|_ptsz)?\)", typedefs):
        versions.setdefault((base, variant), set()).add(int(since))
    rows = []
    for (base, variant), since in sorted(versions.items()):
        forms = [name for name in names if re.fullmatch(rf"{re.escape(base)}(_v\d+)?{variant}", name)]
        forms.sort(key=form_number)
        for name, version in zip(reversed(forms), sorted(since, reverse=True)):
            rows.append((base + variant, name, version))
    return rows


def form_number(name: str) -> int:
    match = re.search(r"_v(\d+)", name)
    return int(match[1]) if match else 1


def write_driver(include: Path, out: Path) -> None:
    """cuda_functions.c, and cuda_since.tsv by which names newer than a driver can be left out of its exports."""
    names = driver_names((include / "cuda.h").read_text())
    rows = driver_versions((include / "cudaTypedefs.h").read_text(), names)
    lines = ["int double_unanswered(const char*, void*);"]
    lines += [weak_function(name) for name in names]
    lines += ["struct function_version { const char* base; const char* name; int since; void* function; };"]
    lines += ["const struct function_version double_functions[] = {"]
    lines += [f'  {{"{base}", "{name}", {since}, (void*){name}}},' for base, name, since in rows]
    lines += ["  {0, 0, 0, 0}};"]
    (out / "cuda_functions.c").write_text("\n".join(lines) + "\n")
    first = {}
    for _, name, since in rows:
        first[name] = min(since, first.get(name, since))
    (out / "cuda_since.tsv").write_text("".join(f"{name}\t{first.get(name, 0)}\n" for name in names))


def write_nvml(include: Path, out: Path) -> None:
    header = (include / "nvml.h").read_text()
    names = set(re.findall(r"DECLDIR (nvml\w+)", header))
    for plain, versioned in re.findall(r"#define (nvml\w+)\s+(nvml\w+_v\d+)\s", header):
        names.update((plain, versioned))
    lines = ["int double_unanswered(const char*, void*);"] + [weak_function(name) for name in sorted(names)]
    (out / "nvml_functions.c").write_text("\n".join(lines) + "\n")


def weak_function(name: str) -> str:
    return f'__attribute__((weak)) int {name}(void) {{ return double_unanswered("{name}", __builtin_return_address(0)); }}'


def write_runtime(library: Path, soname: str, out: Path) -> None:
    """Forwarders for every name that one real CUDA runtime exports, under the same symbol version."""
    listing = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    fields = [line.split() for line in listing.splitlines()]
    names = sorted({field[2].split("@")[0] for field in fields if len(field) == 3 and field[1] in "TWi"})
    (out / "runtime_functions.h").write_text(f"#define RUNTIME_FUNCTIONS {len(names)}\n")
    exports = " ".join(f"{name};" for name in names)
    (out / "runtime.map").write_text(f"{soname} {{ global: {exports} local: *; }};\n")
    (out / "runtime_forwarders.s").write_text(forwarders(names))


def forwarders(names: list[str]) -> str:
    """A forwarder leaves all registers and the stack as they are, because the arguments of the real function are in them."""
    lines = []
    for index, name in enumerate(names):
        lines += [f".weak {name}", f".type {name}, @function", f"{name}:", "  endbr64", f"  jmp *runtime_targets+{8 * index}(%rip)"]
    lines += [".section .rodata"]
    lines += [f'.Lname{index}: .asciz "{name}"' for index, name in enumerate(names)]
    lines += ['.section .data.rel.ro, "aw"', ".globl runtime_names", ".hidden runtime_names", "runtime_names:"]
    lines += [f"  .quad .Lname{index}" for index in range(len(names))] + ["  .quad 0"]
    lines += ['.section .note.GNU-stack, "", @progbits']
    return "\n".join(lines) + "\n"
