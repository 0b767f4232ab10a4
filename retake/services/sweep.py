"""What the record changed behind an enrolment: passed meanwhile, veteran meanwhile.

Lower rooms call nobody above them, so the retake process looks for itself: every five minutes
and after a decision on a veteran claim. Rows held by an open order wait for the next sweep.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from payments.services.charges import waive_charge
from portal.inbox.services import Note, send
from portal.lib.errors import DomainError
from portal.records.history import StudentFacts
from portal.records.models import GradeAttempt, VeteranStatus
from portal.records.passing import may_pass
from portal.records.selectors import course_histories, facts_of
from portal.records.states import VeteranState
from retake.billing import PURPOSE
from retake.fees import is_veteran
from retake.models import Enrollment
from retake.services import locks, trace
from retake.services.cancel import write_cancelled
from retake.states import OPEN, EventKind

CHUNK = 100  # students whose histories are in memory at once, some 40 KiB each
PASSED = "这门课已经及格，不用再重修。"


@dataclass(frozen=True)
class Swept:
    """How many rows were cancelled and exempted; ``waiting`` are held by an open order."""

    cancelled: int = 0
    exempted: int = 0
    waiting: int = 0


def sweep(now: datetime, student_id: int | None = None, *, known: bool = False) -> Swept:
    """Look at every open enrolment (of one student when given) and follow the record.

    Unpaid rows are simply cancelled or made free; where money is in, ``payments`` opens a refund
    case. ``known``: the student has just been told that he pays nothing. One transaction per row,
    so that one that waits does not hold up the others.
    """
    rows = Enrollment.objects.filter(state__in=[state.value for state in OPEN])
    if student_id is not None:
        rows = rows.filter(student=student_id)
    today = timezone.localdate(now)
    passed = [_attempt(pk, _cancel_passed, now) for pk in _passed(rows, today)]
    free = _exempt_knowing if known else _exempt
    exempt = [_attempt(pk, free, now) for pk in _veterans(rows, today)]
    return Swept(
        cancelled=passed.count(True),
        exempted=exempt.count(True),
        waiting=[*passed, *exempt].count(False),
    )


def _passed(rows: QuerySet[Enrollment], today: date) -> list[int]:
    """Ids of rows whose course the student has passed by now.

    A cheap look finds rows with a result that may be a pass, the histories decide.
    """
    same = Q(course=OuterRef("course")) | Q(course__replacement__new=OuterRef("course"))
    maybe = list(
        rows.filter(improves=False)
        .filter(Exists(GradeAttempt.objects.filter(same, may_pass(), student=OuterRef("student"))))
        .values_list("pk", "student_id", "course_id")
    )
    done = _passed_courses({student for _, student, _ in maybe}, today)
    return [pk for pk, student, course in maybe if (student, course) in done]


def _passed_courses(student_ids: Iterable[int], today: date) -> set[tuple[int, int]]:
    ids = sorted(student_ids)
    return {
        (student, course.course_id)
        for start in range(0, len(ids), CHUNK)
        for student, courses in course_histories(ids[start : start + CHUNK], today=today).items()
        for course in courses
        if course.passed
    }


def _veterans(rows: QuerySet[Enrollment], today: date) -> list[int]:
    """Ids of rows that should cost nothing by now."""
    approved = VeteranStatus.objects.filter(
        student=OuterRef("student"), state=VeteranState.APPROVED, valid_from__lte=today
    )
    found = rows.filter(Exists(approved), exempt=False).values_list("pk", "student_id")
    facts = facts_of({student for _, student in found})
    return [pk for pk, student in found if is_veteran(facts[student], today)]


def _attempt(pk: int, act: Callable[[Enrollment, datetime], bool], now: datetime) -> bool | None:
    """True done, False waiting for a hold to end, None nothing left to do."""
    student_id = Enrollment.objects.values_list("student_id", flat=True).get(pk=pk)
    try:
        with transaction.atomic():
            locks.student(student_id)
            row = locks.enrollment(pk)
            return True if row.state in OPEN and act(row, now) else None
    except DomainError as error:
        if error.code != "charge.held":
            raise
        return False


def _cancel_passed(row: Enrollment, now: datetime) -> bool:
    today = timezone.localdate(now)
    if (row.student_id, row.course_id) not in _passed_courses([row.student_id], today):
        return False
    write_cancelled(row, PASSED, None, now)
    return True


def _exempt(row: Enrollment, now: datetime) -> bool:
    """Make it free and say so, once a day for all of the student's courses."""
    if not _exempt_knowing(row, now):
        return False
    key = f"retake:exempt:{row.student_id}:{timezone.localdate(now)}"
    body = "退役身份已认定，重修费减免；先缴了的由财务处退回，进度写在缴费页。"
    _tell(row, key, "重修不用缴费", body, now)
    return True


def _exempt_knowing(row: Enrollment, now: datetime) -> bool:
    """Make it free; the student knows."""
    facts: StudentFacts = facts_of([row.student_id])[row.student_id]
    if row.exempt or not is_veteran(facts, timezone.localdate(now)):
        return False
    waive_charge(purpose=PURPOSE, reference=row.reference, now=now)
    row.exempt = True
    row.save(update_fields=["exempt"])
    trace.record([row], EventKind.EXEMPTED, actor_id=None, now=now, reason="退役学生")
    return True


def _tell(row: Enrollment, key: str, title: str, body: str, now: datetime) -> None:
    if row.student.user_id is not None:
        send([Note(row.student.user_id, key, title, body, "/payments/")], now)
