"""The environments in which each framework build is asked what it sees.

An environment is healthy except for what it names. Paths in `library_path`, `cache_dirs` and `edits` may hold {double} (the folder of built
doubles) and {nvidia} (the folder `nvidia` of the build's site-packages). Where an environment has a known cause, `causes` holds its slug, or
every slug that is right, for the case that it stops the framework; NONE says that nothing is wrong with it, for any framework, and
"unexplained" that gpuwhy is to say so where no cause can be known.
"""

from dataclasses import dataclass, field, replace

from builds import Build, Wheels

FULL_UUID = "GPU-fa4e0000-0000-4000-8000-000000000001"
SECOND_UUID = "GPU-fa4e0000-0000-4000-8000-000000000002"


@dataclass(frozen=True)
class Environment:
    name: str
    kind: str
    double: dict[str, str] = field(default_factory=dict)  # settings.h, without DOUBLE_
    nodes: str = "nvidia0 nvidiactl nvidia-uvm"
    module: str = "580.65.06"
    pci: str = "0000:01:00.0"
    pci_device: str = "0x20b0"
    visible: str | None = None  # CUDA_VISIBLE_DEVICES
    library_path: tuple[str, ...] = ("{double}/driver",)
    cache_dirs: tuple[str, ...] = ()
    edits: tuple[tuple[str, ...], ...] = ()  # (action, path below {nvidia}[, argument]), as namespace.sh knows them
    extra: dict[str, str] = field(default_factory=dict)
    preload: str = ""  # LD_PRELOAD
    as_installed: bool = False  # leave the build's extra_path out
    causes: frozenset[str] = frozenset()


def cause(*slugs: str) -> frozenset[str]:
    return frozenset(slugs)


HIDDEN = cause("visible-devices-hidden")
INVALID = cause("visible-devices-invalid")
DAMAGED = cause("library-file-damaged")
NONE = cause("none")
TOO_OLD = cause("driver-too-old")
NO_NVML = cause("nvml-missing")
NO_NODES = cause("device-nodes-missing")
# A code of cuInit without anything else that is wrong has no cause that files could show: the right answer is that nothing explains it.
NOT_STARTED = cause("unexplained")

NO_DRIVER = {"nodes": "", "module": "", "pci": "", "library_path": (), "causes": cause("no-nvidia-gpu", "driver-not-installed")}
CARD_WITHOUT_DRIVER = NO_DRIVER | {"pci": "0000:01:00.0", "causes": cause("driver-not-installed")}


def gpus(count: int, **more: str) -> dict:
    """Everything that tells the number of GPUs."""
    nodes = " ".join(f"nvidia{number}" for number in range(count)) + " nvidiactl nvidia-uvm"
    pci = " ".join(f"0000:{number + 1:02x}:00.0" for number in range(count))
    return {"double": {"COUNT": str(count), **more}, "nodes": nodes, "pci": pci}


def whole_machine() -> list[Environment]:
    return [
        Environment("this-machine", "machine", **NO_DRIVER, as_installed=True),
        Environment("healthy", "machine", causes=NONE),
        Environment("count-2", "machine", **gpus(2), causes=NONE),
        Environment("count-3", "machine", **gpus(3), causes=NONE),
        Environment("as-installed", "machine", as_installed=True, causes=cause("wheel-search-path-broken", "cuda-libs-missing")),
        Environment("no-driver", "machine", **NO_DRIVER | {"library_path": ("{double}/nothing-here",)}),
        Environment("card-without-driver", "machine", **CARD_WITHOUT_DRIVER),
        Environment(
            "driver-files-without-module",
            "machine",
            {"CUINIT": "100", "NVML_INIT": "9"},
            nodes="",
            module="",
            causes=cause("driver-not-loaded", "kernel-module-build-missing"),
        ),
    ]


def init_codes() -> list[Environment]:
    causes = {
        34: cause("libcuda-stub-loaded"),
        802: cause("fabric-manager-not-running"),
        803: cause("driver-library-mismatch"),
    }
    codes = (1, 2, 3, 34, 46, 100, 101, 201, 304, 801, 802, 803, 804, 999)
    return [Environment(f"cuinit-{code}", "cuInit", {"CUINIT": str(code)}, causes=causes.get(code, NOT_STARTED)) for code in codes]


