"""What is taken, what is refused, and what is left of it."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Thread

import pytest
from PIL import Image, ImageDraw
from pytest_django import Settings

from credits.attachments import MAX_BYTES, Cleaned, accepted, all_accepted
from credits.attachments.images import look
from credits.attachments.likeness import same_picture
from credits.kinds import FileKind
from credits.tests.uploads import encoded, huge_png, screenshot, upload
from portal.lib.errors import DomainError

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)
FORMS = {
    "JPEG": FileKind.JPEG,
    "PNG": FileKind.PNG,
    "WEBP": FileKind.JPEG,
    "HEIF": FileKind.JPEG,
}


def refused(content: bytes, name: str = "cj.jpg") -> str:
    with pytest.raises(DomainError) as caught:
        accepted(upload(content, name))
    return caught.value.code


@pytest.mark.parametrize(("form", "kind"), FORMS.items(), ids=FORMS)
def test_every_kind_of_picture_is_taken_by_its_content(form: str, kind: FileKind) -> None:
    made = accepted(upload(encoded(screenshot(), form), "whatever.exe"))
    assert (made.kind, Image.open(BytesIO(made.content)).size) == (kind, (240, 320))


def test_where_and_with_what_it_was_taken_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Huawei"
    exif[0x8825] = {1: "N", 2: (31.0, 40.0, 0.0)}
    sent = encoded(screenshot(), "JPEG", exif=exif, comment=b"secret")
    assert b"Huawei" in sent
    made = accepted(upload(sent))
    assert b"Huawei" not in made.content
    assert b"secret" not in made.content
    assert not Image.open(BytesIO(made.content)).getexif()


def test_a_picture_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = accepted(upload(encoded(screenshot(), "JPEG", exif=exif)))
    assert Image.open(BytesIO(made.content)).size == (320, 240)


def test_a_script_behind_the_picture_is_gone() -> None:
    sent = encoded(screenshot(), "PNG") + b"<script>alert(1)</script><?php system('id');"
    made = accepted(upload(sent, "cj.png"))
    assert b"script" not in made.content
    assert b"php" not in made.content


def test_a_program_called_png_is_refused() -> None:
    assert refused(b"MZ\x90\x00" + bytes(500), "cj.png") == "attachment.type"


@pytest.mark.parametrize(
    "content",
    [b"GIF89a" + bytes(50), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04" + bytes(9)],
    ids=["gif", "svg", "zip"],
)
def test_other_kinds_are_refused(content: bytes) -> None:
    assert refused(content) == "attachment.type"


def test_a_picture_cut_off_is_refused() -> None:
    assert refused(encoded(screenshot(), "PNG")[:900]) == "attachment.broken"


def test_a_heic_that_lies_about_its_size_is_refused() -> None:
    sent = bytearray(encoded(screenshot(size=(60, 40)), "HEIF"))
    at = sent.index(b"ispe") + 8  # version and flags, then width and height
    sent[at] = 0xCB
    assert refused(bytes(sent)) == "attachment.broken"


@pytest.mark.parametrize("side", [7000, 60_000], ids=["49MP", "3600MP"])
def test_a_bomb_is_refused_by_its_head(side: int) -> None:
    assert refused(huge_png(side, side)) == "attachment.pixels"


def test_a_large_file_is_refused_with_its_size() -> None:
    with pytest.raises(DomainError) as caught:
        accepted(upload(bytes(MAX_BYTES + 1)))
    assert caught.value.message == "文件有 10.0 MB，超过了 10 MB。"


def test_of_too_many_files_none_is_opened() -> None:
    with pytest.raises(DomainError) as caught:
        all_accepted([upload(b"no picture")] * 6, 1, NOON)
    assert caught.value.message == "一份申请最多 5 个附件，现在有 6 个。"


@pytest.mark.usefixtures("uncounted")
def test_an_hour_of_one_account_is_bounded(settings: Settings) -> None:
    settings.ATTACHMENTS_PER_HOUR = 4

    def hands_in(who: int, when: datetime, number: int = 2) -> str:
        try:
            all_accepted([upload(b"no picture")] * number, who, when)
        except DomainError as error:
            return error.code
        return ""

    codes = [hands_in(who, NOON) for who in (1, 1, 1, 2)]
    assert codes == ["attachment.type", "attachment.type", "attachment.often", "attachment.type"]
    assert hands_in(1, NOON, 0) == ""
    assert hands_in(1, NOON + timedelta(hours=1)) == "attachment.type"


def test_an_empty_file_is_refused() -> None:
    assert refused(b"") == "attachment.empty"


def looks(seed: int, quality: int) -> set[int]:
    made = accepted(upload(encoded(screenshot(seed), "JPEG", quality=quality)))
    return set(made.bands)


def test_the_same_picture_saved_again_shares_a_band() -> None:
    assert looks(1, 90) & looks(1, 55)


def test_another_picture_shares_none() -> None:
    assert not looks(1, 90) & looks(2, 90)


def test_a_blank_page_has_no_look() -> None:
    blank = accepted(upload(encoded(Image.new("RGB", (300, 300), "white"))))
    assert (blank.look, blank.bands) == ("", [])


def test_the_stored_name_is_random() -> None:
    content = encoded(screenshot())
    first, second = (accepted(upload(content, "../../etc/passwd")).file().name for _ in range(2))
    assert first != second
    assert str(first).endswith(".jpg")
    assert "passwd" not in str(first)


@pytest.fixture
def scanner(settings: Settings, request: pytest.FixtureRequest) -> Iterator[None]:
    """A clamd that answers what the test says, after it has read the whole file."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{server.getsockname()[1]}"
        thread = Thread(target=_answer, args=(server, request.param))
        thread.start()
        yield
        thread.join()


