"""A small college in the database: terms, courses, students with failed courses, open rounds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from payments.models import Charge, Order
from payments.services.orders import open_order
from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.records.kinds import AttemptKind, Standing
from portal.records.models import (
    AcademicTerm,
    AdminClass,
    Course,
    GradeAttempt,
    GradePolicy,
    Major,
    MakeupSitting,
    ProgrammePlan,
    StandingChange,
    Student,
    StudentCourse,
    TeachingClass,
    VeteranStatus,
)
from portal.records.states import VeteranState
from retake.models import Enrollment, NoticeAcknowledgement, Round, RuleSet
from retake.services.enroll import enroll
from retake.states import RoundState

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENS = datetime(2025, 4, 21, 9, tzinfo=SHANGHAI)
CLOSES = datetime(2025, 4, 25, 12, tzinfo=SHANGHAI)
PAY_CLOSES = datetime(2025, 4, 29, 17, tzinfo=SHANGHAI)
NOW = datetime(2025, 4, 23, 14, 23, tzinfo=SHANGHAI)
MOMENT = timedelta(microseconds=1)

_numbers = count(1)


def number() -> int:
    """A number no other row of this process has."""
    return next(_numbers)


def make_term(code: str = "2024-2025-2", *, current: bool = True) -> AcademicTerm:
    """The running term; earlier ones with ``current=False``."""
    first = int(code[:4])
    starts = date(first, 9, 1) if code.endswith("1") else date(first + 1, 2, 17)
    row, _ = AcademicTerm.objects.get_or_create(
        code=code,
        defaults={
            "starts_on": starts,
            "ends_on": starts + timedelta(days=140),
            "is_current": current,
        },
    )
    return row


def make_college(name: str = "智能制造学院") -> College:
    """By name."""
    row, _ = College.objects.get_or_create(name=name, defaults={"code": f"C{number()}"})
    return row


def make_student(grade_year: int = 2023, **changes: Any) -> Student:
    """With an account; 2023 级 of three years has a cap of 3."""
    college = make_college()
    major, _ = Major.objects.get_or_create(
        code="510201", defaults={"name": "计算机应用技术", "college": college, "length_years": 3}
    )
    home, _ = AdminClass.objects.get_or_create(
        code=f"B{grade_year}",
        defaults={"name": f"应用{grade_year}", "major": major, "grade_year": grade_year},
    )
    code = {"code": f"P{grade_year}"}
    ProgrammePlan.objects.get_or_create(major=major, grade_year=grade_year, defaults=code)
    username = f"{grade_year}{number():06d}"
    user = User.objects.create(username=username, name="王同学", password="!", role=Role.STUDENT)
    usual = {"number": username, "name": "王同学", "admin_class": home, "grade_year": grade_year}
    return Student.objects.create(user=user, **(usual | changes))


def make_staff(role: Role = Role.TEACHING, college: College | None = None) -> User:
    """Of the teaching office unless told otherwise."""
    return User.objects.create(
        username=f"staff{number()}", name="李老师", password="!", role=role, college=college
    )


def make_course(credit_hours: str = "4.0", **changes: Any) -> Course:
    """A theory course of 通识教育学院."""
    key = number()
    usual = {
        "code": f"M{key:07d}",
        "name": f"课程{key}",
        "credit_hours": Decimal(credit_hours),
        "course_hours": 64,
        "offering_college": make_college("通识教育学院"),
    }
    return Course.objects.create(**(usual | changes))


def make_attempt(
    student: Student, course: Course, kind: AttemptKind, score: int, *, on: date = date(2024, 1, 20)
) -> GradeAttempt:
    """A grade of the autumn term before."""
    return GradeAttempt.objects.create(
        student=student,
        course=course,
        term=make_term("2023-2024-1", current=False),
        kind=kind.value,
        score=score,
        recorded_on=on,
    )


def fail(student: Student, course: Course | None = None, *, makeup: bool = True) -> Course:
    """A course studied and failed, in the 补考 too unless told otherwise."""
    failed = course or make_course()
    term = make_term("2023-2024-1", current=False)
    taught, _ = TeachingClass.objects.get_or_create(
        course=failed, term=term, defaults={"code": f"T{number()}", "name": failed.name}
    )
    StudentCourse.objects.create(student=student, teaching_class=taught)
    make_attempt(student, failed, AttemptKind.REGULAR, 42)
    if makeup:
        MakeupSitting.objects.create(
            student=student, course=failed, term=term, sits_on=date(2024, 3, 1)
        )
        make_attempt(student, failed, AttemptKind.MAKEUP, 51, on=date(2024, 3, 2))
    return failed


def pass_course(student: Student, course: Course, score: int = 75) -> GradeAttempt:
    """A later pass, as an import brings it."""
    return make_attempt(student, course, AttemptKind.RETAKE, score, on=date(2025, 4, 22))


def make_veteran(student: Student, state: VeteranState = VeteranState.APPROVED) -> VeteranStatus:
    """Since autumn 2022."""
    return VeteranStatus.objects.create(
        student=student,
        valid_from=date(2022, 9, 1),
        basis="退字第 1 号",
        state=state,
        claimed_at=NOW,
        decided_at=None if state is VeteranState.PENDING else NOW,
    )


def complete(student: Student, on: date) -> None:
    """结业."""
    student.standing = Standing.COMPLETED_NO_DIPLOMA.value
    student.save(update_fields=["standing"])
    StandingChange.objects.create(
        student=student, change="结业", standing=student.standing, changed_on=on
    )


def make_rules(**switches: Any) -> RuleSet:
    """A version of the rules with the college's defaults."""
    return RuleSet.objects.create(name=f"规则{number()}", created_at=NOW, **switches)


