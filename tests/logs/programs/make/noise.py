"""What stands before a failure in logs of machines whose GPU works (a Tesla V100), after the frameworks' and the driver's sources; and what frameworks
say on machines without a GPU, where a program fails for another reason."""

SMI = """$ nvidia-smi
Tue Mar  4 10:11:12 2025
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 550.144.03             Driver Version: 550.144.03     CUDA Version: 12.4     |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|                                         |                        |               MIG M. |
|=========================================+========================+======================|
|   0  Tesla V100-SXM2-16GB           On  |   00000000:00:1E.0 Off |                    0 |
| N/A   38C    P0             24W /  300W |       1MiB /  16384MiB |      0%      Default |
|                                         |                        |                  N/A |
+-----------------------------------------+------------------------+----------------------+

+-----------------------------------------------------------------------------------------+
| Processes:                                                                              |
|  GPU   GI   CI        PID   Type   Process name                              GPU Memory |
|        ID   ID                                                               Usage      |
|=========================================================================================|
|  No running processes found                                                             |
+-----------------------------------------------------------------------------------------+
$ python train.py
"""

TF = """2025-03-04 10:11:12.345678: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see slightly different numerical results due to floating-point round-off errors from different computation orders. To turn them off, set the environment variable `TF_ENABLE_ONEDNN_OPTS=0`.
2025-03-04 10:11:12.401234: E external/local_xla/xla/stream_executor/cuda/cuda_fft.cc:477] Unable to register cuFFT factory: Attempting to register factory for plugin cuFFT when one has already been registered
2025-03-04 10:11:12.420011: E external/local_xla/xla/stream_executor/cuda/cuda_dnn.cc:8310] Unable to register cuDNN factory: Attempting to register factory for plugin cuDNN when one has already been registered
2025-03-04 10:11:12.426021: E external/local_xla/xla/stream_executor/cuda/cuda_blas.cc:1418] Unable to register cuBLAS factory: Attempting to register factory for plugin cuBLAS when one has already been registered
2025-03-04 10:11:13.100001: W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning: Could not find TensorRT
2025-03-04 10:11:15.310001: I external/local_xla/xla/stream_executor/cuda/cuda_executor.cc:998] successful NUMA node read from SysFS had negative value (-1), but there must be at least one NUMA node, so returning NUMA node zero. See more at https://github.com/torvalds/linux/blob/v6.0/Documentation/ABI/testing/sysfs-bus-pci#L344-L355
2025-03-04 10:11:15.700001: I tensorflow/core/common_runtime/gpu/gpu_device.cc:2021] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 14784 MB memory:  -> device: 0, name: Tesla V100-SXM2-16GB, pci bus id: 0000:00:1e.0, compute capability: 7.0
"""

XLA = TF + """2025-03-04 10:11:18.000001: I external/local_xla/xla/service/service.cc:145] XLA service 0x7f3c2c004d30 initialized for platform CUDA (this does not guarantee that XLA will be used). Devices:
2025-03-04 10:11:18.000002: I external/local_xla/xla/service/service.cc:153]   StreamExecutor device (0): Tesla V100-SXM2-16GB, Compute Capability 7.0
2025-03-04 10:11:18.200003: I external/local_xla/xla/stream_executor/cuda/cuda_dnn.cc:465] Loaded cuDNN version 8907
I0000 00:00:1741083078.300001    4711 device_compiler.h:196] Compiled cluster using XLA!  This line is logged at most once for the lifetime of the process.
"""

# TensorFlow 2.4 to 2.11, where TensorRT is asked for by name.
OLD_TF = """2022-05-04 10:11:12.345678: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libnvinfer.so.7'; dlerror: libnvinfer.so.7: cannot open shared object file: No such file or directory
2022-05-04 10:11:12.345699: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libnvinfer_plugin.so.7'; dlerror: libnvinfer_plugin.so.7: cannot open shared object file: No such file or directory
2022-05-04 10:11:12.345700: W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning: Cannot dlopen some TensorRT libraries. If you would like to use Nvidia GPU with TensorRT, please make sure the missing libraries mentioned above are installed properly.
2022-05-04 10:11:14.910001: I tensorflow/stream_executor/cuda/cuda_gpu_executor.cc:975] successful NUMA node read from SysFS had negative value (-1), but there must be at least one NUMA node, so returning NUMA node zero
2022-05-04 10:11:15.100001: I tensorflow/core/common_runtime/gpu/gpu_device.cc:1532] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 14645 MB memory:  -> device: 0, name: Tesla V100-SXM2-16GB, pci bus id: 0000:00:1e.0, compute capability: 7.0
2022-05-04 10:11:17.000001: I tensorflow/stream_executor/cuda/cuda_dnn.cc:368] Loaded cuDNN version 8101
"""

TORCH = """Using device: cuda:0 (Tesla V100-SXM2-16GB)
torch 2.6.0+cu124, CUDA 12.4, cuDNN 90100
Epoch 1/20:  31%|███       | 118/381 [00:21<00:47,  5.53it/s, loss=2.31, gpu_mem=3.1G]
"""

LIGHTNING = """GPU available: True (cuda), used: True
TPU available: False, using: 0 TPU cores
HPU available: False, using: 0 HPUs
LOCAL_RANK: 0 - CUDA_VISIBLE_DEVICES: [0]

  | Name  | Type       | Params | Mode
---------------------------------------------
0 | model | Sequential | 203 K  | train
---------------------------------------------
"""


WORDS = """[config] device=cuda cudnn.benchmark=True amp=fp16
[config] note: on GPU errors see docs/cuda.md; CUDA driver 550.144.03, libcuda ok
"""

LINES = {"smi": SMI, "tf": TF, "xla": XLA, "oldtf": OLD_TF, "torch": TORCH, "lightning": LIGHTNING, "words": WORDS, "smi+torch": SMI + TORCH,
         "jax": "Devices: [CudaDevice(id=0)]\n", "smi+words": SMI + WORDS}
