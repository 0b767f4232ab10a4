"""The file for the printer: every page as it was, in the order given, and nothing to sign."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from transcripts.document import Snapshot, snapshot
from transcripts.kinds import Paper
from transcripts.merging import OWN, merge_apart
from transcripts.options import Options
from transcripts.signing import sign_pdf
from transcripts.tests.factories import attempt, course, many, record
from transcripts.tests.test_pdf import pdf_of

RARE = snapshot(record([course(1, [attempt(80)], name="𬭎㛃鉴赏 Wi-Fi")]))


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """Three signed files, four pages: long, rare, wide."""
    made: list[tuple[Snapshot, Paper]] = [
        (many(140), Paper.A4),
        (RARE, Paper.A4),
        (many(20), Paper.A3),
    ]
    paths = [tmp_path / f"{at}.pdf" for at in range(len(made))]
    for path, (one, paper) in zip(paths, made, strict=True):
        path.write_bytes(sign_pdf(pdf_of(one, Options(paper=paper))))
    return paths


def drawn(path: Path) -> list[bytes]:
    """What every page looks like, to the pixel."""
    with pypdfium2.PdfDocument(path) as document:
        return [page.render(scale=1.5).to_pil().tobytes() for page in document]


def test_pages_look_as_they_did(sources: list[Path], tmp_path: Path) -> None:
    merge_apart(sources, tmp_path / "all.pdf")
    alone = [page for path in sources for page in drawn(path)]
    assert len(set(alone)) == 4
    assert drawn(tmp_path / "all.pdf") == alone


def test_nothing_of_the_signature_is_left(sources: list[Path], tmp_path: Path) -> None:
    merge_apart(sources, tmp_path / "all.pdf")
    with pikepdf.open(tmp_path / "all.pdf") as merged:
        assert [name for page in merged.pages for name in OWN if name in page] == []
        assert "/AcroForm" not in merged.Root
