"""What the demo's applications carry: screenshots of a phone's results page, scanned awards."""

from collections.abc import Sequence
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from credits.attachments import Cleaned, accepted
from credits.rules import Target
from transcripts.fonts import source

SIZE = (480, 640)
BLUE, INK, GREY, RED, YELLOW = "#2f6fb3", "#333333", "#777777", "#bb0000", "#fff6dc"


def screenshot(target: Target, others: Sequence[tuple[str, str]], turned: int = 0) -> Cleaned:
    """The course with its sittings, and a few other results (name, mark) around it.

    ``turned``: degrees, as somebody holds his phone.
    """
    image = Image.new("RGB", SIZE, "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 84), fill=BLUE)
    draw.text((240, 42), "成绩查询", font=_font(28), fill="#ffffff", anchor="mm")
    top = 110
    for name, mark in others[:2]:
        top = _line(draw, top, name, mark, INK)
    height = 40 + 34 * len(target.sittings)
    draw.rectangle((12, top - 6, SIZE[0] - 12, top + height), fill=YELLOW)
    draw.text((28, top), f"{target.name}  {target.credit_hours} 学分", font=_font(22), fill=INK)
    for one in target.sittings:
        top += 34
        draw.text((28, top), one.term, font=_font(18), fill=GREY)
        draw.text(
            (452, top), f"{one.result} {one.kind.label}", font=_font(20), fill=RED, anchor="ra"
        )
    top += 56
    for name, mark in others[2:]:
        top = _line(draw, top, name, mark, INK)
    return _cleaned(image.rotate(turned, expand=True))


def certificate(title: str, name: str) -> Cleaned:
    """An award, scanned to a PDF."""
    image = Image.new("RGB", (640, 460), "#fdf8ec")
    draw = ImageDraw.Draw(image)
    draw.rectangle((16, 16, 624, 444), outline="#b8860b", width=4)
    draw.text((320, 90), "获奖证书", font=_font(44), fill=RED, anchor="mm")
    draw.text((320, 200), f"{name} 同学：", font=_font(26), fill=INK, anchor="mm")
    draw.text((320, 260), f"在{title}中成绩优异，特发此证。", font=_font(22), fill=INK, anchor="mm")
    draw.ellipse((470, 320, 580, 430), outline=RED, width=5)
    return _cleaned(image, "PDF")


def _line(draw: ImageDraw.ImageDraw, top: int, name: str, mark: str, colour: str) -> int:
    draw.text((28, top), name, font=_font(20), fill=colour)
    draw.text((452, top), mark, font=_font(20), fill=colour, anchor="ra")
    draw.line((20, top + 36, 460, top + 36), fill="#dddddd")
    return top + 48


def _font(size: int) -> ImageFont.FreeTypeFont:
    where = source()
    return ImageFont.truetype(where.path, size, index=where.index)


def _cleaned(image: Image.Image, form: str = "PNG") -> Cleaned:
    sent = BytesIO()
    image.save(sent, form)
    return accepted(SimpleUploadedFile("handed in", sent.getvalue()))
