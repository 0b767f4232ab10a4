"""落实表 and 成绩表: every bad row has its reason, and nothing is half done."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.calendar.services import seed_official_days
from portal.inbox.models import Message
from portal.lib.errors import DomainError, NotYours
from portal.lib.sheets import read_sheet, write_sheet
from portal.records.models import GradeAttempt, GradePolicy
from retake.models import Assignment, Enrollment, TeachingGroup
from retake.services import uploads
from retake.states import EnrollmentState, EventKind, SheetKind
from retake.teaching import results, sheet
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def arrange_file(rows: list[Enrollment], **cells: str) -> bytes:
    """A 落实表 over these enrolments; ``cells`` go into every row."""
    usual = {"教学班名称": "重修一班"} | cells
    headers = ["学号", "课程代码", *usual]
    return write_sheet(
        headers, [[row.student.number, row.course.code, *usual.values()] for row in rows]
    )


def plan_of(rows: list[Enrollment], data: bytes) -> sheet.ArrangePlan:
    return sheet.read_plan(teaching.make_reviewer(rows[0].course), rows[0].term, data)


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
    plan = sheet.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)
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
        sheet.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)
    assert (TeachingGroup.objects.count(), Assignment.objects.count()) == (1, 2)
    assert TeachingGroup.objects.get().sessions.count() == 1


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"教工号": "9999"}, "教工号", "没有这个工号的教师"),
        ({"上课日期": "2025-05-12", "节次": "13"}, "节次", "没有这样的节次"),
        ({"上课日期": "2025-05-12", "节次": "10-9"}, "节次", "没有这样的节次"),
        ({"上课日期": "2025-05-01", "节次": "1-2"}, "上课日期", "劳动节"),
        ({"上课日期": "五月", "节次": "1-2"}, "上课日期", "应是日期"),
        ({"上课方式": "网课"}, "上课方式", "没有这种上课方式"),
        ({"教学班名称": ""}, "教学班名称", "必填"),
    ],
)
def test_what_a_row_may_not_say(cells: dict[str, str], column: str, words: str) -> None:
    seed_official_days()
    rows = teaching.make_confirmed(1)
    [fault] = plan_of(rows, arrange_file(rows, **cells)).faults
    assert (fault.row, fault.column, words in fault.reason) == (2, column, True)


def test_an_unknown_student() -> None:
    rows = teaching.make_confirmed(1)
    data = write_sheet(["xh", "kch", "jxbmc"], [["404", rows[0].course.code, "一班"]])
    [fault] = plan_of(rows, data).faults
    assert (fault.value, fault.reason) == ("404", "没有这个学号。")


def test_an_unverified_student() -> None:
    world = make.make_world()
    [row] = world.enroll()
    [fault] = plan_of([row], arrange_file([row])).faults
    assert fault.reason == "这名学生这门课已报名，还不能安排。"


def test_another_colleges_course() -> None:
    rows = teaching.make_confirmed(1)
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    [fault] = sheet.read_plan(stranger, rows[0].term, arrange_file(rows)).faults
    assert fault.reason == "没有这门课，或不由本学院开课。"


def test_a_student_twice_in_one_file() -> None:
    rows = teaching.make_confirmed(1)
    [fault] = plan_of(rows, arrange_file([rows[0], rows[0]])).faults
    assert (fault.row, fault.reason) == (3, "与第 2 行重复。")


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
        sheet.apply_plan(staff=staff, term=rows[0].term, data=data, now=NOW)
    assert refused.value.code == "sheet.faults"
    assert (TeachingGroup.objects.count(), Assignment.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01", b"xh,xm\n1,2\n", "学号,课程代码,教学班名称".encode()]
)
def test_files_that_are_no_sheets(data: bytes) -> None:
    rows = teaching.make_confirmed(1)
    with pytest.raises(DomainError):
        plan_of(rows, data)


def result_file(rows: list[Enrollment], *grades: str) -> bytes:
    return write_sheet(
        ["课程代码", "学号", "成绩"],
        [
            [row.course.code, row.student.number, grade]
            for row, grade in zip(rows, grades, strict=True)
        ],
    )


def enter(staff: User, rows: list[Enrollment], *grades: str, reason: str = "") -> object:
    GradePolicy.objects.get_or_create(valid_from="2015-09-01")
    return results.apply_plan(
        staff=staff,
        term=rows[0].term,
        data=result_file(rows, *grades),
        reason=reason,
        now=LATER,
    )


def test_the_result_sheet_carries_the_students_of_the_group() -> None:
    group, rows = teaching.make_seated(2)
    table = read_sheet(results.sheet(group))
    assert [line[3] for line in table[1:]] == sorted(row.student.number for row in rows)


def test_results_become_attempts_and_end_the_enrolment() -> None:
    group, rows = teaching.make_seated(2)
    enter(group.created_by, rows, "72.5", "缺考")
    found = GradeAttempt.objects.filter(kind="retake").order_by("student__number")
    assert [(one.printed, one.source) for one in found] == [
        ("72.5", f"retake:{rows[0].pk}"),
        ("缺考", f"retake:{rows[1].pk}"),
    ]
    assert {row.state for row in Enrollment.objects.all()} == {EnrollmentState.COMPLETED}
    bodies = dict(
        Message.objects.filter(key__startswith="retake:result").values_list("title", "body")
    )
    assert bodies == {
        f"{rows[0].course.name}重修成绩 72.5": "已及格，成绩单里已更新。",
        f"{rows[0].course.name}重修成绩 缺考": (
            "没有及格。可以报下一轮重修，或看这门课能不能用学分兑换。"
        ),
    }


def test_the_same_results_again_change_nothing() -> None:
    group, rows = teaching.make_seated(1)
    enter(group.created_by, rows, "72.0")
    plan = enter(group.created_by, rows, "72")
    assert isinstance(plan, results.ResultPlan)
    assert (plan.same, plan.lines) == (1, ())
    assert GradeAttempt.objects.filter(kind="retake").count() == 1


def test_a_correction_needs_a_reason_and_keeps_the_first_result() -> None:
    group, rows = teaching.make_seated(1)
    enter(group.created_by, rows, "52")
    with pytest.raises(DomainError):
        enter(group.created_by, rows, "62")
    enter(group.created_by, rows, "62", reason="漏加平时分")
    first, second = GradeAttempt.objects.filter(kind="retake").order_by("pk")
    assert (first.score, second.score, second.corrects) == (Decimal(52), Decimal(62), first)
    assert rows[0].events.filter(kind=EventKind.CORRECTED).get().reason == "漏加平时分"


@pytest.mark.parametrize(
    ("grade", "words"),
    [("101", "不认识"), ("-3", "不认识"), ("60.55", "不认识"), ("NaN", "不认识"), ("缓考", "缓考")],
)
def test_grades_that_are_none(grade: str, words: str) -> None:
    group, rows = teaching.make_seated(1)
    data = result_file(rows, grade)
    [fault] = results.read_plan(group.created_by, group.term, data, "", LATER).faults
    assert words in fault.reason


def test_a_student_who_is_not_arranged_gets_no_result() -> None:
    rows = teaching.make_confirmed(1)
    staff = teaching.make_reviewer(rows[0].course)
    [fault] = results.read_plan(staff, rows[0].term, result_file(rows, "60"), "", LATER).faults
    assert fault.reason == "这门重修已核实，不能登记成绩。"


def test_another_college_cannot_enter_results() -> None:
    _group, rows = teaching.make_seated(1)
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    [fault] = results.read_plan(stranger, rows[0].term, result_file(rows, "60"), "", LATER).faults
    assert fault.reason == "本学院开的课里没有这名学生的这门重修。"


def test_blank_grades_wait() -> None:
    group, rows = teaching.make_seated(2)
    plan = results.read_plan(group.created_by, group.term, result_file(rows, "60", ""), "", LATER)
    assert (len(plan.lines), plan.blank, plan.faults) == (1, 1, ())


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
