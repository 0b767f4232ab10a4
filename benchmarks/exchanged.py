"""A college full of applications in the scratch database of ``benchmarks.exchange``."""

from datetime import date
from decimal import Decimal
from random import Random

from django.db import connection

from credits.models import Application
from credits.tests.factories import Exchange
from portal.accounts.models import College
from portal.records.kinds import AttemptKind, CourseCategory, CourseNature
from portal.records.models import AdminClass, Course, GradeAttempt, Major, PlanCourse

COLLEGES, STUDENTS, FIRST_OPEN, ONE_IN = 10, 20_000, 600, 100
FAILED, ELECTIVES = 20, 40  # two attempts and one: eighty in all

GROW = """
INSERT INTO credits_application (student_id, target_id, term_id, rule_set_id, state, version,
    "case", findings, is_clean, needs_second, accepts_shortfall, accepts_retake, seen_attempt,
    created_at, submitted_at, due_on, note, decided_at, decided_by_id)
SELECT s.id, a.target_id, a.term_id, a.rule_set_id, CASE WHEN i < %(open)s THEN 'pending'
           ELSE 'rejected' END,
       1, a."case", a.findings, i %% 7 > 0, false, false, false, 0, a.created_at, a.submitted_at,
       a.due_on + i %% 30, '', CASE WHEN i < %(open)s THEN NULL ELSE a.submitted_at END,
       CASE WHEN i < %(open)s THEN NULL ELSE %(staff)s END
FROM generate_series(%(first)s, %(last)s - 1) i
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM records_student
      WHERE number LIKE 'X%%') s ON s.at = i %% %(students)s
CROSS JOIN credits_application a WHERE a.id = %(sample)s
"""
SOURCES = """
INSERT INTO credits_applicationsource (application_id, course_id, kind, title, result, credit_hours)
SELECT a.id, s.course_id, s.kind, s.title, s.result, s.credit_hours
FROM credits_application a, credits_applicationsource s
WHERE s.application_id = %(sample)s AND a.id > %(after)s
"""
PEOPLE = """
INSERT INTO records_student (number, roll_number, name, gender, admin_class_id, grade_year,
    student_type, standing, phone, email, in_arrears)
SELECT 'X' || lpad(i::text, 8, '0'), '', '同学' || i, '女', c.id, 2023, '', 'enrolled', '', '',
    false
FROM generate_series(0, %(students)s - 1) i
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS number
      FROM records_adminclass) c ON c.at = i %% c.number
"""


def found_colleges() -> None:
    """Ten colleges with a class each, and students who apply."""
    for one in range(1, COLLEGES):
        college = College.objects.create(code=f"C{one}", name=f"学院{one}")
        major = Major.objects.create(code=f"M{one}", name=f"专业{one}", college=college)
        AdminClass.objects.create(code=f"B{one}", name=f"班{one}", major=major, grade_year=2023)
    _run(PEOPLE, {"students": STUDENTS})


def grow(sample: Application, staff_id: int, first: int, last: int) -> None:
    """Copies of one application, up to ``last`` in all; the first ones wait for a decision.

    Without the triggers: no such row was ever a draft.
    """
    waiting = max(FIRST_OPEN, last // ONE_IN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM credits_application")
        (after,) = cursor.fetchone()
    given = {
        "first": first,
        "last": last,
        "open": waiting,
        "students": STUDENTS,
        "sample": sample.pk,
        "staff": staff_id,
        "after": after,
    }
    _run("SET session_replication_role = replica", {})
    _run(GROW, given)
    _run(SOURCES, given)
    _run("SET session_replication_role = DEFAULT", {})
    _run("VACUUM ANALYZE", {})


def fill_record(exchange: Exchange) -> int:
    """Give the student eighty attempts; returns how many there are."""
    random = Random(80)  # noqa: S311 -- a record, not a secret
    world = exchange.world
    for serial in range(FAILED):
        code = f"F{serial}"
        exchange.failed(code, f"不及格 {serial}")
        PlanCourse.objects.filter(course__code=code).update(
            category=random.choice((CourseCategory.PUBLIC_REQUIRED, CourseCategory.MAJOR_BASIC))
        )
    there = GradeAttempt.objects.filter(student=exchange.student).count()
    for serial in range(80 - there):
        course = Course.objects.create(
            code=f"G{serial}",
            name=f"通识 {serial}",
            credit_hours=Decimal(random.choice((1, 2, 3))) / 2,
            course_hours=16,
            offering_college=world.college,
            category=CourseCategory.GENERAL_ELECTIVE,
            nature=CourseNature.GENERAL_ELECTIVE,
        )
        world.attempt(
            course, score=Decimal(75), kind=AttemptKind.REGULAR, recorded_on=date(2024, 1, 7)
        )
    return GradeAttempt.objects.filter(student=exchange.student).count()


def _run(statement: str, given: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)
