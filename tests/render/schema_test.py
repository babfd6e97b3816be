#!/usr/bin/env python3
"""schema_test.py SCHEMA FILE...: every FILE is a report that the schema accepts, and every small damage done to it is refused.

The second half tests the schema itself: one that accepts anything would pass the first half. Needs python3-jsonschema (Debian).
"""
import copy
import json
import sys

import jsonschema


def no_duplicate_keys(pairs):
    keys = [key for key, _ in pairs]
    doubled = {key for key in keys if keys.count(key) > 1}
    if doubled:
        raise ValueError(f"keys given twice: {sorted(doubled)}")
    return dict(pairs)


def objects_below(value, path=()):
    """Every object in a document, with the path that leads to it. The keys of `calls` and `timings_ms` are free."""
    if isinstance(value, dict):
        if not path or path[-1] not in ("calls", "timings_ms"):
            yield path, value
        for key, each in value.items():
            yield from objects_below(each, path + (key,))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from objects_below(each, path + (index,))


def at(document, path):
    for step in path:
        document = document[step]
    return document


OPTIONAL = {"timings_ms", "outside", "riders", "shared_process", "process"}
WORDS = {"schema", "kind", "verdict", "state", "role", "severity", "confidence", "safety", "source", "outcome", "basis", "framework", "layer", "why", "platform", "cause"}


def damaged_copies(report):
    """(what was done, the damaged report): each must be refused."""
    for path, found in objects_below(report):
        where = "/".join(map(str, path)) or "the report"
        extra = copy.deepcopy(report)
        at(extra, path)["surprise"] = 1
        yield f"an unknown field in {where}", extra
        for key, value in found.items():
            if key not in OPTIONAL:
                less = copy.deepcopy(report)
                del at(less, path)[key]
                yield f"{where} without {key}", less
            wrong = copy.deepcopy(report)
            at(wrong, path)[key] = {"wrong": "type"}
            yield f"{where}/{key} of a wrong type", wrong
            # The basis of the whole report is free text, that of a prediction is a fixed word.
            if key in WORDS and isinstance(value, str) and not (key == "basis" and not path):
                word = copy.deepcopy(report)
                at(word, path)[key] = "No Such Word"
                yield f"{where}/{key} with a word that does not exist", word
            if key in ("sees_gpus", "usable_gpus"):
                negative = copy.deepcopy(report)
                at(negative, path)[key] = -1
                yield f"{where}/{key} below zero", negative


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures = damages = 0
    for name in arguments[1:]:
        try:
            with open(name, "rb") as file:
                report = json.loads(file.read().decode("utf-8"), object_pairs_hook=no_duplicate_keys)
        except ValueError as error:
            print(f"FAIL {name}: {error}")
            failures += 1
            continue
        for error in validator.iter_errors(report):
            print(f"FAIL {name}: {'/'.join(map(str, error.absolute_path)) or 'the report'}: {error.message}")
            failures += 1
        for what, damaged in damaged_copies(report):
            damages += 1
            if validator.is_valid(damaged):
                print(f"FAIL {name}: the schema accepts {what}")
                failures += 1
    print(f"{'FAIL' if failures else 'OK'}: {len(arguments) - 1} reports, {damages} damaged copies, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
