"""Programs that fail by themselves: each function of a *_programs.py that is marked with @fails is one. `python FILE NAME` runs it."""
import sys

PROGRAMS = {}


def fails(expect, noise="", end=""):
    """expect: the cause that `gpuwhy explain` must name; noise: name of the lines that stand before it (noise.py)."""
    def mark(function):
        PROGRAMS[function.__name__] = (function, expect, noise)
        return function
    return mark


def main():
    if sys.argv[1:] == ["--list"]:
        for name, (_, expect, noise) in PROGRAMS.items():
            print(name, expect, noise or "-")
        return
    name = sys.argv[1]
    sys.argv[1:] = sys.argv[2:]
    PROGRAMS[name][0]()
