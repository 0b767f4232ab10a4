"""What a channel says is held to what can be kept, before anything is decided by it."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from payments.gateways import facts, finance_refund, finance_statement
from payments.gateways import finance_wire as wire
from payments.gateways.base import PaymentAnswer, PaymentState, StatementRow

NOON = datetime(2025, 4, 23, 12, tzinfo=UTC)
PAID = {
    "number": "ZZJF1",
    "state": "paid",
    "trade_number": "T1",
    "amount_fen": 40000,
    "paid_at": NOON.isoformat(),
}
ARRIVED = {
    "number": "ZZJF1",
    "refund_number": "TK1",
    "state": "arrived",
    "amount_fen": 40000,
    "refund_trade_number": "FR1",
    "arrived_at": NOON.isoformat(),
}
BAD_NUMBERS = ["", "  ", "x" * 65, "T\x001", "T\n1", "\ud800", "T\u202e1"]
BAD_AMOUNTS = [0, -1, 2**31]
BAD_TIMES = ["1999-12-31T23:59:59+08:00", "2101-01-01T00:00:00+08:00",
             "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]  # fmt: skip
BAD = [
    *(("number", value) for value in BAD_NUMBERS),
    *(("amount_fen", value) for value in BAD_AMOUNTS),
]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *BAD,
        *(("trade_number", value) for value in BAD_NUMBERS),
        *(("paid_at", value) for value in BAD_TIMES),
    ],
)
def test_payment_that_cannot_be_kept_is_malformed(name: str, value: object) -> None:
    with pytest.raises(wire.WireError, match="malformed"):
        wire.load_answer(json.dumps({**PAID, name: value}).encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *BAD,
        *(("refund_number", value) for value in BAD_NUMBERS),
        *(("arrived_at", value) for value in BAD_TIMES),
    ],
)
def test_refund_that_cannot_be_kept_is_malformed(name: str, value: object) -> None:
    with pytest.raises(wire.WireError, match="malformed"):
        finance_refund.load_answer(json.dumps({**ARRIVED, name: value}).encode())


def test_blanks_around_a_number_are_not_part_of_it() -> None:
    told = {**PAID, "number": " ZZJF1", "trade_number": "T1\t"}
    answer = wire.load_answer(json.dumps(told).encode())
    assert (answer.number, answer.trade_number) == ("ZZJF1", "T1")


def test_the_largest_and_the_longest_are_kept() -> None:
    told = PaymentAnswer("x" * 64, PaymentState.PAID, "", "T" * 64, 2**31 - 1, NOON)
    assert facts.payment(told) == told


def test_a_time_is_judged_where_it_will_be_stored() -> None:
    ahead = datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    with pytest.raises(ValueError, match="time"):
        facts.moment(ahead)


def test_a_row_may_lack_its_trade_number() -> None:
    row = StatementRow("ZZJF1\t", " ", 40000, NOON, "raw")
    assert facts.row(row) == StatementRow("ZZJF1", "", 40000, NOON, "raw")


def test_a_file_with_a_nul_is_not_whole() -> None:
    body = finance_statement.dump([]).replace("合计".encode(), b"\x00")
    with pytest.raises(wire.WireError, match="malformed"):
        finance_statement.load(body)
