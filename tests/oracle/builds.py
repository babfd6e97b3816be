"""The framework builds that are proved, and the CUDA libraries that their wheels bring."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Build:
    name: str
    frameworks: tuple[str, ...]  # asked in one process, imported in this order
    requirements: tuple[str, ...]
    needs_shim: bool = False  # it asks the CUDA runtime, not the driver
    needs_math: bool = False  # it makes handles of cuBLAS and cuDNN before it lists
    extra_path: tuple[str, ...] = ()  # what must be on LD_LIBRARY_PATH for it to work at all; may hold wildcards
    cpu_only: bool = False  # it can see no GPU, and gpuwhy must say so
    runs_cudnn: bool = False  # it runs cuDNN's code while it lists
    pairs: int = 55  # how many are drawn
    share: int = 1  # one of so many single mutations is taken


BUILDS = (
    Build("tensorflow-2.15.1", ("tensorflow",), ("tensorflow[and-cuda]==2.15.1",), share=3),
    Build("tensorflow-2.18.1", ("tensorflow",), ("tensorflow[and-cuda]==2.18.1",), share=3),
    Build("tensorflow-2.20.0", ("tensorflow",), ("tensorflow[and-cuda]==2.20.0",)),
    # Its wheels do not put cuSOLVER on the search path; without this folder it never lists a GPU.
    Build("tensorflow-2.21.0", ("tensorflow",), ("tensorflow[and-cuda]==2.21.0",), extra_path=("{nvidia}/cusolver/lib",), runs_cudnn=True),
    Build("torch-2.7.1", ("torch",), ("torch==2.7.1", "numpy"), needs_shim=True, share=3),
    Build("torch-2.10.0", ("torch",), ("torch==2.10.0", "numpy"), needs_shim=True),
    Build("torch-2.15.0", ("torch",), ("torch==2.15.0", "numpy"), needs_shim=True, share=2),
    Build("jax-0.10.2", ("jax",), ("jax[cuda12]==0.10.2",), needs_shim=True, runs_cudnn=True),
    Build(
        "onnxruntime-1.31.1",
        ("onnxruntime",),
        ("onnxruntime-gpu[cuda,cudnn]==1.31.1",),
        needs_shim=True,
        needs_math=True,
        extra_path=("{nvidia}/*/lib",),
        runs_cudnn=True,
    ),
    Build(
        "onnxruntime-1.22.0",
        ("onnxruntime",),
        ("onnxruntime-gpu[cuda,cudnn]==1.22.0",),
        needs_shim=True,
        needs_math=True,
        extra_path=("{nvidia}/*/lib",),
        runs_cudnn=True,
        share=3,
    ),
    Build("cupy-14.2.0", ("cupy",), ("cupy-cuda12x[ctk]==14.2.0",)),
    Build("torch-2.10.0+jax-0.10.2", ("torch", "jax"), ("torch==2.10.0", "numpy", "jax[cuda12]==0.10.2"), needs_shim=True, runs_cudnn=True, pairs=25, share=4),
    Build(
        "torch-2.10.0+onnxruntime-1.22.0",
        ("torch", "onnxruntime"),
        ("torch==2.10.0", "numpy", "onnxruntime-gpu==1.22.0"),
        needs_shim=True,
        needs_math=True,
        runs_cudnn=True,
        pairs=25,
        share=4,
    ),
    Build("tensorflow-cpu-2.20.0", ("tensorflow",), ("tensorflow-cpu==2.20.0",), cpu_only=True, pairs=0, share=5),
    Build("jax-cpu-0.10.2", ("jax",), ("jax==0.10.2",), cpu_only=True, pairs=0, share=5),
    Build("onnxruntime-cpu-1.22.0", ("onnxruntime",), ("onnxruntime==1.22.0",), cpu_only=True, pairs=0, share=5),
)

# Short names of what the wheels hold; cuDNN's parts are found by their prefix.
LIBRARY_NAMES = {
    name.lower(): name
    for name in "cudart cublas cublasLt cufft curand cusolver cusparse cudnn nvJitLink nvrtc cupti nccl cusparseLt cufile".split()
} | {"cublasLt": "cublasLt", "nvshmem": "nvshmem_host", "nvtx": "nvToolsExt"}
del LIBRARY_NAMES["cublaslt"]


class Wheels:
    """The CUDA libraries of one installed build: a short name, and the file below {nvidia}."""

    def __init__(self, nvidia: Path):
        files = {}
        for path in sorted(nvidia.glob("**/lib/lib*.so.*")):
            files.setdefault(path.name.split(".so.")[0].removeprefix("lib"), str(path.relative_to(nvidia)))
        self.libraries = {short: files[name] for short, name in LIBRARY_NAMES.items() if name in files}
        self.cudnn_parts = {name.removeprefix("cudnn_"): file for name, file in files.items() if name.startswith("cudnn_")}
        self.nvidia = nvidia
        self.site_packages = nvidia.parent

    def has(self, path: str) -> bool:
        return (self.nvidia / path).exists()
