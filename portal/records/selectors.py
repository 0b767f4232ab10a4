"""What other rooms may ask the record; reads only."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import QuerySet

from portal.lib.prepared import Prepared, Row, Slot, among
from portal.records import rows
from portal.records.histories import course_histories, histories_of
from portal.records.history import StudentFacts, StudentRecord
from portal.records.kinds import Standing
from portal.records.models import AcademicTerm, Student
from portal.records.past import rows_on
from portal.records.timetable import timetable_clashes

__all__ = [
    "course_histories",
    "current_term",
    "facts_of",
    "own_record",
    "records_from",
    "records_of",
    "records_on",
    "student_facts",
    "timetable_clashes",
]


def current_term(today: date) -> AcademicTerm | None:
    """The running term; between two terms the one that ended last."""
    return rows.terms_running(today).first()


def student_facts(user_id: int) -> StudentFacts | None:
    """The student behind an account, None when the account is nobody's. One statement."""
    return next(map(_facts, _of_user(user_id=user_id)), None)


def facts_of(student_ids: Collection[int]) -> dict[int, StudentFacts]:
    """The facts of many students by id. One statement, none for nobody."""
    found = _by_id(student_ids=list(student_ids)) if student_ids else []
    return {row["id"]: _facts(row) for row in found}


def own_record(user_id: int, *, today: date) -> StudentRecord | None:
    """Facts and histories of the student behind an account. Three statements."""
    return next(iter(records_from(rows.student_of(user_id, today)).values()), None)


def records_of(student_ids: Collection[int], *, today: date) -> dict[int, StudentRecord]:
    """Facts and histories of many students by id. Three statements."""
    return records_from(rows.students(student_ids, today))


def records_on(student_ids: Collection[int], *, term: str, day: date) -> dict[int, StudentRecord]:
    """The same as it stood on ``day`` of the term with this code; who had not begun is left out.

    Four statements.
    """
    return records_from(rows_on(student_ids, term, day), until=day)


@Prepared
def _of_user() -> QuerySet[Any, Any]:
    return rows.with_facts(Student.objects.filter(user=Slot("user_id")))


@Prepared
def _by_id() -> QuerySet[Any, Any]:
    return rows.with_facts(Student.objects.filter(among("id", "student_ids")))


def records_from(found: list[Row], until: date = date.max) -> dict[int, StudentRecord]:
    """Facts and histories of students that were read by ``rows.with_record``. Two statements."""
    courses = histories_of(found, until)
    return {row["id"]: StudentRecord(_facts(row), courses[row["id"]]) for row in found}


def _facts(row: Row) -> StudentFacts:
    standing = Standing(row["standing"])
    is_completed = standing is Standing.COMPLETED_NO_DIPLOMA
    return StudentFacts(
        student_id=row["id"],
        user_id=row["user_id"] or 0,
        number=row["number"],
        name=row["name"],
        college_id=row["college_id"],
        grade_year=row["grade_year"],
        length_years=row["length_years"],
        standing=standing,
        in_arrears=row["in_arrears"],
        veteran_from=row["veteran_from"],
        completed_on=row["completed_on"] if is_completed else None,
        last_day=date(row["grade_year"] + row["max_years"], 8, 31),
    )
