"""One small college for the tests of the record."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal.accounts.models import College, Contact, User
from portal.accounts.roles import Role
from portal.calendar.models import DaySource, WorkCalendarDay
from portal.records import models
from portal.records.kinds import CourseCategory, CourseNature, OtherCreditKind
from portal.records.states import VeteranState

NOON = datetime(2025, 3, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2025, 3, 1)


@dataclass
class World:
    """The rows tests begin from."""

    college: College
    plan: models.ProgrammePlan
    student: models.Student
    terms: list[models.AcademicTerm]

    def course(
        self, code: str, name: str = "", *, term_number: int = 1, **fields: object
    ) -> models.Course:
        """A course of four credits in the student's plan (``term_number`` 0: outside)."""
        course = models.Course.objects.create(
            code=code,
            name=name or code,
            credit_hours=Decimal("4.0"),
            course_hours=64,
            offering_college=self.college,
            **fields,
        )
        if term_number:
            models.PlanCourse.objects.create(
                plan=self.plan,
                course=course,
                nature=CourseNature.REQUIRED.value,
                category=CourseCategory.MAJOR_BASIC.value,
                term_number=term_number,
            )
        return course

    def attempt(self, course: models.Course, **fields: object) -> models.GradeAttempt:
        """A 正考 of the first term unless told otherwise."""
        given = {"term": self.terms[0], "recorded_on": date(2024, 1, 7)} | fields
        return models.GradeAttempt.objects.create(
            **({"student": self.student, "course": course} | given)
        )


def build_world() -> World:
    """A college, a major of grade 2023, four terms with the last one running, one student."""
    college = College.objects.create(code="01", name="智能制造学院")
    major = models.Major.objects.create(code="510206", name="云计算技术应用", college=college)
    home = models.AdminClass.objects.create(
        code="2321", name="云计算 2321", major=major, grade_year=2023
    )
    plan = models.ProgrammePlan.objects.create(code="510206-2023", major=major, grade_year=2023)
    terms = [
        models.AcademicTerm.objects.create(
            code=code, starts_on=starts, ends_on=ends, is_current=code == "2024-2025-2"
        )
        for code, starts, ends in (
            ("2023-2024-1", date(2023, 9, 1), date(2024, 1, 12)),
            ("2023-2024-2", date(2024, 2, 19), date(2024, 7, 5)),
            ("2024-2025-1", date(2024, 9, 2), date(2025, 1, 10)),
            ("2024-2025-2", date(2025, 2, 17), date(2025, 7, 4)),
        )
    ]
    student = add_student(home, "0020230101")
    return World(college, plan, student, terms)


def add_student(home: models.AdminClass, number: str) -> models.Student:
    """A student with an account."""
    user = User.objects.create(username=number, name="陈雨桐", role=Role.STUDENT)
    return models.Student.objects.create(
        number=number, name="陈雨桐", gender="女", admin_class=home, grade_year=2023, user=user
    )


def fill_every_table(world: World) -> None:
    """At least one row in every table that can be loaded from a spreadsheet."""
    student, term = world.student, world.terms[0]
    old, new = world.course("A1", "高等数学（2-1）"), world.course("A2", "=高等数学", term_number=2)
    models.CourseEquivalence.objects.create(old=old, new=new)
    teacher = models.Teacher.objects.create(number="007", name="周慧", college=world.college)
    taught = models.TeachingClass.objects.create(
        code="T1", name="2023-2024-1-A1", course=old, term=term, teacher=teacher
    )
    models.TeachingSlot.objects.create(
        teaching_class=taught, weekday=3, first_period=3, last_period=4
    )
    models.StudentCourse.objects.create(student=student, teaching_class=taught, absent_hours=2)
    models.PlanRequirement.objects.create(
        plan=world.plan, category=CourseCategory.MAJOR_BASIC.value, credit_hours=Decimal("10.5")
    )
    models.MakeupSitting.objects.create(student=student, course=old, term=term, sits_on=TODAY)
    wrong = world.attempt(old, score=Decimal("59.5"))
    world.attempt(old, score=Decimal(65), corrects=wrong)
    world.attempt(new, text="-")
    world.attempt(new, kind="makeup", flag="absent")
    models.GradePolicy.objects.create(valid_from=date(2020, 9, 1))
    models.StandingChange.objects.create(
        student=student, change="转专业", standing="enrolled", changed_on=TODAY
    )
    models.VeteranStatus.objects.create(
        student=student,
        valid_from=TODAY,
        basis="退出现役证",
        state=VeteranState.APPROVED,
        claimed_at=NOON,
        decided_at=NOON,
    )
    models.LevelExamScore.objects.create(
        student=student, exam="PRETCO", taken_on=TODAY, result="合格", passed=True
    )
    models.OtherCredit.objects.create(
        student=student,
        kind=OtherCreditKind.CONTEST.value,
        title="集训",
        credit_hours=Decimal("1.5"),
        earned_on=TODAY,
    )
    Contact.objects.create(topic="pe", office="体育学院", phone="-6021")
    WorkCalendarDay.objects.create(date=TODAY, is_workday=True, source=DaySource.SCHOOL)
