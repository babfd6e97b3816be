"""The framework builds that are proved, and the environments in which each is asked what it sees.

An environment is healthy except for what it names. Paths in `library_path`, `cache_dirs` and `edits` may hold {double} (the folder of built
doubles) and {nvidia} (the folder `nvidia` of the build's site-packages). Where an environment has one undoubted cause, `expect_cause` holds
its slug, or every slug that is right; `cause_if_blocked` is the same for what stops one framework and not the other.
"""

from dataclasses import dataclass, field, replace

FULL_UUID = "GPU-fa4e0000-0000-4000-8000-000000000001"
SECOND_UUID = "GPU-fa4e0000-0000-4000-8000-000000000002"


@dataclass(frozen=True)
class Build:
    name: str
    framework: str
    version: str
    requirements: tuple[str, ...]
    libraries: dict[str, str]  # what it needs of CUDA: a short name, and the file below {nvidia}
    needs_shim: bool = False  # it asks the CUDA runtime, not the driver
    extra_path: tuple[str, ...] = ()  # what must be on LD_LIBRARY_PATH for it to work at all


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
    as_installed: bool = False  # leave the build's extra_path out
    expect_cause: frozenset[str] = frozenset()
    cause_if_blocked: frozenset[str] = frozenset()


CUDA_12 = {
    "cudart": "cuda_runtime/lib/libcudart.so.12",
    "cublas": "cublas/lib/libcublas.so.12",
    "cublasLt": "cublas/lib/libcublasLt.so.12",
    "cufft": "cufft/lib/libcufft.so.11",
    "curand": "curand/lib/libcurand.so.10",
    "cusolver": "cusolver/lib/libcusolver.so.11",
    "cusparse": "cusparse/lib/libcusparse.so.12",
    "cudnn": "cudnn/lib/libcudnn.so.9",
    "nvjitlink": "nvjitlink/lib/libnvJitLink.so.12",
    "nvrtc": "cuda_nvrtc/lib/libnvrtc.so.12",
    "cupti": "cuda_cupti/lib/libcupti.so.12",
    "nccl": "nccl/lib/libnccl.so.2",
}
TORCH_MORE = {
    "cusparselt": "cusparselt/lib/libcusparseLt.so.0",
    "nvshmem": "nvshmem/lib/libnvshmem_host.so.3",
    "cufile": "cufile/lib/libcufile.so.0",
    "nvtx": "nvtx/lib/libnvToolsExt.so.1",
}
CUDNN_PARTS = ("graph", "ops", "cnn", "adv", "heuristic", "engines_precompiled", "engines_runtime_compiled")

BUILDS = (
    Build("tensorflow-2.20.0", "tensorflow", "2.20.0", ("tensorflow[and-cuda]==2.20.0",), CUDA_12),
    # Its wheels do not put cuSOLVER on the search path; without this folder it never lists a GPU.
    Build("tensorflow-2.21.0", "tensorflow", "2.21.0", ("tensorflow[and-cuda]==2.21.0",), CUDA_12, extra_path=("{nvidia}/cusolver/lib",)),
    Build("torch-2.10.0", "torch", "2.10.0", ("torch==2.10.0", "numpy"), CUDA_12 | TORCH_MORE, needs_shim=True),
)


def cause(*slugs: str) -> frozenset[str]:
    return frozenset(slugs)


HIDDEN = cause("visible-devices-hidden")
INVALID = cause("visible-devices-invalid")
DAMAGED = cause("library-file-damaged")
NONE = cause("none")
TOO_OLD = cause("driver-too-old")
NO_NVML = cause("nvml-missing")

NO_DRIVER = {"nodes": "", "module": "", "pci": "", "library_path": (), "expect_cause": cause("no-nvidia-gpu", "driver-not-installed")}
CARD_WITHOUT_DRIVER = NO_DRIVER | {"pci": "0000:01:00.0", "expect_cause": cause("driver-not-installed")}


def gpus(count: int, **more: str) -> dict:
    """Everything that tells the number of GPUs."""
    nodes = " ".join(f"nvidia{number}" for number in range(count)) + " nvidiactl nvidia-uvm"
    pci = " ".join(f"0000:{number + 1:02x}:00.0" for number in range(count))
    return {"double": {"COUNT": str(count), **more}, "nodes": nodes, "pci": pci}


def whole_machine() -> list[Environment]:
    return [
        Environment("this-machine", "machine", **NO_DRIVER, as_installed=True),
        Environment("healthy", "machine", expect_cause=NONE),
        Environment("count-2", "machine", **gpus(2), expect_cause=NONE),
        Environment("count-3", "machine", **gpus(3), expect_cause=NONE),
        Environment("as-installed", "machine", as_installed=True, cause_if_blocked=cause("wheel-search-path-broken")),
        Environment("no-driver", "machine", **NO_DRIVER | {"library_path": ("{double}/nothing-here",)}),
        Environment("card-without-driver", "machine", **CARD_WITHOUT_DRIVER),
        Environment(
            "driver-files-without-module",
            "machine",
            {"CUINIT": "100", "NVML_INIT": "9"},
            nodes="",
            module="",
            expect_cause=cause("driver-not-loaded", "kernel-module-build-missing"),
        ),
    ]


