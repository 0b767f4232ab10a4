"""Refunds as ``finance_wire`` carries them. No Django inside.

Refused with 409 are: ``unknown_order``, ``not_paid``, ``trade_differs`` (not the payment's trade
number or total), ``too_much`` (more than is left of the payment) and ``refund_differs``. Every
refund is first ``accepted``; whether it ``arrived`` or ``failed`` is asked for. A failed refund
leaves the money with the college and its number stays used.
"""

from collections.abc import Mapping

from payments.gateways import facts
from payments.gateways.base import RefundAnswer, RefundRequest, RefundState
from payments.gateways.finance_wire import WireError, dump, field, load, moment


def dump_request(request: RefundRequest) -> bytes:
    """The body of ``/api/refund``."""
    return dump(vars(request))


def load_request(body: bytes) -> RefundRequest:
    """The refund asked for; raises ``WireError``."""
    data = load(body)
    amount, total = field(data, "amount_fen", int), field(data, "total_fen", int)
    refund_number = field(data, "refund_number", str)
    if not (0 < amount <= total and refund_number):
        raise WireError("malformed")
    return RefundRequest(
        number=field(data, "number", str),
        refund_number=refund_number,
        trade_number=field(data, "trade_number", str),
        amount_fen=amount,
        total_fen=total,
        reason=field(data, "reason", str),
    )


def dump_question(number: str, refund_number: str) -> bytes:
    """The body of ``/api/refund_query``."""
    return dump({"number": number, "refund_number": refund_number})


def load_question(body: bytes) -> tuple[str, str]:
    """Order number and refund number asked about; raises ``WireError``."""
    data = load(body)
    return field(data, "number", str), field(data, "refund_number", str)


def dump_answer(answer: RefundAnswer) -> bytes:
    """How a refund stands."""
    data: dict[str, object] = {
        "number": answer.number,
        "refund_number": answer.refund_number,
        "state": answer.state.value,
        "amount_fen": answer.amount_fen,
        "refund_trade_number": answer.refund_trade_number,
    }
    if answer.arrived_at is not None:
        data["arrived_at"] = answer.arrived_at.isoformat()
    return dump(data)


def load_answer(body: bytes) -> RefundAnswer:
    """The other end's word on one refund; raises ``WireError``."""
    data = load(body)
    try:
        state = RefundState(field(data, "state", str))
        return facts.refund(_answer(data, state, body.decode()))
    except ValueError as error:
        raise WireError("malformed") from error


def _answer(data: Mapping[str, object], state: RefundState, raw: str) -> RefundAnswer:
    amount, arrived_at = field(data, "amount_fen", int), None
    if state is not RefundState.UNKNOWN and amount <= 0:
        raise WireError("malformed")
    if state is RefundState.ARRIVED:
        arrived_at = moment(field(data, "arrived_at", str))
    return RefundAnswer(
        number=field(data, "number", str),
        refund_number=field(data, "refund_number", str),
        state=state,
        raw=raw,
        amount_fen=amount,
        refund_trade_number=field(data, "refund_trade_number", str),
        arrived_at=arrived_at,
    )
