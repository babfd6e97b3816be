"""Small ELF files with device code in them, for tests: the layout of src/formats/fatbin/fatbin.h, written once more and independently."""
import struct

PTX, SASS, NVVM = 1, 2, 8
KINDS = {"compute": PTX, "sm": SASS, "lto": NVVM}


def entry(text, payload=8, header=64):
    """"sm_90a", "compute_90@8.5" -> one entry."""
    name, _, isa = text.partition("@")
    kind, _, target = name.partition("_")
    flags = 0x11
    if target[-1] in "af":
        flags |= {"a": 0x100000, "f": 0x200000}[target[-1]]
        target = target[:-1]
    major, minor = map(int, isa.split(".")) if isa else (1, 8)
    head = struct.pack("<HHIQIIHHIIIQQQ", KINDS[kind], 0x0101, header, payload, 0, 0, minor, major, int(target), 0, 0, flags, 0, 0)
    return head.ljust(header, b"\0") + b"\xaa" * payload


def container(images, **options):
    body = b"".join(entry(image, **options) for image in images)
    return struct.pack("<IHHQ", 0xBA55ED50, 1, 16, len(body)) + body


def containers(lists, **options):
    return b"".join(container(images, **options) for images in lists)


def library(sections):
    """An ELF file with these (name, bytes) sections and section headers; every one is allocated and holds constants."""
    names, table, body = b"\0", [], b""
    offset = 64
    for name, data in sections:
        body += b"\0" * (-(offset + len(body)) % 8)
        table.append((len(names), 1, 2, offset + len(body), len(data)))
        names += name.encode() + b"\0"
        body += data
    table.append((len(names), 3, 0, offset + len(body), len(names) + len(".shstrtab") + 1))
    names += b".shstrtab\0"
    body += names
    body += b"\0" * (-(offset + len(body)) % 8)
    headers = b"\0" * 64 + b"".join(struct.pack("<IIQQQQIIQQ", name, kind, flags, 0, at, size, 0, 0, 8, 0) for name, kind, flags, at, size in table)
    return elf_header(section_headers=offset + len(body), sections=len(table) + 1) + body + headers


def bare_library(data):
    """The same without section headers: one loadable segment that holds everything."""
    size = 64 + 56 + len(data)
    segment = struct.pack("<IIQQQQQQ", 1, 4, 0, 0, 0, size, size, 4096)
    return elf_header(segments=1) + segment + data


def elf_header(section_headers=0, sections=0, segments=0):
    return b"\x7fELF\x02\x01\x01" + b"\0" * 9 + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64 if segments else 0, section_headers, 0, 64, 56,
                                                            segments, 64 if sections else 0, sections, max(sections - 1, 0))
