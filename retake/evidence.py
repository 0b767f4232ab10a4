"""Files students hand in: what they are by content, never by name."""

from uuid import uuid4

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile

from portal.lib.errors import DomainError

MAX_BYTES = 10 * 1024 * 1024
HEADS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
)
CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}


def accepted(upload: UploadedFile) -> "File[bytes]":
    """The file under a random name with the ending of its content.

    Refused (``evidence.size``, ``evidence.type``) when it is over 10 MB or neither JPEG, PNG
    nor PDF. The name the browser sent is dropped: it may carry paths and other people's names.
    """
    if upload.size is None or upload.size > MAX_BYTES:
        raise DomainError(
            "evidence.size",
            f"文件有 {(upload.size or 0) / 1024 / 1024:.1f} MB，超过了 10 MB。",
            advice="把照片缩小，或者只扫描证件那一页。",
            status=400,
        )
    head = upload.read(8)
    upload.seek(0)
    ending = next((ending for magic, ending in HEADS if head.startswith(magic)), None)
    if ending is None:
        raise DomainError(
            "evidence.type",
            "这个文件不是 JPG、PNG 或 PDF。",
            advice="手机照片存成 JPG，文档存成 PDF，再上传。",
            status=400,
        )
    return File(upload, name=f"{uuid4().hex}.{ending}")


def content_type(name: str) -> str:
    """By the ending that ``accepted`` gave the file; anything else is only bytes."""
    return CONTENT_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
