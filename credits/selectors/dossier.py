"""One application and all that hangs on it, read in one statement."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef

from credits.models import Application, ApplicationEvent, ApplicationSource, Attachment
from credits.rules import Rules
from credits.selectors import queue, similar
from credits.selectors.mine import Step, step_of
from credits.selectors.nested import keep, made, nested
from credits.selectors.rule_sets import columns, rules_beside
from portal.accounts.models import User
from portal.records.models import HOME_COLLEGE, Course, CreditPosting, OtherCredit

_JOINED = ("target", "term", "rule_set", "first_by", "decided_by", f"student__{HOME_COLLEGE}")


@dataclass(frozen=True)
class Dossier:
    """``row`` with sources, files and the student; ``ledger``: all that was ever done with his
    credits; ``waiting``: how many applications wait for the account that asked.
    """

    row: Application
    rules: Rules  # it was filed under
    ledger: list[CreditPosting]
    steps: tuple[Step, ...]
    similar: tuple[similar.Similar, ...]
    waiting: int


def dossier(staff: User, application_id: int) -> Dossier | None:
    """Of an application ``staff`` may look at."""
    row = _rows(staff).filter(pk=application_id).first()
    if row is None:
        return None
    beside = vars(row)
    keep(row.sources, [made(ApplicationSource, one) for one in beside["pieces"]])
    keep(row.attachments, [made(Attachment, one) for one in beside["handed_in"]])
    if staff.college_id == row.student.college.pk:
        staff.college = row.student.college  # for the line that says who is signed in
    return Dossier(
        row=row,
        rules=rules_beside(row.rule_set, beside),
        ledger=[_posting(one) for one in beside["ledger"]],
        steps=tuple(_step(row, one) for one in beside["trace"]),
        similar=similar.similar_of(beside["alike"]),
        waiting=beside["waiting"],
    )


def _rows(staff: User) -> Any:
    rows, own = queue.reviewable(staff), {"application": OuterRef("pk")}
    ledger = CreditPosting.objects.filter(student=OuterRef("student")).order_by("id")
    events = ApplicationEvent.objects.filter(**own).order_by("-happened_at", "-id")
    return rows.select_related(*_JOINED).annotate(
        pieces=nested(ApplicationSource.objects.filter(**own).order_by("id")),
        handed_in=nested(Attachment.objects.filter(**own).order_by("id")),
        trace=nested(events, actor="actor__name"),
        ledger=nested(ledger, of_course="course__name", of_other="other__title"),
        alike=similar.column(),
        waiting=queue.bounded_column(rows.filter(queue.waiting_for(staff))),
        **columns("rule_set"),
    )


def _posting(row: dict[str, Any]) -> CreditPosting:
    posting = made(CreditPosting, row)
    if posting.course_id:
        posting.course = Course(pk=posting.course_id, name=row["of_course"])
    else:
        posting.other = OtherCredit(pk=posting.other_id, title=row["of_other"])
    return posting


def _step(row: Application, event: dict[str, Any]) -> Step:
    return step_of(row, made(ApplicationEvent, event), event["actor"] or "")
