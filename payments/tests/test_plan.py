"""The batches: 8 = 3 + 3 + 2, orders as they are, one of them next."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from payments.plan import Batch, BatchKind, plan
from payments.selectors import ChargePosition
from payments.standing import LineHistory, Position, Standing
from payments.states import LineState, OrderState

T = datetime(2025, 4, 23, tzinfo=UTC)
PAID, HELD, CONFIRMING = Standing.PAID, Standing.HELD, Standing.CONFIRMING
PAYABLE, COOLING, WATCHED = Standing.PAYABLE, Standing.COOLING, Standing.WATCHED


def charge(number: int, standing: Standing = PAYABLE, order: str = "") -> ChargePosition:
    """A charge in ``order``; orders were opened in the alphabet's order."""
    opened = T + timedelta(minutes=ord(order or "A"))
    line = LineHistory(1, order, OrderState.OPEN, opened, None, None, LineState.HELD, None, None)
    where = Position(standing, line=line if order else None)
    return ChargePosition(number, "test", str(number), "g", "课", 10000, where, order)


def shape(batches: Sequence[Batch]) -> list[tuple[str, str, list[int]]]:
    return [
        (batch.kind, batch.order_number, [item.charge_id for item in batch.positions])
        for batch in batches
    ]


def next_of(batches: Sequence[Batch]) -> list[int]:
    return [batch.index for batch in batches if batch.is_next]


@pytest.mark.parametrize(
    ("count", "most", "sizes"),
    [
        (0, 3, []),
        (1, 3, [1]),
        (3, 3, [3]),
        (4, 3, [3, 1]),
        (8, 3, [3, 3, 2]),
        (5, 2, [2, 2, 1]),
    ],
)
def test_batches_by_size(count: int, most: int, sizes: list[int]) -> None:
    batches = plan([charge(number) for number in range(count)], most)
    assert [len(batch.positions) for batch in batches] == sizes
    assert next_of(batches) == [1][: len(sizes)]


def test_orders_as_they_were_opened_then_the_rest() -> None:
    batches = plan(
        [
            charge(1, PAID, "B"),
            charge(2, HELD, "A"),
            charge(3),
            charge(4, HELD, "A"),
            charge(5),
            charge(6, CONFIRMING, "C"),
        ],
        3,
    )
    assert shape(batches) == [
        (BatchKind.HELD, "A", [2, 4]),
        (BatchKind.PAID, "B", [1]),
        (BatchKind.CONFIRMING, "C", [6]),
        (BatchKind.TODO, "", [3, 5]),
    ]


def test_being_paid_renumbers_no_batch() -> None:
    def numbers(first: Standing, second: Standing) -> list[tuple[int, str]]:
        batches = plan([charge(1, first, "A"), charge(2, second, "B")], 3)
        return [(batch.index, batch.order_number) for batch in batches]

    assert numbers(CONFIRMING, PAID) == numbers(CONFIRMING, HELD) == [(1, "A"), (2, "B")]


@pytest.mark.parametrize(
    ("first", "upcoming"),
    [(HELD, [1]), (CONFIRMING, [2]), (PAID, [2])],
    ids=["open order goes on", "confirming is left alone", "paid is done"],
)
def test_one_batch_is_next(first: Standing, upcoming: list[int]) -> None:
    assert next_of(plan([charge(1, first, "A"), charge(2)], 3)) == upcoming


def test_cooling_courses_stay_in_their_batch_and_wait() -> None:
    batch, second = plan(
        [charge(1, COOLING, "A"), charge(2, COOLING, "A"), charge(3, WATCHED, "B"), charge(4)], 3
    )
    assert [item.charge_id for item in batch.payable] == [3]
    assert (batch.total_fen, batch.payable_fen, batch.is_next) == (30000, 10000, True)
    assert (second.is_next, second.order_number) == (False, "")


@pytest.mark.parametrize("standing", [COOLING, Standing.NOT_OPEN, Standing.OVER, Standing.REFUSED])
def test_nothing_is_next_while_nothing_can_be_paid(standing: Standing) -> None:
    assert next_of(plan([charge(1, standing)], 3)) == []


@pytest.mark.parametrize("standing", [Standing.WAIVED, Standing.VOID])
def test_what_is_never_paid_is_in_no_batch(standing: Standing) -> None:
    assert plan([charge(1, standing)], 3) == ()
