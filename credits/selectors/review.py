"""One application as its reviewer sees it: evidence, findings, ledger, similar cases."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from credits import rules
from credits.models import Application, Attachment
from credits.rules import Effect, Finding, effects
from credits.rules.facts import ZERO
from credits.rules.frozen import case_from_json, findings_from_json
from credits.selectors.files import Duplicate, duplicates
from credits.selectors.mine import Step, steps_of
from credits.services.rechecking import findings_now
from credits.states import ApplicationState
from credits.wording import status_of
from portal.calendar.services import ages
from portal.lib.status import Status
from portal.records.matters import Matter, open_matters
from portal.records.models import HOME_COLLEGE, CreditPosting

SIMILAR = 5
_DECIDED = (
    ApplicationState.APPROVED.value,
    ApplicationState.REJECTED.value,
    ApplicationState.REVOKED.value,
)


@dataclass(frozen=True)
class Similar:
    """A decided case about the same course in the same college, without whose it was."""

    decided_on: date
    status: Status
    sources: str
    note: str


@dataclass(frozen=True)
class Review:
    """Everything beside the decision."""

    row: Application
    status: Status
    evidence: tuple[tuple[str, str, str], ...]  # 正考, 42, 2023-2024-1
    kind: str
    hours: Decimal
    findings: tuple[Finding, ...]
    is_current: bool  # findings of now, not of the submission
    effects: tuple[Effect, ...]
    steps: tuple[Step, ...]
    files: tuple[Attachment, ...]
    duplicates: tuple[Duplicate, ...]
    postings: tuple[CreditPosting, ...]
    similar: tuple[Similar, ...]
    matter: Matter | None
    age: int | None  # working days since it was submitted
    left: int | None  # working days to the last day; negative when it is over

    @property
    def open_points(self) -> tuple[Finding, ...]:
        """What a reviewer should look at."""
        return tuple(one for one in self.findings if one.level is not rules.Level.OK)


def review(row: Application, now: datetime) -> Review:
    """Work out the page of one application (loaded with student, college, target, rule set)."""
    case = case_from_json(row.case)
    is_pending = row.state == ApplicationState.PENDING
    found = findings_now(row, now) if is_pending else findings_from_json(row.findings)
    matters = open_matters(row.student_id, now, but="credits") if is_pending else []
    age, left = _age(row, timezone.localdate(now)) if is_pending else (None, None)
    return Review(
        row=row,
        status=status_of(row),
        evidence=tuple((one.kind.label, one.result, one.term) for one in case.target.sittings),
        kind=case.target.category.label,
        hours=sum((one.credit_hours for one in row.sources.all()), ZERO),
        findings=found,
        is_current=is_pending,
        effects=tuple(one for one in effects(case) if one.before != one.after),
        steps=steps_of(row),
        files=tuple(row.attachments.order_by("replaced_at", "id")),
        duplicates=tuple(duplicates(row.pk)),
        postings=_postings(row),
        similar=_similar(row),
        matter=next((one for one in matters if one.course_id == row.target_id), None),
        age=age,
        left=left,
    )


def _age(row: Application, today: date) -> tuple[int | None, int | None]:
    if row.submitted_at is None or row.due_on is None:
        return None, None
    since = timezone.localdate(row.submitted_at)
    gone = ages([since], today)[since]
    if row.due_on >= today:
        return gone, ages([today], row.due_on)[today]
    return gone, -ages([row.due_on], today)[row.due_on]


def _postings(row: Application) -> tuple[CreditPosting, ...]:
    own = CreditPosting.objects.filter(student=row.student_id, reference=row.reference)
    return tuple(own.select_related("course", "other").order_by("id"))


def _similar(row: Application) -> tuple[Similar, ...]:
    college = {f"student__{HOME_COLLEGE}": row.student.college}
    decided = Application.objects.filter(
        target=row.target_id, decided_at__isnull=False, state__in=_DECIDED, **college
    )
    others = decided.exclude(student=row.student_id).order_by("-decided_at")
    return tuple(
        Similar(
            decided_on=timezone.localdate(one.decided_at),
            status=status_of(one),
            sources="、".join(
                f"{source.get_kind_display()} {source.credit_hours}" for source in one.sources.all()
            ),
            note=one.note,
        )
        for one in others.prefetch_related("sources")[:SIMILAR]
    )
