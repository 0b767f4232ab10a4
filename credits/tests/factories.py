"""A student with a failed course, electives to give, rules in force and two reviewers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from credits.attachments import Cleaned, accepted
from credits.kinds import SourceKind, TargetKind, Treatment
from credits.models import Application, NamedCourse, PriceRule, RuleSet
from credits.services.filing import submit
from credits.services.writing import Filing
from credits.states import RuleSetState
from credits.tests.uploads import encoded, scan, screenshot, upload
from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.records.kinds import AttemptKind, CourseCategory, CourseNature
from portal.records.ledger import balances
from portal.records.models import Course, PlanCourse, PlanRequirement, Student
from portal.records.tests.factories import NOON, World, add_student, build_world

LATER = NOON + timedelta(hours=2)
ELECTIVES = 6


@dataclass
class Exchange:
    """The rows tests begin from. ``target`` costs eight credits of ``electives`` of two each."""

    world: World
    target: Course
    electives: list[Course]
    reviewer: User
    colleague: User
    stranger: User
    teaching: User
    rule_set: RuleSet

    @property
    def student(self) -> Student:
        return self.world.student

    @property
    def user_id(self) -> int:
        assert self.student.user_id is not None
        return self.student.user_id

    def keys(self, number: int = 4, start: int = 0) -> tuple[str, ...]:
        """Keys of so many electives."""
        return tuple(f"course:{one.pk}" for one in self.electives[start : start + number])

    def filing(self, **changed: Any) -> Filing:
        """A filing that is in order."""
        given: dict[str, Any] = {
            "target_id": self.target.pk,
            "keys": self.keys(),
            "files": (shot(),),
        }
        return Filing(**(given | changed))

    def submitted(self, now: datetime = NOON, **changed: Any) -> Application:
        """An application under review."""
        return submit(user_id=self.user_id, filing=self.filing(**changed), now=now)

    def held(self) -> int:
        """Credits held of the student in all."""
        return int(sum(one.held for one in balances([self.student.pk])))

    def consumed(self) -> int:
        """Credits used up of the student in all."""
        return int(sum(one.consumed for one in balances([self.student.pk])))

    def failed(self, code: str, name: str = "", **fields: Any) -> Course:
        """A course of the plan failed twice."""
        course = self.world.course(code, name, **fields)
        self.world.attempt(course, score=Decimal(42))
        self.world.attempt(course, score=Decimal(51), kind=AttemptKind.MAKEUP)
        return course

    def extension(self, code: str, hours: int = 4) -> Course:
        """A passed extension course of the plan."""
        course = self.world.course(code, code, term_number=0)
        PlanCourse.objects.create(
            plan=self.world.plan,
            course=course,
            nature=CourseNature.MAJOR_EXTENSION,
            category=CourseCategory.MAJOR_EXTENSION,
            term_number=2,
        )
        Course.objects.filter(pk=course.pk).update(credit_hours=hours)
        self.world.attempt(course, score=Decimal(80))
        return course


def shot(seed: int = 1) -> Cleaned:
    """A cleaned screenshot."""
    return accepted(upload(encoded(screenshot(seed))))


def paper(*seeds: int) -> Cleaned:
    """A cleaned PDF of scanned pages."""
    return accepted(upload(scan(*map(screenshot, seeds or (1,)))))


def build_exchange() -> Exchange:
    """Everything at noon of the world's day."""
    world = build_world()
    general = College.objects.create(code="03", name="通识教育学院")
    target = world.course("M1", "高等数学（2-1）")
    PlanCourse.objects.filter(course=target).update(category=CourseCategory.PUBLIC_REQUIRED)
    world.attempt(target, score=Decimal(42))
    world.attempt(target, score=Decimal(51), kind=AttemptKind.MAKEUP)
    for category, hours in (
        (CourseCategory.PUBLIC_REQUIRED, 20),
        (CourseCategory.GENERAL_ELECTIVE, 4),
        (CourseCategory.MAJOR_EXTENSION, 4),
    ):
        PlanRequirement.objects.create(
            plan=world.plan, category=category, credit_hours=Decimal(hours)
        )
    return Exchange(
        world=world,
        target=target,
        electives=[_elective(world, serial) for serial in range(ELECTIVES)],
        reviewer=_staff("reviewer", Role.REVIEWER, world.college),
        colleague=_staff("colleague", Role.REVIEWER, world.college),
        stranger=_staff("stranger", Role.REVIEWER, general),
        teaching=_staff("teaching", Role.TEACHING, None),
        rule_set=build_rules(),
    )


def _elective(world: World, serial: int) -> Course:
    course = world.course(
        f"E{serial}",
        f"选修 {serial}",
        term_number=0,
        category=CourseCategory.GENERAL_ELECTIVE,
        nature=CourseNature.GENERAL_ELECTIVE,
    )
    Course.objects.filter(pk=course.pk).update(credit_hours=2)
    world.attempt(course, score=Decimal(80))
    return course


def _staff(username: str, role: Role, college: College | None) -> User:
    return User.objects.create(username=username, name=username, role=role, college=college)


def build_rules(name: str = "测试规则", *, published: bool = True, **changed: Any) -> RuleSet:
    """Public courses for electives 2 : 1, basic for extension, core for awards, PE for contests."""
    rows = RuleSet.objects.create(
        name=name, valid_from=date(2024, 9, 1), created_at=NOON, **changed
    )
    for target, source, ratio, more in (
        (TargetKind.PUBLIC, SourceKind.ELECTIVE, 2, {"keeps_minimum": True}),
        (TargetKind.MAJOR_BASIC, SourceKind.EXTENSION, 1, {}),
        (TargetKind.MAJOR_CORE, SourceKind.AWARD, 1, {"second_approval": True}),
        (TargetKind.PE, SourceKind.CONTEST, 1, {}),
    ):
        PriceRule.objects.create(
            rule_set=rows, target=target, source=source, ratio=ratio, is_confirmed=True, **more
        )
    NamedCourse.objects.create(
        rule_set=rows, treatment=Treatment.EXCLUDED, course_code="X1", reason="第六条。"
    )
    if published:
        RuleSet.objects.filter(pk=rows.pk).update(state=RuleSetState.PUBLISHED, published_at=NOON)
    rows.refresh_from_db()
    return rows


def another_student(exchange: Exchange, number: str = "0020230102") -> Student:
    """A classmate without grades."""
    return add_student(exchange.student.admin_class, number)
