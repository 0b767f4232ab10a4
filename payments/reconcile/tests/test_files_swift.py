"""The swift way and the careful way say the same of every block."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from payments.reconcile.files import cells, checking, layouts, swift
from payments.reconcile.files.cells import Cell
from payments.reconcile.files.row import FileRow
from payments.reconcile.files.rules import Rules
from payments.reconcile.files.swift import Swift
from payments.reconcile.files.tables import Block
from payments.reconcile.tests.files_made import HEADER, order, row, wechat_cells

RULES = [
    Rules(date(2025, 11, 20), "ZZJF"),
    Rules(date(2025, 11, 20), "", ("重修",)),
    Rules(date(2025, 11, 2), "0088"),
]
ODD = [
    "", " ", "0", "0.00", "1.23E+18", "1E+18", "202511031200000000", "008820251103", "8820251103",
    "350", "350.5", "350.55", "350.555", "1,100.00", "-1.00", "１", "NaN", "１２３４５６７８", "'x",
    '="20251103"', "`1", "2025-11-03", "2025-02-30", "2025-11-03T12:00:00", "2025-11-21 00:00:00",
    "2025/11/3", "退款", "成功", "失败", "学费", "重修费", "合计", "a\nb", order(7), order(7)[:7],
]  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(ODD),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 10**7).map(float),
    st.integers(0, 10**9).map(lambda fen: f"{fen // 100}.{fen % 100:02d}"),
    st.integers(0, 10**9).map(lambda fen: fen / 100),
    st.text(max_size=8),
    st.booleans(),
)
STATED = (*HEADER, "状态", "退款金额")


@settings(max_examples=600)
@given(
    rows=st.lists(
        st.dictionaries(st.sampled_from(STATED), CELLS, max_size=2), min_size=1, max_size=4
    ),
    rules=st.sampled_from(RULES),
    tail=st.booleans(),
)
def test_both_ways_say_the_same(rows: list[dict[str, object]], rules: Rules, *, tail: bool) -> None:
    header = STATED if tail else HEADER
    layout = layouts.detect(header, None)
    assert layout is not None
    clean = [row(at) + (["成功", ""] if tail else []) for at in range(len(rows))]
    changed = [
        [changes.get(name, cell) for name, cell in zip(header, one, strict=True)]
        for one, changes in zip(clean, rows, strict=True)
    ]
    block = Block(range(2, 2 + len(changed)), changed)  # type: ignore[arg-type]
    read = Swift(layout, rules).read(block)
    if read is not None:
        careful = [
            checking.check(place, one, layout, rules)
            for place, one in zip(block.places, block.rows, strict=True)
        ]
        assert [facts(one) for one in read] == [facts(one) for one in careful]


def facts(found: object) -> object:
    """All that settles: not how a blank in a cell was kept."""
    return found._replace(raw=()) if isinstance(found, FileRow) else found


@settings(max_examples=300)
@given(st.lists(st.one_of(CELLS, st.integers(-9, 9999).map(float)), min_size=1, max_size=4))
def test_a_column_is_kept_as_a_person_sees_its_cells(column: list[Cell]) -> None:
    numbers = [cell for cell in column if isinstance(cell, float)]
    for some in (column, numbers):
        shown = [cells.text(cell) for cell in some]
        kept = swift.as_seen(some) if some else []
        assert [cells.text(cell) for cell in kept] == shown
        assert some is not numbers or list(kept) == shown


def test_clean_blocks_go_the_swift_way() -> None:
    """Otherwise the test above would compare nothing."""
    bill = list(wechat_cells(1))
    for header, told in ((HEADER, row(1)), (bill, list(wechat_cells(1).values()))):
        layout = layouts.detect([str(cell) for cell in header], None)
        assert layout is not None
        assert Swift(layout, RULES[0]).read(Block([2], [list(told)])) is not None
