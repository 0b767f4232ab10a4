"""Spreadsheet import: round trips, other systems' headers, and refusals that name the cell."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.lib.sheets import read_sheet, write_sheet
from portal.lib.tables.table import export_file, import_file, template_file
from portal.records.models import Course, CourseEquivalence, GradeAttempt, Student
from portal.records.tables import ALL_TABLES
from portal.records.tests.factories import World, build_world, fill_every_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build_world()


def load(table: str, header: list[str], *rows: list[str]) -> list[str]:
    """Import rows; the faults as sentences."""
    _, found = import_file(ALL_TABLES[table], write_sheet(header, rows))
    return [str(fault) for fault in found]


@pytest.mark.parametrize("name", ALL_TABLES)
def test_a_table_exported_and_imported_again_is_unchanged(world: World, name: str) -> None:
    fill_every_table(world)
    table = ALL_TABLES[name]
    before = export_file(table)
    result, found = import_file(table, before)
    rows = len(read_sheet(before)) - 1
    assert (found, result.totals["skip"], result.totals["new"]) == ([], rows, 0)
    assert rows > 0


def test_an_empty_database_takes_every_export_and_gives_it_back(world: World) -> None:
    fill_every_table(world)
    files = {name: export_file(table) for name, table in ALL_TABLES.items()}
    tables = ", ".join(f'"{table.Meta.model._meta.db_table}"' for table in ALL_TABLES.values())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    found = {name: import_file(ALL_TABLES[name], data)[1] for name, data in files.items()}
    assert found == {name: [] for name in files}
    again = {name: read_sheet(export_file(table)) for name, table in ALL_TABLES.items()}
    assert again == {name: read_sheet(data) for name, data in files.items()}


@pytest.mark.parametrize("name", ALL_TABLES)
def test_a_template_is_the_header_row(name: str) -> None:
    assert read_sheet(template_file(ALL_TABLES[name])) == [ALL_TABLES[name].headers()]


def test_pinyin_headers_and_split_terms_of_other_systems_are_understood(world: World) -> None:
    course = world.course("A1")
    faults = load(
        "gradeattempt",
        ["xh", "xm", "KCH", "xnm", "xqm", "ksxz", "cj"],
        ["0020230101", "陈雨桐", "A1", "2023", "3", "正常考试", "59.5"],
        ["0020230101", "陈雨桐", "A1", "2023", "12", "补考一", "缺考"],
    )
    rows = GradeAttempt.objects.filter(course=course).order_by("kind")
    assert faults == []
    assert [(row.kind, row.term.code, row.printed, row.recorded_on) for row in rows] == [
        ("makeup", "2023-2024-2", "缺考", date(2024, 7, 5)),
        ("regular", "2023-2024-1", "59.5", date(2024, 1, 12)),
    ]


def test_every_fault_names_row_column_value_and_reason_and_nothing_is_stored(world: World) -> None:
    world.course("A1")
    faults = load(
        "gradeattempt",
        ["学号", "课程代码", "学年学期", "考试性质", "成绩"],
        ["0020230101", "A1", "2023-2024-1", "正考", "88"],
        ["0020239999", "A1", "2023-2024-1", "正考", "88"],
        ["0020230101", "A1", "2023-2025-1", "正考", "101"],
    )
    assert faults == [
        "第 3 行「学号」（0020239999）：没有这个学生。改成已有的学生，或先把它导入。",
        (
            "第 4 行「学年学期」（2023-2025-1）：学年学期写作 2023-2024-1。"
            "改成已有的学年学期，或先把它导入。"
        ),
        (
            "第 4 行「成绩」（101）：不认识这个成绩：应是 0–100 的分数或等级、缺考、缓考等。"
            "改好这一格再上传。"
        ),
    ]
    assert GradeAttempt.objects.count() == 0


def test_a_grade_in_the_record_is_not_changed_by_an_import(world: World) -> None:
    world.attempt(world.course("A1"), score=Decimal(50))
    header = ["学号", "课程代码", "学年学期", "考试性质", "成绩"]
    faults = load("gradeattempt", header, ["0020230101", "A1", "2023-2024-1", "正考", "80"])
    assert faults == [
        "第 2 行「成绩」（80）：已登记过别的成绩，改成绩请填更正次数 1。改好这一格再上传。"
    ]
    assert GradeAttempt.objects.get().score == Decimal(50)


def test_a_correction_is_a_new_row(world: World) -> None:
    world.attempt(world.course("A1"), score=Decimal(50))
    header = ["学号", "课程代码", "学年学期", "考试性质", "成绩", "更正次数"]
    faults = load("gradeattempt", header, ["0020230101", "A1", "2023-2024-1", "正考", "80", "1"])
    rows = list(GradeAttempt.objects.order_by("id").values_list("score", "corrects__score"))
    assert (faults, rows) == ([], [(Decimal(50), None), (Decimal(80), Decimal(50))])


def test_a_correction_of_nothing_is_refused(world: World) -> None:
    world.course("A1")
    header = ["学号", "课程代码", "学年学期", "考试性质", "成绩", "更正次数"]
    faults = load("gradeattempt", header, ["0020230101", "A1", "2023-2024-1", "正考", "80", "1"])
    assert faults == [
        "第 2 行「更正次数」（1）：没有这一次之前的成绩，无从更正。改好这一格再上传。"
    ]


def test_a_number_in_exponent_form_is_refused_not_guessed(world: World) -> None:
    faults = load("student", ["学号", "姓名"], ["2.02201E+17", "王"])
    assert faults[0].startswith("第 2 行「学号」（2.02201E+17）：号码被表格软件改成了科学计数法")


def test_a_missing_key_column_is_named(world: World) -> None:
    assert load("student", ["姓名"], ["王"]) == ["文件：缺少这些列：学号。对照模板改好再上传。"]


def test_the_same_row_twice_is_refused(world: World) -> None:
    header = ["学年学期", "开始日期", "结束日期"]
    row = ["2025-2026-1", "2025/9/1", "20260110"]
    assert load("academicterm", header, row, row) == [
        "第 3 行：这一行与前面的一行重复。改好这一行再上传。"
    ]


def test_a_rule_of_the_database_is_reported_with_its_row(world: World) -> None:
    header = ["课程代码", "课程名称", "学分", "开课学院"]
    faults = load("course", header, ["B1", "数学", "2.3", "智能制造学院"])
    assert faults == ["第 2 行「学分」（2.3）：学分不能为负，且以 0.5 为单位。改好这一格再上传。"]
    assert Course.objects.filter(code="B1").count() == 0


def test_an_update_leaves_columns_that_are_not_in_the_file(world: World) -> None:
    assert load("student", ["学号", "手机号"], ["0020230101", "13800000000"]) == []
    row = Student.objects.get(number="0020230101")
    assert (row.name, row.phone) == ("陈雨桐", "13800000000")


def test_the_command_refuses_a_bad_file_and_loads_a_good_one(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes("事项代码,部门,电话\npe,体育学院,6021\n".encode("gb18030"))
    call_command("import_table", "contact", path)
    assert capsys.readouterr().out == "已导入：新增 1 行，更新 0 行，未变 0 行。\n"
    path.write_bytes("部门\n体育学院\n".encode())
    with pytest.raises(CommandError, match="共 1 处要改，没有导入任何一行。"):
        call_command("import_table", "contact", path)


def test_what_only_a_trigger_refuses_is_said_with_its_row(world: World) -> None:
    for code in "ABC":
        world.course(code)
    header = ["原课程代码", "替代课程代码"]
    faults = load("courseequivalence", header, ["A", "B"], ["B", "C"])
    assert faults == [
        "第 3 行：替代关系不能成串：每个原课程都直接指向现在开设的课程。改好这一行再上传。"
    ]


def test_a_chain_with_a_stored_equivalence_is_named_with_its_row(world: World) -> None:
    first, second, _ = (world.course(code) for code in "ABC")
    CourseEquivalence.objects.create(old=first, new=second)
    faults = load("courseequivalence", ["原课程代码", "替代课程代码"], ["B", "C"])
    assert faults == [
        "第 2 行：替代关系不能成串：每个原课程都直接指向现在开设的课程。改好这一行再上传。"
    ]


def test_other_rows_of_a_file_with_a_refused_row_are_not_stored(world: World) -> None:
    header = ["课程代码", "课程名称", "学分", "开课学院"]
    good, bad = ["B1", "数学", "2.5", "01"], ["B2", "物理", "2.3", "01"]
    assert load("course", header, good, bad) == [
        "第 3 行「学分」（2.3）：学分不能为负，且以 0.5 为单位。改好这一格再上传。"
    ]
    assert Course.objects.count() == 0
