"""The demo college: the manuals' names, the named students' cases, the same every time."""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection

from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.accounts.selectors import contacts
from portal.demo.college.accounts import PRINTED
from portal.demo.college.build import build_college
from portal.demo.college.calendar import TERMS
from portal.demo.college.marks import Mark, entries, read_mark
from portal.demo.college.named import refresh_sittings
from portal.records.history import CourseHistory
from portal.records.kinds import AttemptKind, CourseCategory, ResultFlag, Standing
from portal.records.models import Course, GradeAttempt, MakeupSitting, Student
from portal.records.selectors import (
    course_histories,
    current_term,
    facts_of,
    timetable_clashes,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
# Every name of the two manuals, as the portal spells it.
MANUAL_NAMES = [
    "程序设计基础",
    "传统文化与现代经营管理",
    "从草创到繁荣：流行音乐导论",
    "大学生的创新基础",
    "大学生领导论",
    "英语教学（2-1）",
    "个人理财规划",
    "计算机网络基础",
    "计算机应用基础",
    "入学教育与军训",
    "书法鉴赏",
    "思想道德修养与法律基础",
    "体育与健康（一）",
    "西方美术欣赏",
    "戏曲鉴赏",
    "形势与政策（2-1）",
    "英语（2-1）",
    "创新创业导论",
    "大学生心理健康教育",
    "毛泽东思想和中国特色社会主义理论体系概论（2-1）",
    "高等数学（2-1）",
    "高等数学（2-2）",
    "军事理论",
    "数据库应用基础",
    "体育与健康（二）",
    "形势与政策（2-2）",
    "英语（2-2）",
    "云计算概论",
    "模块（2-2）",
    "建筑材料——石膏涂料",
    "路由与交换技术",
    "企业体验实习",
    "水泥与混凝土",
    "体育与健康（三）",
    "网络应用",
    "职业沟通技巧",
    "大学生就业指导",
    "公共法律理论与实践",
    "计算机基础",
    "软件实施与运维",
    "数据中心技术",
    "网络商务实训",
    "云计算理论与应用",
    "英语听力视听说",
    "桌面云技术与应用",
    "毕业设计（论文）",
    "公共英语实训",
    "数字存储技术",
    "无人机技术",
    "新媒体制作",
    "云安全技术",
    "安全技术实训",
    "毕业跟岗实习",
    "毕业教育",
    "普通话水平证书",
    "英语应用能力",
    "职业技能证书",
    "劳动教育",
    "思想道德与法治",
    "顶岗实习",
    "乒乓球",
    "排球",
    "彩带飞龙",
    "健身瑜伽",
    "毛泽东思想和中国特色社会主义理论",
]
SPACED_NAMES = ["IT 新技术", "Linux 应用技术", "Tric 创新基础", "UI 设计"]


@pytest.fixture
def college(db: None) -> None:
    build_college(30, NOW)


def histories(number: str) -> dict[str, CourseHistory]:
    pk = Student.objects.get(number=number).pk
    return {one.name: one for one in course_histories([pk], today=TODAY)[pk]}


def test_every_course_of_the_manuals_exists(college: None) -> None:
    names = set(Course.objects.values_list("name", flat=True))
    assert {*MANUAL_NAMES, *SPACED_NAMES} - names == set()
    assert Course.objects.filter(english_name="").count() == 0


def test_there_are_twelve_colleges_and_contacts_for_every_reason(college: None) -> None:
    wanted = ("sign-in", "pe", "english", "supplementary", "makeup", "completed", "finance")
    assert (College.objects.count(), set(contacts(*wanted))) == (12, set(wanted))


def test_the_term_stands_still(college: None) -> None:
    term = current_term(TODAY)
    assert term is not None
    assert term.code == "2024-2025-2"


def test_student_w_has_exactly_the_eight_failed_courses_of_the_mock(college: None) -> None:
    failed = [one for one in histories("20220101").values() if one.failed]
    assert {one.name: one.credit_hours for one in failed} == {
        "高等数学（2-1）": Decimal(4),
        "英语（2-1）": Decimal(4),
        "计算机网络基础": Decimal(3),
        "路由与交换技术": Decimal(5),
        "数据库应用基础": Decimal(3),
        "Linux 应用技术": Decimal(3),
        "形势与政策（2-1）": Decimal(1),
        "数据中心技术": Decimal(3),
    }
    assert all(one.attempts[-1].kind is AttemptKind.MAKEUP for one in failed)


def test_student_w_misses_no_course_of_his_plan(college: None) -> None:
    due = [one for one in histories("20220101").values() if one.is_due and not one.studied]
    assert due == []


def test_the_veteran_is_one_and_has_failed_courses(college: None) -> None:
    student = Student.objects.get(number="20220102")
    failed = [one.name for one in histories("20220102").values() if one.failed]
    assert facts_of([student.pk])[student.pk].veteran_from == date(2024, 9, 1)
    assert sorted(failed) == ["计算机网络基础", "路由与交换技术", "高等数学（2-1）"]


def test_every_rule_has_its_course_with_20220103(college: None) -> None:
    found = histories("20220103")
    flags = {name: one.attempts[-1].flag for name, one in found.items() if one.attempts}
    shown = {
        "R2 makeup to come": [
            n for n, one in found.items() if one.makeup and one.makeup.is_pending(TODAY)
        ],
        "R2 cheating": [name for name, flag in flags.items() if flag is ResultFlag.CHEATING],
        "R2 deferred": [name for name, one in found.items() if one.deferred_pending],
        "R3 practice": [n for n, one in found.items() if one.failed and one.is_practical],
        "R4, R6 not studied": [n for n, one in found.items() if one.is_due and not one.studied],
        "R5 elective": [
            name
            for name, one in found.items()
            if one.failed and one.category is CourseCategory.GENERAL_ELECTIVE
        ],
        "R5 certificate": [n for n, one in found.items() if one.failed and one.is_certificate],
        "R9 absent": [n for n, one in found.items() if (one.absent_share or 0) >= Decimal(1) / 3],
    }
    assert shown == {
        "R2 makeup to come": ["云计算概论"],
        "R2 cheating": ["职业沟通技巧"],
        "R2 deferred": ["毛泽东思想和中国特色社会主义理论体系概论（2-1）"],
        "R3 practice": ["企业体验实习"],
        "R4, R6 not studied": ["体育与健康（三）", "职场英语", "数字存储技术"],
        "R5 elective": ["UI 设计"],
        "R5 certificate": ["职业技能证书"],
        "R9 absent": ["路由与交换技术"],
    }


def test_the_course_failed_under_its_old_code_shows_under_the_new_one(college: None) -> None:
    found = histories("20220103")
    assert [one.result for one in found["思想道德与法治"].attempts] == ["48", "55"]
    assert "思想道德修养与法律基础" not in found


def test_one_retake_clashes_with_the_timetable_of_20220103(college: None) -> None:
    student = Student.objects.get(number="20220103")
    failed = {one.course_id: one.name for one in histories("20220103").values() if one.failed}
    clashes = timetable_clashes(student.pk, list(failed), "2024-2025-2")
    assert {failed[pk]: text for pk, text in clashes.items()} == {"英语（2-2）": "周三 3–4 节"}


def test_past_students_have_left_and_one_is_beyond_his_time(college: None) -> None:
    numbers = ("20200105", "20170106", "20200107")
    facts = facts_of(list(Student.objects.filter(number__in=numbers).values_list("pk", flat=True)))
    by_number = {one.number: one for one in facts.values()}
    assert {one.standing for one in facts.values()} == {Standing.COMPLETED_NO_DIPLOMA}
    assert [by_number[number].completed_on for number in numbers] == [
        date(2023, 6, 30),
        date(2020, 6, 30),
        date(2023, 6, 30),
    ]
    expired, later = by_number["20170106"].last_day, by_number["20200107"].veteran_from
    assert expired is not None
    assert later is not None
    assert (expired < TODAY, later > date(2023, 6, 30)) == (True, True)


def test_every_printed_account_signs_in_with_the_printed_password(college: None) -> None:
    users = {user.username: user for user in User.objects.all()}
    missing = [name for name, _ in PRINTED if not users[name].check_password("demo")]
    assert missing == []
    reviewer = User.objects.get(username="reviewer")
    assert (reviewer.role, str(reviewer.college)) == (Role.REVIEWER, "智能制造学院")


def test_the_same_college_is_built_every_time(college: None) -> None:
    rows = GradeAttempt.objects.filter(student__number__startswith="2022").order_by(
        "student__number", "course__code", "term__code", "kind"
    )
    one = list(rows.values_list("student__number", "course__code", "score", "text")[:50])
    assert one[:2] == [
        ("20220101", "E2000001", Decimal("93.0"), ""),
        ("20220101", "E2000006", Decimal("91.0"), ""),
    ]


def test_the_server_counts_what_was_loaded(college: None) -> None:
    """Planned for an empty table, the histories of 400 students took a quarter of an hour."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::int FROM pg_class WHERE relname = 'records_gradeattempt'")
        assert cursor.fetchone() == (GradeAttempt.objects.count(),)


def test_a_makeup_shown_as_to_come_moves_on_when_its_day_has_passed(college: None) -> None:
    later = date(2027, 3, 1)
    assert refresh_sittings(later) == 1
    moved = MakeupSitting.objects.filter(sits_on__gt=later)
    assert [row.course.name for row in moved] == ["云计算概论"]


@pytest.mark.django_db
def test_the_command_lists_the_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_college", accounts=True)
    lines = capsys.readouterr().out.splitlines()
    assert [re.split(r"\s+", line)[0] for line in lines] == [name for name, _ in PRINTED]


@pytest.mark.django_db
def test_the_command_starts_again_over_its_own_college(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_college", students=5)
    call_command("demo_college", if_empty=True)
    assert Student.objects.count() == 12
    ready = ["重修轮次已就绪。", "学分兑换规则已就绪（占位比例，待学校确认）。"]
    built, *first, exchanges, again, rules = capsys.readouterr().out.splitlines()
    assert (built, first, [again, rules]) == ("演示学院已建好，另有 5 名随机学生。", ready, ready)
    assert re.fullmatch(r"另有 \d+ 份学分兑换申请，有的已定，有的等二级学院审核。", exchanges)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("42/51", Mark(0, ("42", "51"), 0)),
        ("@3 47/?", Mark(3, ("47", "?"), 0)),
        ("35 缺课30", Mark(0, ("35",), 30)),
        ("", Mark(0, (), 0)),
    ],
)
def test_marks_are_taken_apart(written: str, expected: Mark) -> None:
    assert read_mark(written) == expected


def test_a_mark_becomes_attempts_each_on_its_day() -> None:
    found = entries(read_mark("40/48/66"), TERMS[0])
    assert [(one.kind, one.term.code, one.recorded_on) for one in found] == [
        (AttemptKind.REGULAR, "2017-2018-1", date(2018, 1, 7)),
        (AttemptKind.MAKEUP, "2017-2018-1", date(2018, 2, 23)),
        (AttemptKind.RETAKE, "2017-2018-2", date(2018, 7, 1)),
    ]
