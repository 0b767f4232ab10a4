"""The filters of the manual. Words are looked up in the small tables first, rows by ids after."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from portal.accounts.models import User
from portal.accounts.roles import ALL_COLLEGES
from portal.records.models import AcademicTerm, AdminClass, Course, Teacher
from retake.models import Assignment, TeachingGroup
from retake.teaching import access

# A word that means more groups than this is left to the planner as a subquery.
MOST_IDS = 1000


@dataclass(frozen=True)
class Filters:
    """What the page was asked for; everything is text as typed, empty for any.

    ``year`` 2024-2025, ``number`` 1 or 2, ``offering`` and ``home`` ids of colleges, ``grade`` a
    year, ``major`` an id; the others are parts of a code, number or name.
    """

    year: str = ""
    number: str = ""
    offering: str = ""
    home: str = ""
    grade: str = ""
    major: str = ""
    course: str = ""
    teacher: str = ""
    group: str = ""
    tutor: str = ""

    def asked(self) -> dict[str, str]:
        """Only what is set."""
        found = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {name: value for name, value in found.items() if value}


def read_filters(asked: Mapping[str, str], current: AcademicTerm | None) -> Filters:
    """From a query string; without 学年 and 学期 the running term. ``term`` stands for both."""
    given = {field.name: asked.get(field.name, "").strip()[:60] for field in fields(Filters)}
    code = asked.get("term", "")
    if code:
        given["year"], _, given["number"] = code.rpartition("-")
    elif "year" not in asked and current is not None:
        given["year"], _, given["number"] = current.code.rpartition("-")
    return Filters(**given)


def chosen(staff: User, filters: Filters) -> QuerySet[Assignment]:
    """The seats a filter means, within the staff's scope, in the table's order: by group."""
    rows = Assignment.objects.filter(_students(filters), ended_at=None)
    terms = _terms(filters)
    if terms is not None:
        # The groups of these terms lie between two ids: said too, every index by group serves.
        first, last = _span(terms)
        rows = rows.filter(term__in=terms, group__gte=first, group__lte=last)
    scope = _groups(staff, filters, terms)
    if scope is not None:
        rows = rows.filter(group__in=scope)
    return rows.order_by("group_id", "pk")


def _terms(filters: Filters) -> list[int] | None:
    """Ids of the terms asked for; None when every term is."""
    if not (filters.year or filters.number):
        return None
    rows = AcademicTerm.objects.filter(
        code__startswith=filters.year, code__endswith=f"-{filters.number}" if filters.number else ""
    )
    return list(rows.values_list("pk", flat=True))


def _span(terms: list[int]) -> tuple[int, int]:
    """The first and the last group of some terms, by id."""
    rows = TeachingGroup.objects.filter(term__in=terms).order_by()
    found = rows.aggregate(first=Min("pk"), last=Max("pk"))
    return found["first"] or 0, found["last"] or 0


def _groups(
    staff: User, filters: Filters, terms: list[int] | None
) -> "list[int] | QuerySet[Any, Any] | None":
    """Ids of the groups asked for; None when every group is."""
    rows, named = access.groups(staff), _named(filters)
    if staff.role in ALL_COLLEGES and not named and not filters.offering:
        return None
    if terms is not None:
        rows = rows.filter(term__in=terms)
    if filters.offering:
        rows = rows.filter(course__offering_college=_number(filters.offering))
    rows = rows.filter(named)
    ids = list(rows.order_by().values_list("pk", flat=True)[: MOST_IDS + 1])
    return ids if len(ids) <= MOST_IDS else rows.order_by().values("pk")


def _named(filters: Filters) -> Q:
    """Courses and teachers by part of code, number or name, resolved to ids."""
    found = Q()
    if filters.course:
        word = Q(code__icontains=filters.course) | Q(name__icontains=filters.course)
        found &= Q(course__in=_ids(Course.objects.filter(word)))
    for field, text in (("teacher", filters.teacher), ("tutor", filters.tutor)):
        if text:
            word = Q(number__icontains=text) | Q(name__icontains=text)
            found &= Q(**{f"{field}__in": _ids(Teacher.objects.filter(word))})
    if filters.group:
        found &= Q(name__icontains=filters.group)
    return found


def _students(filters: Filters) -> Q:
    """Home college and major as ids of classes, which are few; the year is the student's own."""
    found, classes = Q(), AdminClass.objects.all()
    if filters.home:
        classes = classes.filter(major__college=_number(filters.home))
    if filters.major:
        classes = classes.filter(major=_number(filters.major))
    if filters.home or filters.major:
        found &= Q(admin_class__in=_ids(classes))
    if filters.grade:
        found &= Q(grade_year=_number(filters.grade))
    return found


def _ids(rows: QuerySet[Any, Any]) -> list[int]:
    return list(rows.order_by().values_list("pk", flat=True))


def _number(text: str) -> int:
    """An id or a year; nonsense finds nothing."""
    return int(text) if text.isdigit() and len(text) < 10 else 0
