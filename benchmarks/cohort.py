"""Students who all come at once: final year, no cap, twenty failed courses each."""

from datetime import date
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from benchmarks.people import GRADE_YEAR, PASSWORD, username
from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.records.kinds import CourseCategory, CourseNature
from portal.records.models import (
    AcademicTerm,
    AdminClass,
    Course,
    Major,
    PlanCourse,
    ProgrammePlan,
    Student,
    TeachingClass,
)
from retake.demo import build_rounds

COURSES = 20
TERMS = (
    ("2022-2023-1", date(2022, 9, 1), date(2023, 1, 13)),
    ("2022-2023-2", date(2023, 2, 13), date(2023, 6, 30)),
    ("2024-2025-2", date(2025, 2, 17), date(2025, 6, 30)),
)
BATCH = 5000

# Every course studied in the first year and failed; theory (the even ones) failed again in 补考.
RECORDS = (
    """INSERT INTO records_studentcourse (student_id, teaching_class_id, absent_hours)
       SELECT student.id, class.id, 0
       FROM records_student student CROSS JOIN records_teachingclass class""",
    """INSERT INTO records_gradeattempt
           (student_id, course_id, term_id, kind, score, text, flag, recorded_on, source)
       SELECT student.id, class.course_id, class.term_id, 'regular', 42, '', '', '2023-01-20', ''
       FROM records_student student CROSS JOIN records_teachingclass class""",
    """INSERT INTO records_gradeattempt
           (student_id, course_id, term_id, kind, score, text, flag, recorded_on, source)
       SELECT student.id, class.course_id, class.term_id, 'makeup', 51, '', '', '2023-03-03', ''
       FROM records_student student CROSS JOIN records_teachingclass class
       JOIN records_course course ON course.id = class.course_id
       WHERE NOT course.is_practical""",
)


def build(students: int) -> None:
    """Fill an empty, migrated database; the round that opens is open from now on."""
    _people(students, _frame())
    with connection.cursor() as cursor:
        for statement in RECORDS:
            cursor.execute(statement)
    User.objects.create(username="teaching", name="教学部", role=Role.TEACHING)
    build_rounds(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _frame() -> AdminClass:
    """College, terms, courses, plan and timetable; returns the class all of them are in."""
    college = College.objects.create(code="01", name="智能制造学院")
    major = Major.objects.create(code="510201", name="计算机应用技术", college=college)
    terms = [
        AcademicTerm.objects.create(
            code=code, starts_on=starts, ends_on=ends, is_current=code == TERMS[-1][0]
        )
        for code, starts, ends in TERMS
    ]
    courses = Course.objects.bulk_create(_course(number, college) for number in range(COURSES))
    _plan(major, courses)
    TeachingClass.objects.bulk_create(
        TeachingClass(code=f"J{course.code}", name=course.name, course=course, term=terms[0])
        for course in courses
    )
    return AdminClass.objects.create(
        code="J2201", name="计算机 2201", major=major, grade_year=GRADE_YEAR
    )


def _course(number: int, college: College) -> Course:
    return Course(
        code=f"B{number:05d}",
        name=f"专业课程（{number + 1}）",
        credit_hours=Decimal("2.0") + number % 4,
        course_hours=32 + 16 * (number % 4),
        offering_college=college,
        category=CourseCategory.MAJOR_BASIC,
        is_practical=number % 2 == 1,
    )


def _plan(major: Major, courses: list[Course]) -> None:
    plan = ProgrammePlan.objects.create(code="P2201", major=major, grade_year=GRADE_YEAR)
    PlanCourse.objects.bulk_create(
        PlanCourse(
            plan=plan,
            course=course,
            nature=CourseNature.REQUIRED,
            category=CourseCategory.MAJOR_BASIC,
            term_number=1,
        )
        for course in courses
    )


def _people(students: int, admin_class: AdminClass) -> None:
    """Accounts share one hash: it costs the server as much to check, and us nothing to make."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        (
            User(username=username(index), name=f"学生{index}", password=password)
            for index in range(students)
        ),
        batch_size=BATCH,
    )
    Student.objects.bulk_create(
        (
            Student(
                number=user.username,
                name=user.name,
                admin_class=admin_class,
                grade_year=GRADE_YEAR,
                user=user,
            )
            for user in users
        ),
        batch_size=BATCH,
    )