def make_round(rules: RuleSet | None = None, *, published: bool = True, **changes: Any) -> Round:
    """Enrolment 4月21日 09:00 – 25日 12:00, payment until 29日 17:00, ¥100 a credit."""
    GradePolicy.objects.get_or_create(valid_from=date(2015, 9, 1))
    usual = {
        "term": make_term(),
        "name": f"轮次{number()}",
        "notice": "第一条\n第二条",
        "enrol_opens_at": OPENS,
        "enrol_closes_at": CLOSES,
        "pay_opens_at": OPENS,
        "pay_closes_at": PAY_CLOSES,
        "rule_set": rules or make_rules(),
        "fee_unit_fen": 10_000,
        "reconcile_on": date(2025, 4, 30),
        "verify_on": date(2025, 5, 6),
        "college_deadline": date(2025, 5, 7),
    }
    row = Round.objects.create(**(usual | changes))
    if published:
        row.state, row.published_at = RoundState.PUBLISHED.value, OPENS - timedelta(days=3)
        row.save(update_fields=["state", "published_at"])
    return row


def read_notice(student: Student, opened: Round) -> NoticeAcknowledgement:
    """已阅读 of the version in force."""
    return NoticeAcknowledgement.objects.create(
        student=student, round=opened, version=opened.notice_version, read_at=OPENS
    )


@dataclass(frozen=True)
class World:
    """A student before the choice page: notice read, some courses failed, a round open."""

    student: Student
    round: Round
    courses: list[Course]

    @property
    def user_id(self) -> int:
        return self.student.user_id or 0

    def enroll(self, *courses: Course, now: datetime = NOW) -> list[Enrollment]:
        """All failed courses unless some are named."""
        return enroll(
            user_id=self.user_id,
            course_ids=[course.pk for course in courses or self.courses],
            round_id=self.round.pk,
            now=now,
        )

    def charge(self, row: Enrollment) -> Charge:
        """The charge behind an enrolment."""
        return Charge.objects.get(purpose="retake", reference=row.reference)

    def open_order(self, *rows: Enrollment, now: datetime = NOW) -> Order:
        """An order over these enrolments at the finance platform."""
        return open_order(
            payer_id=self.user_id,
            charge_ids=[self.charge(row).pk for row in rows],
            channel="finance",
            now=now,
        )


def make_world(courses: int = 1, *, grade_year: int = 2023, **rules: Any) -> World:
    """A capped student unless ``grade_year`` says final year (2022)."""
    opened = make_round(make_rules(**rules))
    student = make_student(grade_year)
    read_notice(student, opened)
    return World(student, opened, [fail(student) for _ in range(courses)])
