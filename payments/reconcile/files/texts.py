"""Text files: which encoding, which separator, and their rows in blocks.

The whole file is decoded once before anything is read from it, so that a file is never half in
one encoding; nothing is replaced and nothing skipped.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, TextIO, cast

from payments.reconcile.files import headers, refusals
from payments.reconcile.files.row import FileRefused
from payments.reconcile.files.tables import BLOCK, Block, Row, in_blocks

Opener = Callable[[], BinaryIO]
HEAD = 64 * 1024  # characters looked at before reading
_CHUNK = 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f]")
_SEPARATORS = (",", "\t", ";", "|")
_LOOK = 60  # lines
_LONG = "field larger than field limit"  # how the csv module says it


def open_text(opener: Opener) -> TextIO:
    """The file as text, whatever its encoding; raises ``FileRefused`` when it is none."""
    encoding = _encoding(opener)
    return io.TextIOWrapper(opener(), encoding=encoding, newline="")


def head(opener: Opener) -> str:
    """How the text begins; raises ``FileRefused`` for what is no text."""
    with open_text(opener) as text:
        begins = text.read(HEAD)
    # One stray control character damages its cell; many are no text.
    if 100 * len(_CONTROL.findall(begins)) > len(begins):
        raise refusals.unreadable()
    if not begins.strip():
        raise refusals.empty()
    return begins


def _encoding(opener: Opener) -> str:
    with opener() as file:
        begins = file.read(4096)
    for bom, encoding in _BOMS:
        if begins.startswith(bom):
            return _fitting(opener, (encoding,))
    # Half of the bytes of a table in UTF-16 are zero: digits, commas, line ends.
    if begins[1::2].count(0) > len(begins) // 8:
        return _fitting(opener, ("utf-16-le",))
    if begins[::2].count(0) > len(begins) // 8:
        return _fitting(opener, ("utf-16-be",))
    return _fitting(opener, ("utf-8", "gb18030"))


def _fitting(opener: Opener, encodings: Iterable[str]) -> str:
    for encoding in encodings:
        if _decodes(opener, encoding):
            return encoding
    raise refusals.unreadable()


def _decodes(opener: Opener, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with opener() as file:
            while chunk := file.read(_CHUNK):
                if "\0" in decoder.decode(chunk):
                    return False  # no text has it, and no database takes it
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def separator(begins: str) -> str:
    """What stands between the cells: whatever makes the best header, then the steadiest rows."""
    lines = begins.splitlines()[:_LOOK]
    return max(_SEPARATORS, key=lambda one: _score(lines, one))


def _score(lines: list[str], one: str) -> tuple[int, int]:
    try:
        rows = list(csv.reader(lines, delimiter=one))
    except csv.Error:
        return 0, 0
    known = max((len(headers.recognise(row)) for row in rows), default=0)
    return known, sum(len(row) > 1 for row in rows)


def blocks(opener: Opener, begins: str) -> Generator[Block, None, None]:
    """The rows of a text file; raises ``FileRefused`` where the quotes do not match."""
    between = separator(begins)
    with open_text(opener) as text:
        if _is_backticked(begins):
            yield from in_blocks(_backticked(text, between))
        else:
            # Alipay ends identifiers with a TAB against Excel.
            tabbed = between != "\t" and "\t" in begins
            lines = (line.replace("\t", "") for line in text) if tabbed else text
            yield from _delimited(lines, between, opener)


def _is_backticked(begins: str) -> bool:
    """Every line of WeChat's but its two headers; a stray backtick makes no bill."""
    lines = begins.splitlines()
    marked = sum(line.startswith("`") for line in lines)
    return marked > 0 and len(lines) - 2 <= 2 * marked


def _backticked(text: TextIO, between: str) -> Iterator[tuple[int, Row]]:
    """WeChat's way: a backtick before every value, which may hold the separator."""
    for place, ended in enumerate(text, start=1):
        line = ended.rstrip("\r\n")
        values = line[1:].split(f"{between}`") if line.startswith("`") else line.split(between)
        yield place, [value.strip() for value in values]


def _delimited(lines: Iterable[str], between: str, opener: Opener) -> Iterator[Block]:
    reader = csv.reader(lines, delimiter=between, strict=True)
    before = 0
    try:
        while rows := list(islice(reader, BLOCK)):
            counted = reader.line_num - before == len(rows)
            first = before + 1
            places = range(first, first + len(rows)) if counted else _places(rows, first)
            yield Block(places, cast("list[Row]", rows))
            before = reader.line_num
    except csv.Error as error:
        raise _refused(reader.line_num, str(error), opener) from error


def _refused(place: int, error: str, opener: Opener) -> FileRefused:
    """A quotation mark that is not closed makes a long cell, too, of all lines it swallows."""
    with open_text(opener) as text:
        is_long = error.startswith(_LONG) and sum(line.count('"') for line in text) % 2 == 0
    return refusals.long_cell(place, csv.field_size_limit()) if is_long else refusals.quotes(place)


def _places(rows: list[list[str]], first: int) -> list[int]:
    """Where rows begin when quoted cells hold line ends."""
    places = []
    for row in rows:
        places.append(first)
        first += 1 + sum(len(re.findall(r"\r\n|\r|\n", cell)) for cell in row)
    return places
