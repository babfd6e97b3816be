"""What the checkers of tools/ share: the files of the tree, exemption lists, the way a checker ends."""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = 77  # exit status of a checker that could not run here; its first line says why
CPP = (".cpp", ".h", ".c")
SCRIPT = (".py", ".sh")


def arguments(description, **extra):
    """--root DIR (default: the tree that this file stands in), and whatever a checker adds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    for name, text in extra.items():
        parser.add_argument(f"--{name}", help=text)
    return parser.parse_args()


def files(root):
    """Paths of the tree, relative and sorted: what git knows or would add; outside a repository everything but build folders."""
    listing = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listing, capture_output=True, check=False)
    if found.returncode == 0:
        names = [name for name in found.stdout.decode().split("\0") if name]
    else:
        names = []
        for folder, subfolders, own in os.walk(root):
            subfolders[:] = [name for name in subfolders if name not in (".git", "build", "__pycache__")]
            names += [os.path.relpath(os.path.join(folder, name), root) for name in own]
    return sorted(Path(name) for name in set(names) if (root / name).is_file())


def text_of(path):
    """The text of a file, or nothing for a binary one."""
    data = path.read_bytes()
    return None if b"\0" in data[:4096] else data.decode("utf-8", errors="replace")


def is_script(root, path):
    """Python or shell, by its name or by its first line."""
    if path.suffix in SCRIPT:
        return True
    if path.suffix:
        return False
    with open(root / path, "rb") as stream:
        return re.match(rb"#!.*\b(python3|sh|bash)\b", stream.readline(200)) is not None


def is_test(path):
    return path.stem.endswith(("_test", "_fuzz")) or path.parts[0] == "tests" or path.stem.startswith("test_")


class Allowances:
    """tools/check-NAME.allow: one exemption a line, `what<TAB>reason`. One that is no longer needed is an error."""

    def __init__(self, root, name):
        self.path = Path("tools") / f"check-{name}.allow"
        self.entries = {}
        self.used = set()
        self.errors = []
        if not (root / self.path).is_file():
            return
        for number, line in enumerate((root / self.path).read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            what, _, reason = line.partition("\t")
            if not reason.strip():
                self.errors.append(f"{self.path}:{number}: no reason given for {what}")
            self.entries[what] = number

    def covers(self, what):
        if what in self.entries:
            self.used.add(what)
        return what in self.entries

    def problems(self):
        unused = [what for what in self.entries if what not in self.used]
        return self.errors + [f"{self.path}:{self.entries[what]}: {what} needs no exemption" for what in unused]


def finish(problems):
    """Print every problem and end the checker."""
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


def skip(why):
    print(why)
    sys.exit(SKIPPED)
