"""Two rounds of the demo's past: one taught to its results, one that the colleges are arranging.

Everything is done by the services the pages call, only at earlier times.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import cycle

from django.db import transaction

from payments.book import Arrival
from payments.models import Charge
from payments.reconcile.services.closing import seal
from payments.services.orders import open_order
from payments.services.settle import settle
from payments.states import MessageKind
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.demo.college.scripts import SCRIPTS
from portal.inbox.models import Message
from portal.lib.errors import DomainError
from portal.lib.sheets import write_sheet
from portal.records.kinds import CourseCategory
from portal.records.models import Course, Student, Teacher
from portal.records.selectors import course_histories
from retake.billing import PURPOSE
from retake.demo import AUTUMN, SHANGHAI, SPRING, PastRound, build_past
from retake.models import Enrollment, Round, TeachingGroup, TeachingSession
from retake.services.acknowledge import acknowledge
from retake.services.enroll import enroll
from retake.services.verify import verify
from retake.states import EnrollmentState, TeachingMode
from retake.teaching import results
from retake.teaching.groups import assign, open_group, revise_sessions
from retake.teaching.timetables import day_of

CHANNEL = "finance"
MOST = 12  # students of a course
FEWEST = 5  # for fewer nobody opens a class
SHOWN = "20200105"  # whose page has a result, a class and a course that waits
NEVER_PAID = 9  # every ninth student
WEEKS = 8
ROOMS = ("博学楼 B304", "博学楼 A210", "实训楼 C105", "图文楼 207")
GRADES = ("52", "65", "80", "58", "76", "缺考", "61", "68", "49", "84")
SEALED = "补录：当日缴费已逐笔核对。"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Story:
    """How a round of the past went on: its calendar, its courses, the first week of its classes.

    ``waiting`` are courses no class was arranged for yet; grades were entered on ``results_on``.
    """

    past: PastRound
    arranged: Sequence[int]
    week: int
    waiting: Sequence[int] = ()
    results_on: date | None = None

    @property
    def courses(self) -> tuple[int, ...]:
        return (*self.arranged, *self.waiting)


def build_classrooms(now: datetime) -> int:
    """The past rounds with their students, once; how many enrolments there are."""
    if Enrollment.objects.exists():
        return 0
    failed = _failed(now)
    for story in _stories(failed):
        build_past(story.past, partial(_live, story, failed))
    Message.objects.filter(sent_at__lt=now - DAY, handed_out=False).update(handed_out=True)
    return Enrollment.objects.count()


def _stories(failed: dict[int, list[Student]]) -> tuple[Story, ...]:
    """``SHOWN`` has a result, a class and a course that waits; none in a college too small."""
    busiest = sorted(failed, key=lambda course: (-len(failed[course]), course))
    full = [course for course in busiest if len(failed[course]) >= FEWEST]
    own = [course for course in full if SHOWN in {one.number for one in failed[course]}]
    others = _one_a_college([course for course in full if course not in own])
    if len(own) < 3 or len(others) < 5:
        return ()
    taught = Story(AUTUMN, [own[2], *others[0:4:2]], week=6, results_on=date(2025, 1, 9))
    arranged = Story(SPRING, [own[0], *others[1:4:2]], week=7, waiting=[own[1], others[4]])
    return taught, arranged


def _one_a_college(courses: Sequence[int]) -> list[int]:
    """The first of each offering college, colleges that have a reviewer before the others."""
    reviewed = set(User.objects.filter(role=Role.REVIEWER).values_list("college", flat=True))
    colleges = dict(Course.objects.filter(pk__in=courses).values_list("pk", "offering_college"))
    first: dict[int, int] = {}
    for course in courses:
        first.setdefault(colleges[course], course)
    return sorted(first.values(), key=lambda course: colleges[course] not in reviewed)


def _failed(now: datetime) -> dict[int, list[Student]]:
    """``SHOWN`` and invented students by the courses they failed before the first round."""
    named = {script.number for script in SCRIPTS} - {SHOWN}
    rows = Student.objects.filter(user__isnull=False, in_arrears=False).exclude(number__in=named)
    students = {row.pk: row for row in rows.order_by("number")}
    found: dict[int, list[Student]] = defaultdict(list)
    for pk, courses in course_histories(list(students), today=now.date()).items():
        for one in courses:
            elective = one.category is CourseCategory.GENERAL_ELECTIVE or one.is_certificate
            before = all(each.term < AUTUMN.term for each in one.attempts)
            if one.failed and before and not elective:
                found[one.course_id].append(students[pk])
    return {course: sorted(own, key=lambda one: one.number) for course, own in found.items()}


def _live(story: Story, failed: dict[int, list[Student]], row: Round) -> None:
    past, office = story.past, _staff(Role.TEACHING)
    _enrol(story, failed, row)
    _pay(row, past.pays[0])
    days = (past.pays[1].date() - past.pays[0].date()).days + 1
    for offset in range(days):
        day = past.pays[0].date() + offset * DAY
        then = _at(past.reconcile_on, 10)
        seal(CHANNEL, day, actor_id=_staff(Role.FINANCE).pk, now=then, note=SEALED)
    verify(staff=office, round_id=row.pk, now=_at(past.verify_on + DAY, 9))
    for course, room in zip(story.arranged, cycle(ROOMS), strict=False):
        group = _arrange(story, row, course, room)
        if group is not None and story.results_on:
            _grade(group, _at(story.results_on, 15))


def _enrol(story: Story, failed: dict[int, list[Student]], row: Round) -> None:
    """Up to ``MOST`` students of each course; whom a rule stops stays away, as he would have."""
    for course in story.courses:
        minutes = timedelta(minutes=7 * course % 600)
        for student in failed[course][:MOST]:
            then = story.past.enrols[0] + minutes
            asked = {"user_id": student.user_id or 0, "round_id": row.pk, "now": then}
            acknowledge(version=row.notice_version, **asked)  # type: ignore[arg-type]
            try:
                enroll(course_ids=[course], **asked)  # type: ignore[arg-type]
            except DomainError:
                continue


def _pay(row: Round, opens: datetime) -> None:
    """Everybody but every ninth, at most three courses at once."""
    owed: dict[int, list[Charge]] = defaultdict(list)
    charges = Charge.objects.filter(purpose=PURPOSE, group=row.charge_group, state="owed")
    for charge in charges.order_by("payer", "pk"):
        owed[charge.payer_id].append(charge)
    for serial, (payer, own) in enumerate(owed.items(), 1):
        if serial % NEVER_PAID == 0:
            continue
        then = opens + timedelta(minutes=3 * serial)
        for batch in (own[at : at + 3] for at in range(0, len(own), 3)):
            _settle(payer, [charge.pk for charge in batch], then)


def _settle(payer: int, charge_ids: list[int], then: datetime) -> None:
    order = open_order(payer_id=payer, charge_ids=charge_ids, channel=CHANNEL, now=then)
    paid_at = then + timedelta(minutes=2)
    arrival = Arrival(
        channel=CHANNEL,
        order_number=order.number,
        trade_number=f"DEMO{order.number}",
        amount_fen=order.amount_fen,
        paid_at=paid_at,
        kind=MessageKind.CALLBACK,
    )
    settle([arrival], paid_at)


@transaction.atomic
def _arrange(story: Story, row: Round, course_id: int, room: str) -> TeachingGroup | None:
    """One class of everybody who was confirmed, once a week in the evening, and its exam."""
    course = Course.objects.select_related("offering_college").get(pk=course_id)
    rows = Enrollment.objects.filter(
        round=row, course=course, state=EnrollmentState.CONFIRMED.value
    )
    ids = list(rows.values_list("pk", flat=True))
    staff = _college_staff(course)
    if not ids:
        return None
    then = _at(story.past.college_deadline, 16)
    days = [day_of(row.term, story.week + week, 1 + course_id % 4) for week in range(WEEKS)]
    group = open_group(_draft(row, course, days, room), staff=staff, now=then)
    sessions = [
        TeachingSession(held_on=day, first_period=9, last_period=10, room=room) for day in days
    ]
    revise_sessions(group, sessions, [], staff=staff, now=then)
    assign(staff=staff, group_id=group.pk, enrollment_ids=ids, now=then)
    return group


def _draft(row: Round, course: Course, days: list[date], room: str) -> TeachingGroup:
    own = Teacher.objects.filter(college=course.offering_college).order_by("number")
    first, last = own.first(), own.last()
    return TeachingGroup(
        term=row.term,
        course=course,
        mode=TeachingMode.OWN.value,
        teacher=first,
        tutor=last,
        exam_at=_at(days[-1] + 7 * DAY, 18),
        exam_room=room,
        exam_form="闭卷",
        requirement="带教材和作业本，三次不到取消考试资格。",
    )


def _grade(group: TeachingGroup, then: datetime) -> None:
    """The sheet the teacher filled, uploaded by the college."""
    numbers = Student.objects.filter(enrollment__assignments__group=group).order_by("number")
    filled = [
        (group.course.code, number, grade)
        for number, grade in zip(
            numbers.values_list("number", flat=True),
            cycle(GRADES),
            strict=False,
        )
    ]
    data = write_sheet(["课程代码", "学号", "成绩"], filled)
    results.apply_plan(staff=group.created_by, term=group.term, data=data, reason="", now=then)


def _college_staff(course: Course) -> User:
    """The reviewer of the college that offers it; the teaching office where there is none."""
    own = User.objects.filter(role=Role.REVIEWER, college=course.offering_college)
    return own.order_by("pk").first() or _staff(Role.TEACHING)


def _staff(role: Role) -> User:
    return User.objects.filter(role=role).order_by("pk")[0]


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI)
