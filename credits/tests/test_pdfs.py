"""PDF: what is taken, what is left of it, how it looks, and what it cannot do to us."""

import zlib
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO

import pikepdf
import pytest
from PIL import Image, ImageDraw

from credits.attachments import Cleaned, accepted, pdfs
from credits.attachments.likeness import same_picture
from credits.kinds import FileKind
from credits.tests.uploads import page_of, pdf, scan, screenshot, upload
from portal.lib.errors import DomainError


def taken(content: bytes) -> Cleaned:
    return accepted(upload(content, "cj.pdf"))


def refused(content: bytes) -> str:
    with pytest.raises(DomainError) as caught:
        taken(content)
    return caught.value.code


def test_a_pdf_loses_what_acts_and_who_wrote_it() -> None:
    made = taken(pdf(2, script=True))
    assert (made.kind, made.pages) == (FileKind.PDF, 2)
    with pikepdf.open(BytesIO(made.content)) as document:
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert "/AA" not in document.pages[0]
        assert not document.attachments
        assert "/Info" not in document.trailer


def test_a_long_pdf_is_refused() -> None:
    with pytest.raises(DomainError) as caught:
        taken(pdf(11))
    assert caught.value.message == "这个 PDF 有 11 页，超过了 10 页。"


def test_a_pdf_behind_a_password_is_refused() -> None:
    assert refused(pdf(password="geheim")) == "attachment.locked"


def test_a_pdf_that_may_only_not_be_printed_is_taken_without_its_seal() -> None:
    made = taken(pdf(owner="geheim"))
    with pikepdf.open(BytesIO(made.content)) as document:
        assert not document.is_encrypted


@pytest.mark.parametrize("content", [bytes(100), b"", b"1 0 obj <</Type/Catalog>> endobj\n%%EOF"])
def test_what_only_begins_like_a_pdf_is_refused(content: bytes) -> None:
    assert refused(b"%PDF-1.7\n" + content) == "attachment.broken"


def test_a_pdf_without_pages_is_refused() -> None:
    assert refused(pdf(0)) == "attachment.broken"


def black_on_top() -> Image.Image:
    image = Image.new("RGB", (300, 400), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 300, 200), fill="black")
    return image


# Four fields of the page, row by row, after so many degrees clockwise; x is black.
TURNED = {0: "xx..", 90: ".x.x", 180: "..xx", 270: "x.x."}


@pytest.mark.parametrize(("degrees", "fields"), TURNED.items(), ids=str)
def test_a_page_is_drawn_as_its_document_turns_it(degrees: int, fields: str) -> None:
    (page,) = taken(scan(black_on_top(), rotate=degrees)).drawn
    with Image.open(BytesIO(page)) as image:
        assert (image.width > image.height) == (degrees in (90, 270))
        shades = image.convert("L").resize((2, 2), Image.Resampling.BOX).tobytes()
    assert "".join("x" if one < 100 else "." for one in shades) == fields


def test_every_page_is_a_picture_of_a_size_that_can_be_read() -> None:
    made = taken(scan(screenshot(1), screenshot(2), screenshot(3)))
    sizes = [Image.open(BytesIO(page)).size for page in made.drawn]
    assert [max(one) for one in sizes] == [1334] * 3
    assert made.pages == 3


@pytest.mark.parametrize("box", [(14400, 14400), (14400, 3), (3, 3)], ids=str)
def test_a_page_of_any_size_is_a_picture_of_a_bounded_one(box: tuple[float, float]) -> None:
    (page,) = taken(page_of(b"", box=box)).drawn
    assert max(Image.open(BytesIO(page)).size) <= 2000


def test_a_page_is_known_again_from_another_pdf() -> None:
    first, second = taken(scan(screenshot(1))), taken(scan(screenshot(1), screenshot(2)))
    assert first.sha256 != second.sha256
    assert set(first.bands) & set(second.bands)
    assert same_picture(BytesIO(first.drawn[0]), BytesIO(second.drawn[0]))


def forms_in_forms() -> bytes:
    """Each of thirty forms draws the next one ten times: few bytes, and no end."""
    made, document = BytesIO(), pikepdf.new()
    inner = pikepdf.Stream(document, b"0 0 1 1 re f")
    for _ in range(30):
        inner.Type, inner.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        inner.BBox = [0, 0, 600, 800]
        outer = pikepdf.Stream(document, b"/F Do " * 10)
        outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
        inner = outer
    page = document.add_blank_page(page_size=(600, 800))
    page.Resources, page.Contents = inner.Resources, pikepdf.Stream(document, b"/F Do " * 10)
    document.save(made)
    return made.getvalue()


def picture_of(side: int) -> bytes:
    """A page with a picture that promises more pixels than a memory holds."""
    made, document = BytesIO(), pikepdf.new()
    page = document.add_blank_page()
    image = pikepdf.Stream(document, zlib.compress(bytes(1000)))
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width = image.Height = side
    image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    image.Filter = pikepdf.Name.FlateDecode
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    page.Contents = pikepdf.Stream(document, b"600 0 0 800 0 0 cm /I Do")
    document.save(made)
    return made.getvalue()


def test_who_would_wait_behind_others_is_asked_to_come_again() -> None:
    with ExitStack() as others:
        for _ in range(3):
            others.enter_context(pdfs.ROOM)
        assert refused(pdf()) == "attachment.busy"
    assert taken(pdf()).pages == 1


def test_a_refused_pdf_makes_room_again() -> None:
    assert [refused(pdf(11)) for _ in range(4)] == ["attachment.pages"] * 4


def four_gigabytes() -> bytes:
    """A page whose content is that long once it is unpacked twice."""
    packer = zlib.compressobj(9)
    blocks = [packer.compress(bytes(10**6)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    return page_of(zlib.compress(blocks[0] + blocks[1] * 4000, 9), filters=2)


def test_a_picture_of_more_than_a_memory_is_an_empty_page() -> None:
    document = taken(picture_of(60_000))
    assert (document.pages, document.look) == (1, "")


BOMBS = {"in content": four_gigabytes, "in forms": forms_in_forms}


@pytest.mark.parametrize("made", BOMBS.values(), ids=BOMBS)
def test_what_has_no_end_is_refused(
    made: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdfs, "PROCESSOR", 1)
    sent = made()
    assert len(sent) < 20_000
    with pytest.raises(DomainError) as caught:
        taken(sent)
    assert caught.value.message == "这个 PDF 的页面画不出来，审核的人看不到。"


def test_nobody_waits_for_ever_behind_other_pdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "PATIENCE", 0.01)
    with pdfs.ALONE, pytest.raises(DomainError) as caught:
        taken(pdf())
    assert caught.value.message == "正在处理别的 PDF，附件还没有收下。"
    monkeypatch.undo()
    assert taken(pdf()).pages == 1
