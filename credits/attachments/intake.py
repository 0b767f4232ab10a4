"""From an upload to what may be stored."""

import hashlib
from dataclasses import dataclass
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from credits.attachments import images, pdfs, refusals
from credits.attachments.scanning import scan
from credits.kinds import FileKind

MAX_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Cleaned:
    """A file ready to be stored; ``sha256`` is that of the upload, to know it again."""

    kind: FileKind
    content: bytes
    pages: int
    sha256: str
    look: str

    @property
    def bands(self) -> list[int]:
        """The quarters of the hash with their places, see ``Attachment``."""
        if not self.look:
            return []
        return [place << 16 | int(self.look[place * 4 : place * 4 + 4], 16) for place in range(4)]

    def file(self) -> "ContentFile[bytes]":
        """Under a random name: the browser's may carry paths and other people's names."""
        return ContentFile(self.content, name=f"{uuid4().hex}.{self.kind.value}")


def accepted(upload: UploadedFile) -> Cleaned:
    """Look at the content, never at name or declared type; clean it.

    Raises the refusals of ``credits.attachments.refusals``.
    """
    if not upload.size:
        raise refusals.empty()
    if upload.size > MAX_BYTES:
        raise refusals.too_large(upload.size, MAX_BYTES)
    sent = upload.read()
    scan(sent)
    digest = hashlib.sha256(sent).hexdigest()
    if sent.startswith(b"%PDF-"):
        document = pdfs.clean(sent)
        return Cleaned(FileKind.PDF, document.content, document.pages, digest, "")
    picture = images.clean(sent)
    return Cleaned(picture.kind, picture.content, 1, digest, picture.look)
