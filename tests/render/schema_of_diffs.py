#!/usr/bin/env python3
"""schema_of_diffs.py GPUWHY SCHEMAS SAMPLES: the schema of diff against answers of the executable and the samples of the unit tests; it is the
one that the executable prints; and what it shares with the schema of reports is the same there."""
import glob
import json
import pathlib
import subprocess
import sys
import tempfile

gpuwhy, schemas, samples = sys.argv[1:4]
LAPTOP, COLAB = "example:laptop-rtx4070", "example:colab-cpu-runtime"
with tempfile.TemporaryDirectory() as folder:
    for index, sides in enumerate(((LAPTOP, COLAB), (COLAB, LAPTOP), (LAPTOP, LAPTOP), (COLAB, COLAB))):
        done = subprocess.run([gpuwhy, "diff", *sides, "--format", "json"], capture_output=True, check=False)
        assert done.returncode in (0, 1), (sides, done)
        pathlib.Path(folder, f"{index}.json").write_bytes(done.stdout)
    schema = pathlib.Path(schemas, "diff.schema.json")
    printed = subprocess.run([gpuwhy, "schema", "diff"], capture_output=True, check=True).stdout
    assert printed == schema.read_bytes(), "gpuwhy schema diff prints another schema"
    own, of_report = (json.loads(pathlib.Path(schemas, f"{name}.schema.json").read_text(encoding="utf-8")) for name in ("diff", "report"))
    for name, part in {**of_report["$defs"], "machine": of_report["properties"]["machine"], "ladder": of_report["properties"]["ladder"]}.items():
        assert own["$defs"].get(name, part) == part, f"{name} differs between the two schemas: copy it from report.schema.json"
    written = sorted(glob.glob(f"{samples}/*.json"))
    assert written, "the unit tests wrote no sample"
    test = pathlib.Path(__file__).with_name("schema_test.py")
    files = sorted(glob.glob(f"{folder}/*.json")) + written
    sys.exit(subprocess.run([sys.executable, test, schema, *files], check=False).returncode)
