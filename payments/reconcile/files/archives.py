"""Zips: what is in them, and whether they may be opened at all."""

import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from payments.gateways import alipay_bill
from payments.reconcile.files import refusals

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PACKERS = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_IGNORED = re.compile(
    r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|\._)|/$|(?i:\.(?:docx?|pptx?|pdf)$)"
)  # of Macs and Windows, and the letter that comes with the files
# Pages and texts that call themselves workbooks are common; one is refused rather than left out.
_TABLES = (".csv", ".txt", ".tsv", ".xls", ".xlsx", ".xlsb", ".et", ".ods", ".htm", ".html")
_MACROS = ("vbaproject.bin", "vbadata.xml")
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SHEET = re.compile(r"^xl/(?:worksheets/[^/]+|sharedStrings)\.xml$", re.IGNORECASE)
_ENCRYPTED = 0x1
_XML_HEAD = 4096
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    UnicodeDecodeError,
)


@contextmanager
def refusing() -> Iterator[None]:
    """Whatever a damaged zip raises is a file that cannot be opened."""
    try:
        yield
    except _DAMAGE as error:
        raise refusals.unreadable() from error


def opened(path: Path) -> zipfile.ZipFile:
    """The zip, its sizes and names checked; raises ``FileRefused``."""
    with refusing():
        packed = _named(path)
        _check(packed, path.stat().st_size)
        return packed


def _named(path: Path) -> zipfile.ZipFile:
    """Chinese programs write names in GBK, others in UTF-8, both without the flag to say so."""
    for encoding in ("utf-8", "gbk"):
        try:
            return zipfile.ZipFile(path, metadata_encoding=encoding)
        except UnicodeDecodeError:
            continue
    raise refusals.unreadable()


def _check(packed: zipfile.ZipFile, size: int) -> None:
    parts, large = packed.infolist(), total(packed)
    if large > refusals.MAX_UNPACKED or len(parts) > refusals.MAX_PARTS:
        raise refusals.bomb()
    if large > refusals.RATIO_FROM and large > refusals.MAX_RATIO * size:
        raise refusals.bomb()
    for part in parts:
        if _OUTSIDE.search(part.filename):
            raise refusals.escape(part.filename)
        if part.flag_bits & _ENCRYPTED:
            raise refusals.password()


def is_workbook(packed: zipfile.ZipFile) -> bool:
    """An Office or OpenDocument file, not a zip of files."""
    names = set(packed.namelist())
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names


def check_workbook(packed: zipfile.ZipFile) -> None:
    """Refuse macros, and XML that defines entities."""
    for part in packed.infolist():
        lower = part.filename.lower()
        if lower.endswith(_MACROS) or lower.startswith("basic/"):
            raise refusals.macro()
        if lower.endswith((".xml", ".rels")):
            with refusing(), packed.open(part) as file:
                begins = file.read(_XML_HEAD)
            if _DTD.search(begins.replace(b"\x00", b"")):
                raise refusals.entity()


def sheet_bytes(packed: zipfile.ZipFile) -> int:
    """What the sheets and strings of an xlsx unpack to; 0 for other workbooks."""
    parts = (one for one in packed.infolist() if _SHEET.search(one.filename))
    return sum(part.file_size for part in parts)


def members(packed: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, bool]]:
    """The files of a zip that hold rows, and whether each is a workbook, which must be unpacked to
    be looked into. Raises ``FileRefused`` for archives of other kinds and when there is no table.
    """
    parts = [part for part in packed.infolist() if not _IGNORED.search(part.filename)]
    if len(parts) > refusals.MAX_MEMBERS:
        raise refusals.too_large(f"压缩包里超过 {refusals.MAX_MEMBERS} 个文件")
    found = [(part, begins.startswith((ZIP, OLE))) for part, begins in _begun(packed, parts)]
    tables = [(part, is_book) for part, is_book in found if is_book or _holds_rows(part.filename)]
    if not tables:
        raise refusals.no_member()
    yield from tables


def _begun(
    packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]
) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    for part in parts:
        with refusing(), packed.open(part) as file:
            begins = file.read(4)
        if begins.startswith(PACKERS):
            raise refusals.nested(part.filename)
        yield part, begins


def unpacked(packed: zipfile.ZipFile, part: zipfile.ZipInfo, folder: Path) -> Path:
    """One file of a zip by itself, under a name of ours; its size was checked by ``opened``."""
    path = folder / "member"
    with refusing(), packed.open(part) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return path


def total(packed: zipfile.ZipFile) -> int:
    """Bytes that everything in it unpacks to, as it says."""
    return sum(part.file_size for part in packed.infolist())


def _holds_rows(name: str) -> bool:
    """Alipay's sums stand in a file of their own, and are not rows."""
    return name.lower().endswith(_TABLES) and alipay_bill.is_detail(f"{Path(name).stem}.csv")
