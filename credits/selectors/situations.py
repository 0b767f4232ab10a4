"""Reads the situation of students: record, other credits, plan, ledger, applications, rules."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from credits.models import Application
from credits.models.applications import number_of
from credits.rules import Rules
from credits.selectors import rule_sets
from credits.situation import Claim, Earlier, Other, Situation
from credits.states import ApplicationState
from portal.lib.prepared import Planned, Prepared, Row, Slot, among
from portal.records.kinds import CourseCategory, OtherCreditKind, PostingKind
from portal.records.models import (
    CreditPosting,
    GradeAttempt,
    OtherCredit,
    PlanRequirement,
    Student,
)
from portal.records.rows import in_force, terms_running, with_record
from portal.records.selectors import records_from


def own_situation(user_id: int, now: datetime) -> Situation | None:
    """Of the student behind an account, None when it is nobody's. Four statements."""
    today = timezone.localdate(now)
    return next(iter(_situations(_own(user_id=user_id, today=today), today).values()), None)


def situations(
    student_ids: Collection[int], now: datetime, rules: Rules | None = None
) -> dict[int, Situation]:
    """Of many students by id, under these rules or those in force. Three statements, or four."""
    today = timezone.localdate(now)
    given = None if rules is None else (None, rules)
    return _situations(_many(student_ids=list(student_ids), today=today), today, given)


def situation(student_id: int, now: datetime, rules: Rules | None = None) -> Situation:
    """Of one student who exists."""
    return situations([student_id], now, rules)[student_id]


@Planned
def _own() -> QuerySet[Any, Any]:
    return _with_situation(Student.objects.filter(user=Slot("user_id")))


@Prepared
def _many() -> QuerySet[Any, Any]:
    return _with_situation(Student.objects.filter(among("id", "student_ids")))


def _with_situation(students: QuerySet[Student]) -> QuerySet[Any, Any]:
    """The record, and what it does not carry.

    The newest attempt is read here, before the attempts are: one that comes in between is looked
    at again.
    """
    newest = GradeAttempt.objects.filter(student=OuterRef("pk")).order_by().values("student")
    return with_record(
        students,
        term_id=Subquery(terms_running(Slot("today", DateField())).values("id")[:1]),
        newest_attempt=Subquery(newest.annotate(newest=Max("id")).values("newest")),
        needed=ArraySubquery(_needed()),
        others=ArraySubquery(_others()),
        postings=ArraySubquery(_postings()),
        applications=ArraySubquery(_applications()),
    )


def _needed() -> QuerySet[Any, Any]:
    of_plan = PlanRequirement.objects.filter(
        plan__major=OuterRef("admin_class__major"), plan__grade_year=OuterRef("grade_year")
    )
    row = JSONObject(category="category", credit_hours="credit_hours")
    return of_plan.order_by("id").values(row=row)


def _others() -> QuerySet[Any, Any]:
    row = JSONObject(
        id="id", kind="kind", title="title", credit_hours="credit_hours", earned_on="earned_on"
    )
    return OtherCredit.objects.filter(student=OuterRef("pk")).order_by("id").values(row=row)


def _postings() -> QuerySet[Any, Any]:
    names = ("kind", "other_id", "credit_hours", "reference")
    row = JSONObject(course_id=in_force("course"), **{name: name for name in names})
    return CreditPosting.objects.filter(student=OuterRef("pk")).order_by("id").values(row=row)


def _applications() -> QuerySet[Any, Any]:
    row = JSONObject(
        id="id",
        target_id=in_force("target"),
        title="target__name",
        credit_hours="target__credit_hours",
        term="term__code",
        state="state",
        created_at="created_at",
    )
    rows = Application.objects.filter(student=OuterRef("pk"), deleted_at=None)
    return rows.order_by("-id").values(row=row)


def _situations(
    found: list[Row], today: date, given: tuple[int | None, Rules] | None = None
) -> dict[int, Situation]:
    rule_set_id, rules = given or rule_sets.in_force(today)
    records = records_from(found)
    return {
        row["id"]: Situation(
            facts=record.facts,
            courses=record.courses,
            others=tuple(_other(one) for one in row["others"]),
            needed={
                CourseCategory(one["category"]): _hours(one["credit_hours"])
                for one in row["needed"]
            },
            claims=_claims(row["postings"]),
            earlier=tuple(_earlier(one) for one in row["applications"]),
            rules=rules,
            rule_set_id=rule_set_id,
            term_id=row["term_id"],
            term=row["current_term"] or "",
            newest_attempt=row["newest_attempt"] or 0,
            today=today,
        )
        for row in found
        for record in (records[row["id"]],)
    }


def _hours(written: float | str) -> Decimal:
    """JSON numbers become Decimal by way of their text, with one decimal as stored."""
    return Decimal(str(written)).quantize(Decimal("0.1"))


def _other(row: Row) -> Other:
    return Other(
        other_id=row["id"],
        kind=OtherCreditKind(row["kind"]),
        title=row["title"],
        credit_hours=_hours(row["credit_hours"]),
        earned_on=row["earned_on"],
    )


def _claims(postings: list[Row]) -> tuple[Claim, ...]:
    """What is held or used now, by application and source."""
    open_: dict[tuple[str, str], Decimal] = {}
    for row in postings:
        course = row["course_id"]
        key = row["reference"], f"course:{course}" if course else f"other:{row['other_id']}"
        open_[key] = open_.get(key, Decimal(0)) + _signed(row)
    return tuple(Claim(*key, hours) for key, hours in open_.items() if hours)


def _signed(row: Row) -> Decimal:
    """Held adds, given back takes away; what is consumed was held before."""
    hours = _hours(row["credit_hours"])
    kind = PostingKind(row["kind"])
    if kind is PostingKind.CONSUMED:
        return Decimal(0)
    return hours if kind is PostingKind.HELD else -hours


def _earlier(row: Row) -> Earlier:
    return Earlier(
        pk=row["id"],
        number=number_of(row["id"], datetime.fromisoformat(row["created_at"])),
        target_id=row["target_id"],
        title=row["title"],
        credit_hours=_hours(row["credit_hours"]),
        term=row["term"],
        state=ApplicationState(row["state"]),
    )
