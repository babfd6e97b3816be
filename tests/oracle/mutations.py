"""Makes the environments of a build: the chosen ones, single mutations by rule, and pairs of mutations that are drawn with a fixed seed."""

import itertools
import random
import zlib
from dataclasses import fields, replace

import environments as chosen
from builds import Build, Wheels
from environments import DAMAGED, INVALID, HIDDEN, NONE, NO_NODES, NO_NVML, NOT_STARTED, TOO_OLD, Environment, cause, gpus

SEED = "pairs-1"
HEALTHY = Environment("healthy", "machine", causes=NONE)
NOT_CHANGES = ("name", "kind", "causes")
DRIVER = "{double}/driver"
OFF_PATH = cause("cuda-libs-missing", "wheel-search-path-broken")


def changes_of(environment: Environment) -> dict:
    """The fields in which it differs from a healthy environment."""
    names = [field.name for field in fields(Environment) if field.name not in NOT_CHANGES]
    return {name: getattr(environment, name) for name in names if getattr(environment, name) != getattr(HEALTHY, name)}


# ---- single mutations ----


def drivers() -> list[Environment]:
    versions = ("11080", "12010", "12040", "12060", "12090", "13010", "13020")
    found = [Environment(f"driver-{version[:2]}.{int(version[2:4])}", "driver", {"DRIVER": version}, causes=TOO_OLD) for version in versions]
    found += [
        Environment("count-8", "machine", **gpus(8), causes=NONE),
        Environment("module-newer-803", "driver", {"CUINIT": "803", "NVML_INIT": "18"}, module="590.10.01", causes=cause("driver-library-mismatch")),
        Environment("nvml-init-17", "nvml", {"NVML_INIT": "17"}, causes=NO_NVML),
        Environment("nvml-init-999", "nvml", {"NVML_INIT": "999"}, causes=NO_NVML),
        Environment("nvml-init-12", "nvml", {"NVML_INIT": "12"}, causes=NO_NVML),
    ]
    for version in ("11040", "12020", "13020"):
        found.append(Environment(f"driver-{version}-count-2", "driver", **gpus(2, DRIVER=version), causes=TOO_OLD))
    return found


def cards() -> list[Environment]:
    found = []
    identifiers = {"5.2": "0x17c8", "7.0": "0x1db4", "7.5": "0x1e04", "8.6": "0x2204", "8.9": "0x2684", "9.0": "0x2330", "10.0": "0x2901", "12.1": "0x2e12"}
    for capability, identifier in identifiers.items():
        found.append(Environment(f"cc-{capability}", "capability", {"CC": capability}, pci_device=identifier))
    for first, second in (("12.0", "7.5"), ("9.0", "6.1"), ("8.6", "12.0"), ("3.5", "8.0"), ("5.2", "6.1"), ("7.0", "9.0")):
        found.append(Environment(f"cc-{first}-and-{second}", "capability", **gpus(2, CC=f"{first};{second}")))
    return found


def nodes() -> list[Environment]:
    sets = {"only-nvidia0": "nvidia0", "only-ctl": "nvidiactl", "only-uvm": "nvidia-uvm", "only-nvidia1": "nvidia1", "no-nvidia0": "nvidiactl nvidia-uvm"}
    found = [Environment(f"nodes-{name}", "nodes", nodes=value, causes=NO_NODES) for name, value in sets.items()]
    found.append(Environment("no-uvm", "nodes", nodes="nvidia0 nvidiactl"))
    found.append(Environment("no-nodes-999", "nodes", {"CUINIT": "999", "NVML_INIT": "9"}, nodes="", causes=NO_NODES | cause("uvm-missing")))
    return found


def visible() -> list[Environment]:
    one = [
        ("00", "00", NONE),
        ("tab-0", "\t0", NONE),
        ("minus2", "-2", HIDDEN | INVALID),
        ("100", "100", INVALID),
        ("huge", "99999999999999999999", INVALID),
        ("all", "all", INVALID),
        ("none-word", "none", HIDDEN | INVALID),
        ("void", "void", HIDDEN | INVALID),
        ("semicolon", "0;1", NONE | INVALID),
        ("quoted", '"0"', INVALID),
        ("lower-uuid", "gpu-fa4e", INVALID),
        ("float", "0.5", NONE | INVALID),
        ("unicode", "０", INVALID),
    ]
    found = [Environment(f"cvd-{name}", "visible", visible=value, causes=slugs) for name, value, slugs in one]
    two = [("1,2-of-2", "1,2", NONE | INVALID), ("0,1-of-2", "0,1", NONE), ("uuid-and-index", f"{chosen.SECOND_UUID},0", NONE), ("0,0,1", "0,0,1", INVALID)]
    return found + [Environment(f"cvd-{name}", "visible", **gpus(2), visible=value, causes=slugs) for name, value, slugs in two]


