"""落实表: every bad row has its reason, and nothing is half done."""

from datetime import timedelta

import pytest

from portal.calendar.models import DaySource, WorkCalendarDay
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours
from portal.lib.sheets import read_sheet, write_sheet
from retake.models import Assignment, Enrollment, TeachingGroup
from retake.services import uploads
from retake.states import EnrollmentState, SheetKind, TeachingMode
from retake.teaching import sheet, sheet_apply
from retake.teaching.groups import dissolve
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW
from retake.tests.sheets import MISSING, Broken, arrange_file, other_colleges_course, plan_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def test_the_template_lists_who_waits_and_comes_back() -> None:
    rows = teaching.make_confirmed(2)
    staff = teaching.make_reviewer(rows[0].course)
    table = read_sheet(sheet.template(staff, rows[0].term))
    assert [row[0] for row in table[1:]] == sorted(row.student.number for row in rows)


def test_a_file_opens_groups_seats_students_and_plans_sessions() -> None:
    rows = teaching.make_confirmed(2)
    teacher = teaching.make_teacher(rows[0].course)
    cells = {
        "教工号": teacher.number,
        "上课日期": "2025-05-12",
        "节次": "9-10",
        "上课地点": "博学楼 B304",
    }
    staff = teaching.make_reviewer(rows[0].course)
    data = arrange_file(rows, **cells)
    plan = sheet_apply.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)
    group = TeachingGroup.objects.get()
    session = group.sessions.get()
    assert (plan.number, group.name, group.teacher) == (2, "重修一班", teacher)
    assert (session.first_period, session.last_period, session.room) == (9, 10, "博学楼 B304")
    assert Assignment.objects.filter(group=group, ended_at=None).count() == 2


def test_the_same_file_again_changes_nothing() -> None:
    rows = teaching.make_confirmed(2)
    staff = teaching.make_reviewer(rows[0].course)
    data = arrange_file(rows, 上课日期="2025-05-12", 节次="9-10")
    for _ in range(2):
        sheet_apply.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)
    assert (TeachingGroup.objects.count(), Assignment.objects.count()) == (1, 2)
    assert TeachingGroup.objects.get().sessions.count() == 1


def unknown_student(rows: list[Enrollment]) -> bytes:
    return write_sheet(["xh", "kch", "jxbmc"], [["404", rows[0].course.code, "一班"]])


def not_enrolled(rows: list[Enrollment]) -> bytes:
    stranger = make.make_student()
    return write_sheet(["xh", "kch", "jxbmc"], [[stranger.number, rows[0].course.code, "一班"]])


def unverified(rows: list[Enrollment]) -> bytes:
    Enrollment.objects.filter(pk=rows[0].pk).update(state=EnrollmentState.CANCELLED.value)
    return arrange_file(rows)


def other_colleges_name(rows: list[Enrollment]) -> bytes:
    course = make.make_course()
    course.offering_college = make.make_college("体育学院")
    course.save(update_fields=["offering_college"])
    teaching.make_group(course, name="重修一班")
    return arrange_file(rows)


def dissolved_group(rows: list[Enrollment]) -> bytes:
    group = teaching.make_group(rows[0].course, name="重修一班")
    dissolve(staff=group.created_by, group_id=group.pk, reason="停开。", now=NOW)
    return arrange_file(rows)


def filled(**cells: str) -> Broken:
    return lambda rows: arrange_file(rows, **cells)


NO_MOMENT = "应是日期和时间，如 2025-03-01 09:30。"
NO_PERIOD = "没有这样的节次，一天 12 节。"


