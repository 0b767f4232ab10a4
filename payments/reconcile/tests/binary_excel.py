"""Workbooks as Excel writes them with the ending .xlsb: binary records in a zip."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
</Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}
</Relationships>"""
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/>'

Row = Sequence[str | float]


def workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """An .xlsb file with these sheets: text cells and numbers."""
    out = io.BytesIO()
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.bin"/>'
        for at in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("_rels/.rels", _RELATIONS.format(_BOOK))
        packed.writestr("xl/_rels/workbook.bin.rels", _RELATIONS.format(relations))
        packed.writestr("xl/workbook.bin", _book(sheets))
        for at, rows in enumerate(sheets.values(), start=1):
            packed.writestr(f"xl/worksheets/sheet{at}.bin", _sheet(rows))
    return out.getvalue()


def _record(kind: int, body: bytes = b"") -> bytes:
    return _varied(kind) + _varied(len(body)) + body


def _varied(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _book(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    bundles = [
        _record(156, struct.pack("<II", 0, at) + _text(f"rId{at}") + _text(name))
        for at, name in enumerate(sheets, start=1)
    ]
    return b"".join([
        _record(131), _record(153, b"\0" * 12), _record(143), *bundles, _record(144),
        _record(157, b"\0" * 26), _record(132),
    ])  # fmt: skip


def _sheet(rows: Sequence[Row]) -> bytes:
    wide = max(map(len, rows), default=1)
    size = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, wide - 1)
    body = [_record(129), _record(148, size), _record(145)]
    for at, row in enumerate(rows):
        body.append(_record(0, struct.pack("<I", at) + b"\0" * 13))
        body.extend(_cell(column, cell) for column, cell in enumerate(row))
    return b"".join([*body, _record(146), _record(130)])


def _cell(column: int, cell: str | float) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(cell, str):
        return _record(6, place + _text(cell))
    return _record(5, place + struct.pack("<d", cell))
