"""A class without time and place: one truth everywhere, then a message with when and where."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from portal.accounts.roles import Role
from portal.calendar.services import seed_official_days
from portal.inbox.models import Message
from portal.lib import masking
from portal.lib.sheets import read_sheet, write_sheet
from retake.guidance.export import OWN, own_sheet
from retake.guidance.feed import calendar_of
from retake.guidance.feeds import open_feed
from retake.guidance.mine import my_guidance
from retake.guidance.table import COLUMNS, fetched, lines
from retake.models import Assignment, Enrollment, TeachingGroup
from retake.selectors import my_enrollment
from retake.selectors.arranging import overview
from retake.selectors.waiting import staff_tasks
from retake.teaching import sheet, sheet_apply
from retake.teaching.clashes import Slot
from retake.teaching.slots import take
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW
from retake.tests.sheets import arrange_file

pytestmark = pytest.mark.django_db
WHEN = "5月12日（周一）18:30–20:05 A101"


def shown(row: Enrollment) -> tuple[str, str, str]:
    """The card's chip, its first words, and the station it stands at."""
    card = my_enrollment(row.student.user_id or 0, row.pk, NOW)
    [here] = [step.label for step in card.steps if step.state == "now"]
    return card.status.text, card.sentence.partition("。")[0], here


def test_without_a_time_it_is_pending_wherever_it_is_read() -> None:
    group, [row] = teaching.make_seated()
    assert shown(row) == ("已编班，时间待定", "已编班，时间待定", "落实")
    mine = my_guidance(row.student.user_id or 0, "", NOW)
    assert (mine.rows[0].status.text, mine.arranged, mine.waiting) == ("已编班，时间待定", 0, 1)
    told = Message.objects.get(key__startswith="retake:arranged")
    assert told.title == f"{row.course.name}的重修已编班，时间待定"
    teaching.meet(group, 12)
    assert shown(row) == ("已安排", "时间地点已安排", "上课")
    mine = my_guidance(row.student.user_id or 0, "", NOW)
    assert (mine.rows[0].status.text, mine.arranged, mine.waiting) == ("已安排", 1, 0)


def test_the_colleges_own_words_are_a_time_and_a_cancelled_meeting_is_none() -> None:
    group, [row] = teaching.make_seated(place_text="周一晚，博学楼")
    assert shown(row)[0] == "已安排"
    TeachingGroup.objects.filter(pk=group.pk).update(place_text="")
    teaching.meet(group, 12)
    group.sessions.update(is_cancelled=True)
    assert shown(row)[0] == "已编班，时间待定"


def by_slot(group: TeachingGroup, rows: list[Enrollment]) -> None:
    week = (date(2025, 5, 12) - group.term.starts_on).days // 7 + 1
    asked = {"slot": Slot(1, 9, 10, (week,)), "room": "A101", "now": NOW}
    take(staff=group.created_by, group_id=group.pk, **asked)  # type: ignore[arg-type]


def by_sheet(group: TeachingGroup, rows: list[Enrollment]) -> None:
    cells = {"上课日期": "2025-05-12", "节次": "9-10", "上课地点": "A101"}
    data = arrange_file(rows, **(cells | {"教学班名称": group.name}))
    sheet_apply.apply_plan(staff=group.created_by, term=group.term, data=data, now=NOW)


def by_hand(group: TeachingGroup, rows: list[Enrollment]) -> None:
    meeting = {"held_on": "2025-05-12", "first_period": "9", "last_period": "10", "room": "A101"}
    save_form(group, {f"sessions-0-{name}": value for name, value in meeting.items()})


def save_form(group: TeachingGroup, filled: dict[str, str]) -> None:
    """The college's own page of the class."""
    client = Client()
    client.force_login(group.created_by)
    sent = {
        "name": group.name,
        "mode": group.mode,
        "capacity": group.capacity,
        "sessions-TOTAL_FORMS": "1",
        "sessions-INITIAL_FORMS": "0",
    }
    address = f"/admin/retake/teachinggroup/{group.pk}/change/"
    assert client.post(address, sent | filled).status_code == 302


WAYS = pytest.mark.parametrize("fill", [by_slot, by_sheet, by_hand])


