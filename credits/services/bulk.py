"""Approving many at once: only what the rules have nothing to say about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from credits import rules
from credits.models import Application
from credits.selectors.files import Duplicate, duplicates_of
from credits.services import deciding, rechecking, reviewing
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.lib.errors import DomainError
from portal.records.matters import open_matters

MOST = 50  # in one go; each still is a decision of its own


@dataclass(frozen=True)
class Approved:
    """What became of a bulk approval: how many went through, and why the others did not."""

    number: int
    left: tuple[tuple[int, str], ...]  # application id, sentence


def approve_clean(*, staff: User, picks: Iterable[tuple[int, int]], now: datetime) -> Approved:
    """Approve applications by (id, version seen), each in a transaction of its own.

    ``review.many`` above fifty; any other refusal leaves that one application as it was.
    """
    chosen = list(dict.fromkeys(picks))
    if not 0 < len(chosen) <= MOST:
        raise DomainError("review.many", f"一次选 1 到 {MOST} 份。", status=400)
    left = []
    for application_id, seen in chosen:
        try:
            _approve(staff, application_id, seen, now)
        except DomainError as error:
            left.append((application_id, error.message))
    return Approved(len(chosen) - len(left), tuple(left))


def _approve(staff: User, application_id: int, seen: int, now: datetime) -> None:
    with transaction.atomic():
        row = reviewing.pending(application_id=application_id, staff=staff, seen=seen)
        why = held_back([row], now)[row.pk]
        if why:
            raise DomainError("review.findings", why)
        row = deciding.approve(staff=staff, application_id=application_id, seen=seen, now=now)
        if row.state != ApplicationState.APPROVED:
            raise DomainError("review.findings", row.note)


def held_back(rows: Sequence[Application], now: datetime) -> dict[int, str]:
    """Why each has to be looked at by itself; empty where nothing speaks against it.

    Six statements.
    """
    found = rechecking.findings_of(rows, now)
    copies = duplicates_of([row.pk for row in rows])
    matters = open_matters({row.student_id for row in rows}, now, but="credits")
    enrolled = {(one.student_id, one.course_id) for one in matters}
    return {
        row.pk: _found(row, found[row.pk])
        or _beside(copies[row.pk], (row.student_id, row.target_id) in enrolled)
        for row in rows
    }


def _found(row: Application, found: tuple[rules.Finding, ...]) -> str:
    if row.needs_second:
        return "要教学部再审，逐份看。"
    if row.asked_at is not None:
        return "还在等学生补材料。"
    if not rules.clean(found):
        first = next(one for one in found if one.level is not rules.Level.OK)
        return f"{first.rule}：{first.sentence}"
    return ""


def _beside(copies: Sequence[Duplicate], enrolled: bool) -> str:
    """What the rules do not know."""
    if copies:
        return "附件和别人交过的一样，逐份看。"
    return "这门课也报了重修，逐份看。" if enrolled else ""
