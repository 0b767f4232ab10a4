"""The parts of a large xlsx: its sheets, which styles are dates, its shared strings.

The native parser keeps a whole workbook in memory, a million rows take 700 MB. Above
``sources.LARGE`` the sheet is therefore streamed (``big_sheet``); this module holds what the
stream needs to know.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from xml.etree import ElementTree as ET

from payments.reconcile.files import refusals

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CHUNK = 256 * 1024
_TOGETHER = 64  # strings kept as one: a string of its own costs 50 bytes more
_STRING = re.compile(r"<si><t(?: xml:space=\"preserve\")?>([^<]*)</t></si>")
_ITEM = re.compile(r"<si\s*/>|<si[ >].*?</si>", re.DOTALL)
_PHONETIC = re.compile(r"<rPh.*?</rPh>", re.DOTALL)
_RUN = re.compile(r"<t(?:\s[^>]*)?>([^<]*)</t>")
# Excel's own numbers for dates and times, those of Chinese editions included.
_BUILT_IN = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUIET = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True)
class BigBook:
    """What every sheet of the workbook shares. ``sheets`` are the visible ones: name, part."""

    sheets: tuple[tuple[str, str], ...]
    dates: frozenset[int]  # styles that show a day or time
    strings: "Strings"
    from_1904: bool


def opened(packed: zipfile.ZipFile) -> BigBook:
    """Raises ``FileRefused`` for a workbook whose parts do not fit together."""
    try:
        book = _parsed(packed, "xl/workbook.xml")
        relations = _parsed(packed, "xl/_rels/workbook.xml.rels")
        targets = {one.get("Id"): one.get("Target", "") for one in relations}
        sheets = [
            (one.get("name", ""), _part(targets[one.get(_RELATION)]))
            for one in book.iter(f"{_MAIN}sheet")
            if one.get("state", "visible") == "visible"
        ]
        old = next((one.get("date1904") for one in book.iter(f"{_MAIN}workbookPr")), None)
        return BigBook(tuple(sheets), _dates(packed), Strings(packed), old in ("1", "true"))
    except (KeyError, ValueError, ET.ParseError) as error:
        raise refusals.unreadable() from error


def _parsed(packed: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(packed.read(name))  # noqa: S314 -- entities were refused before


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _dates(packed: zipfile.ZipFile) -> frozenset[int]:
    if "xl/styles.xml" not in packed.namelist():
        return frozenset()
    styles = _parsed(packed, "xl/styles.xml")
    own = {
        int(one.get("numFmtId", 0)): one.get("formatCode", "")
        for one in styles.iter(f"{_MAIN}numFmt")
    }
    formats = styles.find(f"{_MAIN}cellXfs")
    numbers = [int(one.get("numFmtId", 0)) for one in (formats if formats is not None else ())]
    return frozenset(at for at, one in enumerate(numbers) if _is_date(one, own.get(one, "")))


def _is_date(number: int, code: str) -> bool:
    return (
        number in _BUILT_IN or re.search(r"[ymdhs年月日]", _QUIET.sub("", code.lower())) is not None
    )


class Strings:
    """The shared strings, a few bytes each; looked up by number."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._blocks: list[str] = []
        if "xl/sharedStrings.xml" in packed.namelist():
            self._load(packed)
        self._split = lru_cache(maxsize=512)(self._split_block)

    def _load(self, packed: zipfile.ZipFile) -> None:
        waiting: list[str] = []
        for part in chunks(packed, "xl/sharedStrings.xml", "</si>"):
            waiting.extend(_strings(part))
            while len(waiting) >= _TOGETHER:
                self._blocks.append("\0".join(waiting[:_TOGETHER]))
                del waiting[:_TOGETHER]
        self._blocks.append("\0".join(waiting))

    def _split_block(self, at: int) -> list[str]:
        return self._blocks[at].split("\0")

    def texts(self, numbers: Sequence[str]) -> list[str]:
        """The strings with these numbers, "" for none; raises ``IndexError``, ``ValueError``."""
        split = self._split
        return [
            split((at := int(one)) // _TOGETHER)[at % _TOGETHER] if one else "" for one in numbers
        ]


def chunks(packed: zipfile.ZipFile, name: str, ending: str) -> Iterator[str]:
    """A part's text in pieces that end with ``ending``; the last holds what follows."""
    rest = b""
    end = ending.encode()
    with packed.open(name) as file:
        while read := file.read(_CHUNK):
            rest += read
            cut = rest.rfind(end) + len(end)
            if cut >= len(end):
                yield rest[:cut].decode()
                rest = rest[cut:]
            elif len(rest) > 64 * _CHUNK:
                raise refusals.unreadable()
    yield rest.decode()


def _strings(part: str) -> list[str]:
    found = _STRING.findall(part)
    if len(found) != part.count("<si"):
        found = ["".join(_RUN.findall(_spoken(one))) for one in _ITEM.findall(part)]
    return [plain(one) for one in found]


def _spoken(item: str) -> str:
    """Without the reading aids of East Asian editions."""
    return _PHONETIC.sub("", item) if "</rPh>" in item else item


def plain(text: str) -> str:
    """Without XML's escapes."""
    return unescape(text) if "&" in text else text