FIRST = datetime(2025, 5, 12, 18, 30, tzinfo=make.SHANGHAI)
FIRST_WORDS = "第一次上课 5月12日（周一）18:30 A101，以后的时间课上说"


def test_a_first_meeting_is_enough_to_come_wherever_it_is_read() -> None:
    seed_official_days()
    group, [row] = teaching.make_seated(first_meeting=FIRST, first_room="A101")
    assert shown(row) == ("已安排", "时间地点已安排", "上课")
    mine = my_guidance(row.student.user_id or 0, "", NOW)
    assert (mine.rows[0].times, mine.arranged, mine.waiting) == ((FIRST_WORDS,), 1, 0)
    told = Message.objects.get(key__startswith="retake:arranged")
    assert (told.title, told.body) == (f"{row.course.name}的重修已安排", f"{FIRST_WORDS}。")
    staff = group.created_by
    assert staff_tasks(staff, NOW) == []
    assert overview(staff, group.term, NOW.date()).untimed == 0
    assert row.student.number not in str(read_sheet(sheet.template(staff, group.term)))
    [[_, _, line]] = lines(fetched(Assignment.objects.all()), masking.phone)
    assert line[COLUMNS.index("辅导时间地点")] == FIRST_WORDS
    assert own_sheet(mine)[1][0][OWN.index("时间地点")] == FIRST_WORDS
    calendar = calendar_of(open_feed(user_id=row.student.user_id or 0, now=NOW)).decode()
    assert ("DTSTART:20250512T103000Z" in calendar, "LOCATION:A101" in calendar) == (True, True)


@pytest.mark.parametrize("written", ["2025-05-12 18:30", "2025/5/12 18:30", "2025年5月12日18：30"])
def test_a_first_meeting_comes_by_the_sheet(written: str) -> None:
    group, [row] = teaching.make_seated()
    Message.objects.all().delete()
    cells = {"教学班名称": group.name, "第一次上课": written, "第一次上课地点": "A101"}
    data = arrange_file([row], **cells)
    for _ in range(2):
        sheet_apply.apply_plan(staff=group.created_by, term=group.term, data=data, now=NOW)
    group.refresh_from_db()
    assert (group.first_meeting, group.first_room) == (FIRST, "A101")
    assert Message.objects.get().title == f"{row.course.name}的重修已安排"


def test_a_first_meeting_filled_in_later_is_told_as_arranged() -> None:
    group, [row] = teaching.make_seated()
    Message.objects.all().delete()
    save_form(group, {"first_meeting_0": "2025-05-12", "first_meeting_1": "18:30"})
    assert Message.objects.get().title == f"{row.course.name}的重修已安排"
    save_form(group, {"first_meeting_0": "2025-05-13", "first_meeting_1": "18:30"})
    titles = Message.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles)[1:] == [f"{row.course.name}的重修安排有变"]


@WAYS
def test_the_first_time_is_told_as_arranged_with_time_and_place(
    fill: Callable[[TeachingGroup, list[Enrollment]], None],
) -> None:
    group, rows = teaching.make_seated()
    Message.objects.all().delete()
    fill(group, rows)
    told = Message.objects.values_list("title", "body")
    assert [(title, WHEN in body) for title, body in told] == [
        (f"{rows[0].course.name}的重修已安排", True)
    ]
    assert rows[0].events.filter(reason="填了时间地点").count() == 1


@WAYS
def test_another_time_is_told_as_a_change(
    fill: Callable[[TeachingGroup, list[Enrollment]], None],
) -> None:
    group, rows = teaching.make_seated(place_text="周二晚")
    Message.objects.all().delete()
    fill(group, rows)
    assert Message.objects.get().title == f"{rows[0].course.name}的重修安排有变"


def test_the_college_is_reminded_of_classes_without_a_time_until_they_have_one() -> None:
    seed_official_days()
    group, rows = teaching.make_seated(2)
    staff = group.created_by
    [task] = staff_tasks(staff, NOW)
    assert (task.status.text, task.count) == ("等填时间", 1)
    assert task.text == f"个班没填时间地点（{rows[0].round}，期限 5月7日（周三））"
    [late] = staff_tasks(staff, NOW + timedelta(days=60))
    assert late.status.text == "已过期限"
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    assert staff_tasks(stranger, NOW) == []
    teaching.meet(group, 12)
    assert staff_tasks(staff, NOW) == []