def settings() -> list[Environment]:
    """Variables that must not change the answer, and preloaded files."""
    harmless = {
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "CUDA_MODULE_LOADING": "EAGER",
        "NVIDIA_VISIBLE_DEVICES": "void",
        "NVIDIA_DRIVER_CAPABILITIES": "compute",
        "CUDA_LAUNCH_BLOCKING": "1",
        "CUDA_HOME": "/nowhere",
    }
    found = [Environment(f"set-{name}", "variable", extra={name: value}, causes=NONE) for name, value in harmless.items()]
    driver = "{double}/driver/libcuda.so.1"
    stub = "{double}/stubs/libcuda.so.1"
    return found + [
        Environment("preload-driver", "preload", preload=driver, library_path=(), causes=NO_NVML),
        Environment("preload-stub", "preload", preload=stub, causes=cause("libcuda-stub-loaded")),
        Environment("preload-missing-file", "preload", preload="/nowhere/libthing.so", causes=NONE),
        Environment("preload-text", "preload", preload="{double}/foreign/cublas-text/libcublas.so.12", causes=NONE | DAMAGED),
    ]


def paths() -> list[Environment]:
    damaged = DAMAGED | cause("ld-library-path")
    foreign = "{double}/foreign/"
    return [
        Environment("cudnn8-and-toolkit13-first", "path", library_path=(foreign + "cudnn-8", foreign + "cuda-13", DRIVER), causes=NONE),
        Environment("toolkit13-last", "path", library_path=(DRIVER, foreign + "cuda-13"), causes=NONE),
        Environment("path-missing-folder", "path", library_path=("/nowhere/lib", DRIVER), causes=NONE),
        Environment("path-is-a-file", "path", library_path=("/etc/passwd", DRIVER), causes=NONE),
        Environment("driver-twice", "path", library_path=(DRIVER, DRIVER), causes=NONE),
        Environment("old-driver-first", "path", library_path=("{double}/driver-11.4", DRIVER)),
        Environment("driver-and-stub-in-cache", "path", library_path=(), cache_dirs=("{double}/stubs", DRIVER)),
        Environment("cublas-text-in-cache", "path", cache_dirs=(foreign + "cublas-text",), causes=damaged),
        Environment("toolkit13-in-cache", "path", cache_dirs=(foreign + "cuda-13",), causes=NONE),
        Environment("driver-in-cache-stub-on-path", "path", library_path=("{double}/stubs",), cache_dirs=(DRIVER,), causes=cause("libcuda-stub-loaded")),
    ]


def removed_packages(build: Build, wheels: Wheels) -> list[Environment]:
    """A wheel that is gone with its metadata, as `pip uninstall` leaves it."""
    found = []
    parts = {"cudnn": "cudnn", "cublas": "cublas", "cuda_runtime": "cuda_runtime", "cusolver": "cusolver", "cusparse": "cusparse", "nvjitlink": "nvjitlink"}
    for name, folder in parts.items():
        metadata = sorted(path.name for path in wheels.site_packages.glob(f"nvidia_{name}_cu1?-*.dist-info"))
        if metadata and (wheels.site_packages / "nvidia" / folder).is_dir():
            edits = (("remove", folder), *(("remove", f"../{each}") for each in metadata))
            found.append(Environment(f"uninstalled-{name}", "missing package", edits=edits, causes=cause("cudnn-missing" if name == "cudnn" else "cuda-libs-missing")))
    return found


def only_jax(wheels: Wheels) -> list[Environment]:
    found = []
    forced = cause("cpu-forced-by-code", "visible-devices-hidden")
    misspelt = cause("cpu-forced-by-code", "framework-plugin-mismatch")
    values = {"cpu": forced, "cuda": NONE, "cuda,cpu": NONE, "cpu,cuda": forced, "gpu": NONE, "cudaa": misspelt, "tpu": misspelt, "CUDA": misspelt, "": NONE, "rocm": misspelt}
    for value, slugs in values.items():
        found.append(Environment(f"platforms-{value or 'empty'}", "jax", extra={"JAX_PLATFORMS": value}, causes=slugs))
    found.append(Environment("platform-name-cpu", "jax", extra={"JAX_PLATFORM_NAME": "cpu"}, causes=forced))
    found.append(Environment("jax-cvd-empty", "jax", extra={"JAX_CUDA_VISIBLE_DEVICES": ""}))
    found.append(Environment("jax-cvd-0", "jax", extra={"JAX_CUDA_VISIBLE_DEVICES": "0"}, causes=NONE))
    packages = {"plugin": ("jax_cuda12_plugin", "jax_cuda12_plugin-*.dist-info"), "pjrt": ("jax_plugins/xla_cuda12", "jax_cuda12_pjrt-*.dist-info")}
    gone = cause("framework-plugin-mismatch", "cpu-only-build", "wheels-overwrite-each-other")
    for name, patterns in packages.items():
        paths = [path.relative_to(wheels.site_packages) for pattern in patterns for path in sorted(wheels.site_packages.glob(pattern))]
        folder, *_ = paths
        found.append(Environment(f"no-{name}-package", "missing package", edits=tuple(("remove", f"../{path}") for path in paths), causes=gone))
        found.append(Environment(f"no-{name}-folder", "missing package", edits=(("remove", f"../{folder}"),), causes=gone))
    return found


