"""Plans, timetables and grades for the college of ``benchmarks.guided``, and a round to rehearse.

Every student has forty courses over four terms; one result in twelve was failed, and failed again
in the 补考.
"""

from datetime import date, datetime, timedelta

from django.db import connection
from django.utils import timezone

from portal.records.kinds import CourseCategory, CourseNature
from portal.records.models import (
    AcademicTerm,
    AdminClass,
    Course,
    GradePolicy,
    PlanCourse,
    ProgrammePlan,
    TeachingClass,
)
from retake.models import Round, RuleSet

YEARS = range(2021, 2026)
TERMS, A_TERM = 4, 10  # terms of a plan, courses of each
REHEARSED, OPENS_IN = "2024-2025-2", "2025-2026-1"
RECORDS = (
    """INSERT INTO records_studentcourse (student_id, teaching_class_id, absent_hours)
       SELECT s.id, t.id, 0
       FROM records_student s
       JOIN records_adminclass home ON home.id = s.admin_class_id
       JOIN records_programmeplan p ON p.major_id = home.major_id AND p.grade_year = s.grade_year
       JOIN records_plancourse c ON c.plan_id = p.id
       JOIN records_academicterm term ON term.code = (s.grade_year + (c.term_number - 1) / 2)
            || '-' || (s.grade_year + (c.term_number + 1) / 2) || '-' || 2 - c.term_number % 2
       JOIN records_teachingclass t ON t.course_id = c.course_id AND t.term_id = term.id""",
    """INSERT INTO records_gradeattempt
           (student_id, course_id, term_id, kind, score, text, flag, recorded_on, source)
       SELECT s.student_id, t.course_id, t.term_id, 'regular',
              CASE WHEN (s.student_id * 31 + t.course_id * 17) % 12 = 0 THEN 45 ELSE 78 END,
              '', '', term.ends_on, ''
       FROM records_studentcourse s
       JOIN records_teachingclass t ON t.id = s.teaching_class_id
       JOIN records_academicterm term ON term.id = t.term_id""",
    """INSERT INTO records_gradeattempt
           (student_id, course_id, term_id, kind, score, text, flag, recorded_on, source)
       SELECT student_id, course_id, term_id, 'makeup', 50, '', '', recorded_on + 60, ''
       FROM records_gradeattempt WHERE score = 45""",
    "ANALYZE",
)


def grade_college() -> Round:
    """Fill the record of every student; the draft that is to be rehearsed."""
    terms = _found_terms()
    _found_plans()
    courses = list(Course.objects.all())
    TeachingClass.objects.bulk_create(
        TeachingClass(code=f"{term.code}-{one.code}", name=one.name, course=one, term=term)
        for term in terms
        for one in courses
    )
    GradePolicy.objects.create(valid_from=date(2015, 9, 1))
    with connection.cursor() as cursor:
        for statement in RECORDS:
            cursor.execute(statement)
    return _draft()


def _found_terms() -> list[AcademicTerm]:
    return [
        AcademicTerm.objects.create(
            code=f"{year}-{year + 1}-{number}",
            starts_on=date(year, 9, 1) if number == 1 else date(year + 1, 2, 17),
            ends_on=date(year + 1, 1, 13) if number == 1 else date(year + 1, 6, 30),
            is_current=f"{year}-{year + 1}-{number}" == OPENS_IN,
        )
        for year in YEARS
        for number in (1, 2)
    ]


def _found_plans() -> None:
    courses = list(Course.objects.order_by("pk"))
    homes = AdminClass.objects.values_list("major", "grade_year").distinct().order_by()
    plans = ProgrammePlan.objects.bulk_create(
        ProgrammePlan(code=f"P{major}-{year}", major_id=major, grade_year=year)
        for major, year in homes
    )
    PlanCourse.objects.bulk_create(
        PlanCourse(
            plan=plan,
            course=courses[(at * 7 + one) % len(courses)],
            nature=CourseNature.REQUIRED,
            category=CourseCategory.MAJOR_BASIC,
            term_number=1 + one // A_TERM,
        )
        for at, plan in enumerate(plans)
        for one in range(TERMS * A_TERM)
    )


def _draft() -> Round:
    opens: datetime = timezone.now() + timedelta(days=7)
    return Round.objects.create(
        term=AcademicTerm.objects.get(code=OPENS_IN),
        name="试算的一轮",
        rule_set=RuleSet.objects.get(),
        fee_unit_fen=10_000,
        enrol_opens_at=opens,
        enrol_closes_at=opens + timedelta(days=5),
    )
