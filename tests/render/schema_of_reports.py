#!/usr/bin/env python3
"""schema_of_reports.py GPUWHY SCHEMA SAMPLES: the schema against reports of the executable itself and the sample reports of the unit tests; and
the schema that the executable prints is the one in the repository."""
import glob
import pathlib
import subprocess
import sys
import tempfile

gpuwhy, schema, samples = sys.argv[1:4]
with tempfile.TemporaryDirectory() as folder:
    for index, words in enumerate((["--snapshot", "example:laptop-rtx4070"], ["--snapshot", "example:colab-cpu-runtime"], [], ["--no-probe"])):
        done = subprocess.run([gpuwhy, "check", "--format", "json", *words], capture_output=True, check=False)
        assert done.returncode in (0, 1), (words, done)
        pathlib.Path(folder, f"{index}.json").write_bytes(done.stdout)
    for index, text in enumerate((b"", b"RuntimeError: CUDA error: no kernel image is available for execution on the device\n",
                                  b"libcudnn.so.9: cannot open shared object file: No such file or directory\n")):
        for words in ([], ["--here", "--snapshot", "example:laptop-rtx4070"]):
            done = subprocess.run([gpuwhy, "explain", "--format", "json", *words], input=text, capture_output=True, check=False)
            assert done.returncode in (0, 1), (text, words, done)
            pathlib.Path(folder, f"explain-{index}-{len(words)}.json").write_bytes(done.stdout)
    printed = subprocess.run([gpuwhy, "schema", "report"], capture_output=True, check=True).stdout
    assert printed == pathlib.Path(schema).read_bytes(), "gpuwhy schema report prints another schema"
    test = pathlib.Path(__file__).with_name("schema_test.py")
    files = sorted(glob.glob(f"{folder}/*.json")) + sorted(glob.glob(f"{samples}/*.json"))
    sys.exit(subprocess.run([sys.executable, test, schema, *files], check=False).returncode)
