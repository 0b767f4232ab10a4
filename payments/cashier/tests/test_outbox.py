"""Callbacks that are owed, on the store alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from payments.cashier import orders, outbox, till
from payments.cashier.store import Store
from payments.cashier.tests.conftest import NewRequest

NOW = datetime(2025, 3, 14, 6, 0, 1, tzinfo=UTC)
# domain: WeChat Pay repeats 15 times within 24 hours and 4 minutes
DAY_AND_FOUR_MINUTES = timedelta(hours=24, minutes=4)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store" / "cashier.sqlite3")


def paid(store: Store, new_request: NewRequest) -> str:
    """The number of an order paid at NOW, whose callback is owed."""
    request = new_request()
    till.create(store, request)
    till.pay(store, request.number, NOW)
    return request.number


def test_a_payment_owes_one_callback_at_once(store: Store, new_request: NewRequest) -> None:
    number = paid(store, new_request)
    [callback] = outbox.claim(store, NOW)
    assert (callback.number, callback.attempts) == (number, 0)


def test_nobody_else_gets_what_is_claimed(store: Store, new_request: NewRequest) -> None:
    paid(store, new_request)
    outbox.claim(store, NOW)
    assert outbox.claim(store, NOW) == []


def test_what_a_killed_process_claimed_is_due_again(store: Store, new_request: NewRequest) -> None:
    paid(store, new_request)
    claimed = outbox.claim(store, NOW)
    restarted = Store(store.path)
    assert outbox.claim(restarted, NOW + outbox.LEASE) == claimed


def test_what_is_understood_is_not_repeated(store: Store, new_request: NewRequest) -> None:
    number = paid(store, new_request)
    [callback] = outbox.claim(store, NOW)
    outbox.settle(store, callback, NOW, understood=True, scale=1)
    assert outbox.claim(store, NOW + timedelta(days=9)) == []
    assert outbox.history(store, number) == [{"attempts": 1, "understood": True, "owed": False}]


def test_retries_thin_out_over_a_day_and_end(store: Store, new_request: NewRequest) -> None:
    number = paid(store, new_request)
    now = NOW
    for wait in outbox.INTERVALS:
        [callback] = outbox.claim(store, now)
        outbox.settle(store, callback, now, understood=False, scale=1)
        assert outbox.claim(store, now + timedelta(seconds=wait - 0.001)) == []
        now += timedelta(seconds=wait)
    [callback] = outbox.claim(store, now)
    outbox.settle(store, callback, now, understood=False, scale=1)
    assert outbox.claim(store, now + timedelta(days=9)) == []
    assert now - NOW == DAY_AND_FOUR_MINUTES
    assert outbox.history(store, number) == [{"attempts": 16, "understood": False, "owed": False}]


def test_intervals_can_be_scaled(store: Store, new_request: NewRequest) -> None:
    paid(store, new_request)
    [callback] = outbox.claim(store, NOW)
    outbox.settle(store, callback, NOW, understood=False, scale=0.01)
    assert outbox.claim(store, NOW + timedelta(seconds=0.149)) == []
    assert len(outbox.claim(store, NOW + timedelta(seconds=0.15))) == 1


def test_a_transaction_that_fails_leaves_nothing(store: Store, new_request: NewRequest) -> None:
    number = paid(store, new_request)

    def fail() -> None:
        with store.writing() as db:
            db.execute("UPDATE orders SET method = 'wechat' WHERE number = ?", [number])
            raise LookupError(number)

    with pytest.raises(LookupError):
        fail()
    assert orders.get(store.reading(), number).method == ""
