"""The font transcripts are set in, and a small one cut from it that makes them fast.

Embedding a part of the 25 MB system font costs 0.25 s a document, of the 2 MB working font
0.02 s. The working font holds the 6,763 characters of GB 2312; for any other character, such as
𬭎 or 㛃, the renderer falls back to the system font, which looks the same.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import uharfbuzz as hb
from django.conf import settings

from portal.lib.errors import DomainError

FAMILY = "Noto Serif CJK SC"
PACKAGE = "fonts-noto-cjk"
_LAYOUT = frozenset("\n\r\t")
EXTRA = "·—–“”‘’…　×"


class FontMissing(DomainError):
    """The college's server has no font for transcripts."""

    def __init__(self) -> None:
        super().__init__(
            "transcript.font",
            "服务器上缺少成绩单用的字体。",
            advice=f"请管理员安装软件包 {PACKAGE}。",
            status=503,
        )


@dataclass(frozen=True)
class Source:
    """The system font as a file and the number of the face in it."""

    path: str
    index: int


@cache
def source() -> Source:
    """Where fontconfig has ``FAMILY``; raises ``FontMissing`` when it would take another one."""
    found = _ask("fc-match", "-f", "%{family}|%{file}|%{index}", f"{FAMILY}:style=Regular")
    families, _, place = found.partition("|")
    if FAMILY not in families.split(","):
        raise FontMissing
    path, _, index = place.rpartition("|")
    return Source(path, int(index))


def _ask(program: str, *arguments: str) -> str:
    try:
        return subprocess.run(  # noqa: S603 -- fontconfig's own program, fixed arguments
            [program, *arguments], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise FontMissing from error


@cache
def face() -> hb.Face:
    """The whole system font."""
    where = source()
    return hb.Face(hb.Blob.from_file_path(where.path), where.index)


@cache
def covered() -> frozenset[int]:
    """Every code point the system font can draw."""
    return frozenset(face().unicodes)


@cache
def advance(character: str) -> float:
    """Width of one character in em; what the font lacks counts as one Chinese character."""
    font = _font()
    glyph = font.get_nominal_glyph(ord(character))
    return font.get_glyph_h_advance(glyph) / face().upem if glyph else 1.0


@cache
def _font() -> hb.Font:
    return hb.Font(face())


def refuse_undrawable(text: str) -> None:
    """Raise ``DomainError("transcript.glyph")`` when a character has no font: never a box."""
    for character in sorted(set(text) - _LAYOUT):
        if ord(character) not in covered() and not _drawn_elsewhere(character):
            raise DomainError(
                "transcript.glyph",
                f"“{character}”（U+{ord(character):04X}）这个字没有字体可画，没有生成成绩单。",
                advice="请把这个字告诉教学部，装上字体后再生成。",
            )


@cache
def _drawn_elsewhere(character: str) -> bool:
    return bool(_ask("fc-list", f":charset={ord(character):x}", "family").strip())


@cache
def working_font() -> Path:
    """The small font's file, made when it is not there; safe to call in many processes."""
    where = Path(settings.TRANSCRIPT_FONT_DIR)
    path = where / f"sheet-{Path(source().path).stat().st_size}.otf"
    if not path.is_file():
        where.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=where, delete=False) as draft:
            draft.write(_cut())
        Path(draft.name).rename(path)
    return path


def _cut() -> bytes:
    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.UNICODE).update(_common())
    wanted.sets(hb.SubsetInputSets.LAYOUT_FEATURE_TAG).clear()
    small: bytes | None = hb.subset(face(), wanted).blob.data
    assert small is not None  # noqa: S101 -- a subset always has content
    return small


def _common() -> set[int]:
    """GB 2312 with ASCII and the punctuation sheets use."""
    pairs = (bytes([high, low]) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    chinese = b"".join(pairs).decode("gb2312", errors="ignore")
    return {*range(0x20, 0x7F), *map(ord, chinese), *map(ord, EXTRA)}
