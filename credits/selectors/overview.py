"""What the home page shows of the exchange: columns of the one statement that page makes anyway."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from credits.kinds import Treatment
from credits.models import Application, NamedCourse
from credits.rules.facts import Sitting
from credits.rules.target import SECOND_CHANCES, was_sat
from credits.selectors.rule_sets import newest_published
from credits.states import ApplicationState
from credits.wording import sentence_of, status_of
from portal.lib.prepared import Row, Slot
from portal.lib.status import Status
from portal.records import grading
from portal.records.histories import policy_of
from portal.records.kinds import AttemptKind, CourseCategory, ResultFlag
from portal.records.models import HOME_COLLEGE, CourseEquivalence, GradeAttempt, GradePolicy
from portal.records.rows import POLICY, in_force

TOLD_FOR = timedelta(days=14)  # that a decision stands on the home page
_UNDECIDED = (ApplicationState.DRAFT, ApplicationState.PENDING, ApplicationState.RETURNED)


@dataclass(frozen=True)
class Notice:
    """One application that is open or was decided lately; ``button``: what the student may do."""

    pk: int
    title: str
    status: Status
    sentence: str
    note: str
    button: str


@dataclass(frozen=True)
class Overview:
    """``chances``: courses failed again that no application is about; the rules decide later."""

    notices: tuple[Notice, ...] = ()
    chances: tuple[str, ...] = ()

    @property
    def todo(self) -> tuple[Notice, ...]:
        """What waits for the student."""
        return tuple(one for one in self.notices if one.button)

    @property
    def others(self) -> tuple[Notice, ...]:
        """What he only has to know."""
        return tuple(one for one in self.notices if not one.button)


def columns(student: str) -> dict[str, ArraySubquery]:
    """For rows that have a student's id in ``student``; with the slots of ``slots``."""
    return {
        "exchanges": ArraySubquery(_applications(student)),
        "failures": ArraySubquery(_attempts(student)),
        "policies": ArraySubquery(GradePolicy.objects.order_by("id").values(row=POLICY)),
    }


def slots(today: date, now: datetime) -> dict[str, date]:
    """The values ``columns`` asks for."""
    return {"today": today, "since": now - TOLD_FOR}


def overview(row: Row, now: datetime) -> Overview:
    """From the columns of one student."""
    taken = {one["target_id"] for one in row["exchanges"]}
    return Overview(
        notices=tuple(_notice(one, now) for one in row["exchanges"]),
        chances=tuple(_chances(row["failures"], row["policies"], taken)),
    )


def _applications(student: str) -> QuerySet[Any, Any]:
    """Open ones and late decisions, the newest first."""
    told = Q(state__in=[one.value for one in _UNDECIDED])
    told |= Q(decided_at__gte=Slot("since", DateTimeField()))
    own = Application.objects.filter(told, student=OuterRef(student), deleted_at=None)
    names = ("id", "state", "due_on", "asked_at", "first_by_id", "note")
    row = JSONObject(
        target_id=in_force("target"),
        title="target__name",
        college=f"student__{HOME_COLLEGE}__name",
        **{name: name for name in names},
    )
    return own.order_by("-id").values(row=row)


def _notice(row: Row, now: datetime) -> Notice:
    due_on, college, title = row.pop("due_on"), row.pop("college"), row.pop("title")
    shown = Application(**row, due_on=due_on and date.fromisoformat(due_on))
    return Notice(
        pk=shown.pk,
        title=title,
        status=status_of(shown),
        sentence=sentence_of(shown, now, college),
        note=shown.note,
        button=_button(shown),
    )


def _button(row: Application) -> str:
    """A draft waits for nobody: it holds nothing."""
    if row.state == ApplicationState.RETURNED:
        return "去修改"
    return "补交材料" if row.asked_at else ""


def _attempts(student: str) -> QuerySet[Any, Any]:
    """Every grade of courses with a second chance behind them, or an older code; uncorrected.

    Without courses nobody exchanges: electives, practice, and those excluded by name.
    """
    own = GradeAttempt.objects.filter(student=OuterRef(student))
    again = GradeAttempt.objects.filter(
        student=OuterRef("student"), course=OuterRef("course"), kind__in=SECOND_CHANCES
    )
    named = NamedCourse.objects.filter(
        Q(course_code=OuterRef("course__code")) | Q(college=OuterRef("course__offering_college")),
        rule_set=Subquery(newest_published(Slot("today", DateField())).values("id")),
        treatment=Treatment.EXCLUDED.value,
    )
    other_ways = Q(course__category=CourseCategory.GENERAL_ELECTIVE.value)
    other_ways |= Q(course__is_practical=True) | Q(course__exchange_excluded=True)
    corrected = Exists(GradeAttempt.objects.filter(corrects=OuterRef("pk")))
    row = JSONObject(
        course_id=in_force("course"),
        name="course__name",
        **{name: name for name in ("kind", "score", "text", "flag", "recorded_on")},
    )
    succeeds = CourseEquivalence.objects.filter(new=OuterRef("course"))
    told = own.exclude(other_ways).filter(~corrected, ~Exists(named))
    failures = told.filter(Exists(again) | Exists(succeeds))
    return failures.order_by("course", "id").values(row=row)


def _chances(rows: Sequence[Row], policies: Sequence[Row], taken: set[int]) -> Iterator[str]:
    """Names of courses sat again, never passed, and not applied for."""
    known = tuple(policy_of(one) for one in policies)
    piles: dict[int, list[Row]] = {}
    for row in rows:
        piles.setdefault(row["course_id"], []).append(row)
    for course_id, pile in piles.items():
        sittings = [_sitting(one, known) for one in pile]
        passed = any(one.passed for one in sittings)
        if course_id not in taken and not passed and any(map(was_sat, sittings)):
            yield pile[-1]["name"]


def _sitting(row: Row, policies: tuple[grading.Policy, ...]) -> Sitting:
    score = None if row["score"] is None else Decimal(str(row["score"]))
    result = grading.Result(score, row["text"], ResultFlag(row["flag"]))
    policy = grading.policy_on(policies, date.fromisoformat(row["recorded_on"]))
    passed = grading.outcome(result, policy) is grading.Outcome.PASSED
    return Sitting(AttemptKind(row["kind"]), "", grading.printed(result), result.flag, passed)
