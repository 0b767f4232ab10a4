"""PDF: opened, stripped of everything that acts, written anew."""

from dataclasses import dataclass
from io import BytesIO

import pikepdf

from credits.attachments import refusals

MAX_PAGES = 10
_ACTING = ("/OpenAction", "/AA", "/AcroForm", "/Names", "/Metadata", "/PieceInfo", "/URI")


@dataclass(frozen=True)
class Document:
    """A PDF without scripts, attachments, links and metadata."""

    content: bytes
    pages: int


def clean(sent: bytes) -> Document:
    """Raises the refusals ``attachment.locked``, ``.pages`` and ``.broken``."""
    try:
        with pikepdf.open(BytesIO(sent)) as pdf:
            pages = len(pdf.pages)
            if pages > MAX_PAGES:
                raise refusals.too_many_pages(pages, MAX_PAGES)
            if not pages:
                raise refusals.unreadable()
            _strip(pdf)
            made = BytesIO()
            pdf.save(made)
    except pikepdf.PasswordError as error:
        raise refusals.locked() from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise refusals.unreadable() from error
    return Document(made.getvalue(), pages)


def _strip(pdf: pikepdf.Pdf) -> None:
    for name in _ACTING:
        if name in pdf.Root:
            del pdf.Root[name]
    for page in pdf.pages:
        for name in ("/AA", "/Annots", "/Metadata", "/PieceInfo"):
            if name in page:
                del page[name]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    pdf.remove_unreferenced_resources()
