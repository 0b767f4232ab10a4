"""Teaching groups: made, filled, changed, dissolved, and only by the college that offers them."""

from datetime import date, datetime

import pytest
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours
from retake.models import Assignment, Enrollment, TeachingGroup, TeachingSession
from retake.services.cancel import cancel
from retake.states import EnrollmentState, EventKind, GroupState, TeachingMode
from retake.teaching.groups import announce, assign, dissolve, open_group, revise_sessions, unassign
from retake.teaching.rule import arrange_by_rule
from retake.teaching.seats import Seat, place
from retake.teaching.split import SplitRule
from retake.teaching.words import arranged_words, time_lines
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db
RULE = SplitRule(size=2, minimum=2, fallback=TeachingMode.TUTORED)


def test_who_is_cancelled_gives_the_seat_back() -> None:
    group, [gone, stays] = teaching.make_seated(2, capacity=2)
    cancel(staff=make.make_staff(), enrollment_id=gone.pk, reason="已通过。", now=NOW)
    seated = Assignment.objects.filter(group=group, ended_at=None)
    assert list(seated.values_list("enrollment", flat=True)) == [stays.pk]
    seat(group, teaching.make_confirmed(1, group.course))


def seat(group: TeachingGroup, rows: list[Enrollment], staff: User | None = None) -> None:
    ids = [row.pk for row in rows]
    assign(staff=staff or group.created_by, group_id=group.pk, enrollment_ids=ids, now=NOW)


def states(rows: list[Enrollment]) -> list[str]:
    return list(
        Enrollment.objects.filter(pk__in=[row.pk for row in rows])
        .order_by("pk")
        .values_list("state", flat=True)
    )


def test_students_are_seated_and_told() -> None:
    rows = teaching.make_confirmed(2)
    group = teaching.make_group(rows[0].course, place_text="周一晚，博学楼 B304")
    seat(group, rows)
    assert states(rows) == [EnrollmentState.ARRANGED] * 2
    told = Message.objects.get(user=rows[0].student.user_id, key__startswith="retake:arranged")
    assert told.body == "周一晚，博学楼 B304。"
    assert rows[0].events.filter(kind=EventKind.ARRANGED).count() == 1


def test_seating_twice_changes_nothing() -> None:
    group, rows = teaching.make_seated(2)
    seat(group, rows)
    assert Assignment.objects.count() == 2


def test_moving_to_another_group_ends_the_first_seat() -> None:
    group, [row] = teaching.make_seated()
    other = teaching.make_group(group.course)
    with transaction.atomic():
        place([Seat(row, other)], group.created_by_id, NOW)
    assert list(row.assignments.order_by("pk").values_list("group", "ended_at")) == [
        (group.pk, NOW),
        (other.pk, None),
    ]
    assert states([row]) == [EnrollmentState.ARRANGED]


def test_whom_a_colleague_has_seated_meanwhile_stays_there() -> None:
    group, [row] = teaching.make_seated()
    other = teaching.make_group(group.course)
    with pytest.raises(DomainError) as refused:
        seat(other, [row])
    assert (refused.value.code, refused.value.message) == (
        "arrange.seated",
        f"王同学已经在{group.name}。",
    )
    assert row.assignments.get().group == group


def test_the_database_keeps_one_seat() -> None:
    _group, [row] = teaching.make_seated()
    again = row.assignments.get()
    again.pk = None
    with pytest.raises(Exception, match="assigned_once"), transaction.atomic():
        again.save(force_insert=True)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (EnrollmentState.ENROLLED, "arrange.state"),
        (EnrollmentState.LAPSED, "arrange.state"),
    ],
)
def test_only_verified_students_are_seated(state: EnrollmentState, code: str) -> None:
    world = make.make_world()
    [row] = world.enroll()
    if state is EnrollmentState.LAPSED:
        Enrollment.objects.filter(pk=row.pk).update(state=state)
    with pytest.raises(DomainError) as refused:
        seat(teaching.make_group(row.course), [row])
    assert (refused.value.code, Assignment.objects.count()) == (code, 0)


def test_a_full_group_refuses_everybody() -> None:
    rows = teaching.make_confirmed(3)
    group = teaching.make_group(rows[0].course, capacity=2)
    with pytest.raises(DomainError) as refused:
        seat(group, rows)
    assert (refused.value.code, Assignment.objects.count()) == ("arrange.full", 0)
    assert states(rows) == [EnrollmentState.CONFIRMED] * 3


def test_another_course_is_refused() -> None:
    [row] = teaching.make_confirmed(1)
    with pytest.raises(DomainError) as refused:
        seat(teaching.make_group(make.make_course()), [row])
    assert refused.value.code == "arrange.course"


def test_another_colleges_group_is_not_there() -> None:
    group, rows = teaching.make_seated()
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    asked = {"staff": stranger, "group_id": group.pk, "now": NOW}
    with pytest.raises(NotYours):
        seat(group, rows, stranger)
    with pytest.raises(NotYours):
        dissolve(reason="停开", **asked)  # type: ignore[arg-type]
    foreign = TeachingGroup(term=group.term, course=group.course)
    with pytest.raises(NotYours):
        open_group(foreign, staff=stranger, now=NOW)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.STUDENT])
def test_arranging_needs_the_permission(role: Role) -> None:
    group, rows = teaching.make_seated()
    with pytest.raises(DomainError) as refused:
        seat(group, rows, make.make_staff(role))
    assert refused.value.status == 403


