"""A proposed slot is one click into meetings of the group, and one click out again."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.roles import Role
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours
from portal.records.models import StudentCourse, TeachingClass, TeachingSlot
from retake.admin.group_form import SessionForm
from retake.models import Enrollment, TeachingGroup
from retake.states import EventKind
from retake.teaching.clashes import Slot
from retake.teaching.groups import dissolve
from retake.teaching.slots import Taken, give_back, take
from retake.teaching.timetables import day_of, week_of
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db
# 4月23日 is a Wednesday of week 10; the Thursday of week 11 is 5月1日, a holiday.
THURSDAYS = Slot(4, 9, 10, (10, 11, 12))


def put(group: TeachingGroup, slot: Slot = THURSDAYS, now: datetime = NOW) -> Taken:
    return take(staff=group.created_by, group_id=group.pk, slot=slot, room="A101", now=now)


def days(group: TeachingGroup) -> list[date]:
    rows = group.sessions.filter(is_cancelled=False).order_by("held_on")
    return list(rows.values_list("held_on", flat=True))


def keep_busy(row: Enrollment, weekday: int) -> None:
    """The student has a lesson of his own then, periods 9 and 10, all term."""
    lesson = TeachingClass.objects.create(
        code=f"T{make.number()}", name="排球", course=make.make_course(), term=row.term
    )
    TeachingSlot.objects.create(
        teaching_class=lesson,
        weekday=weekday,
        first_period=9,
        last_period=10,
        first_week=1,
        last_week=20,
    )
    StudentCourse.objects.create(student=row.student, teaching_class=lesson)


def test_every_week_of_the_slot_but_holidays() -> None:
    group, [row] = teaching.make_seated()
    keep_busy(row, 4)
    taken = put(group)
    assert days(group) == [date(2025, 4, 24), date(2025, 5, 8)]
    assert (len(taken.sessions), taken.students) == (2, 1)
    assert put(group, Slot(3, 9, 10, (11,))).students == 0


def test_students_are_told_once_and_calendars_grow() -> None:
    group, [row] = teaching.make_seated(place_text="另行通知")
    put(group)
    told = Message.objects.get(user=row.student.user_id, key__startswith="retake:changed")
    assert told.body == "加了上课安排：4月24日–5月8日 周四 18:30–20:05（2 次） A101。"
    assert row.events.filter(kind=EventKind.CHANGED).count() == 1


def test_days_that_are_over_or_taken_are_left_out() -> None:
    group, _ = teaching.make_seated()
    put(group)
    put(group, Slot(4, 10, 11, (9, 12, 13)))
    assert days(group) == [date(2025, 4, 24), date(2025, 5, 8), date(2025, 5, 15)]


def test_undone_the_meetings_are_cancelled_and_may_be_put_there_again() -> None:
    group, [row] = teaching.make_seated()
    ids = [one.pk for one in put(group).sessions]
    asked = {"staff": group.created_by, "group_id": group.pk, "session_ids": ids, "now": NOW}
    give_back(**asked)  # type: ignore[arg-type]
    assert days(group) == []
    assert group.sessions.filter(is_cancelled=True).count() == 2
    told = Message.objects.filter(user=row.student.user_id, body__startswith="取消了上课安排")
    assert told.count() == 1
    with pytest.raises(DomainError) as refused:
        give_back(**asked)  # type: ignore[arg-type]
    assert refused.value.code == "slot.gone"
    assert len(put(group).sessions) == 2


def test_another_groups_meetings_are_not_undone() -> None:
    group, _ = teaching.make_seated()
    other = teaching.make_group(group.course)
    ids = [one.pk for one in put(group).sessions]
    with pytest.raises(DomainError):
        give_back(staff=other.created_by, group_id=other.pk, session_ids=ids, now=NOW)
    assert len(days(group)) == 2


@pytest.mark.parametrize(
    ("slot", "code"),
    [
        (Slot(8, 1, 2, (12,)), "slot.hours"),
        (Slot(0, 0, 1, (12,)), "slot.hours"),
        (Slot(1, 12, 13, (12,)), "slot.hours"),
        (Slot(1, 1, 2, (1, 2)), "slot.nothing"),
        (Slot(1, 1, 2, ()), "slot.nothing"),
    ],
)
def test_refused_slots_change_nothing(slot: Slot, code: str) -> None:
    group, _ = teaching.make_seated()
    with pytest.raises(DomainError) as refused:
        put(group, slot)
    assert (refused.value.code, days(group)) == (code, [])


def test_a_closed_group_takes_no_slot() -> None:
    group, _ = teaching.make_seated()
    dissolve(staff=group.created_by, group_id=group.pk, reason="停开。", now=NOW)
    with pytest.raises(DomainError) as refused:
        put(group)
    assert refused.value.code == "group.state"


def test_another_colleges_group_is_not_there() -> None:
    group, _ = teaching.make_seated()
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    with pytest.raises(NotYours):
        take(staff=stranger, group_id=group.pk, slot=THURSDAYS, room="", now=NOW)


def test_a_term_that_is_over_can_be_written_down() -> None:
    group, _ = teaching.make_seated()
    put(group, now=NOW + timedelta(days=400))
    assert len(days(group)) == 2


@pytest.mark.parametrize("weekday", range(1, 8))
def test_days_and_weeks_agree(weekday: int) -> None:
    term = make.make_term()
    day = day_of(term, 3, weekday)
    assert (week_of(term, day), day.isoweekday()) == (3, weekday)


def test_the_page_puts_a_slot_in_and_offers_to_undo_it() -> None:
    group, _ = teaching.make_seated()
    client = Client()
    client.force_login(group.created_by)
    asked = {"slot": "4-9", "length": "2", "from": "3", "to": "4", "room": "A101"}
    page = client.post(
        reverse("admin:retake_teachinggroup_slot", args=[group.pk]), asked, follow=True
    )
    assert "已加 2 次上课安排，没有学生冲突。学生会收到消息。" in page.content.decode()
    assert len(page.context["added"]) == 2
    undo = reverse("admin:retake_teachinggroup_slot_undo", args=[group.pk])
    ids = [one.pk for one in page.context["added"]]
    page = client.post(undo, {"session": ids}, follow=True)
    assert "已撤销刚加的上课安排" in page.content.decode()
    assert days(group) == []


@pytest.mark.parametrize("slot", ["", "x-9", "4", "4-99", "9-9-9"])
def test_a_slot_nobody_offered_is_refused_in_words(slot: str) -> None:
    group, _ = teaching.make_seated()
    client = Client()
    client.force_login(group.created_by)
    asked = {"slot": slot, "from": "3", "to": "4"}
    page = client.post(
        reverse("admin:retake_teachinggroup_slot", args=[group.pk]), asked, follow=True
    )
    assert "没有这样的节次" in page.content.decode()
    assert days(group) == []


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        pytest.param(3, 4, [], id="in order"),
        pytest.param(4, 3, ["开始节次不能晚于结束节次。"], id="last first"),
        pytest.param(3, 13, ["没有这样的节次，一天 12 节。"], id="no such period"),
    ],
)
def test_a_meeting_typed_by_hand_says_what_is_wrong_with_its_periods(
    first: int, last: int, said: list[str]
) -> None:
    form = SessionForm({"held_on": "2025-05-12", "first_period": first, "last_period": last})
    assert list(form.errors.get("last_period", [])) == said