def test_the_overview_counts_them_by_round_and_course() -> None:
    group, rows = teaching.make_seated(2)
    teaching.make_confirmed(1, rows[0].course)
    teaching.make_group(group.course, group.created_by)  # nobody sits there
    seen = overview(group.created_by, group.term, NOW.date())
    [line], [course] = seen.rounds[0].colleges, seen.courses
    assert (line.courses, line.waiting, line.untimed) == (1, 1, 1)
    assert (course.groups, course.untimed, seen.untimed) == (2, 1, 1)
    teaching.meet(group, 12)
    seen = overview(group.created_by, group.term, NOW.date())
    assert (seen.untimed, seen.rounds[0].colleges[0].untimed) == (0, 0)


def test_the_sheet_says_of_the_group_what_is_known_and_takes_it_back() -> None:
    exam = datetime(2025, 6, 20, 9, 30, tzinfo=make.SHANGHAI)
    known: dict[str, Any] = {"exam_at": exam, "exam_room": "B201", "exam_form": "机考"}
    group, _ = teaching.make_seated(**known, requirement="带电脑")
    Message.objects.all().delete()
    data = sheet.template(group.created_by, group.term)
    headers, line = read_sheet(data)
    row = dict(zip(headers, line, strict=True))
    cells = [row[name] for name in ("考试时间", "考试地点", "考试形式", "教学组织要求")]
    assert cells == ["2025-06-20 09:30:00", "B201", "机考", "带电脑"]
    sheet_apply.apply_plan(staff=group.created_by, term=group.term, data=data, now=NOW)
    assert Message.objects.count() == 0
    moved = write_sheet(headers, [list((row | {"考试地点": "B202"}).values())])
    sheet_apply.apply_plan(staff=group.created_by, term=group.term, data=moved, now=NOW)
    assert Message.objects.get().body == "改了考试地点。"
    group.refresh_from_db()
    assert (group.exam_at, group.exam_room) == (exam, "B202")


def test_the_sheet_lists_their_students_and_comes_back_with_a_time() -> None:
    teacher_of = teaching.make_confirmed(1)[0].course
    teacher = teaching.make_teacher(teacher_of)
    group, rows = teaching.make_seated(2, teacher=teacher, mode="tutored")
    data = sheet.template(group.created_by, group.term)
    headers, *lines = read_sheet(data)
    known = [dict(zip(headers, line, strict=True)) for line in lines]
    mine = [one for one in known if one["教学班名称"] == group.name]
    assert [one["学号"] for one in mine] == sorted(row.student.number for row in rows)
    assert {(one["教工号"], one["上课方式"]) for one in mine} == {(teacher.number, "自学辅导")}
    timed = [one | {"上课日期": "2025-05-12", "节次": "9-10"} for one in mine]
    filled = write_sheet(headers, [list(one.values()) for one in timed])
    sheet_apply.apply_plan(staff=group.created_by, term=group.term, data=filled, now=NOW)
    assert [one.held_on for one in group.sessions.all()] == [date(2025, 5, 12)]
    group.refresh_from_db()
    assert (group.teacher, group.mode) == (teacher, "tutored")
    assert rows[0].student.number not in str(
        read_sheet(sheet.template(group.created_by, group.term))
    )


def test_the_students_sheet_and_page_say_it_too() -> None:
    group, [row] = teaching.make_seated()
    user = row.student.user
    assert user is not None
    [line] = own_sheet(my_guidance(user.pk, "", NOW))[1]
    assert (line[2], line[-1].partition("。")[0]) == ("已编班，时间待定", "已编班，时间待定")
    client = Client()
    client.force_login(user)
    address = f"/retake/enrollments/{row.pk}/"
    assert "看时间地点和教师" not in client.get(address).content.decode()
    teaching.meet(group, 12)
    assert own_sheet(my_guidance(user.pk, "", NOW))[1][0][-1] == ""
    assert "看时间地点和教师" in client.get(address).content.decode()
