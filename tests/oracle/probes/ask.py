"""ask.py [--serve] FRAMEWORK... : imports the frameworks in this order and asks each what it sees.

Prints one line `ORACLE {json}` for each; what a process that dies did not print was not answered.

With --serve it imports once, and then reads jobs from its input, one JSON object a line: it answers each in a fork of its own, in a mount
namespace of its own, and prints one line about it. That saves the import, which is most of the time; prove.py knows what a fork cannot ask.

    variables   the environment of the frameworks, and of `first`
    setup       a command that makes the namespace, and its own environment: [argv, environment]
    binds       folders to show over others: [[folder, over], ...]; what does not exist is left out
    first       commands to run in the namespace before the question: [[argv, file for its output], ...]
    log         the file for what the frameworks print
    deadline    seconds
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time

sys.path[0] = os.path.dirname(os.path.abspath(__file__))
import frameworks

CLONE_NEWNS = 0x20000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18


def say(answer: dict) -> None:
    print("ORACLE " + json.dumps(answer), flush=True)


def guarded(answer: dict, action, *arguments):
    """What the action returns; an exception is the answer."""
    try:
        return action(*arguments)
    except BaseException as error:
        answer["outcome"] = "raises"
        answer["error"] = frameworks.described(error)
        return None


def import_all(names: list[str]) -> list[tuple[dict, object]]:
    imported = []
    for name in names:
        answer = {"framework": name, "outcome": "lists", "count": 0}
        module = guarded(answer, frameworks.import_framework, name)
        imported.append((answer, module))
    return imported


def ask_all(imported: list[tuple[dict, object]]) -> None:
    for answer, module in imported:
        if module is not None:
            answer["version"] = module.__version__
            guarded(answer, frameworks.ASK[answer["framework"]], module, answer)
            if answer["outcome"] != "lists":
                answer["count"] = 0
        say(answer)


# ---- the fork server ----


def mounted(libc, source: str, target: str, flags: int) -> None:
    if libc.mount(source.encode(), target.encode(), None, flags, None):
        raise OSError(ctypes.get_errno(), f"cannot mount {source} on {target}")


def enter(job: dict) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "cannot make a mount namespace")
    mounted(libc, "none", "/", MS_REC | MS_PRIVATE)
    command, environment = job["setup"]
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL)
    for folder, over in job["binds"]:
        if os.path.isdir(folder):
            mounted(libc, folder, over, MS_BIND | MS_REC)
    for command, output in job["first"]:
        with open(output, "wb") as file:
            subprocess.run(command, env=job["variables"], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)


def serve_one(job: dict, imported: list[tuple[dict, object]]) -> None:
    """In the fork. Ends it."""
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.setpgid(0, 0)
    try:
        enter(job)
        os.environ.clear()
        os.environ.update(job["variables"])
        ask_all(imported)
    except BaseException as error:
        print(f"SERVER {frameworks.described(error)}", flush=True)
        os._exit(3)
    sys.stdout.flush()
    os._exit(0)


def wait_for(child: int, deadline: float) -> int:
    """The status as of a shell, or -1 when it had to be ended."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def mapped_gpu_files() -> list[str]:
    """What a fork cannot take away again."""
    words = ("libcu", "libnv", "libnccl")
    names = {line.split()[-1] for line in open("/proc/self/maps") if "/" in line}
    return sorted(name for name in names if os.path.basename(name).startswith(words))


def serve(imported: list[tuple[dict, object]]) -> None:
    jobs = os.fdopen(os.dup(0))
    reports = os.fdopen(os.dup(1), "w")
    print(json.dumps({"mapped": mapped_gpu_files()}), file=reports, flush=True)
    for line in jobs:
        job = json.loads(line)
        child = os.fork()
        if not child:
            serve_one(job, imported)
        print(json.dumps({"status": wait_for(child, job["deadline"])}), file=reports, flush=True)


def main() -> None:
    serves = "--serve" in sys.argv
    names = [name for name in sys.argv[1:] if name != "--serve"]
    sys.argv[1:] = []  # some frameworks read it
    imported = import_all(names)
    if serves:
        serve(imported)
    else:
        ask_all(imported)


main()
