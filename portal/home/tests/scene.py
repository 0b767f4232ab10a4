"""A student in a round that is open, with enrolments and what they cost."""

from datetime import date, datetime, timedelta
from itertools import count

from django.db import transaction

from payments.models import Charge
from payments.tests.factories import raise_charge
from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user
from portal.records.models import AcademicTerm, AdminClass, Course, Major, Student
from retake.billing import PURPOSE
from retake.demo import build_rounds
from retake.models import Enrollment, Round

_numbers = count(1)


def open_round(now: datetime) -> Round:
    """The demo's rounds in a college of one major; the second is open since an hour."""
    AcademicTerm.objects.create(
        code="2024-2025-2",
        starts_on=date(2025, 2, 17),
        ends_on=date(2025, 7, 6),
        is_current=True,
    )
    user(role=Role.TEACHING)
    return build_rounds(now - timedelta(hours=1))


def student() -> User:
    """An account with a record behind it."""
    number = next(_numbers)
    college, _ = College.objects.get_or_create(code="01", defaults={"name": "智能制造学院"})
    major, _ = Major.objects.get_or_create(code="M", name="云计算", college=college)
    home, _ = AdminClass.objects.get_or_create(
        code="C", name="云计算 2221", major=major, grade_year=2022
    )
    account = user()
    Student.objects.create(
        number=f"S{number:07d}",
        name=account.name,
        admin_class=home,
        grade_year=2022,
        user=account,
    )
    return account


@transaction.atomic
def enrolled(account: User, opened: Round, courses: int, now: datetime) -> list[Charge]:
    """So many courses of the round, each at 300 yuan."""
    return [_enrol(account, opened, now) for _ in range(courses)]


def _enrol(account: User, opened: Round, now: datetime) -> Charge:
    number = next(_numbers)
    assert opened.rule_set is not None
    college = College.objects.get(code="01")
    course = Course.objects.create(
        code=f"K{number:07d}", name=f"课程{number}", credit_hours=3, offering_college=college
    )
    row = Enrollment.objects.create(
        student=Student.objects.get(user=account),
        course=course,
        term=opened.term,
        round=opened,
        rule_set=opened.rule_set,
        credit_hours=3,
        fee_fen=30_000,
        enrolled_at=now,
    )
    return raise_charge(
        payer_id=account.pk,
        purpose=PURPOSE,
        reference=row.reference,
        group=f"retake:round:{opened.pk}",
        title=course.name,
        amount_fen=30_000,
        waived=False,
        now=now,
    )
