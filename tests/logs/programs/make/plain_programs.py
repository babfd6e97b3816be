"""Programs that need no framework; many speak of the GPU in their own words."""
import json
import os
import subprocess
import sys

import scenario
from scenario import fails

P = "program-exception"


@fails(P, "smi+words")
def cuda_in_the_programs_words():
    raise ValueError("CUDA batch size must be a multiple of 8, got 30")


@fails(P, "torch")
def runtime_error_about_a_gpu_plan():
    def plan(gpus):
        raise RuntimeError(f"the GPU plan for {gpus} workers has an empty stage: check pipeline.yaml")
    plan(4)


@fails(P, "words")
def key_of_a_configuration():
    config = {"device": "cuda"}
    print("training on", config["device"])
    config["cudnn_deterministic"]


@fails(P, "smi")
def file_that_is_not_there():
    open("/data/imagenet/train.txt")


@fails(P, "torch")
def checkpoint_that_is_not_there():
    path = "checkpoints/cuda_best.pt"
    if not os.path.exists(path):
        raise FileNotFoundError(f"no checkpoint {path}: train on the GPU first")


@fails(P)
def json_cut_in_half():
    json.loads('{"model": "resnet50", "gpu": ')


@fails(P, "words")
def argument_missing():
    import argparse
    parser = argparse.ArgumentParser("train.py")
    parser.add_argument("--gpu", type=int)
    parser.add_argument("--data", required=True)
    parser.parse_args(["--gpu", "0"])


@fails(P)
def argument_unknown():
    import argparse
    parser = argparse.ArgumentParser("train.py")
    parser.add_argument("--cuda", action="store_true")
    parser.parse_args(["--cuda", "--cudnn-benchmark"])


@fails(P)
def argument_of_a_wrong_type():
    import argparse
    parser = argparse.ArgumentParser("train.py")
    parser.add_argument("--gpu", type=int)
    parser.parse_args(["--gpu", "cuda:0"])


@fails(P, "smi")
def syntax_error():
    exec(compile("model = Net(\nmodel.cuda()\nx = = 3\n", "/home/user/project/net.py", "exec"))


@fails(P)
def indentation_error():
    exec(compile("def f():\nreturn 1\n", "/home/user/project/net.py", "exec"))


@fails(P, "torch")
def recursion():
    def deeper(n):
        return deeper(n + 1)
    sys.setrecursionlimit(60)
    deeper(0)


@fails(P, "torch")
def zero_samples():
    samples = []
    print("GPU utilisation 0 %")
    print(1 / len(samples))


@fails(P, "words")
def chained_exceptions():
    try:
        {"cuda": 0}["cpu"]
    except KeyError as problem:
        raise RuntimeError("could not build the data pipeline") from problem


@fails(P, "words")
def exception_while_handling():
    try:
        int("cuda")
    except ValueError:
        open("/home/user/project/crash-report.txt")


@fails(P)
def exception_group():
    errors = []
    for worker in range(2):
        try:
            raise ValueError(f"worker {worker}: bad record 17 in shard-00{worker}.tar")
        except ValueError as problem:
            errors.append(problem)
    raise ExceptionGroup("workers failed", errors)


@fails(P, "smi")
def subprocess_that_failed():
    done = subprocess.run([sys.executable, "-c", "raise KeyError('labels')"], check=False)
    raise subprocess.CalledProcessError(done.returncode, ["python", "finetune.py", "--fp16"])


@fails(P)
def pool_worker_failed():
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(int, ["12", "gpu"])


@fails(P, "torch")
def attribute_of_none():
    model = None
    model.cuda()


@fails(P)
def type_error_of_arguments():
    def train(model, device):
        return model, device
    train("resnet", device="cuda", cudnn=True)


@fails(P, "words")
def not_implemented():
    raise NotImplementedError("gradient checkpointing with CUDA graphs is not supported by this trainer")


@fails(P)
def assertion_of_shapes():
    batch = (8, 3, 224, 224)
    assert batch[1] == 1, f"expected one channel, got {batch}"


@fails(P)
def no_write_permission():
    os.makedirs("/proc/runs/exp1")


@fails(P)
def unicode_of_a_file():
    b"label\xff".decode("utf-8")


@fails(P, "smi")
def host_unknown():
    import urllib.request
    urllib.request.urlopen("http://models.invalid/resnet50.bin", timeout=5)


@fails(P)
def own_exception_class():
    class StageFailed(Exception):
        pass
    raise StageFailed("stage 2 of 3: no sample has a mask")


@fails(P)
def exit_with_words():
    sys.exit("error: --data must name a folder with images (CUDA build of loader found)")


@fails("missing-python-module", "smi")
def module_missing():
    import einops_extras_not_there


@fails("missing-python-module", "words")
def module_of_a_package_missing():
    import xml.cuda


@fails("missing-python-module", "torch")
def name_missing():
    from json import cuda_dumps


@fails("missing-python-module")
def module_by_minus_m():
    done = subprocess.run([sys.executable, "-m", "accelerate_not_there.launch"], check=False)
    sys.exit(done.returncode)


@fails("missing-python-module", "smi")
def library_that_asks_for_a_package():
    raise ImportError("AutoImageLoader requires the decord library but it was not found in your environment. You can install it with pip.")


@fails("host-out-of-memory", "torch")
def memory_error():
    bytearray(1 << 62)


@fails("host-out-of-memory", "torch")
def killed_as_by_the_kernel():
    print("Loading data set into memory for the GPU ...", flush=True)
    os.kill(os.getpid(), 9)


@fails("host-crash", "torch")
def null_pointer():
    import ctypes
    ctypes.string_at(0)


@fails("host-crash", "smi")
def null_pointer_with_faulthandler():
    import ctypes
    import faulthandler
    faulthandler.enable()
    ctypes.string_at(0)


@fails("host-crash", "torch")
def abort():
    os.abort()


@fails("host-crash")
def child_died_by_a_signal():
    done = subprocess.run([sys.executable, "-c", "import ctypes; ctypes.string_at(0)"], check=False)
    print(f"worker 3 (device cuda:3) died with exit code {done.returncode}")
    sys.exit(1)


@fails("numeric-nan", "torch")
def loss_becomes_nan():
    for epoch, loss in enumerate((2.3, 7.1e8, float("nan"), float("nan"))):
        print(f"epoch {epoch} loss: {loss}")
    sys.exit(3)


@fails("numeric-nan")
def loss_is_checked():
    loss = float("nan")
    print(f"Loss is {loss}, stopping training")
    sys.exit(1)


@fails("numeric-nan")
def nan_to_integer():
    int(float("nan"))


if __name__ == "__main__":
    scenario.main()
