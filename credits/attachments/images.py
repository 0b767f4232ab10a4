"""Pictures: decoded and drawn anew, so that nothing but the picture is left."""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from credits.attachments import refusals
from credits.kinds import FileKind

register_heif_opener()
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 3000  # pixels kept; a screenshot stays readable
QUALITY = 88
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
# What the decoders say of a picture that is none; libheif a RuntimeError.
_BROKEN = (OSError, SyntaxError, ValueError, RuntimeError)
# Asked for by hand: WeasyPrint tells Pillow, for the whole process, to take pictures cut short.
_ENDS = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}


@dataclass(frozen=True)
class Picture:
    """A picture without metadata. ``look`` is its perceptual hash, 16 hex digits, empty where
    the picture is too plain to tell from others.
    """

    kind: FileKind
    content: bytes
    look: str


def clean(sent: bytes) -> Picture:
    """Decode, turn upright, shrink and encode again: EXIF, comments and appended code are gone.

    Raises the refusals ``attachment.type``, ``.pixels`` and ``.broken``.
    """
    with _opened(sent) as image:
        if _ENDS.get(image.format or "", b"") not in sent:
            raise refusals.unreadable()
        if image.width * image.height > MAX_PIXELS:
            raise refusals.too_many_pixels()
        try:
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        except _BROKEN as error:
            raise refusals.unreadable() from error
        kind = FileKind.PNG if image.format == "PNG" else FileKind.JPEG
        plain = _plain(upright, kind)
    return Picture(kind, _encoded(plain, kind), look(plain))


def look(image: Image.Image) -> str:
    """Difference hash: is each of 8 × 8 fields brighter than its neighbour on the right?"""
    small = image.convert("L").resize((9, 8), Image.Resampling.BILINEAR)
    values = list(small.tobytes())
    bits = [
        values[row * 9 + column] > values[row * 9 + column + 1]
        for row in range(8)
        for column in range(8)
    ]
    if sum(bits) < 4 or max(values) - min(values) < 8:
        return ""  # a blank page looks like every other
    return f"{sum(bit << at for at, bit in enumerate(bits)):016x}"


def look_of(page: bytes) -> str:
    """The same of a page of a PDF that was drawn here."""
    with Image.open(BytesIO(page), formats=("JPEG",)) as image:
        return look(image)


def _opened(sent: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(BytesIO(sent), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise refusals.unknown_type() from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise refusals.too_many_pixels() from error
    except _BROKEN as error:
        raise refusals.unreadable() from error


def _plain(image: Image.Image, kind: FileKind) -> Image.Image:
    """A canvas of its own: what the decoder knew besides pixels stays behind."""
    mode = "RGBA" if kind is FileKind.PNG and "A" in image.getbands() else "RGB"
    canvas = Image.new(mode, image.size, (255, 255, 255, 0) if mode == "RGBA" else (255, 255, 255))
    colours = image.convert("RGBA")
    canvas.paste(colours, (0, 0), colours)
    return canvas


def _encoded(image: Image.Image, kind: FileKind) -> bytes:
    made = BytesIO()
    if kind is FileKind.PNG:
        image.save(made, "PNG", optimize=True)
    else:
        image.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()