def init_codes() -> list[Environment]:
    causes = {
        34: cause("libcuda-stub-loaded"),
        802: cause("fabric-manager-not-running"),
        803: cause("driver-library-mismatch"),
        804: cause("compat-libs-mismatch"),
    }
    codes = (3, 34, 100, 101, 802, 803, 804, 999)
    return [Environment(f"cuinit-{code}", "cuInit", {"CUINIT": str(code)}, expect_cause=causes.get(code, frozenset())) for code in codes]


def driver_versions() -> list[Environment]:
    old = {"DRIVER": "11040", "DRIVER_FILE": "470.57.02"}
    return [
        Environment("driver-11.4", "driver", {"DRIVER": "11040"}, cause_if_blocked=TOO_OLD),
        Environment("driver-11.4-symbols", "driver", old, module="470.57.02", library_path=("{double}/driver-11.4",), cause_if_blocked=TOO_OLD),
        Environment("driver-12.0", "driver", {"DRIVER": "12000"}, cause_if_blocked=TOO_OLD),
        Environment("driver-12.2", "driver", {"DRIVER": "12020"}, cause_if_blocked=TOO_OLD),
        Environment("driver-12.8", "driver", {"DRIVER": "12080"}, cause_if_blocked=TOO_OLD),
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
        ("mig-without-mig", "MIG-fa4e0000-0000-4000-8000-000000000001", INVALID),
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
    environments = [Environment(f"cvd-{name}", "visible", visible=value, expect_cause=slugs) for name, value, slugs in one_gpu]
    environments += [Environment(f"cvd-{name}", "visible", **gpus(2), visible=value, expect_cause=slugs) for name, value, slugs in two_gpus]
    environments += [
        Environment("cvd-0,minus1,1-of-3", "visible", **gpus(3), visible="0,-1,1", expect_cause=NONE | INVALID),
        Environment("cvd-2,1-of-3", "visible", **gpus(3), visible="2,1", expect_cause=NONE),
        Environment("cvd-mig", "visible", {"MIG": "1"}, visible="MIG-fa4e0000-0000-4000-8000-000000000001"),
    ]
    return environments


def hardware() -> list[Environment]:
    return [
        Environment("cc-3.5", "capability", {"CC": "3.5"}, pci_device="0x1023", expect_cause=cause("gpu-too-old-for-build", "gpu-unsupported-by-driver")),
        Environment("cc-6.1", "capability", {"CC": "6.1"}, pci_device="0x1b06"),
        Environment("cc-12.0", "capability", {"CC": "12.0"}, pci_device="0x2b85"),
        Environment("cc-8.0-and-3.5", "capability", **gpus(2, CC="8.0;3.5")),
        Environment("no-dev-nodes", "nodes", nodes=""),
        Environment("no-dev-nodes-100", "nodes", {"CUINIT": "100", "NVML_INIT": "9"}, nodes="", expect_cause=cause("device-nodes-missing")),
        Environment("no-uvm-999", "nodes", {"CUINIT": "999"}, nodes="nvidia0 nvidiactl", expect_cause=cause("uvm-missing")),
    ]


def management_library() -> list[Environment]:
    return [
        Environment("nvml-missing", "nvml", library_path=("{double}/no-nvml",), cause_if_blocked=NO_NVML),
        Environment("nvml-init-9", "nvml", {"NVML_INIT": "9"}, cause_if_blocked=NO_NVML),
        Environment("nvml-init-18", "nvml", {"NVML_INIT": "18"}),
        Environment("proc-mismatch-803", "nvml", {"CUINIT": "803", "NVML_INIT": "18"}, module="550.54.14", expect_cause=cause("driver-library-mismatch")),
    ]


def driver_files() -> list[Environment]:
    stub = cause("libcuda-stub-loaded")
    damaged = DAMAGED | cause("libcuda-not-found")
    return [
        Environment("stub-first", "driver file", library_path=("{double}/stubs", "{double}/driver"), expect_cause=stub),
        Environment("stub-only", "driver file", library_path=("{double}/stubs",), expect_cause=stub),
        Environment("stub-last", "driver file", library_path=("{double}/driver", "{double}/stubs"), expect_cause=NONE),
        Environment("libcuda-elf32", "driver file", library_path=("{double}/cuda-32-bit",), expect_cause=damaged),
        Environment("libcuda-elf32-first", "driver file", library_path=("{double}/cuda-32-bit", "{double}/driver"), expect_cause=NONE),
        Environment("libcuda-empty", "driver file", library_path=("{double}/cuda-empty",), expect_cause=damaged),
        Environment(
            "libcuda-empty-first", "driver file", library_path=("{double}/cuda-empty", "{double}/driver"), expect_cause=damaged | cause("ld-library-path")
        ),
        Environment("libcuda-text", "driver file", library_path=("{double}/cuda-text",), expect_cause=damaged),
        Environment("libcuda-off-path", "driver file", library_path=(), expect_cause=cause("libcuda-not-found", "driver-not-installed")),
    ]


def search_path(build: Build) -> list[Environment]:
    foreign = "{double}/foreign/"
    driver = "{double}/driver"
    damaged = DAMAGED | cause("ld-library-path")
    found = [
        Environment("driver-in-cache", "path", library_path=(), cache_dirs=(driver,), expect_cause=NONE),
        Environment("stub-in-cache", "path", library_path=(), cache_dirs=("{double}/stubs",), expect_cause=cause("libcuda-stub-loaded")),
        Environment("old-driver-on-path-new-in-cache", "path", library_path=("{double}/driver-11.4",), cache_dirs=(driver,)),
        Environment("toolkit13-first", "path", library_path=(foreign + "cuda-13", driver), expect_cause=NONE),
        Environment("cudnn8-first", "path", library_path=(foreign + "cudnn-8", driver), expect_cause=NONE),
        Environment("cublas-text-first", "path", library_path=(foreign + "cublas-text", driver), expect_cause=damaged),
        Environment("cublas-empty-first", "path", library_path=(foreign + "cublas-empty", driver), expect_cause=damaged),
        Environment("cublas-32-bit-first", "path", library_path=(foreign + "cublas-32-bit", driver), expect_cause=NONE),
        Environment("cublas-text-last", "path", library_path=(driver, foreign + "cublas-text"), expect_cause=damaged),
    ]
    # 2.21 runs cuDNN's code while it lists: a stand-in without functions says nothing about a real cuDNN there.
    if build.name != "tensorflow-2.21.0":
        found.append(Environment("cudnn9-shell-first", "path", library_path=(foreign + "cudnn-9", driver)))
    return found


def missing_libraries(build: Build) -> list[Environment]:
    def without(name: str, path: str, *causes: str) -> Environment:
        return Environment(f"no-{name}", "missing library", edits=(("remove", path),), cause_if_blocked=cause(*causes))

    environments = [without(name, path, "cudnn-missing" if name == "cudnn" else "cuda-libs-missing") for name, path in build.libraries.items()]
    for part in CUDNN_PARTS:
        path = f"cudnn/lib/libcudnn_{part}.so.9"
        environments.append(without(f"cudnn-{part}", path, "cudnn-missing", "cudnn-sublibrary-mismatch", "library-file-damaged"))
    environments += [
        Environment("no-cudnn-folder", "missing library", edits=(("remove", "cudnn"),), expect_cause=cause("cudnn-missing")),
        Environment("no-nvidia-wheels", "missing library", edits=(("remove", "."),), expect_cause=cause("cuda-libs-missing", "cudnn-missing")),
    ]
    return environments


def damaged_libraries(build: Build) -> list[Environment]:
    cudnn = build.libraries["cudnn"]
    cublas = build.libraries["cublas"]

    def edited(name: str, *edit: str) -> Environment:
        return Environment(name, "damaged library", edits=(edit,), expect_cause=DAMAGED)

    return [
        edited("cudnn-empty", "empty", cudnn),
        edited("cudnn-text", "text", cudnn),
        edited("cudnn-cut", "truncate", cudnn, "4096"),
        edited("cudnn-cut-in-header", "truncate", cudnn, "40"),
        edited("cudnn-elf32", "32-bit", cudnn),
        replace(edited("cudnn-dangling", "dangling", cudnn), expect_cause=DAMAGED | cause("cudnn-missing")),
        edited("cudnn-directory", "directory", cudnn),
        edited("cublas-cut", "truncate", cublas, "65536"),
        edited("cublas-elf32", "32-bit", cublas),
        edited("cusolver-empty", "empty", build.libraries["cusolver"]),
        edited("nvjitlink-text", "text", build.libraries["nvjitlink"]),
        edited("cudnn-graph-cut", "truncate", "cudnn/lib/libcudnn_graph.so.9", "65536"),
    ]


def pairs(build: Build) -> list[Environment]:
    no = {name: ("remove", path) for name, path in build.libraries.items()}
    return [
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


def only_torch() -> list[Environment]:
    """PyTorch can be told to answer is_available() from the management library."""
    by_nvml = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
    return [
        Environment("nvml-check", "torch", extra=by_nvml, expect_cause=NONE),
        Environment("nvml-check+999", "torch", {"CUINIT": "999"}, extra=by_nvml),
        Environment("nvml-check+nvml-init-9", "torch", {"NVML_INIT": "9"}, extra=by_nvml),
        Environment("nvml-check+cvd-1", "torch", extra=by_nvml, visible="1"),
    ]


def only_tensorflow() -> list[Environment]:
    """The two answers that a wrong search path of the wheels gives."""
    return [Environment("as-installed+nvml-missing", "pair", library_path=("{double}/no-nvml",), as_installed=True)]


def environments_of(build: Build) -> list[Environment]:
    found = whole_machine() + init_codes() + driver_versions() + visible_devices() + hardware() + management_library() + driver_files()
    found += search_path(build) + missing_libraries(build) + damaged_libraries(build) + pairs(build)
    found += only_torch() if build.framework == "torch" else only_tensorflow()
    names = [environment.name for environment in found]
    assert len(names) == len(set(names)), "names of environments must differ"
    return found