def test_dissolving_lets_everybody_wait_again() -> None:
    group, rows = teaching.make_seated(2)
    dissolve(staff=group.created_by, group_id=group.pk, reason="教师出差。", now=NOW)
    group.refresh_from_db()
    assert (group.state, states(rows)) == (GroupState.DISSOLVED, [EnrollmentState.CONFIRMED] * 2)
    assert Message.objects.filter(key__startswith="retake:waiting").count() == 2
    with pytest.raises(DomainError):
        dissolve(staff=group.created_by, group_id=group.pk, reason="再来", now=NOW)


def test_a_dissolved_group_never_comes_back() -> None:
    group, _ = teaching.make_seated()
    dissolve(staff=group.created_by, group_id=group.pk, reason="停开", now=NOW)
    with pytest.raises(InternalError), transaction.atomic():
        TeachingGroup.objects.filter(pk=group.pk).update(state=GroupState.ACTIVE)


def test_students_can_be_taken_out() -> None:
    group, rows = teaching.make_seated(2)
    asked = {"group_id": group.pk, "enrollment_ids": [rows[0].pk], "now": NOW}
    unassign(staff=group.created_by, **asked)  # type: ignore[arg-type]
    assert states(rows) == [EnrollmentState.CONFIRMED, EnrollmentState.ARRANGED]


def test_changes_are_told_once_and_grow_the_version() -> None:
    group, _ = teaching.make_seated(2)
    session = TeachingSession(held_on=date(2025, 5, 12), first_period=9, last_period=10)
    revise_sessions(group, [session], [], staff=group.created_by, now=NOW)
    session.room = "博学楼 B304"
    revise_sessions(group, [session], [], staff=group.created_by, now=NOW)
    assert announce(group, "地点改为博学楼 B304", staff=group.created_by, now=NOW) == 2
    session.refresh_from_db()
    assert (session.version, group.version) == (1, 1)
    revise_sessions(group, [], [session], staff=group.created_by, now=NOW)
    assert TeachingSession.objects.get().is_cancelled


def test_by_rule_everybody_gets_a_seat_in_even_groups() -> None:
    rows = teaching.make_confirmed(3)
    few = teaching.make_confirmed(1)
    courses = [rows[0].course_id, few[0].course_id]
    staff = make.make_staff()
    groups = arrange_by_rule(staff=staff, term=rows[0].term, course_ids=courses, rule=RULE, now=NOW)
    sizes = [(one.mode, one.assignments.count()) for one in groups]
    assert sizes == [("own", 2), ("own", 1), ("tutored", 1)]
    assert states([*rows, *few]) == [EnrollmentState.ARRANGED] * 4
    with pytest.raises(DomainError) as refused:
        arrange_by_rule(staff=staff, term=rows[0].term, course_ids=courses, rule=RULE, now=NOW)
    assert refused.value.code == "arrange.nobody"


def test_by_rule_without_a_course_says_that_none_was_ticked() -> None:
    staff = make.make_staff()
    with pytest.raises(DomainError, match="没有勾选课程。"):
        arrange_by_rule(staff=staff, term=make.make_term(), course_ids=[], rule=RULE, now=NOW)


def test_by_rule_takes_only_the_own_colleges_courses() -> None:
    rows = teaching.make_confirmed(1)
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    with pytest.raises(DomainError) as refused:
        arrange_by_rule(
            staff=stranger,
            term=rows[0].term,
            course_ids=[rows[0].course_id],
            rule=RULE,
            now=NOW,
        )
    assert refused.value.code == "arrange.nobody"


def test_by_rule_the_number_of_statements_does_not_grow() -> None:
    counts = []
    staff = make.make_staff()
    assert staff.has_perm("retake.change_teachinggroup")  # asked once
    for number in (1, 9):
        rows = teaching.make_confirmed(number)
        with CaptureQueriesContext(connection) as seen:
            arrange_by_rule(
                staff=staff,
                term=rows[0].term,
                course_ids=[rows[0].course_id],
                rule=SplitRule(size=10, minimum=1),
                now=NOW,
            )
        counts.append(len(seen))
    assert counts[0] == counts[1]


def meetings(*days: int, room: str = "博学楼 B304") -> list[TeachingSession]:
    return [
        TeachingSession(held_on=date(2025, 5, day), first_period=9, last_period=10, room=room)
        for day in days
    ]


def test_weekly_meetings_read_as_one_line() -> None:
    today = date(2025, 5, 8)
    assert time_lines(meetings(12, 19, 26), today) == [
        "5月12日–5月26日 每周一 18:30–20:05（3 次） 博学楼 B304"
    ]
    assert time_lines(meetings(12, 26), today) == [
        "5月12日–5月26日 周一 18:30–20:05（2 次） 博学楼 B304"
    ]
    assert time_lines(meetings(12, 14), today) == [
        "5月12日（周一）18:30–20:05 博学楼 B304",
        "5月14日（周三）18:30–20:05 博学楼 B304",
    ]


def test_a_group_without_times_says_so() -> None:
    assert arranged_words(TeachingGroup(), [], date(2025, 5, 8)) == "已编班，时间填好会发消息"


FIRST = datetime(2025, 5, 12, 18, 30, tzinfo=make.SHANGHAI)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, "第一次上课 5月12日（周一）18:30，地点学院还没填，以后的时间课上说"),
        ({"first_room": "A101"}, "第一次上课 5月12日（周一）18:30 A101，以后的时间课上说"),
        ({"place_text": "每周一晚 A101"}, "第一次上课 5月12日（周一）18:30；每周一晚 A101"),
    ],
    ids=["when", "when and where", "and the college's own words"],
)
def test_a_first_meeting_says_what_comes_after_it(known: dict[str, str], words: str) -> None:
    group = TeachingGroup(first_meeting=FIRST, **known)
    assert arranged_words(group, [], date(2025, 5, 8)) == words
    assert "第一次" not in arranged_words(group, meetings(12, 19), date(2025, 5, 8))
