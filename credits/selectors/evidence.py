"""Everything a reviewer looks at before deciding one application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from credits.models import Application, Attachment
from credits.rules import Case, Effect, Finding, Level, Rules, clean, effects
from credits.rules.facts import ZERO
from credits.rules.frozen import case_from_json, findings_from_json
from credits.selectors.dossier import dossier
from credits.selectors.files import Duplicate, duplicates_of
from credits.selectors.mine import Step
from credits.selectors.similar import Similar
from credits.services import reviewing
from credits.services.rechecking import look_again
from credits.states import ApplicationState
from credits.wording import status_of
from portal.accounts.models import User
from portal.calendar.spans import working_days
from portal.lib.status import Status
from portal.records.ledger import balances_of
from portal.records.matters import Matter, open_matters
from portal.records.models import CreditPosting


@dataclass(frozen=True)
class Entry:
    """One credit given, and what the ledger says of it now."""

    title: str
    kind: str
    result: str
    earned: Decimal
    held: Decimal
    consumed: Decimal

    @property
    def free(self) -> Decimal:
        return self.earned - self.held - self.consumed


@dataclass(frozen=True)
class Deadline:
    """``age`` and ``left`` in working days; overdue when ``late``, by so many, is not zero."""

    on: date | None
    age: int
    left: int
    late: int


@dataclass(frozen=True)
class Checked:
    """A finding of today beside what was said at submission, empty where that was the same."""

    finding: Finding
    before: str = ""


@dataclass(frozen=True)
class Evidence:
    """The page of one application; ``why_not`` is set where this account may not decide."""

    row: Application
    status: Status
    case: Case
    findings: tuple[Checked, ...]
    deadline: Deadline
    entries: tuple[Entry, ...]
    postings: tuple[CreditPosting, ...]
    effects: tuple[Effect, ...]
    files: tuple[Attachment, ...]
    duplicates: tuple[Duplicate, ...]
    similar: tuple[Similar, ...]
    matters: tuple[Matter, ...]
    steps: tuple[Step, ...]
    waiting: int  # for this account, this one included
    why_not: str
    may_revoke: bool

    @property
    def hours(self) -> Decimal:
        return sum((one.credit_hours for one in self.row.sources.all()), ZERO)

    @property
    def is_open(self) -> bool:
        return self.row.state == ApplicationState.PENDING

    @property
    def may_decide(self) -> bool:
        return self.is_open and not self.why_not

    @property
    def is_clean(self) -> bool:
        return clean(tuple(one.finding for one in self.findings))

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What would return the application by itself at an approval."""
        return tuple(one.finding for one in self.findings if one.finding.stops)

    @property
    def knows_shortfall(self) -> bool:
        """Graduation lacks credits after it, and the student has said that he knows."""
        lacks = any(one.finding.code == "shortfall" for one in self.findings)
        return self.row.accepts_shortfall and lacks

    @property
    def becomes_second(self) -> bool:
        """Approving hands it to the teaching office instead of ending it."""
        return self.row.needs_second and self.row.first_by_id is None


def evidence(staff: User, application_id: int, now: datetime) -> Evidence | None:
    """What ``staff`` may look at before deciding one application. Seven statements."""
    read = dossier(staff, application_id)
    if read is None:
        return None
    row = read.row
    case, findings = _judged(row, read.rules, now)
    return Evidence(
        row=row,
        status=status_of(row),
        case=case,
        findings=findings,
        deadline=_deadline(row, timezone.localdate(now)),
        entries=_entries(row, case, read.ledger),
        postings=tuple(one for one in read.ledger if one.reference == row.reference),
        effects=tuple(one for one in effects(case) if one.before != one.after),
        files=tuple(row.attachments.all()),
        duplicates=tuple(duplicates_of([row.pk])[row.pk]),
        similar=read.similar,
        matters=_matters(row, now),
        steps=read.steps,
        waiting=read.waiting,
        why_not="" if reviewing.may_decide(row, staff) else reviewing.why_not(row, staff),
        may_revoke=row.state == ApplicationState.APPROVED and staff.has_perm(reviewing.REVOKE),
    )


def _matters(row: Application, now: datetime) -> tuple[Matter, ...]:
    """What other workflows have under way about the same course."""
    matters = open_matters([row.student_id], now, but="credits")
    return tuple(one for one in matters if one.course_id == row.target_id)


def _judged(row: Application, given: Rules, now: datetime) -> tuple[Case, tuple[Checked, ...]]:
    """Under review: as things are today. Decided: as they were."""
    case, stored = case_from_json(row.case), findings_from_json(row.findings)
    if row.state != ApplicationState.PENDING:
        return case, tuple(Checked(one) for one in stored)
    today, found = look_again(row, now, given)
    return today or case, compared(found, stored)


def compared(found: Sequence[Finding], stored: Sequence[Finding]) -> tuple[Checked, ...]:
    """Findings of today; where the weight has changed, what the same rule said before."""
    before = {one.rule: one for one in stored}
    return tuple(_compared(one, before.get(one.rule)) for one in found)


def _compared(one: Finding, before: Finding | None) -> Checked:
    if before is None or before.level is one.level:
        return Checked(one)
    return Checked(one, f"{Level(before.level).label}，{before.fact}")


def _deadline(row: Application, today: date) -> Deadline:
    begun = timezone.localdate(row.submitted_at) if row.submitted_at else today
    on = row.due_on
    days = working_days(min(begun, on or today, today), max(today, on or today))
    return Deadline(
        on=on,
        age=days.after(begun, today),
        left=days.after(today, on) if on else 0,
        late=days.after(on, today) if on else 0,
    )


def _entries(row: Application, case: Case, ledger: Sequence[CreditPosting]) -> tuple[Entry, ...]:
    known = {(one.course_id, one.other_id): one for one in balances_of(ledger)}
    results = {one.key: one.result for one in case.sources}
    return tuple(
        Entry(
            title=one.title,
            kind=one.get_kind_display(),
            result=results.get(one.key, one.result),
            earned=one.credit_hours,
            held=balance.held if balance else ZERO,
            consumed=balance.consumed if balance else ZERO,
        )
        for one in row.sources.all()
        for balance in (known.get((one.course_id, one.other_id)),)
    )
