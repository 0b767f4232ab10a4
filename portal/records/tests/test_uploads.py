"""What the admin says about an uploaded file: every refusal a sentence, by row where it has one."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.lib.sheets import write_sheet
from portal.records.models import AcademicTerm, Course, CourseEquivalence
from portal.records.tests.factories import World, build_world

pytestmark = pytest.mark.django_db
COURSE = ["课程代码", "课程名称", "学分", "开课学院"]
WHOLE_FILE = "整个文件"


@pytest.fixture
def world() -> World:
    return build_world()


def upload(table: str, data: bytes, client: Client | None = None) -> Any:
    user, _ = User.objects.get_or_create(username="t", name="周慧", role=Role.TEACHING)
    client = client or Client()
    client.force_login(user)
    sent = {"import_file": SimpleUploadedFile("a.xlsx", data), "format": "0", "resource": "0"}
    return client.post(reverse(f"admin:records_{table}_import"), sent)


def faults(page: Any) -> list[list[str]]:
    """The table of faults: row, column, value, reason, remedy."""
    table = page.content.decode().partition('<table class="import-faults">')[2]
    rows = re.findall(r"<tr>(<td>.*)</tr>", table)
    return [[unescape(cell) for cell in re.findall("<td>(.*?)</td>", row)] for row in rows]


def test_each_fault_is_a_line_of_row_column_value_reason_remedy(world: World) -> None:
    rows = [
        ["X1", "测试课", "abc", "智能制造学院"],
        ["X2", "测试课", "-3", "智能制造学院"],
        ["", "测试课", "2", "智能制造学院"],
        ["X4", "测试课", "2", "火星学院"],
        ["X5", "测试课", "", "智能制造学院"],
        ["X6", "测试课", "NaN", "智能制造学院"],
        ["X4", "测试课", "2", "智能制造学院"],
    ]
    cell = "改好这一格再上传。"
    assert faults(upload("course", write_sheet(COURSE, rows))) == [
        ["2", "学分", "abc", "应是数字。", cell],
        ["3", "学分", "-3", "学分不能为负，且以 0.5 为单位。", cell],
        ["4", "课程代码", "", "必填，不能为空。", "填上「课程代码」再上传。"],
        ["5", "开课学院", "火星学院", "没有这个学院。", "改成已有的学院，或先把它导入。"],
        ["6", "学分", "", "必填，不能为空。", "填上「学分」再上传。"],
        ["7", "学分", "NaN", "应是数字。", cell],
        ["8", "", "", "这一行与前面的一行重复。", "改好这一行再上传。"],
    ]


def test_a_wrong_header_is_one_sentence(world: World) -> None:
    assert faults(upload("course", write_sheet(["foo", "bar"], [["1", "2"]]))) == [
        [WHOLE_FILE, "", "", "缺少这些列：课程代码。", "对照模板改好再上传。"]
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"not a workbook", "文件里没有可导入的行。第一行写表头，从第二行起写数据，可先下载模板。"),
        (
            write_sheet(COURSE, []),
            "文件里没有可导入的行。第一行写表头，从第二行起写数据，可先下载模板。",
        ),
        (b"PK\x03\x04broken", "这个文件打不开。请用 xlsx、xls、xlsb 或 csv（UTF-8 或 GB18030）。"),
        (
            b'a\n"' + b"x" * 200_000,
            "这个文件打不开。请用 xlsx、xls、xlsb 或 csv（UTF-8 或 GB18030）。",
        ),
    ],
    ids=["text", "no rows", "torn workbook", "endless cell"],
)
def test_a_file_without_a_table_is_one_sentence(world: World, data: bytes, sentence: str) -> None:
    page = upload("course", data)
    assert page.context["form"].errors == {"import_file": [sentence]}


def test_a_constraint_only_the_database_knows_is_said_in_its_own_words(world: World) -> None:
    AcademicTerm.objects.update(is_current=False)
    header = ["学年学期", "开始日期", "结束日期", "当前学期"]
    rows = [["2030-2031-1", "2030-09-01", "2031-01-10", "是"]]
    rows += [["2030-2031-2", "2031-03-01", "2031-07-10", "是"]]
    rows += [["2031-2032-1", "2031-09-01", "2031-08-10", "否"]]
    row = "改好这一行再上传。"
    assert faults(upload("academicterm", write_sheet(header, rows))) == [
        ["3", "", "", "已有一个当前学期。", row],
        ["4", "", "", "结束日期要晚于开始日期。", row],
    ]


def test_a_unique_constraint_without_words_names_its_columns(world: World) -> None:
    header = ["方案编号", "方案名称", "专业代码", "年级"]
    major = world.student.admin_class.major.code
    rows = [["P1", "方案", major, "2030"], ["P2", "方案", major, "2030"]]
    assert faults(upload("programmeplan", write_sheet(header, rows))) == [
        ["3", "", "", "已有一行的专业、年级与它相同。", "改好这一行再上传。"]
    ]


def test_a_trigger_is_heard_with_its_row(world: World) -> None:
    for code in "ABC":
        world.course(code)
    data = write_sheet(["原课程代码", "替代课程代码"], [["A", "B"], ["B", "C"]])
    assert [line[:4] for line in faults(upload("courseequivalence", data))] == [
        ["3", "", "", "替代关系不能成串：每个原课程都直接指向现在开设的课程。"]
    ]
    assert CourseEquivalence.objects.count() == 0


def test_a_grade_without_its_term_names_the_column(world: World) -> None:
    world.course("A1")
    header = ["学号", "课程代码", "学年学期", "考试性质", "成绩"]
    data = write_sheet(header, [["0020230101", "A1", "", "正考", "80"]])
    assert faults(upload("gradeattempt", data)) == [
        ["2", "学年学期", "", "必填，不能为空。", "填上「学年学期」再上传。"]
    ]


def test_a_preview_shows_old_and_new_without_inline_style(world: World) -> None:
    world.course("A1", "高等数学")
    data = write_sheet(["课程代码", "课程名称"], [["A1", "<b>线性代数</b>"]])
    page = upload("course", data).content.decode()
    changed = "<td><del>高等数学</del> <ins>&lt;b&gt;线性代数&lt;/b&gt;</ins></td>"
    assert (page.count(changed), page.count("style=")) == (1, 0)


def test_a_preview_the_cache_forgot_is_refused_in_words(world: World) -> None:
    client = Client()
    confirm = upload("course", write_sheet(COURSE, [["B1", "数学", "2", "01"]]), client)
    sent = confirm.context["confirm_form"].initial | {"import_file_name": "gone"}
    page = client.post(reverse("admin:records_course_process_import"), sent)
    assert (page.status_code, "预览已过期，没有导入。" in page.content.decode()) == (409, True)
    assert Course.objects.count() == 0
