"""The file itself: the text in it is the data, the pages look right, nothing is a box."""

import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter
from pytest_django import Settings

from portal.lib.errors import DomainError
from transcripts import fonts, printing, render
from transcripts.breaking import BLANK
from transcripts.document import Snapshot, snapshot
from transcripts.kinds import Language, Paper
from transcripts.options import Options
from transcripts.tests.factories import attempt, course, many, record

DAY = date(2025, 4, 23)
NOW = datetime(2025, 4, 23, 14, 31, tzinfo=ZoneInfo("Asia/Shanghai"))
SAME = 0.002  # share of pixels that may differ: another FreeType, another rasteriser
MARGIN = 11  # points, 4 mm: what printers leave white
REFERENCES = Path(__file__).parent / "references"


def pdf_of(made: Snapshot, options: Options | None = None) -> bytes:
    return render.pdf(printing.sheet(made, options or Options()), None, DAY)


def words_in(pdf: bytes) -> list[str]:
    """Every line of text, blanks between cells as one."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            found += page.get_textpage().get_text_range().replace(BLANK, " ").splitlines()
    return [" ".join(line.split()) for line in found if line.strip()]


def squeezed(lines: list[str]) -> str:
    """All text without blanks: long lines of the foot wrap."""
    return "".join(lines).replace(" ", "")


def expected_lines(made: Snapshot, options: Options) -> list[str]:
    """Heads and rows in reading order, as the data have them."""
    one = printing.sheet(made, options)
    lines = []
    for block in (block for page in one.pages for column in page for block in column):
        lines += [*block.head, *(line for row in block.rows for line in row.lines)]
    return [" ".join(line.replace("\t", " ").split()) for line in lines]


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("language", Language)
def test_text_in_the_pdf_is_the_data(paper: Paper, language: Language) -> None:
    made, options = many(), Options(paper=paper, language=language)
    found = words_in(pdf_of(made, options))
    wanted = expected_lines(made, options)
    assert [line for line in found if line in set(wanted)] == wanted
    one = printing.sheet(made, options)
    assert f"{one.credits}{one.gpa}".replace(BLANK, "").replace(" ", "") in squeezed(found)


@pytest.mark.parametrize(
    ("number", "paper", "pages", "size"),
    [
        (60, Paper.A4, 1, (297, 210)),
        (60, Paper.A3, 1, (420, 297)),
        (140, Paper.A4, 2, (297, 210)),
    ],
)
def test_pages_and_their_size(number: int, paper: Paper, pages: int, size: tuple[int, int]) -> None:
    with pypdfium2.PdfDocument(pdf_of(many(number), Options(paper=paper))) as document:
        sizes = {tuple(round(side * 25.4 / 72) for side in page.get_size()) for page in document}
        assert (len(document), sizes) == (pages, {size})


def test_rare_characters_are_drawn_not_boxed() -> None:
    made = snapshot(record([course(1, [attempt(80)], name="𬭎㛃鉴赏")], name="阿卜杜拉·买买提"))
    pdf = pdf_of(made)
    lines = words_in(pdf)
    assert "𬭎㛃鉴赏 必修 4 80" in lines
    assert "姓名：阿卜杜拉·买买提" in " ".join(lines)
    assert _fonts(pdf) == {"Sheet", "Noto-Serif-CJK-SC"}


def test_every_font_is_embedded_and_the_file_says_pdf_a() -> None:
    with pikepdf.open(io.BytesIO(pdf_of(many(3)))) as document:
        with document.open_metadata() as metadata:
            level = (metadata["pdfaid:part"], metadata["pdfaid:conformance"])
        assert level == ("3", "A")
        assert "/StructTreeRoot" in document.Root
    assert _fonts(pdf_of(many(3))) == {"Sheet"}


def _fonts(pdf: bytes) -> set[str]:
    """Names of the fonts that have their outlines in the file; fails for one that has not."""
    names = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for font in document.pages[0].Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile3" in descriptor
            names.add(str(descriptor.FontName).partition("+")[2])
    return names


def test_a_character_no_font_has_is_refused() -> None:
    made = snapshot(record([], name="王\U000e0fff"))
    with pytest.raises(DomainError) as caught:
        pdf_of(made)
    assert caught.value.code == "transcript.glyph"


@pytest.mark.parametrize("paper", Paper)
def test_sheet_looks_like_the_reference(paper: Paper) -> None:
    """References are drawn anew by deleting them; look at them before they are committed."""
    with pypdfium2.PdfDocument(pdf_of(many(), Options(paper=paper))) as document:
        drawn = document[0].render(scale=1).to_pil().convert("L")
    reference = REFERENCES / f"{paper}.png"
    if not reference.is_file():
        drawn.save(reference)
    assert _difference(drawn, Image.open(reference)) < SAME


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Share of the blurred pixels that differ by more than a quarter of black."""
    assert one.size == other.size
    soft = [image.filter(ImageFilter.GaussianBlur(1)) for image in (one, other)]
    histogram = ImageChops.difference(*soft).histogram()
    return sum(histogram[64:]) / sum(histogram)


def test_image_comparison_sees_a_row_that_moved() -> None:
    with pypdfium2.PdfDocument(pdf_of(many(57))) as document:
        drawn = document[0].render(scale=1).to_pil().convert("L")
    assert _difference(drawn, Image.open(REFERENCES / "a4.png")) > 3 * SAME


def test_working_font_is_made_once_and_again_when_lost(settings: Settings, tmp_path: Path) -> None:
    settings.TRANSCRIPT_FONT_DIR = str(tmp_path / "fonts")
    fonts.working_font.cache_clear()
    path = fonts.working_font()
    fonts.working_font.cache_clear()
    assert (path.parent, path.stat().st_size > 1_000_000) == (tmp_path / "fonts", True)
    assert fonts.working_font() == path
    fonts.working_font.cache_clear()


@pytest.mark.parametrize("paper", Paper)
def test_self_check_carries_no_code(paper: Paper) -> None:
    options = Options(paper=paper, hide_failed=True)
    lines = words_in(printing.self_check(many(), options, NOW))
    assert lines[0] == "常州工程职业技术学院学业成绩单 自查打印，不作证明"
    assert [line for line in lines if "校验码" in line] == []


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("language", Language)
def test_no_text_leaves_the_paper(paper: Paper, language: Language) -> None:
    with pypdfium2.PdfDocument(pdf_of(many(), Options(paper=paper, language=language))) as document:
        for page in document:
            text, (width, height) = page.get_textpage(), page.get_size()
            boxes = [text.get_charbox(at) for at in range(text.count_chars())]
            edges = [(box[0], box[1], width - box[2], height - box[3]) for box in boxes]
            assert min(map(min, edges)) > MARGIN
