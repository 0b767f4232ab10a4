"""Cleans and draws a PDF: reads it from stdin, writes what became of it to stdout; the arguments
are how many pages it may have, and for how many seconds it may keep a processor.

A script of its own, run by ``pdfs.py`` with nothing of the portal at hand: the libraries are native
code, the document is a stranger's, and a few of its bytes may unpack to more than a machine holds.

Written are pieces, each behind its length in four bytes: what was found, then the PDF stripped of
everything that acts, then each page as a JPEG. Only the first where the PDF is not taken.
"""

import resource
import sys
from collections.abc import Container, Iterator
from io import BytesIO
from struct import pack

import pikepdf
import pypdfium2

LONGEST_SIDE = 2000  # pixels; a page of A4 at 170 dots an inch
FINEST = 300 / 72  # pixels a point, so that a stamp does not become a poster
QUALITY = 85
# What is needed to show a page, in the root and in a page; there are ever new ways to act.
_OF_ROOT = {"/Type", "/Version", "/Extensions", "/Pages", "/OCProperties", "/Lang"}
_OF_PAGE = {
    "/Type", "/Parent", "/Resources", "/Contents", "/Group", "/Rotate", "/UserUnit",
    "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox",
}  # fmt: skip
_LIMITS = {
    resource.RLIMIT_AS: 768 * 1024 * 1024,
    resource.RLIMIT_FSIZE: 64 * 1024 * 1024,  # of what is written to stdout
    resource.RLIMIT_CORE: 0,
}


def confine(seconds: int) -> None:
    """What wants more time or memory than a document needs ends here."""
    for what, most in {**_LIMITS, resource.RLIMIT_CPU: seconds}.items():
        resource.setrlimit(what, (most, most))


def pieces(sent: bytes, most: int) -> Iterator[bytes]:
    """``ok`` and the rest, or ``locked``, ``broken``, ``pages 11``."""
    try:
        with pikepdf.open(BytesIO(sent)) as pdf:
            number = len(pdf.pages)
            if not 0 < number <= most:
                yield f"pages {number}".encode()
                return
            content = stripped(pdf)
    except pikepdf.PasswordError:
        yield b"locked"
    except (pikepdf.PdfError, ValueError, RuntimeError):
        yield b"broken"
    else:
        yield b"ok"
        yield content
        yield from pictures(content)


def stripped(pdf: pikepdf.Pdf) -> bytes:
    """Without scripts, attachments, links and metadata, written anew."""
    _keep(pdf.Root, _OF_ROOT)
    for page in pdf.pages:
        _keep(page.obj, _OF_PAGE)
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    pdf.remove_unreferenced_resources()
    made = BytesIO()
    pdf.save(made)
    return made.getvalue()


def _keep(found: pikepdf.Object, names: Container[str]) -> None:
    for name in [one for one in found.keys() if one not in names]:  # noqa: SIM118 -- no mapping
        del found[name]


def pictures(content: bytes) -> Iterator[bytes]:
    """Every page, upright as its document says."""
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            scale = min(FINEST, LONGEST_SIDE / max(page.get_size()))
            drawn = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
            made = BytesIO()
            drawn.to_pil().convert("RGB").save(made, "JPEG", quality=QUALITY)
            yield made.getvalue()


if __name__ == "__main__":
    most_pages, seconds = map(int, sys.argv[1:])
    confine(seconds)
    for piece in pieces(sys.stdin.buffer.read(), most_pages):
        sys.stdout.buffer.write(pack(">I", len(piece)) + piece)