def driver_versions() -> list[Environment]:
    old = {"DRIVER": "11040", "DRIVER_FILE": "470.57.02"}
    return [
        Environment("driver-11.4", "driver", {"DRIVER": "11040"}, causes=TOO_OLD),
        Environment("driver-11.4-symbols", "driver", old, module="470.57.02", library_path=("{double}/driver-11.4",), causes=TOO_OLD),
        Environment("driver-12.0", "driver", {"DRIVER": "12000"}, causes=TOO_OLD),
        Environment("driver-12.2", "driver", {"DRIVER": "12020"}, causes=TOO_OLD),
        Environment("driver-12.8", "driver", {"DRIVER": "12080"}, causes=TOO_OLD),
    ]


def visible_devices() -> list[Environment]:
    one_gpu = [
        ("empty", "", HIDDEN),
        ("minus1", "-1", HIDDEN),
        ("nodevfiles", "NoDevFiles", HIDDEN | INVALID),
        ("0,1", "0,1", NONE | INVALID),
        ("1", "1", INVALID),
        ("word", "gpu0", INVALID),
        ("uuid-prefix", "GPU-fa4e", NONE),
        ("uuid-full", FULL_UUID, NONE),
        ("uuid-unknown", "GPU-dead", INVALID),
        ("uuid-bare", "GPU-", frozenset()),
        ("space-0", " 0", NONE),
        ("0-comma", "0,", frozenset()),
        ("comma-0", ",0", frozenset()),
        ("mig-without-mig", "MIG-fa4e0000-0000-4000-8000-000000000001", INVALID | cause("mig-misconfigured")),
        ("0-word", "0gpu", frozenset()),
        ("plus-0", "+0", frozenset()),
        ("hex-0", "0x0", frozenset()),
    ]
    two_gpus = [
        ("1-of-2", "1", NONE),
        ("0,0", "0,0", INVALID),
        ("1,0", "1,0", NONE),
        ("0-space,1", "0 ,1", NONE),
        ("0,minus1", "0,-1", NONE | INVALID),
        ("minus1,0", "-1,0", HIDDEN | INVALID),
        ("uuid-ambiguous", "GPU-fa4e", INVALID),
        ("uuid,uuid", f"{FULL_UUID},{SECOND_UUID}", NONE),
        ("uuid-twice", f"{FULL_UUID},{FULL_UUID}", INVALID),
        ("0,word,1", "0,gpu,1", NONE | INVALID),
        ("2-of-2", "2", INVALID),
    ]
    environments = [Environment(f"cvd-{name}", "visible", visible=value, causes=slugs) for name, value, slugs in one_gpu]
    environments += [Environment(f"cvd-{name}", "visible", **gpus(2), visible=value, causes=slugs) for name, value, slugs in two_gpus]
    environments += [
        Environment("cvd-0,minus1,1-of-3", "visible", **gpus(3), visible="0,-1,1", causes=NONE | INVALID),
        Environment("cvd-2,1-of-3", "visible", **gpus(3), visible="2,1", causes=NONE),
        Environment("cvd-mig", "visible", {"MIG": "1"}, visible="MIG-fa4e0000-0000-4000-8000-000000000001"),
    ]
    return environments


def hardware() -> list[Environment]:
    return [
        Environment("cc-3.5", "capability", {"CC": "3.5"}, pci_device="0x1023", causes=cause("gpu-too-old-for-build", "gpu-unsupported-by-driver")),
        Environment("cc-6.1", "capability", {"CC": "6.1"}, pci_device="0x1b06"),
        Environment("cc-12.0", "capability", {"CC": "12.0"}, pci_device="0x2b85"),
        Environment("cc-8.0-and-3.5", "capability", **gpus(2, CC="8.0;3.5")),
        Environment("no-dev-nodes", "nodes", nodes="", causes=NO_NODES),
        Environment("no-dev-nodes-100", "nodes", {"CUINIT": "100", "NVML_INIT": "9"}, nodes="", causes=cause("device-nodes-missing")),
        Environment("no-uvm-999", "nodes", {"CUINIT": "999"}, nodes="nvidia0 nvidiactl", causes=cause("uvm-missing")),
    ]


def management_library() -> list[Environment]:
    return [
        Environment("nvml-missing", "nvml", library_path=("{double}/no-nvml",), causes=NO_NVML),
        Environment("nvml-init-9", "nvml", {"NVML_INIT": "9"}, causes=NO_NVML),
        Environment("nvml-init-18", "nvml", {"NVML_INIT": "18"}),
        Environment("proc-mismatch-803", "nvml", {"CUINIT": "803", "NVML_INIT": "18"}, module="550.54.14", causes=cause("driver-library-mismatch")),
    ]