def only_onnxruntime(build: Build) -> list[Environment]:
    return [
        Environment("as-installed-count-2", "machine", **gpus(2), as_installed=True, causes=OFF_PATH),
        Environment("as-installed-cuinit-100", "pair", {"CUINIT": "100"}, as_installed=True, causes=OFF_PATH | NOT_STARTED),
    ]


def singles(build: Build, wheels: Wheels) -> list[Environment]:
    found = chosen.whole_machine() + chosen.init_codes() + chosen.driver_versions() + chosen.visible_devices() + chosen.hardware()
    found += chosen.management_library() + chosen.driver_files() + drivers() + cards() + nodes() + visible() + settings() + paths()
    if build.cpu_only:
        return taken(build, found)
    found += chosen.search_path(build) + chosen.missing_libraries(wheels) + chosen.damaged_libraries(wheels) + removed_packages(build, wheels)
    if "torch" in build.frameworks:
        found += chosen.only_torch()
    if "jax" in build.frameworks:
        found += only_jax(wheels)
    if "onnxruntime" in build.frameworks:
        found += only_onnxruntime(build)
    return taken(build, found)


def taken(build: Build, found: list[Environment]) -> list[Environment]:
    """The share that this build takes: another one for each build, the same one in each run."""
    return [each for each in found if each.name == "healthy" or zlib.crc32(f"{build.name} {each.name}".encode()) % build.share == 0]


# ---- pairs ----


def merged_edits(one: tuple, other: tuple) -> tuple | None:
    """None where one edit would undo, or hide, another."""
    paths = [(left[1], right[1]) for left in one for right in other]
    if any(left == right or "." in (left, right) or left.startswith(right + "/") or right.startswith(left + "/") for left, right in paths):
        return None
    return one + other


def merged(one: Environment, other: Environment) -> dict | None:
    """The changes of both; None where they contradict each other."""
    changes = changes_of(one)
    for name, value in changes_of(other).items():
        if name not in changes:
            changes[name] = value
        elif name == "edits":
            changes[name] = merged_edits(changes[name], value)
        elif isinstance(value, dict) and not set(value) & set(changes[name]):
            changes[name] = changes[name] | value
        else:
            return None
        if changes[name] is None:
            return None
    return changes


def causes_of_pair(one: Environment, other: Environment) -> frozenset[str]:
    """Either fault may be named. What is unknown of one is unknown of both."""
    if not one.causes or not other.causes:
        return frozenset()
    blamed = (one.causes | other.causes) - NONE
    # What names a GPU among one may name none, or two, among many.
    if any(each.visible is not None for each in (one, other)) and any("COUNT" in each.double for each in (one, other)):
        return blamed | INVALID if blamed else frozenset()
    if one.causes == NONE and other.causes == NONE:
        return NONE
    return blamed | NONE if NONE <= one.causes and NONE <= other.causes else blamed


def draw_pairs(build: Build, found: list[Environment]) -> list[Environment]:
    generator = random.Random(f"{SEED} {build.name}")
    sources = [each for each in found if each.kind not in ("pair", "torch") and changes_of(each) and not each.as_installed]
    candidates = [(one, other) for one, other in itertools.combinations(sources, 2) if one.kind != other.kind]
    generator.shuffle(candidates)
    taken = {}
    for one, other in candidates:
        if len(taken) == build.pairs:
            break
        changes = merged(one, other)
        if changes:
            pair = Environment(f"{one.name}+{other.name}", "pair", causes=causes_of_pair(one, other))
            taken[pair.name] = replace(pair, **changes)
    return list(taken.values())


def is_hollow(build: Build, environment: Environment) -> bool:
    """A made-up toolkit of the build's own CUDA, or driver, that stands first and lacks the functions which the build is linked against: ONNX
    Runtime's provider names them in DT_NEEDED, and no real file of that name lacks them."""
    linked = "onnxruntime" in build.frameworks and "DRIVER" not in environment.double
    return linked and any("foreign/cuda-13" in folder or "driver-11.4" in folder for folder in environment.library_path)


def environments_of(build: Build, wheels: Wheels) -> list[Environment]:
    found = [environment for environment in singles(build, wheels) if not is_hollow(build, environment)]
    if not build.cpu_only:
        drawn = draw_pairs(build, found)
        found += chosen.chosen_pairs(wheels) + (chosen.only_tensorflow() if "tensorflow" in build.frameworks else [])
        known = {environment.name for environment in found}
        found += [each for each in drawn if each.name not in known]
    names = [environment.name for environment in found]
    assert len(names) == len(set(names)), "names of environments must differ"
    return found
