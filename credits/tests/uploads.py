"""Files as students send them, and as nobody should."""

import zlib
from io import BytesIO
from random import Random
from struct import pack

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pillow_heif import register_heif_opener

register_heif_opener()


def screenshot(seed: int = 1, size: tuple[int, int] = (240, 320)) -> Image.Image:
    """A picture that looks like no other: blocks of grey."""
    random = Random(seed)  # noqa: S311 -- a picture, not a secret
    small = Image.new("RGB", (12, 16))
    small.putdata([(random.randrange(256),) * 3 for _ in range(12 * 16)])
    return small.resize(size, Image.Resampling.NEAREST)


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The bytes of a picture in one of Pillow's formats."""
    made = BytesIO()
    image.save(made, form, **options)
    return made.getvalue()


def upload(content: bytes, name: str = "cj.jpg") -> SimpleUploadedFile:
    """As a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def image_upload(seed: int = 1) -> SimpleUploadedFile:
    """A screenshot as a browser sends it."""
    return upload(encoded(screenshot(seed)))


def huge_png(width: int, height: int) -> bytes:
    """A PNG whose head promises more pixels than a memory holds; few bytes long."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf(pages: int = 1, *, script: bool = False, password: str = "") -> bytes:
    """A PDF, with a script and an attachment on demand."""
    made, document = BytesIO(), pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    document.docinfo["/Author"] = "王思远"
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.Root.OpenAction = action
        document.attachments["evil.exe"] = b"MZ"
    encryption = pikepdf.Encryption(user=password, owner=password) if password else False
    document.save(made, encryption=encryption)
    return made.getvalue()
