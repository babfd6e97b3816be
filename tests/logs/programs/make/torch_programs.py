"""Programs of PyTorch."""
import scenario
import torch
import torch.nn as nn
import torch.nn.functional as F
from scenario import fails

P = "program-exception"


@fails(P, "torch")
def shapes_of_a_linear_layer():
    nn.Linear(784, 10)(torch.zeros(64, 512))


@fails(P, "smi+torch")
def channels_of_a_convolution():
    nn.Conv2d(3, 8, 3)(torch.zeros(1, 1, 32, 32))


@fails(P, "torch")
def labels_on_the_cpu_out_of_range():
    F.cross_entropy(torch.zeros(4, 3), torch.tensor([0, 1, 2, 3]))


@fails(P, "torch")
def batch_sizes_differ():
    F.cross_entropy(torch.zeros(4, 3), torch.tensor([0, 1, 2]))


@fails(P, "torch")
def labels_of_a_wrong_type():
    F.cross_entropy(torch.zeros(4, 3), torch.tensor([0.0, 1.0, 2.0, 0.0]).half().int())


@fails(P, "torch")
def stack_of_unequal_sizes():
    torch.utils.data.default_collate([torch.zeros(3, 224, 224), torch.zeros(3, 224, 256)])


@fails(P, "torch")
def loader_worker():
    class Broken(torch.utils.data.Dataset):
        def __len__(self):
            return 8

        def __getitem__(self, index):
            raise ValueError(f"image {index}.jpg is not readable")
    for _ in torch.utils.data.DataLoader(Broken(), num_workers=1, pin_memory=True):
        pass


@fails(P, "smi+torch")
def backward_twice():
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    y.backward()


@fails(P, "torch")
def nothing_to_derive():
    torch.ones(2).sum().backward()


@fails(P, "torch")
def changed_in_place():
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y += 1
    y.sum().backward()


@fails(P, "torch")
def leaf_changed_in_place():
    x = torch.ones(2, requires_grad=True)
    x += 1


@fails(P, "smi")
def state_of_another_model():
    nn.Linear(3, 4).load_state_dict(nn.Linear(3, 5).state_dict() | {"scale": torch.ones(1)})


@fails(P, "torch")
def checkpoint_not_there():
    torch.load("/home/user/checkpoints/cuda-epoch-20.pt", map_location="cpu")


@fails(P, "torch")
def checkpoint_of_garbage():
    import io
    torch.load(io.BytesIO(b"not a checkpoint"), map_location="cpu")


@fails(P, "torch")
def unsafe_checkpoint():
    import io
    import fractions
    buffer = io.BytesIO()
    torch.save({"lr": fractions.Fraction(1, 3)}, buffer)
    buffer.seek(0)
    torch.load(buffer, weights_only=True)


@fails(P, "torch")
def view_of_strides():
    torch.zeros(4, 6).t().view(24)


@fails(P, "torch")
def broadcast():
    torch.zeros(3, 4) + torch.zeros(3, 5)


@fails(P, "torch")
def concatenation():
    torch.cat([torch.zeros(2, 3), torch.zeros(2, 4)], dim=0)


@fails(P, "torch")
def precisions_differ():
    torch.zeros(2, 3) @ torch.zeros(3, 4, dtype=torch.float16)


@fails(P, "torch")
def device_by_a_wrong_name():
    torch.device("cuda0")


@fails(P, "torch")
def device_of_no_kind():
    torch.zeros(3, device="gpu")


@fails(P, "torch")
def module_without_an_attribute():
    nn.Linear(3, 3).cuda_forward(1)


@fails(P, "torch")
def no_parameters():
    torch.optim.SGD([], lr=0.1)


@fails(P, "torch")
def singular_matrix():
    torch.linalg.inv(torch.zeros(3, 3))


@fails(P, "torch")
def not_positive_definite():
    torch.linalg.cholesky(-torch.eye(3))


@fails(P, "torch")
def embedding_on_the_cpu():
    nn.Embedding(10, 4)(torch.tensor([12]))


@fails(P, "torch")
def no_process_group():
    torch.distributed.all_reduce(torch.ones(1))


@fails(P, "torch")
def environment_of_the_rendezvous():
    torch.distributed.init_process_group("gloo")


@fails(P, "torch")
def script_that_does_not_compile():
    @torch.jit.script
    def f(x):
        return x.cuda_only()


@fails(P, "torch")
def compiled_with_fullgraph():
    @torch.compile(backend="eager", fullgraph=True)
    def f(x):
        print("on the GPU:", x.device)
        return x if x.sum() > 0 else -x
    f(torch.ones(3))


@fails(P, "torch")
def meta_tensor():
    nn.Linear(3, 3, device="meta").to("cpu")


@fails(P, "torch")
def scheduler_argument():
    torch.optim.lr_scheduler.StepLR(torch.optim.Adam([torch.ones(1)]), step=3)


@fails("numeric-nan", "torch")
def anomaly():
    x = torch.zeros(1, requires_grad=True)
    with torch.autograd.detect_anomaly():
        (x.sqrt() * 0).sum().backward()


@fails("numeric-nan", "smi+torch")
def sample_of_nan():
    torch.multinomial(torch.tensor([float("nan"), 1.0]), 1)


@fails("numeric-nan", "torch")
def distribution_of_nan():
    torch.distributions.Normal(torch.tensor([float("nan")]), torch.ones(1))


@fails("host-out-of-memory", "torch")
def allocation_on_the_host():
    torch.zeros(1 << 44)


@fails("nccl-failure", "torch")
def rendezvous_with_nobody():
    import datetime
    torch.distributed.init_process_group("gloo", init_method="tcp://127.0.0.1:29713", rank=0, world_size=2, timeout=datetime.timedelta(seconds=3))


@fails("nccl-failure", "torch")
def port_that_is_taken():
    import socket
    taken = socket.socket()
    taken.bind(("", 29714))
    taken.listen()
    torch.distributed.TCPStore("127.0.0.1", 29714, 1, True)


@fails("nccl-failure", "torch")
def store_that_never_answers():
    import datetime
    store = torch.distributed.TCPStore("127.0.0.1", 29715, 1, True, timeout=datetime.timedelta(seconds=2))
    store.get("rank1-ready")


def worker(rank):
    raise ValueError(f"rank {rank}: the shard cuda-{rank}.bin has no header")


@fails(P, "torch")
def spawned_worker():
    import torch.multiprocessing
    torch.multiprocessing.spawn(worker, nprocs=2)


def dying_worker(rank):
    import os
    os.kill(os.getpid(), 9 if rank else 0)


@fails("host-out-of-memory", "torch")
def spawned_worker_killed():
    import torch.multiprocessing
    torch.multiprocessing.spawn(dying_worker, nprocs=2)


class Dying(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        import os
        os.kill(os.getpid(), 9)


@fails("host-out-of-memory", "torch")
def loader_worker_killed():
    for _ in torch.utils.data.DataLoader(Dying(), num_workers=1):
        pass


if __name__ == "__main__":
    scenario.main()
