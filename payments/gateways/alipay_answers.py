"""What Alipay says, read into the portal's words. Only what is about us is believed.

TRADE_FINISHED is paid like TRADE_SUCCESS, only past refunding. TRADE_CLOSED is said both of an
order that was never paid and of one whose money went back in full: a payment date tells them apart.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from payments.gateways import facts
from payments.gateways.alipay_wire import SealError
from payments.gateways.base import (
    Notification,
    PaymentAnswer,
    PaymentState,
    RefundAnswer,
    RefundState,
)
from payments.gateways.bill import LOCAL, TIME_FORMAT
from portal.lib import money

PAID = {"TRADE_SUCCESS", "TRADE_FINISHED"}
Data = Mapping[str, object]
T = TypeVar("T")


def payment(data: Data, raw: str) -> PaymentAnswer:
    """One order, from a query's answer or a notice; raises ``SealError("malformed")``."""
    number, status = text(data, "out_trade_no"), text(data, "trade_status")
    paid_at = str(data.get("send_pay_date") or data.get("gmt_payment") or "")
    if status in PAID or (status == "TRADE_CLOSED" and paid_at):
        trade, amount = text(data, "trade_no"), fen(data, "total_amount")
        told = PaymentAnswer(number, PaymentState.PAID, raw, trade, amount, moment(paid_at))
        return kept(lambda: facts.payment(told))
    state = {"WAIT_BUYER_PAY": PaymentState.UNPAID, "TRADE_CLOSED": PaymentState.CLOSED}
    if status not in state:
        raise SealError("malformed")
    return kept(lambda: facts.payment(PaymentAnswer(number, state[status], raw)))


def refund(data: Data, raw: str, number: str, refund_number: str) -> RefundAnswer:
    """A refund query's answer; raises ``SealError``.

    Without a status Alipay has not sent money back under this number, or not yet.
    """
    if data.get("refund_status") != "REFUND_SUCCESS":
        waiting = data.get("refund_status") == "REFUND_PROCESSING"
        state = RefundState.ACCEPTED if waiting else RefundState.UNKNOWN
        return RefundAnswer(number, refund_number, state, raw)
    told = text(data, "out_trade_no"), text(data, "out_request_no")
    if told != (number, refund_number):
        raise SealError("merchant")
    done = data.get("gmt_refund_pay")
    answer = RefundAnswer(
        number=number,
        refund_number=refund_number,
        state=RefundState.ARRIVED,
        raw=raw,
        amount_fen=fen(data, "refund_amount"),
        refund_trade_number=text(data, "trade_no"),  # a refund has no number of its own
        arrived_at=moment(str(done)) if done else None,
    )
    return kept(lambda: facts.refund(answer))


def notification(fields: Mapping[str, str], raw: str, app_id: str, seller_id: str) -> Notification:
    """A verified notice; raises ``SealError``.

    A refund is told with the sum of all refunds so far, so the notice only names it.
    """
    if (fields.get("app_id"), fields.get("seller_id")) != (app_id, seller_id):
        raise SealError("merchant")
    refund_number = fields.get("out_biz_no", "")
    if refund_number and fields.get("refund_fee"):
        number = text(fields, "out_trade_no")
        told = RefundAnswer(number, refund_number, RefundState.ACCEPTED, raw)
        return kept(lambda: facts.refund(told))
    return payment(fields, raw)


def text(data: Data, name: str) -> str:
    """A text that is there; raises ``SealError``."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise SealError("malformed")
    return value


def fen(data: Data, name: str) -> int:
    """An amount in yuan, more than nothing; raises ``SealError``."""
    try:
        amount = money.to_fen(text(data, name))
    except ValueError as error:
        raise SealError("malformed") from error
    if amount <= 0:
        raise SealError("malformed")
    return amount


def kept(read: Callable[[], T]) -> T:
    """What passes ``facts``; raises ``SealError`` for what does not."""
    try:
        return read()
    except ValueError as error:
        raise SealError("malformed") from error


def moment(value: str) -> datetime:
    """Beijing time, with or without fractions of a second; raises ``SealError``."""
    try:
        return datetime.strptime(value.partition(".")[0], TIME_FORMAT).replace(tzinfo=LOCAL)
    except ValueError as error:
        raise SealError("malformed") from error
