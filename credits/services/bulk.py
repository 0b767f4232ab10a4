"""Approving several applications at once: only those with nothing to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from credits.models import Application
from credits.services import deciding
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.lib.errors import DomainError


@dataclass(frozen=True)
class Done:
    """How many were approved; ``left`` are numbers of the others with the reason."""

    approved: int
    left: tuple[tuple[str, str], ...]


def approve_clean(*, staff: User, application_ids: Sequence[int], now: datetime) -> Done:
    """Approve one by one, each in its own transaction; what has a finding is left to the eye."""
    approved, left = 0, []
    for row in Application.objects.filter(pk__in=application_ids).order_by("pk"):
        why = _why_not(row) or _approve(row, staff, now)
        if why:
            left.append((row.number, why))
        else:
            approved += 1
    return Done(approved, tuple(left))


def _why_not(row: Application) -> str:
    if not row.is_clean or row.needs_second:
        return "有要留意的地方，请逐份审核。"
    return "学生还要补材料。" if row.asked_at else ""


def _approve(row: Application, staff: User, now: datetime) -> str:
    try:
        after = deciding.approve(staff=staff, application_id=row.pk, seen=row.version, now=now)
    except DomainError as error:
        return f"{error.message}{error.advice}"
    return "" if after.state == ApplicationState.APPROVED else after.note
