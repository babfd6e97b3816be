"""Asks TensorFlow what it sees. The last line is `ORACLE {json}`; a process that dies before it gives no such line."""

import json
import sys

sys.path.pop(0)  # this folder has a tensorflow.py too


def ask(answer: dict) -> None:
    import tensorflow as tf

    answer["version"] = tf.__version__
    devices = tf.config.list_physical_devices("GPU")
    answer["outcome"] = "lists"
    answer["count"] = len(devices)
    answer["devices"] = [tf.config.experimental.get_device_details(device).get("device_name", "?") for device in devices]


def main() -> None:
    answer = {"framework": "tensorflow", "outcome": "raises"}
    try:
        ask(answer)
    except BaseException as error:
        answer["error"] = f"{type(error).__name__}: {error}"
    print("ORACLE " + json.dumps(answer), flush=True)


main()
