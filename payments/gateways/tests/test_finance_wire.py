"""The seal and the messages, byte by byte."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from payments.gateways import finance_statement
from payments.gateways import finance_wire as wire
from payments.gateways.base import (
    PaymentAnswer,
    PaymentRequest,
    PaymentState,
    StatementRefund,
    StatementRow,
)
from payments.gateways.finance_statement import StatementEntry

WHO = wire.Credentials("ZZJF", "secret")
NOW = datetime(2025, 3, 14, 6, 0, tzinfo=UTC)
REQUEST = PaymentRequest(
    number="ZZJF20250314140000000001",
    amount_fen=110_000,
    title="重修缴费 2 门",
    items=(("高等数学", 60_000), ("形势与政策（2-1）", 50_000)),
    payer_number="0020220101",
    payer_name="阿迪力·买买提",
    opened_at=NOW,
    expires_at=NOW + timedelta(minutes=20),
    return_url="https://portal.example/payments/return/",
    notify_url="https://portal.example/payments/notify/finance/",
)
PAID = PaymentAnswer("ZZJF1", PaymentState.PAID, "", "FP1", 110_000, NOW)
ENTRY = StatementEntry(
    "ZZJF1", "FP1", "0020220101", '王"小,明', "重修缴费", 110_005, "微信支付", NOW
)


def test_the_canonical_message_is_fixed() -> None:
    message = wire.canonical("NOTIFY", "ZZJF", "1741932000", "abc", b'{"a":1}')
    assert message == b'NOTIFY\nZZJF\n1741932000\nabc\n{"a":1}'
    # openssl dgst -sha256 -hmac secret
    assert wire.sign("secret", message) == (
        "8f55fbb2f8626b1085612c27e66b01f59c20f8af9eea1aaa884406e9084e5f55"
    )


def test_a_seal_proves_itself() -> None:
    seal = wire.seal("NOTIFY", b"body", who=WHO, now=NOW)
    assert wire.verify("NOTIFY", b"body", seal, who=WHO, now=NOW) == seal[wire.NONCE]


def test_every_seal_has_its_own_nonce() -> None:
    seals = [wire.seal("NOTIFY", b"", who=WHO, now=NOW) for _ in range(2)]
    assert seals[0][wire.NONCE] != seals[1][wire.NONCE]


@pytest.mark.parametrize("header", [wire.MERCHANT, wire.TIMESTAMP, wire.NONCE, wire.SIGNATURE])
@pytest.mark.parametrize("value", ["", "0", "é", "1741932001"], ids=["none", "0", "é", "other"])
def test_a_changed_header_breaks_the_seal(header: str, value: str) -> None:
    seal = {**wire.seal("NOTIFY", b"body", who=WHO, now=NOW), header: value}
    with pytest.raises(wire.WireError, match="signature"):
        wire.verify("NOTIFY", b"body", seal, who=WHO, now=NOW)


@pytest.mark.parametrize(
    ("scope", "body"),
    [("NOTIFY", b"bodY"), ("REQUEST /api/close", b"body"), ("ANSWER 200 x", b"body")],
    ids=["other bytes", "other purpose", "other direction"],
)
def test_a_seal_fits_one_message_only(scope: str, body: bytes) -> None:
    seal = wire.seal("NOTIFY", b"body", who=WHO, now=NOW)
    with pytest.raises(wire.WireError, match="signature"):
        wire.verify(scope, body, seal, who=WHO, now=NOW)


def test_another_merchant_with_the_same_secret_is_refused() -> None:
    seal = wire.seal("NOTIFY", b"", who=wire.Credentials("OTHER", WHO.secret), now=NOW)
    with pytest.raises(wire.WireError, match="merchant"):
        wire.verify("NOTIFY", b"", seal, who=WHO, now=NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_seal_is_good_for_five_minutes(seconds: int) -> None:
    seal = wire.seal("NOTIFY", b"", who=WHO, now=NOW)
    later = NOW + timedelta(seconds=seconds)
    assert wire.verify("NOTIFY", b"", seal, who=WHO, now=later) == seal[wire.NONCE]


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_seal_is_good_for_no_longer(seconds: int) -> None:
    seal = wire.seal("NOTIFY", b"", who=WHO, now=NOW)
    with pytest.raises(wire.WireError, match="stale"):
        wire.verify("NOTIFY", b"", seal, who=WHO, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1" * 400, "1741932000.0"])
def test_a_timestamp_that_is_no_number_is_stale(timestamp: str) -> None:
    message = wire.canonical("NOTIFY", WHO.merchant, timestamp, "n", b"")
    seal = {
        wire.MERCHANT: WHO.merchant,
        wire.TIMESTAMP: timestamp,
        wire.NONCE: "n",
        wire.SIGNATURE: wire.sign(WHO.secret, message),
    }
    with pytest.raises(wire.WireError, match="stale"):
        wire.verify("NOTIFY", b"", seal, who=WHO, now=NOW)


def test_an_order_survives_the_wire() -> None:
    assert wire.load_request(wire.dump_request(REQUEST)) == REQUEST


def test_a_free_order_never_reaches_a_gateway() -> None:
    with pytest.raises(wire.WireError, match="malformed"):
        wire.load_request(wire.dump_request(replace(REQUEST, amount_fen=0)))


@pytest.mark.parametrize("state", list(PaymentState))
def test_an_answer_survives_the_wire(state: PaymentState) -> None:
    sent = PAID if state == PaymentState.PAID else PaymentAnswer("ZZJF1", state, "")
    body = wire.dump_answer(sent)
    assert wire.load_answer(body) == replace(sent, raw=body.decode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"<html>",
        b"\xff\xfe",
        b'{"number":"x"}',
        b'{"number":"x","state":"PAID"}',
        b'{"number":1,"state":"closed"}',
        b'{"number":"x","state":"paid"}',
        b'{"number":"x","state":"paid","trade_number":"","amount_fen":1,"paid_at":"2025-03-14T14:00:00+08:00"}',
        b'{"number":"x","state":"paid","trade_number":"t","amount_fen":0,"paid_at":"2025-03-14T14:00:00+08:00"}',
        b'{"number":"x","state":"paid","trade_number":"t","amount_fen":true,"paid_at":"2025-03-14T14:00:00+08:00"}',
        b'{"number":"x","state":"paid","trade_number":"t","amount_fen":1.0,"paid_at":"2025-03-14T14:00:00+08:00"}',
        b'{"number":"x","state":"paid","trade_number":"t","amount_fen":1,"paid_at":"2025-03-14T14:00:00"}',
        b'{"number":"x","state":"paid","trade_number":"t","amount_fen":1,"paid_at":"today"}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:90].decode(errors="replace"),
)
def test_nonsense_is_not_an_answer(body: bytes) -> None:
    with pytest.raises(wire.WireError, match="malformed"):
        wire.load_answer(body)


@pytest.mark.parametrize("body", [b"{}", b'{"day":1}', b'{"day":"14.3.2025"}'])
def test_nonsense_is_not_a_day(body: bytes) -> None:
    with pytest.raises(wire.WireError, match="malformed"):
        wire.load_day(body)


def test_a_day_survives_the_wire() -> None:
    assert wire.load_day(wire.dump_day(date(2024, 2, 29))) == date(2024, 2, 29)


def test_the_file_is_what_a_spreadsheet_opens() -> None:
    text = finance_statement.dump([ENTRY]).decode("utf-8-sig").split("\r\n")
    assert text == [
        "订单号,交易流水号,学号,姓名,收费项目,金额（元）,支付方式,交易时间,业务类型,退款单号",
        'ZZJF1,FP1,0020220101,"王""小,明",重修缴费,1100.05,微信支付,2025-03-14 14:00:00,收款,',
        "合计,1,,,,1100.05,,,,",
        "",
    ]


def test_a_file_gives_its_rows_back() -> None:
    [row] = finance_statement.load(finance_statement.dump([ENTRY]))
    assert isinstance(row, StatementRow)
    assert (row.number, row.trade_number, row.amount_fen, row.paid_at) == (
        "ZZJF1", "FP1", 110_005, NOW,
    )  # fmt: skip


def test_a_refund_is_a_negative_row_of_its_payment() -> None:
    back = replace(ENTRY, amount_fen=40_005, is_refund=True, refund_number="TK1")
    file = finance_statement.dump([ENTRY, back])
    assert "合计,2,,,,700.00,,,," in file.decode("utf-8-sig")
    _, gone = finance_statement.load(file)
    assert isinstance(gone, StatementRefund)
    assert (gone.number, gone.trade_number, gone.refund_number) == ("ZZJF1", "FP1", "TK1")
    assert (gone.amount_fen, gone.moved_at, gone.has_arrived) == (40_005, NOW, True)


def test_an_empty_day_is_a_file_too() -> None:
    assert list(finance_statement.load(finance_statement.dump([]))) == []


def cut_to(lines: int) -> bytes:
    """The file of two payments without its last lines."""
    whole = finance_statement.dump([ENTRY, replace(ENTRY, number="ZZJF2")])
    return b"\r\n".join(whole.split(b"\r\n")[:lines]) + b"\r\n"


def with_total(total: str) -> bytes:
    """The file of one payment with another closing row."""
    whole = finance_statement.dump([ENTRY]).decode()
    return whole.replace("合计,1,,,,1100.05,,,,", total).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        cut_to(1),
        cut_to(2),
        cut_to(3),
        with_total("合计,2,,,,1100.05,,,,"),
        with_total("合计,1,,,,1100.04,,,,"),
        finance_statement.dump([ENTRY]).replace(b"1100.05", b"1100.051"),
        finance_statement.dump([ENTRY]).replace(b"2025-03-14 14", b"2025-03-14 25"),
        finance_statement.dump([ENTRY]).decode().encode("gb18030"),
        finance_statement.dump([ENTRY]).replace("学号".encode(), "工号".encode()),
        finance_statement.dump([ENTRY]).replace("收款".encode(), "退款".encode()),
    ],
    ids=[
        "nothing", "header only", "one row", "two rows", "count", "sum", "third decimal",
        "hour 25", "gb18030", "column", "refund without its sign",
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises(wire.WireError, match="malformed"):
        finance_statement.load(body)
