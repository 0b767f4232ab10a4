"""成绩表: results go to the record, every bad row has its reason, and nothing is half done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import Opening
from portal.inbox.models import Message
from portal.lib.errors import DomainError
from portal.lib.sheets import read_sheet, write_sheet
from portal.records.models import GradeAttempt, GradePolicy
from retake.models import Enrollment
from retake.states import EnrollmentState, EventKind
from retake.teaching import results
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW
from retake.tests.sheets import MISSING, Broken, other_colleges_course, result_file

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


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


def test_sheets_with_students_are_openings_and_an_empty_one_is_none() -> None:
    """A sheet to be filled in that already says who waits is a list of people like any other."""
    rows = teaching.make_confirmed(2)
    client, term = Client(), rows[0].term
    client.force_login(teaching.make_reviewer(rows[0].course))
    address = reverse("admin:retake_teachinggroup_template")
    client.get(address, {"term": term.code})
    assert list(Opening.objects.values_list("what", "rows")) == [(f"落实表 {term.code}.xlsx", 2)]
    client.force_login(make.make_staff(Role.REVIEWER, make.make_college("体育学院")))
    client.get(address, {"term": term.code})
    assert Opening.objects.count() == 1


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


def test_a_correction_can_itself_be_corrected() -> None:
    group, rows = teaching.make_seated(1)
    enter(group.created_by, rows, "52")
    enter(group.created_by, rows, "62", reason="漏加平时分")
    enter(group.created_by, rows, "52", reason="平时分加错了人")
    first, second, third = GradeAttempt.objects.filter(kind="retake").order_by("pk")
    assert (third.score, third.corrects, second.corrects) == (Decimal(52), second, first)
    assert results.latest(rows)[rows[0].pk] == third
    told = rows[0].events.filter(kind=EventKind.CORRECTED).order_by("pk")
    assert list(told.values_list("reason", flat=True)) == ["漏加平时分", "平时分加错了人"]


def other_colleges(rows: list[Enrollment]) -> bytes:
    other_colleges_course(rows)
    return result_file(rows, "60")


def not_arranged(rows: list[Enrollment]) -> bytes:
    return result_file(teaching.make_confirmed(1, rows[0].course), "60")


def nobodys(rows: list[Enrollment]) -> bytes:
    return write_sheet(["课程代码", "学号", "成绩"], [[rows[0].course.code, "404", "60"]])


def not_taking_it(rows: list[Enrollment]) -> bytes:
    number = make.make_student().number
    return write_sheet(["课程代码", "学号", "成绩"], [[rows[0].course.code, number, "60"]])


def graded(grade: str) -> Broken:
    return lambda rows: result_file(rows, grade)


NO_GRADE = "不认识这个成绩。"


@pytest.mark.parametrize(
    ("broken", "row", "column", "reason"),
    [
        pytest.param(nobodys, 2, "学号", "没有这个学号。", id="unknown student"),
        pytest.param(
            not_taking_it, 2, "学号", "这名学生本学期没有报这门课的重修。", id="not enrolled"
        ),
        pytest.param(not_arranged, 2, "学号", "这门重修已核实，不能登记成绩。", id="not arranged"),
        pytest.param(other_colleges, 2, "课程代码", MISSING, id="other college"),
        pytest.param(
            lambda rows: result_file([*rows, *rows], "60", "70"),
            3,
            "学号",
            "与第 2 行重复。",
            id="twice",
        ),
        pytest.param(graded("101"), 2, "成绩", NO_GRADE, id="above 100"),
        pytest.param(graded("-3"), 2, "成绩", NO_GRADE, id="below 0"),
        pytest.param(graded("60.55"), 2, "成绩", NO_GRADE, id="two decimals"),
        pytest.param(graded("NaN"), 2, "成绩", NO_GRADE, id="not a number"),
        pytest.param(graded("缓考"), 2, "成绩", "缓考和没有考的还没有成绩。", id="deferred"),
    ],
)
def test_results_that_are_none(broken: Broken, row: int, column: str, reason: str) -> None:
    group, rows = teaching.make_seated(1)
    data = broken(rows)
    [fault] = results.read_plan(group.created_by, group.term, data, "", LATER).faults
    assert (fault.row, fault.column, fault.reason) == (row, column, reason)
    asked = {"staff": group.created_by, "term": group.term, "reason": ""}
    with pytest.raises(DomainError, match="没有登记"):
        results.apply_plan(data=data, now=LATER, **asked)  # type: ignore[arg-type]
    assert GradeAttempt.objects.filter(kind="retake").count() == 0


def test_one_bad_row_keeps_the_good_ones_out() -> None:
    group, rows = teaching.make_seated(2)
    data = result_file(rows, "72", "101")
    asked = {"staff": group.created_by, "term": group.term, "reason": ""}
    with pytest.raises(DomainError):
        results.apply_plan(data=data, now=LATER, **asked)  # type: ignore[arg-type]
    assert GradeAttempt.objects.filter(kind="retake").count() == 0
    assert {row.state for row in Enrollment.objects.all()} == {EnrollmentState.ARRANGED}


def test_blank_grades_wait() -> None:
    group, rows = teaching.make_seated(2)
    plan = results.read_plan(group.created_by, group.term, result_file(rows, "60", ""), "", LATER)
    assert (len(plan.lines), plan.blank, plan.faults) == (1, 1, ())
