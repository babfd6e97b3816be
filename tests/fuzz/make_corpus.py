#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets of binary formats (elf, ldcache, fatbin), and those of pasted text (reading) that are not plain text: one
small file for each thing that a hostile file may do.
usage: make_corpus.py FOLDER   (the build runs it; the seeds of text formats lie in corpus/)"""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "wheels"))
from fatbin_file import bare_library, container, containers, entry, library  # noqa: E402

HUGE = 2**64 - 1
NEEDED, STRTAB, STRSZ, SONAME, RPATH, RUNPATH, FLAGS_1, VERNEED, VERNEEDNUM = 1, 5, 10, 14, 15, 29, 0x6FFFFFFB, 0x6FFFFFFE, 0x6FFFFFFF
HEADERS, STRINGS, NEEDS, DYNAMIC = 64, 256, 384, 448  # where the parts of a seed lie


def elf(dynamic=None, load=None, strings=b"\0libx.so.1\0liba.so\0$ORIGIN/../lib\0GLIBC_2.17\0", needs=b"", **header):
    """A loadable file of one segment; everything that a test of hostility wants to bend can be given."""
    field = {"klass": 2, "order": 1, "ident_version": 1, "abi": 0, "type": 3, "machine": 62, "version": 1, "phoff": HEADERS, "phentsize": 56, "phnum": 3,
             "interp": (0, 0)} | header
    if dynamic is None:
        dynamic = [(SONAME, 1), (NEEDED, 11), (RUNPATH, 19)]
    entries = list(dynamic) + ([] if any(tag == STRTAB for tag, _ in dynamic) else [(STRTAB, STRINGS)]) + [(0, 0)]
    table = b"".join(struct.pack("<QQ", tag, value % 2**64) for tag, value in entries)
    size = DYNAMIC + len(table)
    offset, address, in_file = load or (0, 0, size)
    ident = b"\x7fELF" + bytes([field["klass"], field["order"], field["ident_version"], field["abi"]]) + bytes(8)
    out = ident + struct.pack("<HHIQQQIHHHHHH", field["type"], field["machine"], field["version"], 0, field["phoff"], 0, 0, 64, field["phentsize"], field["phnum"], 64, 0, 0)
    for kind, where, vaddr, length in ((1, offset, address, in_file), (2, DYNAMIC, field.get("dynamic_at", DYNAMIC), field.get("dynamic_size", len(table))),
                                       (3, *([field["interp"][0]] * 2), field["interp"][1])):
        out += struct.pack("<IIQQQQQQ", kind, 6, where % 2**64, vaddr % 2**64, vaddr % 2**64, length % 2**64, length % 2**64, field.get("align", 4096))
    for start, part in ((STRINGS, strings), (NEEDS, needs), (DYNAMIC, table)):
        out = out[:start].ljust(start, b"\0") + part
    return out


def verneed(count, aux, following, name=33, step=0):
    return struct.pack("<HHIII", 1, count, 11, aux, following) + struct.pack("<IHHII", 0, 0, 2, name, step)


ELF = {
    "good": elf(),
    "program": elf(interp=(STRINGS + 1, 10), dynamic=[(NEEDED, 11), (FLAGS_1, 0x08000800), (RPATH, 19)]),
    "aarch64": elf(machine=183),
    "class-32": elf(klass=1),
    "big-endian": elf(order=2),
    "empty": b"",
    "magic-only": b"\x7fELF",
    "header-only": elf()[:64],
    "program-headers-cut": elf()[:100],
    "cut-in-dynamic": elf()[: DYNAMIC + 8],
    "65535-program-headers": elf(phnum=65535),
    "program-headers-at-the-end-of-the-world": elf(phoff=HUGE - 7),
    "no-program-headers": elf(phnum=0),
    "segment-larger-than-the-world": elf(load=(HUGE - 1, 0, HUGE)),
    "segment-of-2-to-the-60": elf(load=(0, 0, 2**60)),
    "addresses-wrap": elf(load=(0, HUGE - 4095, 1000), dynamic_at=HUGE - 4000),
    "dynamic-outside": elf(dynamic_at=2**40),
    "dynamic-of-huge-size": elf(dynamic_size=2**60),
    "dynamic-without-end": elf()[:-16] + b"\1" * 4096,
    "strings-outside": elf(dynamic=[(NEEDED, 1), (STRTAB, 2**50)]),
    "name-outside": elf(dynamic=[(NEEDED, 2**63), (SONAME, HUGE)]),
    "names-without-a-table": elf(dynamic=[(NEEDED, 1), (STRTAB, 0)]),
    "strings-without-end": elf(strings=b"x" * 128, needs=b"x" * 64),
    "version-needs": elf(dynamic=[(VERNEED, NEEDS), (VERNEEDNUM, 1)], needs=verneed(1, 16, 0)),
    "version-needs-in-a-circle": elf(dynamic=[(VERNEED, NEEDS), (VERNEEDNUM, HUGE)], needs=verneed(1, 16, 16)),
    "version-needs-many-and-outside": elf(dynamic=[(VERNEED, 2**40), (VERNEEDNUM, HUGE)]),
    "version-chain-steps-by-one": elf(dynamic=[(VERNEED, NEEDS), (VERNEEDNUM, HUGE)], needs=verneed(65535, 1, 1, step=1)),
    "interpreter-outside": elf(interp=(2**60, 100)),
    "interpreter-huge": elf(interp=(0, 2**60)),
}


def new_cache(entries=((0x0303, 96, 105, 0),), count=None, extension=0, strings=b"libx.so\0\0/lib/libx.so\0", tail=b""):
    out = b"glibc-ld.so.cache1.1" + struct.pack("<IIB3xI12x", len(entries) if count is None else count, len(strings), 2, extension)
    for flags, key, value, hwcap in entries:
        out += struct.pack("<iIIIQ", flags, key, value, 0, hwcap)
    return out.ljust(96, b"\0") + strings + tail


def extension_at(offset, sections):
    out = struct.pack("<II", 0xEAA42174, len(sections))
    for tag, where, size in sections:
        out += struct.pack("<IIII", tag, 0, where, size)
    return out


def old_cache(count=1, key=0, value=8):
    return b"ld.so-1.7.0\0" + struct.pack("<IiII", count, 0x0303, key, value) + b"libx.so\0/lib/libx.so\0"


STRINGS_END = 96 + 22
PAD = b"\0" * (120 - STRINGS_END)
LDCACHE = {
    "good": new_cache(),
    "old": old_cache(),
    "old-then-new": old_cache()[:28] + b"\0" * 4 + new_cache(),
    "empty": b"",
    "magic-only": b"glibc-ld.so.cache1.1",
    "header-cut": new_cache()[:40],
    "table-cut": new_cache()[:60],
    "four-billion-entries": new_cache(count=2**32 - 1),
    "old-four-billion-entries": old_cache(count=2**32 - 1),
    "names-outside": new_cache(entries=((0x0303, 2**32 - 1, 2**32 - 1, 0),)),
    "old-names-outside": old_cache(key=2**32 - 1),
    "name-without-end": new_cache(strings=b"x" * 40),
    "hwcap-index-without-names": new_cache(entries=((0x0303, 96, 105, 2**62 | 7),)),
    "extension-outside": new_cache(extension=2**32 - 1),
    "extension-with-hwcaps": new_cache(entries=((0x0303, 96, 105, 2**62),), extension=120, tail=PAD + extension_at(120, [(1, 144, 4)]) + struct.pack("<I", 96)),
    "extension-of-four-billion-sections": new_cache(extension=120, tail=PAD + struct.pack("<II", 0xEAA42174, 2**32 - 1)),
    "extension-sections-overlap": new_cache(extension=120, tail=PAD + extension_at(120, [(1, 0, 168), (1, 120, 48), (0, 0, 2**32 - 1)])),
    "extension-is-the-header": new_cache(extension=20),
    "configuration": b"include *.conf\n/usr/local/lib # here\nhwcap 0 x\n/a:/b,/c=libc6\n",
    "pattern-of-stars": b"include " + b"*" * 60 + b"c\ninclude ?*?*?*?*.conf\n",
}



# ---- device code ----

FOUR = containers([["sm_70", "sm_80"], ["sm_70", "sm_80", "compute_90@8.5"], ["sm_80"], ["sm_90a"]])
ONE = container(["sm_70", "sm_80"])


def bent(data, at, layout, *values):
    """These bytes with other values at an offset."""
    return data[:at] + struct.pack(layout, *values) + data[at + struct.calcsize(layout):]


def fatbin(data, name=".nv_fatbin"):
    return library([(name, data)])


def in_first_container(offset, layout, *values):
    return fatbin(bent(FOUR, offset, layout, *values))


GOOD = library([(".nv_fatbin", FOUR), ("__nv_relfatbin", container(["sm_100f", "lto_75"])), (".rodata", b"constants" + bytes(7) + ONE)])
BARE = bare_library(FOUR)
SECTIONS = struct.unpack_from("<Q", GOOD, 40)[0]  # where the section headers begin
SECTION = 64
FATBIN = {
    "good": GOOD,
    "padding-between": fatbin(ONE + bytes(24) + ONE),
    "cask-resource": fatbin(b"other data" + bytes(6) + FOUR + b"more", ".cask_resource"),
    "no-section-headers": BARE,
    "large-headers": fatbin(containers([["sm_100", "compute_100@8.6"]] * 4, header=112)),
    "empty-container": fatbin(container([]) + ONE),
    "nested": fatbin(bent(container(["sm_80"], payload=len(FOUR)), 16 + 64, f"{len(FOUR)}s", FOUR)),
    "many-tiny-entries": fatbin(container(["sm_80"] * 600, payload=0)),
    "magic-everywhere": library([(".rodata", struct.pack("<IHH", 0xBA55ED50, 1, 16) * 500)]),
    "chain-too-short": fatbin(bent(ONE, 8, "<Q", len(ONE) - 16 - 8)),
    "container-size-5": in_first_container(8, "<Q", 5),
    "container-size-huge": in_first_container(8, "<Q", HUGE),
    "entry-header-0": in_first_container(16 + 4, "<I", 0),
    "entry-size-wraps": in_first_container(16 + 8, "<Q", HUGE - 50),
    "entry-of-no-kind": in_first_container(16, "<H", 0xFFFF),
    "entry-alone": fatbin(entry("sm_80")),
    "cut-in-fatbin": GOOD[: 64 + len(FOUR) // 2],
    "file-cut": GOOD[: len(GOOD) // 2],
    "header-only": bent(bent(GOOD[:64], 40, "<Q", 0), 60, "<H", 0),
    "elf-magic-only": GOOD[:4],
    "empty": b"",
    "big-endian": bent(GOOD, 5, "<B", 2),
    "65535-sections": bent(GOOD, 60, "<H", 65535),
    "65535-segments": bent(BARE, 56, "<H", 65535),
    "names-index-ffff": bent(GOOD, 62, "<H", 0xFFFF),
    "section-count-in-section-0": bent(bent(GOOD, 60, "<H", 0), SECTIONS + 32, "<Q", HUGE),
    "sections-at-the-end-of-the-world": bent(GOOD, 40, "<Q", HUGE - 63),
    # A second section that begins within the first one and ends with it.
    "overlapping-sections": bent(library([(".nv_fatbin", FOUR), ("__nv_relfatbin", b"")]), 0, "4s", b"\x7fELF"),
}
OVERLAP = FATBIN["overlapping-sections"]
FIRST = struct.unpack_from("<Q", OVERLAP, 40)[0] + SECTION
FATBIN["overlapping-sections"] = bent(OVERLAP, FIRST + SECTION + 24, "<QQ", 64 + len(ONE), len(FOUR) - len(ONE))

# Pasted text that is not plain: other encodings, packed, and bytes that would repaint a screen.
READING = {
    "utf16-big-without-mark": 'torch.cuda.is_available()\nFalse\nCUDA_VISIBLE_DEVICES=7\n'.encode("utf-16-be"),
    "utf16-little": b"\xff\xfe" + 'RuntimeError: Found no NVIDIA driver on your system.\r\nGPU 0: Tesla T4 😀\r\n'.encode("utf-16-le") + b'\xd8',
    "gzip": b'\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03',
    "hostile": b'\x1b]0;title\x07\x1b[2J\x1b[31mCUDA error: \x00\x00no kernel image\x1b[0m\rprogress 10%\rprogress 20%\x08\x08\x08\n\xff\xfe\xfd\xc2\x9b31m \xe2\x80\xaeevil {gpu} {a|b} %s%n %0A::error::x\n' + b"libcudnn.so." * 80 + b'\n`````\n> > > > >\n&amp;&amp;&lt;&#39;\n[rank0]: [rank1]: (x pid=1) web-1  | \n[\n{"log":"\\\n\x1b[\n\x1b',
}

if __name__ == "__main__":
    for folder, files in (("elf", ELF), ("ldcache", LDCACHE), ("fatbin", FATBIN), ("reading", READING)):
        target = pathlib.Path(sys.argv[1]) / folder
        target.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (target / name).write_bytes(data)
