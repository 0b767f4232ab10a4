"""Reads for the pages."""

import logging

from django.db.models import Count, Max, QuerySet

from portal.accounts.models import User
from portal.accounts.scopes import within
from portal.lib.errors import DomainError
from portal.records.models import HOME_COLLEGE, Student
from transcripts.models import IssuedTranscript

logger = logging.getLogger(__name__)


def student_of(user_id: int) -> Student | None:
    """The student behind an account."""
    return Student.objects.filter(user=user_id).first()


def issued_to(user_id: int) -> QuerySet[IssuedTranscript]:
    """Everything issued to a student, newest first, with the number of checks."""
    rows = IssuedTranscript.objects.filter(student__user=user_id).defer("snapshot")
    counted = rows.annotate(checked=Count("checks"), last_checked=Max("checks__checked_at"))
    return counted.order_by("-issued_at", "-id")  # the model's own order does not outlive a count


def own(user_id: int, transcript_id: int) -> IssuedTranscript:
    """One of the student's own; anything else is refused (403) and logged."""
    row = issued_to(user_id).filter(pk=transcript_id).first()
    if row is None:
        raise _not_yours(user_id, transcript_id)
    return row


def readable(user: User, transcript_id: int) -> IssuedTranscript:
    """For the file: the student's own, or within the college scope of staff."""
    if not user.is_staff:
        return own(user.pk, transcript_id)
    path = f"student__{HOME_COLLEGE}"
    may = user.has_perm("transcripts.view_issuedtranscript")
    rows = within(user, IssuedTranscript.objects.all(), path)
    row = rows.filter(pk=transcript_id).first() if may else None
    if row is None:
        raise _not_yours(user.pk, transcript_id)
    return row


def _not_yours(user_id: int, transcript_id: int) -> DomainError:
    """The same for one that belongs to somebody else and one that does not exist."""
    logger.warning("user %s asked for transcript %s, not theirs", user_id, transcript_id)
    return DomainError(
        "transcript.not_yours",
        "这不是你的成绩单。",
        advice="在“成绩单”页面可以看到你自己的。",
        status=403,
    )
