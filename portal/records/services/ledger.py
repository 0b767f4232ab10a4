"""Moving credits: held for an application, consumed by it, given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import InternalError, transaction
from psycopg2.errors import RaiseException

from portal.lib.errors import DomainError
from portal.records.kinds import PostingKind
from portal.records.models import CreditPosting


@dataclass(frozen=True)
class Piece:
    """One source, whole: the credit of a course, or of an ``OtherCredit``; the other is None."""

    course_id: int | None
    other_id: int | None
    credit_hours: Decimal


@dataclass(frozen=True)
class Purpose:
    """What the credits are moved for: whose, for which course, in whose name (``credits:17``)."""

    student_id: int
    target_id: int
    reference: str
    actor_id: int | None
    reason: str = ""


def hold(purpose: Purpose, pieces: Sequence[Piece], now: datetime) -> None:
    """Keep credits for an application.

    Refused (``credit.taken``) where one of them was not earned or is kept or used already; then
    nothing is held.
    """
    try:
        with transaction.atomic():
            _post(PostingKind.HELD, purpose, pieces, now)
    except InternalError as error:
        raise _refusal(error, "credit.taken", "有学分没有取得，或者已经用于另一份申请。") from error


def consume(purpose: Purpose, pieces: Sequence[Piece], now: datetime) -> None:
    """Use up what is held. Refused (``credit.not_held``) for anything else."""
    _follow(PostingKind.CONSUMED, purpose, pieces, now)


def release(purpose: Purpose, pieces: Sequence[Piece], now: datetime) -> None:
    """Give back what is held. Refused (``credit.not_held``) for anything else."""
    _follow(PostingKind.RELEASED, purpose, pieces, now)


def revoke(purpose: Purpose, pieces: Sequence[Piece], now: datetime) -> None:
    """Give back what was consumed. Refused (``credit.not_held``) for anything else."""
    _follow(PostingKind.REVOKED, purpose, pieces, now)


def _follow(kind: PostingKind, purpose: Purpose, pieces: Sequence[Piece], now: datetime) -> None:
    try:
        with transaction.atomic():
            _post(kind, purpose, pieces, now)
    except InternalError as error:
        raise _refusal(error, "credit.not_held", "这份申请没有留住这些学分。") from error


def _post(kind: PostingKind, purpose: Purpose, pieces: Sequence[Piece], now: datetime) -> None:
    CreditPosting.objects.bulk_create(
        CreditPosting(
            student_id=purpose.student_id,
            course_id=piece.course_id,
            other_id=piece.other_id,
            target_id=purpose.target_id,
            kind=kind.value,
            credit_hours=piece.credit_hours,
            reference=purpose.reference,
            reason=purpose.reason,
            posted_at=now,
            posted_by_id=purpose.actor_id,
        )
        for piece in pieces
    )


def _refusal(error: InternalError, code: str, message: str) -> DomainError:
    """The trigger's no in Chinese; any other database error is not ours to explain."""
    if not isinstance(error.__cause__, RaiseException):
        raise error
    return DomainError(code, message, advice="看一遍最新的学分，再选。")
