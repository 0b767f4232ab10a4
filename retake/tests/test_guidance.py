"""重修指导查询: whose rows, in which words, and what leaves the page."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import Contact
from portal.calendar.services import seed_official_days
from portal.lib import masking
from portal.lib.sheets import write_sheet
from portal.records.models import GradePolicy
from retake.guidance.mine import my_guidance
from retake.models import CollegePromise, Enrollment, PhoneLook
from retake.selectors import dashboard
from retake.services.cancel import cancel
from retake.services.enroll import enroll
from retake.states import EnrollmentState
from retake.teaching import results
from retake.teaching.groups import assign
from retake.teaching.unopened import not_open
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW, PAY_CLOSES
from retake.tests.looking import browser, workbook

pytestmark = pytest.mark.django_db
EXPECTED = "预计 5月9日（周五）起可查"


def sentence(row: Enrollment, now: datetime = PAY_CLOSES) -> str:
    [found] = my_guidance(row.student.user_id or 0, "", now).rows
    return found.sentence


def test_three_texts_for_three_states() -> None:
    seed_official_days()
    world = make.make_world()
    [row] = world.enroll()
    [unpaid] = my_guidance(world.user_id, "", NOW).rows
    assert (unpaid.status.text, unpaid.sentence) == (
        "未缴费",
        "缴费到 4月29日（周二）17:00 截止。",
    )
    teaching.confirm([row])
    assert sentence(row) == (f"已缴费，通识教育学院还没排好，{EXPECTED}。不用反复查。")
    group = teaching.make_group(row.course)
    assign(staff=group.created_by, group_id=group.pk, enrollment_ids=[row.pk], now=NOW)
    teaching.meet(group, 12, 19)
    [arranged] = my_guidance(world.user_id, "", NOW).rows
    assert (arranged.status.text, arranged.times) == (
        "已安排",
        ("5月12日–5月19日 每周一 18:30–20:05（2 次） 博学楼 B304",),
    )


def test_past_the_date_the_college_its_new_date_and_its_phone_are_named() -> None:
    seed_official_days()
    [row] = teaching.make_confirmed(1)
    later = PAY_CLOSES + timedelta(days=14)
    assert "学院还没有给出新日期" in sentence(row, later)
    college = row.course.offering_college
    Contact.objects.create(topic="teaching", office="教学部", phone="分机 6010")
    assert "可以问教学部（分机 6010）" in sentence(row, later)
    Contact.objects.create(topic="arrange-03", office=college.name, phone="分机 6035")
    Contact.objects.create(topic="zz", office=college.name, phone="分机 9999")
    assert sentence(row).startswith("已缴费，通识教育学院（分机 6035）还没排好，预计")
    staff = teaching.make_reviewer(row.course)
    CollegePromise.objects.create(
        round=row.round,
        college=college,
        until=date(2025, 5, 20),
        note="教室装修",
        given_by=staff,
        given_at=NOW,
    )
    assert sentence(row, later) == (
        "5月9日（周五）过了，通识教育学院（分机 6035）还没排好。"
        "新日期 5月20日（周二）（教室装修）。"
    )


def test_the_home_page_stops_promising_a_day_that_has_passed() -> None:
    seed_official_days()
    [row] = teaching.make_confirmed(1)
    user_id = row.student.user_id or 0
    before, after = (dashboard(user_id, PAY_CLOSES + timedelta(days=days)) for days in (0, 14))
    assert (before.expected_on, before.is_late, after.is_late) == (date(2025, 5, 9), False, True)
    home = browser(row.student.user).get("/").content.decode()
    assert "2025年5月9日（周五）过了，还有没排好的。" in home
    group = teaching.make_group(row.course)
    assign(staff=group.created_by, group_id=group.pk, enrollment_ids=[row.pk], now=NOW)
    assert dashboard(user_id, PAY_CLOSES).expected_on == date(2025, 5, 9)
    teaching.meet(group, 12)
    assert dashboard(user_id, PAY_CLOSES).expected_on is None


def test_what_was_cancelled_is_listed_and_not_counted() -> None:
    world = make.make_world(2)
    gone, _ = teaching.confirm(world.enroll())
    cancel(staff=make.make_staff(), enrollment_id=gone.pk, reason="不开班。", now=NOW)
    page = browser(gone.student.user).get("/guidance/").content.decode()
    assert ("1 门里 0 门已安排" in page, gone.course.name in page) == (True, True)
    assert "下面的记录" not in page


def test_the_own_page_shows_a_masked_number_until_it_is_asked_for() -> None:
    group, [row] = teaching.make_seated()
    group.teacher = teaching.make_teacher(group.course)
    group.save(update_fields=["teacher"])
    client = browser(row.student.user)
    page = client.get("/guidance/").content.decode()
    assert "138****2210" in page
    assert "13800002210" not in page
    page = client.post(f"/guidance/phone/{group.pk}/").content.decode()
    assert "13800002210" in page
    assert PhoneLook.objects.get().group == group


def test_somebody_elses_teacher_has_no_number() -> None:
    group, _ = teaching.make_seated()
    stranger = make.make_student()
    assert browser(stranger.user).post(f"/guidance/phone/{group.pk}/").status_code == 404


def test_a_student_sees_nobody_else() -> None:
    _, rows = teaching.make_seated(2)
    page = browser(rows[0].student.user).get("/guidance/").content.decode()
    assert rows[1].student.number not in page


def test_statements_of_the_own_page_do_not_grow() -> None:
    counts = []
    for number in (2, 5):
        world = make.make_world(number, cap_default=None)
        rows = teaching.confirm(world.enroll())
        for row in rows[: number - 1]:
            group = teaching.make_group(row.course)
            asked = {"group_id": group.pk, "enrollment_ids": [row.pk], "now": NOW}
            assign(staff=group.created_by, **asked)  # type: ignore[arg-type]
        client = browser(world.student.user)
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/guidance/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 12


def test_a_student_exports_his_own_rows() -> None:
    _, rows = teaching.make_seated(2)
    table = workbook(browser(rows[0].student.user))
    assert [line[1] for line in table[1:]] == [rows[0].course.name]


def test_earlier_terms_are_kept() -> None:
    _, [row] = teaching.make_seated()
    Enrollment.objects.filter(pk=row.pk).update(term=make.make_term("2023-2024-2", current=False))
    world_round = make.make_round()
    make.read_notice(row.student, world_round)
    failed = make.fail(row.student)
    user_id = row.student.user_id or 0
    enroll(user_id=user_id, course_ids=[failed.pk], round_id=world_round.pk, now=NOW)
    now_page = my_guidance(user_id, "", NOW)
    assert [code for code, _ in now_page.terms] == ["2024-2025-2", "2023-2024-2"]
    assert [one.card.row.course for one in now_page.rows] == [failed]
    earlier = my_guidance(user_id, "2023-2024-2", NOW)
    assert [one.card.row.state for one in earlier.rows] == [EnrollmentState.ARRANGED]


@pytest.mark.parametrize(
    ("phone", "shown"), [("13812342210", "138****2210"), ("6021", "****21"), ("", "")]
)
def test_numbers_are_masked(phone: str, shown: str) -> None:
    assert masking.phone(phone) == shown


def test_a_result_and_the_next_step_take_the_place_of_the_time() -> None:
    group, rows = teaching.make_seated(2)
    GradePolicy.objects.get_or_create(valid_from="2015-09-01")
    data = write_sheet(
        ["课程代码", "学号", "成绩"],
        [
            [rows[0].course.code, rows[0].student.number, "72.5"],
            [rows[1].course.code, rows[1].student.number, "缺考"],
        ],
    )
    results.apply_plan(staff=group.created_by, term=group.term, data=data, reason="", now=NOW)
    assert [sentence(row) for row in rows] == [
        "重修成绩 72.5。已及格，成绩单里已更新。",
        "重修成绩 缺考。没有及格。可以报下一轮重修，或看这门课能不能用学分兑换。",
    ]
    page = browser(rows[1].student.user).get("/guidance/").content.decode()
    assert "看学分兑换" in page


def test_a_student_chooses_on_the_page() -> None:
    group, [row] = teaching.make_seated()
    other = teaching.make_group(group.course, place_text="周三晚")
    [offer] = not_open(staff=group.created_by, group_id=group.pk, reason="人数不足。", now=NOW)
    client = browser(row.student.user)
    page = client.get("/guidance/").content.decode()
    assert "换到2班 周三晚" in page
    assert client.post(f"/guidance/offers/{offer.pk}/", {}).status_code == 400
    client.post(f"/guidance/offers/{offer.pk}/", {"target": str(other.pk)})
    row.refresh_from_db()
    assert row.state == EnrollmentState.ARRANGED
