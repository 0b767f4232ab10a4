"""What WeChat Pay says, read into the portal's words. Only what is about us is believed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from payments.gateways import facts
from payments.gateways.base import (
    Notification,
    PaymentAnswer,
    PaymentState,
    RefundAnswer,
    RefundState,
)
from payments.gateways.wechat_wire import Account, SealError

STATES = {
    "SUCCESS": PaymentState.PAID,
    "REFUND": PaymentState.PAID,
    "NOTPAY": PaymentState.UNPAID,
    "USERPAYING": PaymentState.UNPAID,
    "PAYERROR": PaymentState.UNPAID,
    "CLOSED": PaymentState.CLOSED,
    "REVOKED": PaymentState.CLOSED,
}
REFUND_STATES = {
    "PROCESSING": RefundState.ACCEPTED,
    "SUCCESS": RefundState.ARRIVED,
    "ABNORMAL": RefundState.FAILED,
    "CLOSED": RefundState.FAILED,
}
PAYMENT_NOTICE = "TRANSACTION.SUCCESS"
REFUND_NOTICES = {"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"}

Data = Mapping[str, object]
T = TypeVar("T")


def payment(data: Data, raw: str, account: Account) -> PaymentAnswer:
    """One order. Raises ``SealError``: ``merchant`` (not our order) or ``malformed``."""
    if (data.get("mchid"), data.get("appid")) != (account.mchid, account.appid):
        raise SealError("merchant")
    number, state = field(data, "out_trade_no", str), STATES.get(field(data, "trade_state", str))
    if state is None:
        raise SealError("malformed")
    if state is not PaymentState.PAID:
        return kept(lambda: facts.payment(PaymentAnswer(number, state, raw)))
    amount = field(data, "amount", dict)
    fen = field(amount, "total", int)
    if amount.get("currency", "CNY") != "CNY":
        raise SealError("malformed")
    trade, paid_at = field(data, "transaction_id", str), moment(field(data, "success_time", str))
    return kept(lambda: facts.payment(PaymentAnswer(number, state, raw, trade, fen, paid_at)))


def refund(data: Data, raw: str) -> RefundAnswer:
    """One refund; raises ``SealError("malformed")``.

    A notice says ``refund_status`` where an answer says ``status``.
    """
    told = "refund_status" if "refund_status" in data else "status"
    state = REFUND_STATES.get(field(data, told, str))
    if state is None:
        raise SealError("malformed")
    arrived = state is RefundState.ARRIVED
    answer = RefundAnswer(
        number=field(data, "out_trade_no", str),
        refund_number=field(data, "out_refund_no", str),
        state=state,
        raw=raw,
        amount_fen=field(field(data, "amount", dict), "refund", int),
        refund_trade_number=field(data, "refund_id", str),
        arrived_at=moment(field(data, "success_time", str)) if arrived else None,
    )
    return kept(lambda: facts.refund(answer))


def notification(event: object, data: Data, raw: str, account: Account) -> Notification:
    """The decrypted resource of a notice. Only success is told of payments; all of refunds."""
    if event in REFUND_NOTICES:
        if data.get("mchid") != account.mchid:
            raise SealError("merchant")
        return refund(data, raw)
    if event != PAYMENT_NOTICE:
        raise SealError("event")
    return payment(data, raw, account)


def field(data: Data, name: str, kind: type[T]) -> T:
    """A value of exactly that type, and not empty; raises ``SealError``."""
    value = data.get(name)
    if type(value) is not kind or value == "":
        raise SealError("malformed")
    return value


def kept(read: Callable[[], T]) -> T:
    """What passes ``facts``; raises ``SealError`` for what does not."""
    try:
        return read()
    except ValueError as error:
        raise SealError("malformed") from error


def moment(text: str) -> datetime:
    """RFC 3339 with its offset; raises ``SealError``."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise SealError("malformed") from error
    if value.tzinfo is None:
        raise SealError("malformed")
    return value
