"""What is staged is what was read, whatever stands in a cell."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import pytest
from django.db import DataError, transaction

from payments.reconcile import keeping, matching, staging
from payments.reconcile.files.clean import CleanRows, Rows
from payments.reconcile.files.row import Fault, FileRow, Problem, RowKind
from payments.reconcile.matching import Matching
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.models.rows import CELL_BREAK
from payments.reconcile.repeats import Repeats
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import listed, preview, store
from payments.tests.factories import make_charge, make_order, make_payer, pay

pytestmark = pytest.mark.django_db
ODD = ["王\t五", "a\\b", "\\N", "\\.", "两\n行", "回\r车", '"引"', "", "😀", "plain"]
AT = datetime(2025, 11, 3, 4, 5, 6, tzinfo=UTC)
_COLUMNS = (
    "position", "order_number", "trade_number", "amount_fen", "moved_at", "payer_name", "title",
    "cells", "kind", "faults", "member",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _stage() -> Iterator[None]:
    staging.begin()
    yield
    staging.end()


def staged(
    blocks: Iterable[Rows],
    member: str = "",
    start: int = 0,
    places: Sequence[int] | None = None,
) -> list[tuple[object, ...]]:
    """What these rows are in their table; nobody knows their orders."""
    upload = store([])
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.READING)
    found, match = keeping.Found(), Matching("finance")
    table = staging.Table(upload.pk, member, places)
    portions = [
        keeping.portion(lines, match.some(lines.looks))
        for lines in staging.lines(table, blocks, start, Repeats())
    ]
    keeping.put(upload, portions, found)
    return list(upload.rows.order_by("position").values_list(*_COLUMNS))


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
    assert staged([rows if columns else list(rows)], "表\t一", 7) == [
        (
            8 + at, f"ZZJF{at}", "", 100 + at, AT if at else None, name, "重修费",
            f"{name}{CELL_BREAK}1.00", RowKind.PAYMENT, "", "表\t一",
        )
        for at, name in enumerate(ODD)
    ]  # fmt: skip


def test_a_stray_separator_moves_no_cell() -> None:
    rows = staged([clean("a", f"b{CELL_BREAK}c")])
    assert [row[7] for row in rows] == [f"a{CELL_BREAK}1.00", f"b c{CELL_BREAK}1.00"]


def test_cells_are_kept_under_the_headers_of_the_file() -> None:
    rows = staged([clean("a")], places=[2, 0])
    assert [row[7] for row in rows] == [CELL_BREAK.join(["1.00", "", "a"])]


def test_a_fault_arrives_with_its_reasons() -> None:
    problem = Problem("nan", "金额", 'a\\"b\n', "这不是一个金额。", "对照\t原始流水。")
    rows: list[FileRow | Fault] = [Fault(3, (problem,), ("x", "\\"))]
    [(*_, cells, kind, faults, _member)] = staged([rows])
    assert (cells, kind) == (f"x{CELL_BREAK}\\", "fault")
    told = [["金额", 'a\\"b\n', "这不是一个金额。", "对照\t原始流水。"]]
    assert UploadRow(faults=str(faults)).problems == told


def test_rows_are_handed_on_while_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "AT_A_TIME", 2)
    blocks = [clean("a"), clean("b", "c"), clean("d")]
    told = [some.last for some in staging.lines(staging.Table(1), blocks, 0, Repeats())]
    assert told == [3, 4]
    assert [row[0] for row in staged(blocks)] == [1, 2, 3, 4]


def test_rows_and_what_they_mean_in_another_order_are_refused() -> None:
    """Else a row would get the order of another."""
    upload = store([])
    match = Matching("finance")
    [lines] = staging.lines(staging.Table(upload.pk), [clean("a", "b")], 0, Repeats())
    told = match.some(lines.looks)
    with pytest.raises(DataError, match="extra data"), transaction.atomic():
        keeping.put(upload, [keeping.portion(lines, told[::-1])], keeping.Found())
    assert not upload.rows.exists()


def test_certain_rows_are_batched_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the clusters, which the whole file tells; rows with nothing to apply have no batch."""
    monkeypatch.setattr(matching, "BATCH", 2)
    fresh = [listed(make_order([make_charge(make_payer())]), f"T-{at}") for at in range(5)]
    paid = make_order([make_charge(make_payer())])
    known = listed(paid, pay(paid).arrival.trade_number)
    again = [listed("ZZJF20250101000000000001", f"A-{at}") for at in range(2)]
    upload = preview([again[0], fresh[0], known, *fresh[1:], again[1]])
    rows = UploadRow.objects.filter(upload=upload).order_by("position")
    batches = rows.values_list("group", "batch")
    assert list(batches) == [
        ("unknown", 3), ("settle", 0), ("known", None), ("settle", 1), ("settle", 1),
        ("settle", 2), ("settle", 2), ("unknown", 3),
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
