"""Programs of ONNX Runtime."""
import onnxruntime
import scenario
from scenario import fails

P = "program-exception"


@fails(P, "smi")
def model_that_is_not_there():
    onnxruntime.InferenceSession("/home/user/models/detector-cuda.onnx", providers=["CPUExecutionProvider"])


@fails(P, "smi")
def model_of_garbage():
    onnxruntime.InferenceSession(b"not a model", providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    scenario.main()
