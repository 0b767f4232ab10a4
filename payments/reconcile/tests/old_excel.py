"""Workbooks as Excel 97 writes them: BIFF8 in an OLE file. The library that could is dead."""

import struct
from collections.abc import Mapping, Sequence

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SMALLEST = 4096  # shorter streams would live in the mini stream

Row = Sequence[str | float]


def workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """An .xls file with these sheets: text cells and numbers."""
    return ole({"Workbook": _biff(sheets)})


def locked() -> bytes:
    """An .xls file that says right at its beginning that the rest is encrypted."""
    return ole({"Workbook": _begin(0x0005) + _record(0x002F, b"\1\0\1\0\1\0" + b"\0" * 48)})


def _biff(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    parts = [_substream(rows) for rows in sheets.values()]
    bound = [_bound_sheet(name, 0) for name in sheets]
    at = len(_begin(0x0005)) + sum(map(len, bound)) + 4
    head = _begin(0x0005)
    for name, part in zip(sheets, parts, strict=True):
        head += _bound_sheet(name, at)
        at += len(part)
    return head + _record(0x000A, b"") + b"".join(parts)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _bound_sheet(name: str, at: int) -> bytes:
    return _record(0x0085, struct.pack("<IBBBB", at, 0, 0, len(name), 1) + name.encode("utf-16-le"))


def _substream(rows: Sequence[Row]) -> bytes:
    cells = [
        _cell(at, column, cell) for at, row in enumerate(rows) for column, cell in enumerate(row)
    ]
    return _begin(0x0010) + b"".join(cells) + _record(0x000A, b"")


def _cell(row: int, column: int, cell: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
        return _record(0x0204, place + text)
    return _record(0x0203, place + struct.pack("<d", cell))


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE file: header, one FAT sector, one or more of directory, the streams."""
    padded = {name: body.ljust(SMALLEST, b"\0") for name, body in streams.items()}
    counts = {name: -(-len(body) // SECTOR) for name, body in padded.items()}
    entries = len(streams) + 1
    folder = -(-entries * 128 // SECTOR)
    tables = -(-(sum(counts.values()) + folder + 8) // 128)
    fat = [FAT] * tables + [*range(tables + 1, tables + folder), END]
    starts = {}
    for name, count in counts.items():
        starts[name] = len(fat)
        fat += [*range(len(fat) + 1, len(fat) + count), END]
    fat += [FREE] * (tables * 128 - len(fat))
    return b"".join([
        _header(tables),
        struct.pack(f"<{len(fat)}I", *fat),
        _directory(padded, starts).ljust(folder * SECTOR, b"\0"),
        *(body.ljust(counts[name] * SECTOR, b"\0") for name, body in padded.items()),
    ])  # fmt: skip


def _header(tables: int) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, SMALLEST, END, 0, END, 0)
    difat = [*range(tables), *[FREE] * (109 - tables)]
    return head + struct.pack("<109I", *difat)


def _directory(streams: Mapping[str, bytes], starts: Mapping[str, int]) -> bytes:
    root = _entry("Root Entry", 5, FREE, 1, END, 0)
    rest = [
        _entry(name, 2, at + 1 if at < len(streams) else FREE, FREE, starts[name], len(body))
        for at, (name, body) in enumerate(streams.items(), start=1)
    ]
    return root + b"".join(rest)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    word = name.encode("utf-16-le") + b"\0\0"
    head = word.ljust(64, b"\0") + struct.pack("<HBBIII", len(word), kind, 1, FREE, right, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)
