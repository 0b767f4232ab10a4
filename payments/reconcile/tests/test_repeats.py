"""Whether a number may stand in a file twice."""

import pytest

from payments.reconcile import repeats
from payments.reconcile.files.clean import CleanRows, Rows
from payments.reconcile.files.row import Fault, FileRow, Problem, RowKind
from payments.reconcile.repeats import Repeats


def clean(orders: list[str], trades: list[str]) -> CleanRows:
    few = [""] * len(orders)
    return CleanRows(range(len(orders)), orders, trades, [1] * len(few), few, [], few, few, few, [])


def certain(order: str, trade: str) -> FileRow:
    return FileRow(1, RowKind.PAYMENT, order, 1, None, (), trade)


FAULT = Fault(1, (Problem("nan", "", "", "", ""),), (), "a")
Told = list[Rows]
ONCE: Told = [clean(["a", "b"], ["t", ""]), [certain("c", ""), FAULT], clean(["d"], ["u"])]


@pytest.mark.parametrize(
    ("more", "possible"),
    [
        ([], False),
        ([clean(["a"], [""])], True),
        ([clean(["e"], ["t"])], True),
        ([[certain("c", "")]], True),
        ([[certain("f", "u")]], True),
        ([clean(["g", "g"], ["", ""])], True),
    ],
    ids=["none", "order", "trade", "order of a row", "trade of a row", "within a block"],
)
def test_a_repeated_number_is_heard_of(more: list[Rows], *, possible: bool) -> None:
    seen = Repeats()
    for rows in [*ONCE, *more]:
        seen.add(rows)
    assert seen.possible is possible


def test_of_a_large_file_nothing_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "REMEMBERED", 3)
    seen = Repeats()
    seen.add(clean(["a", "b", "c"], ["", "", ""]))
    assert not seen.possible
    seen.add(clean(["d"], [""]))
    assert seen.possible
