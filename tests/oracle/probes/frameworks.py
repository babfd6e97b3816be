"""What each framework is asked. An `import_` brings the module, an `ask_` fills an answer: outcome, count, calls."""

import ctypes
import importlib

MODULES = {"tensorflow": "tensorflow", "torch": "torch", "jax": "jax", "onnxruntime": "onnxruntime", "cupy": "cupy"}
WOULD_LIST = "cudaErrorSymbolNotFound"  # the runtime walked all devices and stopped at the question that the double leaves open


def described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def import_framework(framework: str):
    return importlib.import_module(MODULES[framework])


def ask_tensorflow(tf, answer: dict) -> None:
    devices = tf.config.list_physical_devices("GPU")
    answer["count"] = len(devices)


def ask_torch(torch, answer: dict) -> None:
    available = torch.cuda.is_available()
    count = torch.cuda.device_count()
    answer["calls"] = {"torch.cuda.is_available()": int(available), "torch.cuda.device_count()": count}
    answer["count"] = count if available else 0
    try:
        torch.cuda.init()  # says why, where is_available() is silent
    except Exception as error:
        answer["said"] = described(error)


def ask_jax(jax, answer: dict) -> None:
    answer["count"] = sum(device.platform == "gpu" for device in jax.devices())


def protobuf_text(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def protobuf_number(number: int, value: int) -> bytes:
    return bytes([number << 3, value])


def identity_model() -> bytes:
    """A model of one Identity node on one float, written by hand because the package `onnx` is not installed."""
    shape = protobuf_text(2, protobuf_text(1, protobuf_number(1, 1)))
    kind = protobuf_text(2, protobuf_text(1, protobuf_number(1, 1) + shape))
    node = protobuf_text(1, b"x") + protobuf_text(2, b"y") + protobuf_text(4, b"Identity")
    ends = protobuf_text(11, protobuf_text(1, b"x") + kind) + protobuf_text(12, protobuf_text(1, b"y") + kind)
    graph = protobuf_text(1, node) + protobuf_text(2, b"g") + ends
    return protobuf_number(1, 8) + protobuf_text(7, graph) + protobuf_text(8, protobuf_text(1, b"") + protobuf_number(2, 13))


def ask_onnxruntime(ort, answer: dict) -> None:
    """None or some: a session runs on one device, and falls back to the CPU where that fails."""
    answer["said"] = " ".join(ort.get_available_providers())
    session = ort.InferenceSession(identity_model(), providers=["CUDAExecutionProvider", "CPUExecutionProvider"])
    answer["count"] = int("CUDAExecutionProvider" in session.get_providers())


def devices_of_double() -> int:
    """How many devices the double has shown to a runtime that stopped at the open question; 0 where it did not come so far."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
        if not ctypes.c_int.in_dll(driver, "double_listing_is_over").value:
            return 0
    except (OSError, ValueError):
        return 0
    count = ctypes.c_int(0)
    driver.cuDeviceGetCount(ctypes.byref(count))
    return count.value


def ask_cupy(cupy, answer: dict) -> None:
    """Its runtime is inside of it, where no shim reaches; listing ends with the device walk."""
    try:
        answer["count"] = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        answer["said"] = described(error)
        if WOULD_LIST not in answer["said"]:
            raise
        answer["count"] = devices_of_double()


ASK = {"tensorflow": ask_tensorflow, "torch": ask_torch, "jax": ask_jax, "onnxruntime": ask_onnxruntime, "cupy": ask_cupy}
