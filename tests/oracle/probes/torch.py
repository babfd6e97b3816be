"""Asks PyTorch what it sees. The last line is `ORACLE {json}`; a process that dies before it gives no such line."""

import json
import sys

sys.path.pop(0)  # this folder has a torch.py too


def described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def ask(answer: dict) -> None:
    import torch

    answer["version"] = torch.__version__
    answer["outcome"] = "lists"
    answer["is_available"] = torch.cuda.is_available()
    answer["device_count"] = torch.cuda.device_count()
    answer["count"] = answer["device_count"] if answer["is_available"] else 0
    try:
        torch.cuda.init()  # says why, where is_available() is silent
        answer["devices"] = [torch.cuda.get_device_name(number) for number in range(answer["count"])]
    except Exception as error:
        answer["init_error"] = described(error)


def main() -> None:
    answer = {"framework": "torch", "outcome": "raises"}
    try:
        ask(answer)
    except BaseException as error:
        answer["error"] = described(error)
    print("ORACLE " + json.dumps(answer), flush=True)


main()
