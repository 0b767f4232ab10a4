"""The student's hand on what was issued: revoke, expire."""

from datetime import date, datetime

from django.db import transaction

from portal.lib.errors import DomainError
from transcripts.models import IssuedTranscript


def revoke(*, transcript_id: int, actor_id: int, reason: str, now: datetime) -> IssuedTranscript:
    """Revoke for ever; again changes nothing."""
    with transaction.atomic():
        row = _locked(transcript_id)
        if row.revoked_at is not None:
            return row
        row.revoked_at, row.revoked_by_id, row.revoke_reason = now, actor_id, reason.strip()[:120]
        row.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    return row


def set_expiry(*, transcript_id: int, expires_on: date | None, today: date) -> IssuedTranscript:
    """Let it hold until ``expires_on``, that day included; None takes the limit away.

    Raises ``DomainError("transcript.expiry")`` for a past day, ``transcript.revoked``.
    """
    if expires_on is not None and expires_on < today:
        raise DomainError(
            "transcript.expiry", "有效期要在今天或以后。", advice="换一个日期。", status=400
        )
    with transaction.atomic():
        row = _locked(transcript_id)
        if row.revoked_at is not None:
            raise DomainError(
                "transcript.revoked", "这份成绩单已经撤销。", advice="需要时重新生成一份。"
            )
        row.expires_on = expires_on
        row.save(update_fields=["expires_on"])
    return row


def _locked(transcript_id: int) -> IssuedTranscript:
    locked = IssuedTranscript.objects.select_for_update(no_key=True, of=("self",))
    return locked.get(pk=transcript_id)
