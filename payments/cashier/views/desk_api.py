"""The control desk for programs: ``POST /control/api/<action>`` with a JSON object.

``switch`` {switches, number?}, ``reset`` {}, ``pay`` {number, late?}, ``refuse`` {number},
``order`` {number}. Answers {} or, for an order, what ``_order`` says. Without a seal in the demo
only; elsewhere a program proves itself like a merchant.
"""

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.cashier import orders, outbox, refunds, switches, till
from payments.cashier.config import config
from payments.cashier.process import courier, store
from payments.cashier.views.api import checked_seal
from payments.gateways import finance_wire as wire

Data = dict[str, object]


@csrf_exempt
@require_POST
def act(request: HttpRequest, action: str) -> HttpResponse:
    """One action of the desk."""
    if action not in ACTIONS:
        raise Http404
    if request.content_type != "application/json":  # a foreign page cannot send this unasked
        return JsonResponse({"code": "content_type"}, status=415)
    try:
        if not config().demo:
            checked_seal(request)
    except wire.WireError as error:
        return JsonResponse({"code": error.code}, status=401)
    return _run(action, request.body)


def _run(action: str, body: bytes) -> HttpResponse:
    try:
        return JsonResponse(ACTIONS[action](wire.load(body)))
    except till.Refusal as error:
        return JsonResponse({"code": error.code}, status=409)
    except LookupError:
        return JsonResponse({"code": "unknown"}, status=404)
    except (wire.WireError, ValueError) as error:
        return JsonResponse({"code": "malformed", "message": str(error)}, status=400)


def _switch(data: Data) -> Data:
    number = wire.field(data, "number", str) if "number" in data else ""
    switches.change(store(), wire.field(data, "switches", dict), number)
    return {}


def _reset(data: Data) -> Data:  # noqa: ARG001 -- an action
    switches.reset(store())
    return {}


def _pay(data: Data) -> Data:
    number = wire.field(data, "number", str)
    till.pay(store(), number, datetime.now(UTC), late=data.get("late") is True)
    courier().ring()
    return _order(data)


def _refuse(data: Data) -> Data:
    till.refuse(store(), wire.field(data, "number", str), datetime.now(UTC))
    return _order(data)


def _order(data: Data) -> Data:
    """State, page token, callbacks and refunds of an order; raises ``LookupError``."""
    order, now = orders.get(store().reading(), wire.field(data, "number", str)), datetime.now(UTC)
    return {
        "state": order.standing(now),
        "amount_fen": order.amount_fen,
        "trade_number": order.trade_number,
        "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        "pay_path": f"/pay/{order.token}/",
        "scan_path": f"/scan/{order.scan_token}/",
        "callbacks": outbox.history(store(), order.number),
        "refunds": [
            {
                "refund_number": each.refund_number,
                "state": each.state,
                "amount_fen": each.amount_fen,
            }
            for each in refunds.of_order(store(), order.number, now)
        ],
    }


ACTIONS = {
    "switch": _switch,
    "reset": _reset,
    "pay": _pay,
    "refuse": _refuse,
    "order": _order,
}