def _answer(server: socket.socket, answer: bytes) -> None:
    link, _ = server.accept()
    with link:
        seen = b""
        while not seen.endswith(bytes(4)):
            seen += link.recv(65536)
        assert seen.startswith(b"zINSTREAM\0")
        link.sendall(answer)


def taken() -> Cleaned:
    return accepted(upload(encoded(screenshot())))


@pytest.mark.parametrize("scanner", [b"stream: OK\0"], indirect=True)
def test_a_scanned_file_is_taken(scanner: None) -> None:
    assert taken().kind is FileKind.JPEG


@pytest.mark.parametrize("scanner", [b"stream: Eicar-Test-Signature FOUND\0"], indirect=True)
def test_a_virus_is_refused_by_name(scanner: None) -> None:
    with pytest.raises(DomainError) as caught:
        taken()
    assert caught.value.message == "查毒没有通过（Eicar-Test-Signature）。"


@pytest.mark.parametrize("scanner", [b"INSTREAM size limit exceeded. ERROR\0"], indirect=True)
def test_a_scanner_that_cannot_say_is_no_yes(scanner: None) -> None:
    with pytest.raises(DomainError) as caught:
        taken()
    assert caught.value.code == "attachment.unscanned"


def test_a_scanner_that_is_away_is_no_yes(settings: Settings) -> None:
    settings.CLAMAV_ADDRESS = "127.0.0.1:9"
    with pytest.raises(DomainError) as caught:
        taken()
    assert caught.value.code == "attachment.unscanned"


def page_with(mark: str, quality: int = 95) -> BytesIO:
    """A screenshot of one layout with another mark in it."""
    image = Image.new("RGB", (480, 640), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 480, 84), fill="navy")
    for row in range(6):
        draw.rectangle((28, 120 + 70 * row, 260, 140 + 70 * row), fill="grey")
    draw.text((400, 260), mark, fill="black", font_size=22)
    return BytesIO(encoded(image, quality=quality))


def test_one_layout_with_other_marks_is_another_picture() -> None:
    first, second = page_with("47"), page_with("52")
    assert look(Image.open(first)) == look(Image.open(second))
    assert not same_picture(first, second)


@pytest.mark.parametrize("quality", [95, 75, 50])
def test_a_picture_saved_again_is_the_same(quality: int) -> None:
    assert same_picture(page_with("47"), page_with("47", quality))
