"""The merchants' side: sealed requests in, sealed answers out."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.cashier import refunds, till
from payments.cashier import statement as daily
from payments.cashier.config import config
from payments.cashier.process import store
from payments.cashier.switches import Switches, effective
from payments.cashier.views.outage import half_way, outage
from payments.gateways import finance_refund, finance_statement
from payments.gateways import finance_wire as wire

Operation = Callable[[bytes, Switches, datetime], bytes]
View = Callable[[HttpRequest], HttpResponseBase]


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- a view
    """Tell a supervisor that the process serves."""
    return HttpResponse("ok", content_type="text/plain")


def checked_seal(request: HttpRequest) -> str:
    """The nonce of a request that is the merchant's own, fresh and new; raises ``WireError``."""
    now, who = datetime.now(UTC), config().who
    scope = wire.request_scope(request.path)
    nonce = wire.verify(scope, request.body, request.headers, who=who, now=now)
    # A seal may be dated up to FRESH ahead of us, so it can come back for twice that long.
    if not store().first_use(nonce, now, keep_from=now - 2 * wire.FRESH):
        raise wire.WireError("replayed")
    return nonce


def sealed(operation: Operation) -> View:
    """Make an API view of an operation; switches are obeyed here, the operation knows none."""

    @csrf_exempt
    @require_POST
    @wraps(operation)
    def view(request: HttpRequest) -> HttpResponseBase:
        try:
            nonce = checked_seal(request)
        except wire.WireError as error:
            # Not sealed: nothing is signed for somebody who cannot prove who he is.
            return HttpResponse(wire.dump({"code": error.code}), wire.JSON_TYPE, 401)
        switches = effective(store(), _number(request.body))
        down = outage(request, switches.down)
        if down is not None:
            return down
        status, body = _run(operation, request.body, switches)
        time.sleep(switches.slow)
        answer = _answer(status, body, nonce, switches.down)
        return half_way(request, answer) if switches.down == "half" else answer

    return view


def _number(body: bytes) -> str:
    try:
        return wire.field(wire.load(body), "number", str)
    except wire.WireError:
        return ""


def _run(operation: Operation, body: bytes, switches: Switches) -> tuple[int, bytes]:
    try:
        return 200, operation(body, switches, datetime.now(UTC))
    except wire.WireError as error:
        return 400, wire.dump({"code": error.code, "message": "报文不合规定。"})
    except till.Refusal as error:
        status = 404 if error.code == wire.NOT_READY else 409
        return status, wire.dump({"code": error.code, "message": error.message})


def _answer(status: int, body: bytes, nonce: str, down: str) -> HttpResponse:
    who = config().who
    if down == "forged":
        who = wire.Credentials(who.merchant, who.secret + "x")
    if down == "stranger":
        who = wire.Credentials(who.merchant + "X", who.secret)
    seal = wire.seal(wire.answer_scope(status, nonce), body, who=who, now=datetime.now(UTC))
    if down == "truncated":
        body = body[: len(body) // 2]
    is_file = body.startswith(b"\xef\xbb\xbf")
    kind = wire.CSV_TYPE if is_file else wire.JSON_TYPE
    return HttpResponse(body, kind, status, headers=seal)


@sealed
def create(body: bytes, switches: Switches, now: datetime) -> bytes:  # noqa: ARG001 -- an operation
    """Take an order over and say where it is paid."""
    order = till.create(store(), wire.load_request(body))
    return wire.dump({"pay_url": f"{config().url}/pay/{order.token}/"})


@sealed
def query(body: bytes, switches: Switches, now: datetime) -> bytes:
    """Tell what became of an order."""
    number = wire.field(wire.load(body), "number", str)
    return wire.dump_answer(till.query(store(), number, now, switches))


@sealed
def close(body: bytes, switches: Switches, now: datetime) -> bytes:  # noqa: ARG001 -- an operation
    """Make an order unpayable, or say that it is paid."""
    number = wire.field(wire.load(body), "number", str)
    return wire.dump_answer(till.close(store(), number, now))


@sealed
def refund(body: bytes, switches: Switches, now: datetime) -> bytes:
    """Take money on that goes back."""
    request = finance_refund.load_request(body)
    return finance_refund.dump_answer(refunds.refund(store(), request, now, switches))


@sealed
def refund_query(body: bytes, switches: Switches, now: datetime) -> bytes:  # noqa: ARG001 -- an operation
    """Tell what became of a refund."""
    number, refund_number = finance_refund.load_question(body)
    return finance_refund.dump_answer(refunds.query(store(), number, refund_number, now))


@sealed
def statement(body: bytes, switches: Switches, now: datetime) -> bytes:
    """The file of one day."""
    day = wire.load_day(body)
    if not daily.exists(day, now, switches):
        raise till.Refusal(wire.NOT_READY, "对账文件还没有生成。")
    return finance_statement.dump(daily.moved_on(store(), day, now))
