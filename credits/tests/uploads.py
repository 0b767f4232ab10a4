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


def pdf(pages: int = 1, *, script: bool = False, password: str = "", owner: str = "") -> bytes:
    """A PDF, with a script and an attachment on demand, behind a password or only sealed."""
    made, document = BytesIO(), pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    document.docinfo["/Author"] = "王思远"
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.Root.OpenAction = action
        document.attachments["evil.exe"] = b"MZ"
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
        document.Root.Outlines = pikepdf.Dictionary(First=pikepdf.Dictionary(A=launch))
        document.Root.AF = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Filespec)])
        document.pages[0].AA = pikepdf.Dictionary(O=action)
    sealed = pikepdf.Encryption(user=password, owner=owner or password)
    document.save(made, encryption=sealed if password or owner else False)
    return made.getvalue()


def scan(*images: Image.Image, rotate: int = 0) -> bytes:
    """Pages as a scanner makes them: a picture on each, turned by so many degrees."""
    made = BytesIO()
    images[0].save(made, "PDF", save_all=True, append_images=images[1:])
    with pikepdf.open(made) as document:
        for page in document.pages:
            page.Rotate = rotate
        turned = BytesIO()
        document.save(turned)
    return turned.getvalue()


def page_of(content: bytes, *, filters: int = 0, box: tuple[float, float] = (600, 800)) -> bytes:
    """A page with this content, which was compressed so many times."""
    made, document = BytesIO(), pikepdf.new()
    page, stream = document.add_blank_page(page_size=box), pikepdf.Stream(document, b"")
    stream.write(content, filter=pikepdf.Array([pikepdf.Name.FlateDecode] * filters))
    page.Contents = stream
    as_it_is = pikepdf.StreamDecodeLevel.none
    document.save(made, compress_streams=False, stream_decode_level=as_it_is)
    return made.getvalue()