def driver_files() -> list[Environment]:
    stub = cause("libcuda-stub-loaded")
    damaged = DAMAGED | cause("libcuda-not-found")
    return [
        Environment("stub-first", "driver file", library_path=("{double}/stubs", "{double}/driver"), causes=stub),
        Environment("stub-only", "driver file", library_path=("{double}/stubs",), causes=stub),
        Environment("stub-last", "driver file", library_path=("{double}/driver", "{double}/stubs"), causes=NONE),
        Environment("libcuda-elf32", "driver file", library_path=("{double}/cuda-32-bit",), causes=damaged),
        Environment("libcuda-elf32-first", "driver file", library_path=("{double}/cuda-32-bit", "{double}/driver"), causes=NONE),
        Environment("libcuda-empty", "driver file", library_path=("{double}/cuda-empty",), causes=damaged),
        Environment(
            "libcuda-empty-first", "driver file", library_path=("{double}/cuda-empty", "{double}/driver"), causes=damaged | cause("ld-library-path")
        ),
        Environment("libcuda-text", "driver file", library_path=("{double}/cuda-text",), causes=damaged),
        Environment("libcuda-off-path", "driver file", library_path=(), causes=cause("libcuda-not-found", "driver-not-installed")),
    ]


def search_path(build: Build) -> list[Environment]:
    foreign = "{double}/foreign/"
    driver = "{double}/driver"
    damaged = DAMAGED | cause("ld-library-path")
    found = [
        Environment("driver-in-cache", "path", library_path=(), cache_dirs=(driver,), causes=NONE),
        Environment("stub-in-cache", "path", library_path=(), cache_dirs=("{double}/stubs",), causes=cause("libcuda-stub-loaded")),
        Environment("old-driver-on-path-new-in-cache", "path", library_path=("{double}/driver-11.4",), cache_dirs=(driver,)),
        Environment("toolkit13-first", "path", library_path=(foreign + "cuda-13", driver), causes=NONE),
        Environment("cudnn8-first", "path", library_path=(foreign + "cudnn-8", driver), causes=NONE),
        Environment("cublas-text-first", "path", library_path=(foreign + "cublas-text", driver), causes=damaged),
        Environment("cublas-empty-first", "path", library_path=(foreign + "cublas-empty", driver), causes=damaged),
        Environment("cublas-32-bit-first", "path", library_path=(foreign + "cublas-32-bit", driver), causes=NONE),
        Environment("cublas-text-last", "path", library_path=(driver, foreign + "cublas-text"), causes=damaged),
    ]
    # Where cuDNN's code runs while devices are listed, a stand-in without functions says nothing about a real cuDNN there.
    if not build.runs_cudnn:
        found.append(Environment("cudnn9-shell-first", "path", library_path=(foreign + "cudnn-9", driver)))
    return found


def missing_libraries(wheels: Wheels) -> list[Environment]:
    def without(name: str, path: str, *causes: str) -> Environment:
        return Environment(f"no-{name}", "missing library", edits=(("remove", path),), causes=cause(*causes))

    environments = [without(name, path, "cudnn-missing" if name == "cudnn" else "cuda-libs-missing") for name, path in wheels.libraries.items()]
    for part, path in wheels.cudnn_parts.items():
        environments.append(without(f"cudnn-{part}", path, "cudnn-missing", "cudnn-sublibrary-mismatch", "library-file-damaged"))
    if wheels.has("cudnn"):
        environments.append(Environment("no-cudnn-folder", "missing library", edits=(("remove", "cudnn"),), causes=cause("cudnn-missing")))
    if wheels.has("."):
        everything = Environment("no-nvidia-wheels", "missing library", edits=(("remove", "."),), causes=cause("cuda-libs-missing", "cudnn-missing"))
        environments.append(everything)
    return environments


def damaged_libraries(wheels: Wheels) -> list[Environment]:
    """Every way to damage the libraries that all open, and one way for each of the others."""
    ways = {
        "empty": ("empty",),
        "text": ("text",),
        "cut": ("truncate", "65536"),
        "cut-in-header": ("truncate", "40"),
        "elf32": ("32-bit",),
        "dangling": ("dangling",),
        "directory": ("directory",),
    }
    found = []
    for number, (name, path) in enumerate((wheels.libraries | wheels.cudnn_parts).items()):
        chosen = ways if name in ("cudnn", "cublas", "cudart") else dict([list(ways.items())[number % len(ways)]])
        prefix = "cudnn-" if name in wheels.cudnn_parts else ""
        for way, (action, *rest) in chosen.items():
            causes = DAMAGED
            if way == "dangling":  # a link to nothing is as good as no file
                causes |= cause("cudnn-missing" if "cudnn" in path else "cuda-libs-missing")
            if prefix:
                causes |= cause("cudnn-sublibrary-mismatch")
            found.append(Environment(f"{prefix}{name}-{way}", "damaged library", edits=((action, path, *rest),), causes=causes))
    return found