@pytest.mark.parametrize(
    ("broken", "row", "column", "reason"),
    [
        pytest.param(unknown_student, 2, "学号", "没有这个学号。", id="unknown student"),
        pytest.param(
            not_enrolled, 2, "学号", "这名学生本学期没有报这门课的重修。", id="not enrolled"
        ),
        pytest.param(
            unverified, 2, "学号", "这名学生这门课已取消，还不能安排。", id="not confirmed"
        ),
        pytest.param(other_colleges_course, 2, "课程代码", MISSING, id="other college"),
        pytest.param(
            other_colleges_name,
            2,
            "教学班名称",
            "别的学院的教学班已用了这个名称。",
            id="other college's group",
        ),
        pytest.param(dissolved_group, 2, "教学班名称", "这个教学班已撤销。", id="dissolved group"),
        pytest.param(
            lambda rows: arrange_file([rows[0], rows[0]]), 3, "学号", "与第 2 行重复。", id="twice"
        ),
        pytest.param(
            filled(教工号="9999"), 2, "教工号", "没有这个工号的教师。", id="unknown teacher"
        ),
        pytest.param(
            filled(辅导教师工号="9999"),
            2,
            "辅导教师工号",
            "没有这个工号的教师。",
            id="unknown tutor",
        ),
        pytest.param(
            filled(上课日期="2025-05-12", 节次="13"), 2, "节次", NO_PERIOD, id="no such period"
        ),
        pytest.param(
            filled(上课日期="2025-05-12", 节次="10-9"),
            2,
            "节次",
            "开始节次不能晚于结束节次。",
            id="backwards",
        ),
        pytest.param(filled(上课日期="2025-05-12"), 2, "节次", NO_PERIOD, id="day without hours"),
        pytest.param(
            filled(上课日期="2025-05-01", 节次="1-2"),
            2,
            "上课日期",
            "这一天是劳动节。",
            id="holiday",
        ),
        pytest.param(
            filled(上课日期="五月", 节次="1-2"),
            2,
            "上课日期",
            "应是日期，如 2025-05-12。",
            id="no date",
        ),
        pytest.param(
            filled(上课方式="网课"),
            2,
            "上课方式",
            f"应是：{'、'.join(mode.label for mode in TeachingMode)}。",
            id="unknown mode",
        ),
        pytest.param(
            filled(第一次上课="下周一"), 2, "第一次上课", NO_MOMENT, id="no first meeting"
        ),
        pytest.param(
            filled(第一次上课="2025-05-12"), 2, "第一次上课", "没有写几点。", id="a day alone"
        ),
        pytest.param(
            filled(考试时间="2025-06-20 25:00"), 2, "考试时间", NO_MOMENT, id="no such hour"
        ),
        pytest.param(
            filled(第一次上课地点="A101"),
            2,
            "第一次上课地点",
            "写了地点，没有写第一次上课的时间。",
            id="a room for no meeting",
        ),
        pytest.param(
            filled(联系电话="1.38E+10"),
            2,
            "联系电话",
            "号码被表格软件改成了科学计数法，请把这一列设为文本再导出。",
            id="mangled phone",
        ),
        pytest.param(
            filled(考试形式="长" * 41), 2, "考试形式", "太长，最多 40 个字。", id="long form"
        ),
        pytest.param(filled(教学班名称=""), 2, "教学班名称", "必填，不能为空。", id="no group"),
        pytest.param(
            filled(教学班名称="长" * 101), 2, "教学班名称", "太长，最多 100 个字。", id="long name"
        ),
        pytest.param(
            filled(联系电话="1" * 41), 2, "联系电话", "太长，最多 40 个字。", id="long phone"
        ),
        pytest.param(filled(备注="长" * 201), 2, "备注", "太长，最多 200 个字。", id="long remark"),
        pytest.param(
            filled(上课地点="A101"),
            2,
            "上课地点",
            "写了地点，没有写日期和节次。",
            id="room without a day",
        ),
    ],
)
def test_what_a_row_may_not_say(broken: Broken, row: int, column: str, reason: str) -> None:
    rows = teaching.make_confirmed(1)
    staff = teaching.make_reviewer(rows[0].course)
    data = broken(rows)
    [fault] = sheet.read_plan(staff, rows[0].term, data).faults
    assert (fault.row, fault.column, fault.reason) == (row, column, reason)
    assert fault.remedy
    with pytest.raises(DomainError, match="没有执行"):
        sheet_apply.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)
    assert Assignment.objects.count() == 0


def test_a_day_of_the_colleges_own_counts_as_a_holiday() -> None:
    WorkCalendarDay.objects.create(
        date="2025-05-12", is_workday=False, source=DaySource.SCHOOL, note="校庆"
    )
    rows = teaching.make_confirmed(1)
    [fault] = plan_of(rows, arrange_file(rows, 上课日期="2025-05-12", 节次="1-2")).faults
    assert fault.reason == "这一天是校庆。"


def test_who_sits_there_already_is_told_what_the_file_changes() -> None:
    group, rows = teaching.make_seated(1)
    teaching.meet(group, 12)
    cells = {"教学班名称": group.name, "辅导时间地点": "周一晚", "上课日期": "2025-05-12"}
    data = arrange_file(rows, **cells, 节次="9-10", 上课地点="A101")
    for _ in range(2):
        sheet_apply.apply_plan(staff=group.created_by, term=group.term, data=data, now=LATER)
    [told] = Message.objects.filter(key__startswith="retake:changed")
    assert told.body == "改了辅导时间地点、上课安排。"
    session = group.sessions.get()
    assert (session.room, session.version) == ("A101", 1)


def test_a_group_that_contradicts_itself() -> None:
    rows = teaching.make_confirmed(2)
    code = rows[0].course.code
    data = write_sheet(
        ["学号", "课程代码", "教学班名称", "备注"],
        [
            [rows[0].student.number, code, "一班", "甲"],
            [rows[1].student.number, code, "一班", "乙"],
        ],
    )
    [fault] = plan_of(rows, data).faults
    assert (fault.row, fault.reason) == (3, "同一个教学班前面写的是“甲”。")


def test_with_a_fault_nothing_is_done() -> None:
    rows = teaching.make_confirmed(2)
    staff = teaching.make_reviewer(rows[0].course)
    data = arrange_file([*rows, rows[0]])
    with pytest.raises(DomainError) as refused:
        sheet_apply.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)
    assert refused.value.code == "sheet.faults"
    assert (TeachingGroup.objects.count(), Assignment.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01", b"xh,xm\n1,2\n", "学号,课程代码,教学班名称".encode()]
)
def test_files_that_are_no_sheets(data: bytes) -> None:
    rows = teaching.make_confirmed(1)
    with pytest.raises(DomainError):
        plan_of(rows, data)


def test_an_upload_is_applied_once_and_only_by_its_owner() -> None:
    rows = teaching.make_confirmed(1)
    staff = teaching.make_reviewer(rows[0].course)
    kept = uploads.keep(
        staff=staff,
        kind=SheetKind.ARRANGE,
        name="落实表.xlsx",
        data=arrange_file(rows),
        reason="",
        now=NOW,
    )
    asked = {"term": rows[0].term, "upload_id": kept.pk, "now": NOW}
    with pytest.raises(NotYours):
        uploads.apply(staff=teaching.make_reviewer(rows[0].course), **asked)  # type: ignore[arg-type]
    assert uploads.apply(staff=staff, **asked).outcome == "1 个教学班，1 人。"  # type: ignore[arg-type]
    with pytest.raises(DomainError) as refused:
        uploads.apply(staff=staff, **asked)  # type: ignore[arg-type]
    assert refused.value.code == "sheet.applied"
