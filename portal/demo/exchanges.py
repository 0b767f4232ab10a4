"""Applications of the demo's invented students: decided ones, and a queue with every kind of case.

Everything is done by the services the pages call, only at earlier times. Invented students rarely
have credits to spare, so each is first given what his application needs.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle

from credits import rules
from credits.attachments import Cleaned
from credits.ground import ground_of
from credits.kinds import SourceKind
from credits.models import Application
from credits.rules.facts import Case
from credits.selectors.choosing import choosing
from credits.selectors.situations import own_situation
from credits.services import deciding
from credits.services.filing import submit
from credits.services.revoking import revoke
from credits.services.writing import Filing
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.demo.college.scripts import SCRIPTS
from portal.demo.screenshots import certificate, screenshot
from portal.records.kinds import AttemptKind, CourseCategory, OtherCreditKind
from portal.records.models import (
    HOME_COLLEGE,
    AcademicTerm,
    Course,
    GradeAttempt,
    OtherCredit,
    Student,
)

MOST = 24
# One certificate, handed in by whoever applied so many days ago.
LENT, LENDING = "林晓峰", (29, 31, 34, 2, 6)
AWARD = "省职业院校技能大赛三等奖"
Story = tuple[int, str, str]  # submitted so many days ago, what became of it, in which words
DECIDED: tuple[Story, ...] = (
    (34, "approve", ""),
    (31, "reject", "截图里的成绩和教务记录不一致。"),
    (29, "approve", ""),
    (26, "revoke", "复核发现材料不实。"),
    (22, "return", "截图里看不清成绩，请补一张清楚的。"),
)
WAITING: tuple[Story, ...] = (
    (15, "wait", ""),
    (6, "wait", ""),
    (4, "ask", "截图不是教务系统的成绩页面。"),
    (2, "wait", ""),
    (1, "wait", ""),
)
SERVICES: dict[str, Callable[..., Application]] = {
    "reject": deciding.reject,
    "return": deciding.send_back,
    "ask": deciding.ask,
}


@dataclass(frozen=True)
class Wish:
    """A student and a course he may exchange but for what it costs."""

    student: Student
    case: Case
    source: SourceKind
    hours: Decimal


def build_exchanges(now: datetime) -> int:
    """Applications in every state, once; returns how many. None without invented students."""
    if Application.objects.exists():
        return 0
    wishes = list(_wishes(now))[:MOST]
    wishes.sort(key=lambda wish: (wish.case.target.name, wish.student.number))
    for wish, story in zip(wishes, _stories(wishes), strict=True):
        _live(wish, story, now)
    return Application.objects.count()


def _stories(wishes: Sequence[Wish]) -> Iterator[Story]:
    """What was decided first of a course is what later ones of it are compared with."""
    decided, waiting, seen = cycle(DECIDED), cycle(WAITING), set[str]()
    turns = cycle((waiting, decided))
    names = Counter(wish.case.target.name for wish in wishes)
    for wish in wishes:
        name = wish.case.target.name
        if names[name] == 1:
            yield next(next(turns))
        else:
            yield next(waiting if name in seen else decided)
        seen.add(name)


def _wishes(now: datetime) -> Iterator[Wish]:
    """Of the colleges that have reviewers, one course a student."""
    reviewed = User.objects.filter(role=Role.REVIEWER).values("college")
    students = (
        Student.objects.filter(user__isnull=False, **{f"{HOME_COLLEGE}__in": reviewed})
        .exclude(number__in=[script.number for script in SCRIPTS])
        .select_related(HOME_COLLEGE, "user")
        .order_by("number")
    )
    for student in students:
        wish = _wish(student, now)
        if wish is not None:
            yield wish


def _wish(student: Student, now: datetime) -> Wish | None:
    known = own_situation(student.user_id or 0, now)
    if known is None:
        return None
    ground = ground_of(known)
    for course in known.courses:
        case = ground.case(course)
        if not course.failed or rules.first_stop(case, known.rules):
            continue
        price = known.rules.prices_for(case.target, case.person.grade_year)[-1]
        return Wish(student, case, price.source, price.needed(case.target.credit_hours))
    return None


def _live(wish: Wish, story: Story, now: datetime) -> None:
    days, ended, note = story
    then = now - timedelta(days=days)
    _give(wish, then.date())
    user = wish.student.user
    assert user is not None  # noqa: S101 -- the query has asked for it
    target_id = wish.case.target.course_id
    chosen = choosing(user.pk, then, target_id=target_id).chosen
    if chosen is None or not chosen.picked:
        return
    filing = Filing(
        target_id=target_id,
        keys=tuple(sorted(chosen.picked)),
        files=_files(wish, turned=90 if ended == "wait" else 0, lends=days in LENDING),
        accepts_shortfall=True,
        accepts_retake=True,
    )
    row = submit(user_id=user.pk, filing=filing, now=then)
    _decide(row, ended, note, then + timedelta(days=1, hours=2))


def _decide(row: Application, ended: str, note: str, then: datetime) -> None:
    """By the college, and where it has to agree as well the teaching office comes next."""
    college = row.student.college
    staff = User.objects.filter(role=Role.REVIEWER, college=college).order_by("pk")[0]
    act = partial(SERVICES.get(ended, deciding.approve), staff=staff, application_id=row.pk)
    if ended in SERVICES:
        act(seen=row.version, note=note, now=then)
    elif ended != "wait" or row.needs_second:
        row = act(seen=row.version, now=then)
    if ended == "revoke" and row.attempt_id is not None:
        office = User.objects.filter(role=Role.TEACHING).order_by("pk")[0]
        later = then + timedelta(days=3)
        revoke(staff=office, application_id=row.pk, seen=row.version, note=note, now=later)


def _give(wish: Wish, today: date) -> None:
    """What the course costs, earned before the application."""
    earned_on = today - timedelta(days=60)
    if wish.source is SourceKind.ELECTIVE:
        _pass_electives(wish, earned_on)
    elif wish.source in (SourceKind.AWARD, SourceKind.CONTEST):
        OtherCredit.objects.create(
            student=wish.student,
            kind=OtherCreditKind.CERTIFICATE,
            title=AWARD,
            credit_hours=wish.hours,
            earned_on=earned_on,
        )


def _pass_electives(wish: Wish, earned_on: date) -> None:
    """As many 通识选修 as the price, none he has taken already."""
    taken = GradeAttempt.objects.filter(student=wish.student).values("course")
    free = Course.objects.filter(category=CourseCategory.GENERAL_ELECTIVE.value).exclude(
        pk__in=taken
    )
    term = AcademicTerm.objects.filter(gradeattempt__student=wish.student).order_by("code")[0]
    given = Decimal(0)
    for serial, course in enumerate(free.order_by("code")):
        if given >= wish.hours:
            break
        given += course.credit_hours
        GradeAttempt.objects.create(
            student=wish.student,
            course=course,
            term=term,
            kind=AttemptKind.REGULAR.value,
            score=Decimal(72 + serial * 3 % 20),
            recorded_on=earned_on,
        )


def _files(wish: Wish, *, turned: int, lends: bool) -> tuple[Cleaned, ...]:
    others = [
        ("军事理论", "70"),
        ("书法鉴赏", "91"),
        ("体育与健康（三）", "77"),
        ("云计算概论", "73"),
    ]
    shot = screenshot(wish.case.target, others, turned)
    if wish.source is SourceKind.ELECTIVE:
        return (shot,)
    return (shot, certificate(AWARD, LENT if lends else wish.student.name))
