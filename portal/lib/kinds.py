"""Files that people send where a table is wanted: a photo or a letter is known by its bytes."""

from typing import Protocol

# First bytes; of a picture in RIFF or in an ISO container the name stands further on.
_HEADS = (
    (0, b"\x89PNG\r\n\x1a\n", "一张图片"),
    (0, b"\xff\xd8\xff", "一张图片"),
    (0, b"GIF8", "一张图片"),
    (8, b"WEBP", "一张图片"),
    (4, b"ftyphei", "一张图片"),
    (4, b"ftypmif1", "一张图片"),
    (0, b"%PDF-", "一份 PDF"),
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DOCX = b"word/document.xml"
_TAIL = 64 * 1024  # of a zip: its table of contents ends the file
_OLD_WORD, _OLD_BOOK = (name.encode("utf-16-le") for name in ("WordDocument", "Workbook"))
_SECTOR, _DIRECTORY, _ENTRIES = 30, 48, 4096  # offsets in an OLE header, bytes of its directory


class Seekable(Protocol):
    """An open binary file, Django's or Python's."""

    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, whence: int = 0, /) -> object: ...

    def tell(self) -> int: ...


def no_table(file: Seekable) -> str:
    """``一张图片``, ``一份 PDF`` or ``一份 Word 文档``; empty for what may hold a table.

    Whatever its name says. Reads some kilobytes, and leaves the file at its beginning.
    """
    file.seek(0)
    begins = file.read(512)
    found = next((told for at, head, told in _HEADS if begins[at:].startswith(head)), "")
    if not found and _is_letter(file, begins):
        found = "一份 Word 文档"
    file.seek(0)
    return found


def _is_letter(file: Seekable, begins: bytes) -> bool:
    if begins.startswith(_ZIP):
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        return _DOCX in file.read(_TAIL)
    return begins.startswith(_OLE) and _is_old_letter(file, begins)


def _is_old_letter(file: Seekable, begins: bytes) -> bool:
    """Its first streams have a letter among them, and no workbook that a letter is put into."""
    shift = int.from_bytes(begins[_SECTOR : _SECTOR + 2], "little")
    sector = int.from_bytes(begins[_DIRECTORY : _DIRECTORY + 4], "little")
    file.seek((sector + 1) << min(shift, 12))
    names = file.read(_ENTRIES)
    return _OLD_WORD in names and _OLD_BOOK not in names
