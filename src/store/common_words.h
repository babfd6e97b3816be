// Words that stand in paths and sentences of any machine. A user who bears one of them as a name is renamed only where it can be nothing
// else: below /home, in front of '@', in a field that holds a user. Lower case.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace gpuwhy {

inline constexpr auto common_words = std::to_array<std::string_view>({
    "aarch64",    "account",    "active",     "admin",      "administrator", "all",       "alma",        "alpine",   "amd64",
    "anaconda",   "anaconda3",  "and",        "any",        "app",           "apps",      "apt",         "arch",     "archlinux",
    "arm64",      "azureuser",  "backup",     "bash",       "bin",           "boot",      "build",       "bus",      "cache",
    "call",       "card",       "centos",     "class",      "cloud",         "cluster",   "code",        "colab",    "compat",
    "compute",    "computer",   "conda",      "config",     "container",     "content",   "core",        "cpu",      "crash",
    "cublas",     "cuda",       "cudart",     "cudnn",      "cufft",         "curand",    "cusolver",    "cusparse", "data",
    "daemon",     "debian",     "default",    "deb",        "demo",          "denied",    "desktop",     "dev",      "developer",
    "device",     "devices",    "dir",        "disk",       "dist",          "dkms",      "docker",      "driver",   "drivers",
    "ec2-user",   "elf",        "email",      "env",        "envs",          "error",     "etc",         "exec",     "fedora",
    "file",       "files",      "folder",     "found",      "free",          "from",      "games",       "gentoo",   "git",
    "github",     "glibc",      "gpu",        "gpus",       "graphics",      "group",     "guest",       "hardware", "home",
    "host",       "image",      "include",    "init",       "install",       "intel",     "interpreter", "ipython",  "jax",
    "jetson",     "job",        "jobs",       "jovyan",     "jupyter",       "kaggle",    "keras",       "kernel",   "kubernetes",
    "lab",        "laptop",     "ldconfig",   "lib",        "lib32",         "lib64",     "libcuda",     "library",  "libs",
    "linux",      "list",       "live",       "local",      "localhost",     "log",       "login",       "loaded",   "mac",
    "machine",    "mail",       "main",       "mamba",      "manager",       "master",    "media",       "mesa",     "micromamba",
    "mig",        "miniconda",  "miniconda3", "miniforge3", "mint",          "mnt",       "model",       "models",   "module",
    "modules",    "mount",      "musl",       "name",       "nccl",          "net",       "new",         "nobody",   "node",
    "nodes",      "none",       "not",        "notebook",   "notebooks",     "nouveau",   "numpy",       "nvidia",   "nvml",
    "nvme",       "open",       "opensuse",   "opt",        "oracle",        "package",   "packages",    "path",     "pci",
    "permission", "pip",        "pipx",       "platform",   "pod",           "podman",    "probe",       "proc",     "process",
    "program",    "project",    "projects",   "public",     "pyenv",         "python",    "python3",     "pytorch",  "read",
    "redhat",     "release",    "research",   "rhel",       "rocky",         "root",      "run",         "runner",   "runpod",
    "runtime",    "sagemaker",  "sbin",       "science",    "scratch",       "screen",    "script",      "scripts",  "server",
    "service",    "share",      "shared",     "site",       "site-packages", "slurm",     "snap",        "software", "source",
    "spack",      "spark",      "src",        "srv",        "state",         "status",    "steam",       "storage",  "student",
    "stubs",      "sudo",       "suse",       "swap",       "sys",           "system",    "target",      "targets",  "team",
    "temp",       "tensorflow", "tensorrt",   "test",       "tests",         "the",       "tmp",         "tools",    "torch",
    "train",      "training",   "triton",     "true",       "ubuntu",        "unknown",   "user",        "users",    "usr",
    "uvm",        "vagrant",    "var",        "venv",       "version",       "virtual",   "video",       "volume",   "volumes",
    "web",        "wheel",      "windows",    "work",       "worker",        "workspace", "wsl",         "x86_64",   "xla",
});

constexpr bool is_common_word(std::string_view word) { return std::ranges::find(common_words, word) != common_words.end(); }

}  // namespace gpuwhy
