"""What is staged is what was read, whatever stands in a cell."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection

from payments.reconcile import matching, staging
from payments.reconcile.files.clean import CleanRows
from payments.reconcile.files.row import Fault, FileRow, Problem, RowKind
from payments.reconcile.models import UploadRow
from payments.reconcile.models.rows import CELL_BREAK
from payments.reconcile.tests.statements import listed, preview
from payments.tests.factories import make_charge, make_order, make_payer, pay

pytestmark = pytest.mark.django_db
ODD = ["王\t五", "a\\b", "\\N", "\\.", "两\n行", "回\r车", '"引"', "", "😀", "plain"]
AT = datetime(2025, 11, 3, 4, 5, 6, tzinfo=UTC)
_STAGED = """
    SELECT position, order_number, trade_number, amount_fen, moved_at, payer_name, title, cells,
        kind, faults, member
    FROM reconcile_stage ORDER BY position
"""


@pytest.fixture(autouse=True)
def _stage() -> Iterator[None]:
    staging.begin()
    yield
    staging.end()


def staged() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_STAGED)
        return list(cursor.fetchall())


def clean(*names: str) -> CleanRows:
    few = range(len(names))
    return CleanRows(
        places=few,
        order_numbers=[f"ZZJF{at}" for at in few],
        trade_numbers=[""] * len(names),
        fens=[100 + at for at in few],
        moments=["2025-11-03 12:05:06+08:00" if at else "" for at in few],
        on_days=[False] * len(names),
        names=names,
        numbers=[""] * len(names),
        titles=["重修费"] * len(names),
        raws=[[name, "1.00"] for name in names],
    )


@pytest.mark.parametrize("columns", [True, False], ids=["by columns", "row by row"])
def test_a_cell_arrives_as_it_was_read(*, columns: bool) -> None:
    rows = clean(*ODD)
    staging.add("表\t一", [rows if columns else list(rows)], 7, lambda _: None)
    assert staged() == [
        (
            8 + at, f"ZZJF{at}", "", 100 + at, AT if at else None, name, "重修费",
            f"{name}{CELL_BREAK}1.00", RowKind.PAYMENT, "", "表\t一",
        )
        for at, name in enumerate(ODD)
    ]  # fmt: skip


def test_a_stray_separator_moves_no_cell() -> None:
    staging.add("", [clean("a", f"b{CELL_BREAK}c")], 0, lambda _: None)
    assert [row[7] for row in staged()] == [f"a{CELL_BREAK}1.00", f"b c{CELL_BREAK}1.00"]


def test_cells_are_kept_under_the_headers_of_the_file() -> None:
    staging.add("", [clean("a")], 0, lambda _: None, [2, 0])
    assert [row[7] for row in staged()] == [CELL_BREAK.join(["1.00", "", "a"])]


def test_a_fault_arrives_with_its_reasons() -> None:
    problem = Problem("nan", "金额", 'a\\"b\n', "这不是一个金额。", "对照\t原始流水。")
    rows: list[FileRow | Fault] = [Fault(3, (problem,), ("x", "\\"))]
    staging.add("", [rows], 0, lambda _: None)
    [(*_, cells, kind, faults, _member)] = staged()
    assert (cells, kind) == (f"x{CELL_BREAK}\\", "fault")
    told = [["金额", 'a\\"b\n', "这不是一个金额。", "对照\t原始流水。"]]
    assert UploadRow(faults=str(faults)).problems == told


def test_progress_is_told_while_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "AT_A_TIME", 2)
    told: list[int] = []
    assert staging.add("", [clean("a"), clean("b", "c"), clean("d")], 0, told.append) == 4
    assert told == [3, 4]
    assert [row[0] for row in staged()] == [1, 2, 3, 4]


def test_certain_rows_are_batched_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the clusters; rows with nothing to apply have no batch."""
    monkeypatch.setattr(matching, "BATCH", 2)
    fresh = [listed(make_order([make_charge(make_payer())]), f"T-{at}") for at in range(5)]
    paid = make_order([make_charge(make_payer())])
    known = listed(paid, pay(paid).arrival.trade_number)
    again = [listed("ZZJF20250101000000000001", f"A-{at}") for at in range(2)]
    upload = preview([again[0], fresh[0], known, *fresh[1:], again[1]])
    rows = UploadRow.objects.filter(upload=upload).order_by("position")
    batches = rows.values_list("group", "batch")
    assert list(batches) == [
        ("unknown", 0), ("settle", 1), ("known", None), ("settle", 1), ("settle", 2),
        ("settle", 2), ("settle", 3), ("unknown", 0),
    ]  # fmt: skip


def test_lone_rows_are_asked_about_behind_those_that_touch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Paid orders told without a trade number, and one order told twice."""
    monkeypatch.setattr(matching, "BATCH", 2)
    paid = [make_order([make_charge(make_payer())]) for _ in range(3)]
    for one in paid:
        pay(one)
    twice = make_order([make_charge(make_payer())])
    lines = [listed(paid[0]), listed(twice, "T-1"), *map(listed, paid[1:]), listed(twice, "T-1")]
    rows = UploadRow.objects.filter(upload=preview(lines)).order_by("position")
    assert list(rows.values_list("group", "batch")) == [
        ("known", 1), ("settle", 0), ("known", 1), ("known", 2), ("duplicate", 0),
    ]  # fmt: skip