class Removals(dict):
    """How each library is removed; None where the build has no such library."""

    def __missing__(self, name: str) -> None:
        return None


def chosen_pairs(wheels: Wheels) -> list[Environment]:
    """Pairs that somebody thought of; mutations.py draws many more."""
    no = Removals({name: ("remove", path) for name, path in wheels.libraries.items()})
    found = [
        Environment("803+no-cudnn", "pair", {"CUINIT": "803"}, edits=(no["cudnn"],)),
        Environment("100+nvml-init-9", "pair", {"CUINIT": "100", "NVML_INIT": "9"}),
        Environment("999+nvml-missing", "pair", {"CUINIT": "999"}, library_path=("{double}/no-nvml",)),
        Environment("802+cvd-minus1", "pair", {"CUINIT": "802"}, visible="-1"),
        Environment("cvd-empty+no-cudnn", "pair", visible="", edits=(no["cudnn"],)),
        Environment("cvd-1+nvml-init-18", "pair", {"NVML_INIT": "18"}, visible="1"),
        Environment("cvd-0,0+nvml-missing", "pair", **gpus(2), visible="0,0", library_path=("{double}/no-nvml",)),
        Environment("cvd-1-of-2+nvml-init-9", "pair", **gpus(2, NVML_INIT="9"), visible="1"),
        Environment("count-2+nvml-missing", "pair", **gpus(2), library_path=("{double}/no-nvml",)),
        Environment("no-driver+no-cudnn", "pair", **NO_DRIVER, edits=(no["cudnn"],)),
        Environment("no-driver+cvd-0", "pair", **NO_DRIVER, visible="0"),
        Environment("driver-11.4+no-cublas", "pair", {"DRIVER": "11040"}, edits=(no["cublas"],)),
        Environment("driver-11.4+cvd-minus1", "pair", {"DRIVER": "11040"}, visible="-1"),
        Environment("driver-11.4+803", "pair", {"DRIVER": "11040", "CUINIT": "803"}),
        Environment("driver-12.2+cc-12.0", "pair", {"DRIVER": "12020", "CC": "12.0"}, pci_device="0x2b85"),
        Environment("stub-first+no-cudart", "pair", library_path=("{double}/stubs", "{double}/driver"), edits=(no["cudart"],)),
        Environment("stub-first+cvd-empty", "pair", library_path=("{double}/stubs", "{double}/driver"), visible=""),
        Environment("libcuda-text+no-nvjitlink", "pair", library_path=("{double}/cuda-text",), edits=(no["nvjitlink"],)),
        Environment("cc-3.5+no-cudnn", "pair", {"CC": "3.5"}, pci_device="0x1023", edits=(no["cudnn"],)),
        Environment("no-cublas+no-cudnn", "pair", edits=(no["cublas"], no["cudnn"])),
        Environment("no-cudnn+cudnn8-first", "pair", edits=(no["cudnn"],), library_path=("{double}/foreign/cudnn-8", "{double}/driver")),
        Environment("no-cublas+cublas-text-first", "pair", edits=(no["cublas"],), library_path=("{double}/foreign/cublas-text", "{double}/driver")),
        Environment("no-cusolver+no-cupti", "pair", edits=(no["cusolver"], no["cupti"])),
        Environment("no-nodes+cvd-uuid", "pair", nodes="", visible=FULL_UUID),
    ]
    return [environment for environment in found if None not in environment.edits]


def only_torch() -> list[Environment]:
    """PyTorch can be told to answer is_available() from the management library."""
    by_nvml = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
    return [
        Environment("nvml-check", "torch", extra=by_nvml, causes=NONE),
        Environment("nvml-check+999", "torch", {"CUINIT": "999"}, extra=by_nvml),
        Environment("nvml-check+nvml-init-9", "torch", {"NVML_INIT": "9"}, extra=by_nvml),
        Environment("nvml-check+cvd-1", "torch", extra=by_nvml, visible="1"),
    ]


def only_tensorflow() -> list[Environment]:
    """The two answers that a wrong search path of the wheels gives."""
    return [Environment("as-installed+nvml-missing", "pair", library_path=("{double}/no-nvml",), as_installed=True)]
