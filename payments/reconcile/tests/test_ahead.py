"""What is made beside its use arrives in order, and ends with it."""

from collections.abc import Generator
from threading import get_ident

import pytest

from payments.reconcile.ahead import ahead


def numbers(told: list[object], last: int = 3) -> Generator[int, None, None]:
    """Tells who makes them, and when it is over."""
    try:
        for number in range(last):
            told.append(get_ident())
            yield number
        if last > 3:
            raise KeyError(last)
    finally:
        told.append("closed")


def test_items_come_in_order_from_another_thread() -> None:
    told: list[object] = []
    with ahead(numbers(told)) as items:
        assert list(items) == [0, 1, 2]
    assert told[-1] == "closed"
    assert get_ident() not in told


def test_who_stops_early_closes_it() -> None:
    told: list[object] = []
    with ahead(numbers(told)) as items:
        assert next(items) == 0
    assert told[-1] == "closed"


def test_what_is_raised_there_is_raised_here() -> None:
    told: list[object] = []
    with ahead(numbers(told, 4)) as items, pytest.raises(KeyError):
        list(items)
    assert told.count("closed") == 1
