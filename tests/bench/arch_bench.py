#!/usr/bin/env python3
"""arch_bench.py --gpuwhy FILE --python INTERPRETER [--cuobjdump FILE]: what reading device code costs, warm, measured in one run.

  arch     `gpuwhy arch` of every framework's own libraries in this environment, against `gpuwhy version` (the start of the program)
  torch    the same on libtorch_cuda.so alone, against `cuobjdump --list-elf` (100x faster, 1/50 of the memory)

Medians of alternating runs, as in bench.py, whose measuring it shares.
"""
import argparse
import pathlib
import sys

from bench import alternate

TARGETS = {"arch": 20, "faster": 100, "memory": 50}  # milliseconds on top of a start; ratios
OWN = ["torch/lib/libtorch_cuda.so", "tensorflow/libtensorflow_cc.so.2", "jax_plugins/xla_cuda12/xla_cuda_plugin.so",
       "jax_plugins/xla_cuda13/xla_cuda_plugin.so", "onnxruntime/capi/libonnxruntime_providers_cuda.so", "cupy/cuda/cub.*.so",
       "cupy/cuda/thrust.*.so"]


def own_libraries(python):
    sites = sorted(python.parents[1].glob("lib/python3*/site-packages"))
    return [str(path) for site in sites for pattern in OWN for path in sorted(site.glob(pattern))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpuwhy", required=True)
    parser.add_argument("--python", type=pathlib.Path, required=True)
    parser.add_argument("--cuobjdump")
    parser.add_argument("--runs", type=int, default=9)
    args = parser.parse_args()
    libraries = own_libraries(args.python)
    if not libraries:
        print(f"{args.python}: no framework with device code")
        return 1
    all_of_them = alternate([args.gpuwhy, "arch", *libraries], [args.gpuwhy, "version"], args.runs)
    milliseconds = (all_of_them["seconds"][0] - all_of_them["seconds"][1]) * 1000
    print(f"arch     {milliseconds:8.1f} ms on top of a start for {len(libraries)} libraries, {all_of_them['mebibytes'][0]:.1f} MiB (asked: {TARGETS['arch']} ms)")
    met = milliseconds <= TARGETS["arch"]
    torch = next((path for path in libraries if path.endswith("libtorch_cuda.so")), None)
    if torch and args.cuobjdump:
        race = alternate([args.gpuwhy, "arch", torch], [args.cuobjdump, "--list-elf", torch], 1)
        faster, smaller = race["seconds"][1] / race["seconds"][0], race["mebibytes"][1] / race["mebibytes"][0]
        print(f"torch    {race['seconds'][0] * 1000:8.1f} ms {race['mebibytes'][0]:.1f} MiB, cuobjdump {race['seconds'][1] * 1000:.0f} ms {race['mebibytes'][1]:.0f} MiB: "
              f"{faster:.0f}x faster (asked: {TARGETS['faster']}x), 1/{smaller:.0f} of the memory (asked: 1/{TARGETS['memory']})")
        met &= faster >= TARGETS["faster"] and smaller >= TARGETS["memory"]
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
