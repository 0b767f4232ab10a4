"""The demo college under the rules it ships: each course the manual names, and both sides of a
course that is enrolled for retake and applied for.
"""

from decimal import Decimal

import pytest
from django.utils import timezone

from credits.kinds import TargetKind
from credits.rules import Case, Past, Person, Sitting, Target, check_target
from credits.selectors.choosing import choosing
from credits.selectors.rule_sets import in_force
from credits.services.deciding import approve
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    ResultFlag,
    Selection,
    Standing,
)
from portal.records.models import Course, Student
from portal.records.services.grades import record_result
from portal.tests.people import OTHER, applied, browser_of, enrolled, read_notice, user
from retake.models import Enrollment
from retake.services.sweep import sweep
from retake.states import EnrollmentState

pytestmark = pytest.mark.usefixtures("college")

# Special note 5 of the manual and 第六条, in the words of the catalogue.
NAMED = (
    "入学教育与军训",
    "劳动教育",
    "思想道德修养与法律基础",
    "毛泽东思想和中国特色社会主义理论",
    "毛泽东思想和中国特色社会主义理论体系概论（2-1）",
    "形势与政策（2-1）",
    "形势与政策（2-2）",
    "思想道德与法治",
    "公共法律理论与实践",
    "大学生心理健康教育",
    "军事理论",
    "毕业设计（论文）",
    "顶岗实习",
    "毕业跟岗实习",
)
PE = (
    "乒乓球",
    "排球",
    "彩带飞龙",
    "健身瑜伽",
    "体育与健康（一）",
    "体育与健康（二）",
    "体育与健康（三）",
)
FAILED = tuple(
    Sitting(kind, "2023-2024-1", "50", ResultFlag.NONE, False)
    for kind in (AttemptKind.REGULAR, AttemptKind.MAKEUP)
)


def target(name: str) -> Target:
    """A course of the catalogue as somebody failed it twice."""
    course = Course.objects.select_related("offering_college").get(name=name)
    return Target(
        course_id=course.pk,
        code=course.code,
        name=course.name,
        credit_hours=course.credit_hours,
        category=CourseCategory(course.category),
        selection=Selection(course.selection),
        is_practical=course.is_practical,
        is_certificate=course.is_certificate,
        is_excluded=False,  # the rule set alone has to know
        college_id=course.offering_college_id,
        college=course.offering_college.name,
        sittings=FAILED,
        in_progress=False,
        deferred=False,
        makeup_pending=False,
        makeup_on=None,
    )


def stop(name: str) -> str:
    """The code of what stops this course first."""
    _, rules = in_force(timezone.localdate())
    person = Person(2022, Standing.ENROLLED, Decimal(140))
    case = Case(person, target(name), (), Past(), timezone.localdate())
    return next((one.code for one in check_target(case, rules) if one.stops), "")


@pytest.mark.parametrize("name", NAMED)
def test_every_course_the_manual_names_is_excluded(name: str) -> None:
    assert stop(name) == "excluded"


@pytest.mark.parametrize("name", PE)
def test_pe_and_its_options_take_contest_credit(name: str) -> None:
    _, rules = in_force(timezone.localdate())
    assert rules.kind_of(target(name)) is TargetKind.PE
    sources = {one.source.label for one in rules.prices_for(target(name), 2022)}
    assert sources == {"竞赛集训", "获奖证书"}


def test_the_case_of_the_demo() -> None:
    shown = choosing(user(OTHER).pk, timezone.now())
    assert [one.course.name for one in shown.offers] == [
        "高等数学（2-1）",
        "英语（2-2）",
        "体育与健康（二）",
        "数据库应用基础",
    ]
    assert {one.name for one in shown.refusals} == {
        "军事理论",
        "Linux 应用技术",
        "从草创到繁荣：流行音乐导论",
    }


def test_retake_and_exchange_of_a_course_show_each_other() -> None:
    row = applied(OTHER)
    read_notice(OTHER)
    shown = browser_of(OTHER).get("/retake/").content.decode()
    assert shown.count("这门课正在申请学分兑换，审核通过后就及格，重修会自动取消。") == 1
    assert row.target.name == "高等数学（2-1）"


def test_a_course_enrolled_for_retake_is_applied_for_knowingly() -> None:
    enrolled(OTHER, 1)  # 高等数学（2-1）
    browser = browser_of(OTHER)
    shown = browser.get("/credits/").content.decode()
    assert "这门课也报了重修" in shown
    chosen = choosing(user(OTHER).pk, timezone.now()).chosen
    assert chosen is not None
    assert chosen.retake is not None
    assert applied(OTHER).accepts_retake


def test_passed_by_exchange_the_course_leaves_both_pages() -> None:
    student = Student.objects.get(number=OTHER)
    offered = choosing(user(OTHER).pk, timezone.now()).offers
    course = offered[0].course
    record_result(
        student_id=student.pk,
        course_id=course.course_id,
        term_id=student.gradeattempt_set.latest("pk").term_id,
        kind=AttemptKind.EXCHANGE,
        written="合格",
        recorded_on=timezone.localdate(),
        source="",
        entered_by=None,
    )
    left = choosing(user(OTHER).pk, timezone.now()).offers
    assert course.name not in {one.course.name for one in left}


def test_an_approved_exchange_cancels_the_retake_of_the_course() -> None:
    enrolled(OTHER, 1)
    row = applied(OTHER)
    now = timezone.now()
    reviewer = user("reviewer")
    approve(staff=reviewer, application_id=row.pk, seen=row.version, now=now)
    assert sweep(now).cancelled == 1
    enrollment = Enrollment.objects.get(student=row.student_id)
    assert (enrollment.course_id, enrollment.state) == (row.target_id, EnrollmentState.CANCELLED)
