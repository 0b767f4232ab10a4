"""From a snapshot to the finished file: compose, stamp, render, sign. No database."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from transcripts import fonts, frozen, render, signing
from transcripts.codes import new_code
from transcripts.document import Snapshot
from transcripts.options import Options
from transcripts.sheet import Sheet, compose

# Raise it with every change of the layout: batches render everybody again.
LAYOUT = 3


@dataclass(frozen=True)
class Printed:
    """A finished transcript, not stored yet."""

    code: str
    pdf: bytes
    pages: int
    snapshot: dict[str, Any]
    content_digest: str


def sheet(snapshot: Snapshot, options: Options) -> Sheet:
    """The sheet as it would be printed; the preview shows the same object."""
    return compose(snapshot, options, _college(), fonts.advance)


def _college() -> tuple[str, str]:
    return settings.COLLEGE_NAME, settings.COLLEGE_ENGLISH_NAME


def self_check(snapshot: Snapshot, options: Options, now: datetime) -> bytes:
    """自查 print: no code, no signature, nothing stored."""
    return render.pdf(sheet(snapshot, options), None, timezone.localdate(now))


def printed(snapshot: Snapshot, options: Options, now: datetime) -> Printed:
    """Set, stamp and sign; raises ``DomainError`` for missing fonts, characters or keys."""
    code, plain = new_code(), frozen.to_json(snapshot)
    content = {
        "code": code,
        "college": settings.COLLEGE_NAME,
        "issued_at": now.isoformat(timespec="seconds"),
        "options": options.to_json(),
        "snapshot": plain,
    }
    digest = frozen.digest(content)
    claim = signing.claim(digest).text
    data = json.dumps({"content": content, "claim": claim}, ensure_ascii=False).encode()
    address = settings.PORTAL_URL + reverse("verify:start")
    link = settings.PORTAL_URL + reverse("verify:page", args=[code])
    stamp = render.Stamp(code, address.split("://")[-1], f"{link}#{claim}", data)
    composed = sheet(snapshot, options)
    pdf = signing.sign_pdf(render.pdf(composed, stamp, timezone.localdate(now)))
    return Printed(code, pdf, len(composed.pages), plain, digest)


def source_print(plain: dict[str, Any], options: Options) -> str:
    """Fingerprint of everything a sheet's look depends on, but the day."""
    return frozen.digest(
        {
            "snapshot": plain,
            "options": options.to_json(),
            "college": _college(),
            "layout": LAYOUT,
        }
    )
