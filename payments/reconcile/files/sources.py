"""From a file to its tables: what it is shows in its bytes, whatever its name says."""

import mmap
import re
import tempfile
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from payments.reconcile.files import archives, big_sheet, markup, refusals, texts, workbook
from payments.reconcile.files.row import FileRefused
from payments.reconcile.files.tables import Block, Table

LARGE = 32 * refusals.MB  # of XML: the native parser would keep about 80 MB of it
_HEAD = 8
# Names of streams in an OLE file, as its directory holds them.
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
# Excel 97: the workbook's first record, perhaps "write protected", then "encrypted".
_PASSWORD = re.compile(
    rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)


def tables(path: Path) -> Generator[Table, None, None]:
    """Every table of the file, lazily and in order; raises ``FileRefused``."""
    size = path.stat().st_size
    if size == 0:
        raise refusals.empty()
    if size > refusals.MAX_BYTES:
        raise refusals.too_large(f"超过 {refusals.MAX_BYTES // refusals.MB} MB")
    with path.open("rb") as file:
        begins = file.read(_HEAD)
    if begins.startswith(archives.ZIP):
        return _from_zip(path)
    if begins.startswith(archives.OLE):
        _check_ole(path)
        return workbook.tables(path)
    if begins.startswith(archives.PACKERS):
        raise refusals.packer()
    return _from_text(partial(_open_file, path), "")


def _check_ole(path: Path) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        if view.find(_LOCKED) >= 0 or _PASSWORD.search(view):
            raise refusals.password()
        if view.find(_MACROS) >= 0:
            raise refusals.macro()


def _from_zip(path: Path) -> Generator[Table, None, None]:
    with archives.opened(path) as packed:
        if archives.is_workbook(packed):
            yield from _from_workbook(path, packed)
            return
        budget = refusals.MAX_UNPACKED - archives.total(packed)
        for part, is_book in archives.members(packed):
            with _naming(part.filename):
                if not is_book:
                    with archives.refusing():
                        yield from _from_text(partial(_open, packed, part), part.filename)
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    inner = archives.unpacked(packed, part, Path(folder))
                    budget -= yield from _from_member(inner, part.filename, budget)


def _from_workbook(path: Path, packed: zipfile.ZipFile) -> Generator[Table, None, None]:
    archives.check_workbook(packed)
    large = archives.sheet_bytes(packed) > LARGE
    yield from big_sheet.tables(packed) if large else workbook.tables(path)


def _from_member(path: Path, name: str, budget: int) -> Generator[Table, None, int]:
    """The sheets of a workbook out of a zip; returns what it unpacked to. ``budget``: how much it
    may, so that many small bombs are one.
    """
    with path.open("rb") as file:
        is_old = file.read(_HEAD).startswith(archives.OLE)
    if is_old:
        _check_ole(path)
        yield from _named(workbook.tables(path), name)
        return 0
    with archives.opened(path) as packed:
        if not archives.is_workbook(packed):
            raise refusals.nested(name)
        unpacked = archives.total(packed)
        if unpacked > budget:
            raise refusals.bomb()
        yield from _named(_from_workbook(path, packed), name)
        return unpacked


def _named(tables: Generator[Table, None, None], member: str) -> Generator[Table, None, None]:
    with closing(tables):
        for table in tables:
            table.member, table.blocks = member, _said_of(member, table.blocks)
            yield table


def _said_of(member: str, blocks: Iterator[Block]) -> Iterator[Block]:
    with _naming(member):
        yield from blocks


@contextmanager
def _naming(member: str) -> Iterator[None]:
    """Whatever refuses a file of a zip says which one."""
    try:
        yield
    except FileRefused as refused:
        raise refusals.of_member(refused, member) from refused


def _open_file(path: Path) -> BinaryIO:
    return path.open("rb")


def _open(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> BinaryIO:
    return packed.open(part)  # type: ignore[return-value]


def _from_text(opener: texts.Opener, member: str) -> Generator[Table, None, None]:
    begins = texts.head(opener)
    if "urn:schemas-microsoft-com:office:spreadsheet" in begins:
        raise refusals.xml_sheet()
    if markup.is_markup(begins):
        yield from _named(markup.tables(opener), member)
        return
    with closing(texts.blocks(opener, begins)) as blocks:
        yield Table(_said_of(member, blocks), member=member, exact=True)
