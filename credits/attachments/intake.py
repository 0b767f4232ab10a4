"""From an upload to what may be stored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from credits.attachments import images, pdfs, refusals
from credits.attachments.scanning import scan
from credits.kinds import FileKind
from portal.lib.rate import count

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 5  # of one application
HOUR = 3600  # seconds; the college's offset is whole hours, so its clock shows the same ones


@dataclass(frozen=True)
class Cleaned:
    """A file ready to be stored; ``sha256`` is that of the upload, to know it again.

    ``drawn`` are the pages of a PDF as pictures; a picture is its own.
    """

    kind: FileKind
    content: bytes
    sha256: str
    look: str
    drawn: tuple[bytes, ...] = ()

    @property
    def pages(self) -> int:
        return len(self.drawn) or 1

    @property
    def bands(self) -> list[int]:
        """The quarters of the hash with their places, see ``Attachment``."""
        if not self.look:
            return []
        return [place << 16 | int(self.look[place * 4 : place * 4 + 4], 16) for place in range(4)]

    def file(self) -> "ContentFile[bytes]":
        """Under a random name: the browser's may carry paths and other people's names."""
        return ContentFile(self.content, name=f"{uuid4().hex}.{self.kind.value}")


def all_accepted(
    uploads: Sequence[UploadedFile], user_id: int, now: datetime
) -> tuple[Cleaned, ...]:
    """Each as ``accepted``; more than an application or an account's hour takes are not even
    looked at, for a PDF may cost seconds of the processor.

    Raises ``attachment.count``, ``attachment.often`` and the refusals of ``accepted``.
    """
    if len(uploads) > MAX_FILES:
        raise refusals.too_many(len(uploads), MAX_FILES)
    handed_in = count("attachment", str(user_id), now, HOUR, len(uploads)) if uploads else 0
    if handed_in > settings.ATTACHMENTS_PER_HOUR:
        raise refusals.too_often(settings.ATTACHMENTS_PER_HOUR)
    return tuple(accepted(one) for one in uploads)


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
        first = images.look_of(document.pages[0])
        return Cleaned(FileKind.PDF, document.content, digest, first, document.pages)
    picture = images.clean(sent)
    return Cleaned(picture.kind, picture.content, digest, picture.look)
