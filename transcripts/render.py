"""Sheet to HTML to PDF: PDF/A-3a, tagged, fonts embedded."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from transcripts import fonts
from transcripts.kinds import Language
from transcripts.sheet import Sheet
from transcripts.wording import colon, word

VARIANT = "pdf/a-3a"
DATA_FILE = "transcript.json"


@dataclass(frozen=True)
class Stamp:
    """What makes a sheet checkable: code, address, QR text, and the data it was printed from."""

    code: str
    address: str
    qr_text: str
    data: bytes

    @property
    def spelled(self) -> str:
        """The code in groups of four."""
        return " ".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))

    @property
    def qr(self) -> SafeString:
        """The QR code as inline SVG."""
        # A mask given is a fifth of the time of trying all eight; readers take any.
        drawn = segno.make(self.qr_text, error="m", mask=3, micro=False)
        return mark_safe(drawn.svg_inline(svgclass="qr", lineclass=None, omitsize=True))  # noqa: S308 -- segno draws paths only


def html(sheet: Sheet, stamp: Stamp | None, printed_on: date) -> str:
    """The sheet as the renderer takes it; ``stamp`` None gives a 自查 print."""
    context = {
        "sheet": sheet,
        "stamp": stamp,
        "names": "\n".join(sheet.column_head.lines),
        "college_name": settings.COLLEGE_NAME,
        "words": _words(sheet.language, printed_on),
    }
    return render_to_string("transcripts/sheet.html", context)


def pdf(sheet: Sheet, stamp: Stamp | None, printed_on: date) -> bytes:
    """The sheet as PDF.

    Raises ``FontMissing``, and ``DomainError("transcript.glyph")`` for what no font can draw.
    """
    text = html(sheet, stamp, printed_on)
    fonts.refuse_undrawable(text)
    style, config = _style()
    document = HTML(string=text).render(stylesheets=[style], font_config=config)
    data = (
        [Attachment(string=stamp.data.decode(), name=DATA_FILE, relationship="Source")]
        if stamp
        else []
    )
    written: bytes = document.write_pdf(pdf_variant=VARIANT, attachments=data)
    return written


@cache
def _style() -> tuple[CSS, FontConfiguration]:
    """Parsed once a process; the fonts stay loaded."""
    config = FontConfiguration()
    face = f'@font-face {{ font-family: Sheet; src: url("{fonts.working_font().as_uri()}") }}'
    written = Path(settings.BASE_DIR, "static/transcripts/sheet.css").read_text(encoding="utf-8")
    return CSS(string=face + written, font_config=config), config


def _words(language: Language, printed_on: date) -> dict[str, str]:
    mark = colon(language)
    return {
        "own": word("own", language),
        "code": word("code", language),
        "seal": f"{word('seal', language)}{mark}",
        "reviewer": f"{word('reviewer', language)}{mark}{word('office', language)}",
        "printed_on": f"{word('printed_on', language)}{mark}{printed_on.isoformat()}",
    }
