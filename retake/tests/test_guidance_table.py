"""重修指导查询 of the staff: the manual's columns and filters, their scope, the export."""

import re

import pytest
from django.test import Client

from portal.accounts.roles import Role
from portal.audit.models import Opening
from portal.records.models import Major
from retake.guidance.table import COLUMNS
from retake.teaching.filing import refile
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.looking import browser, workbook

pytestmark = pytest.mark.django_db


def columns_of(client: Client, query: str = "") -> list[list[str]]:
    found = client.get(f"/guidance/{query}")
    return [list(line) for line in found.context["page"].lines]


MANUAL = (
    "班 课程类型 课程代码 课程名称 学分 教学班名称 教工号 教师姓名 教师手机号 学号 学生姓名 性别 "
    "学生手机号 学院 年级 专业 课程（行政班） 辅导教师 辅导时间地点 备注"
)


def test_the_columns_stand_in_the_manuals_order() -> None:
    group, _ = teaching.make_seated()
    page = browser(group.created_by).get("/guidance/").content.decode()
    heads = re.findall(r'<th role="columnheader" scope="col">([^<]+)</th>', page)
    assert " ".join(heads) == MANUAL
    assert " ".join(str(cell) for cell in workbook(browser(group.created_by))[0][:20]) == MANUAL


def test_the_staff_table_has_the_manuals_columns() -> None:
    group, [row] = teaching.make_seated(place_text="周一晚")
    [line] = columns_of(browser(group.created_by))
    shown = dict(zip(COLUMNS, line, strict=True))
    assert len(COLUMNS) == 20
    assert (shown["班"], shown["学号"], shown["教学班名称"], shown["辅导时间地点"]) == (
        "1班",
        row.student.number,
        group.name,
        "周一晚",
    )


def test_another_colleges_rows_are_not_there() -> None:
    teaching.make_seated()
    stranger = make.make_staff(Role.REVIEWER, make.make_college("体育学院"))
    assert columns_of(browser(stranger)) == []
    assert len(columns_of(browser(make.make_staff(Role.FINANCE)))) == 1


def test_every_filter_narrows() -> None:
    group, [row] = teaching.make_seated()
    teaching.make_seated()
    group.tutor = group.teacher = teaching.make_teacher(group.course, "周慧敏")
    group.save(update_fields=["teacher", "tutor"])
    major = row.student.admin_class.major
    client = browser(make.make_staff())
    offering = group.course.offering_college_id
    for query, number in {
        f"?course={group.course.code}": 1,
        f"?course={group.course.name}": 1,
        "?teacher=慧": 1,
        f"?teacher={group.teacher.number}": 1,
        "?tutor=周": 1,
        f"?group={group.name}": 1,
        f"?offering={offering}": 2,
        f"?home={major.college_id}": 2,
        f"?major={major.pk}": 2,
        "?grade=2023": 2,
        "?grade=2022": 0,
        "?year=2024-2025&number=2": 2,
        "?year=2023-2024": 0,
        "?year=": 2,
        "?course=没有": 0,
        "?offering=x": 0,
        "?major=99999999999": 0,
    }.items():
        assert (query, len(columns_of(client, query))) == (query, number)


def test_who_changed_class_is_found_under_the_new_one() -> None:
    _group, [row] = teaching.make_seated()
    client = browser(make.make_staff())
    before = row.student.admin_class.major
    after = make.make_student(2019).admin_class
    after.major = Major.objects.create(code="M9", name="新专业", college=before.college)
    after.save(update_fields=["major"])
    row.student.admin_class, row.student.grade_year = after, 2019
    row.student.save(update_fields=["admin_class", "grade_year"])
    assert refile() == 1
    found = [len(columns_of(client, f"?major={one.pk}")) for one in (before, after.major)]
    assert (found, len(columns_of(client, "?grade=2019"))) == ([0, 1], 1)
    assert refile() == 0


def test_a_cell_cannot_carry_markup() -> None:
    group, _ = teaching.make_seated(remark="<b>&")
    page = browser(group.created_by).get("/guidance/").content.decode()
    assert '<td role="cell" data-label="备注">&lt;b&gt;&amp;</td>' in page


def test_pages_follow_each_other_without_gaps() -> None:
    group, rows = teaching.make_seated(3)
    client = browser(group.created_by)
    found = client.get("/guidance/").context["page"]
    assert (found.number, found.after) == (3, "")
    first = rows[0].assignments.get()
    assert len(columns_of(client, f"?after={group.pk}-{first.pk}")) == 2


def test_the_export_gives_phones_by_role_and_is_recorded() -> None:
    group, [row] = teaching.make_seated(remark="=1+1")
    row.student.phone = "13912345678"
    row.student.save(update_fields=["phone"])
    staff, finance = group.created_by, make.make_staff(Role.FINANCE)
    at = COLUMNS.index("学生手机号")
    table = workbook(browser(staff))
    assert table[0][:20] == COLUMNS
    assert str(table[0][20]).startswith(f"{staff.name}（{staff.username}）")
    assert (table[1][at], table[1][19]) == ("13912345678", "'=1+1")
    assert workbook(browser(finance))[1][at] == "139****5678"
    found = Opening.objects.order_by("pk").values_list("actor", "what", "rows", "reason")
    assert list(found) == [
        (staff.pk, "重修指导查询.xlsx", 1, "contact"),
        (finance.pk, "重修指导查询.xlsx", 1, "contact"),
    ]
