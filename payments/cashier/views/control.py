"""The control desk for people: switches, the bank's hand, a day's file. Only in the demo."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from payments.cashier import orders, switches, till
from payments.cashier.config import config
from payments.cashier.process import courier, store
from payments.cashier.statement import moved_on
from payments.gateways.finance_statement import LOCAL, dump

LABELS = {
    "slow": "接口慢几秒（做完再慢）",
    "down": "接口故障",
    "callback_lose": "每个通知先丢几次",
    "callback_repeat": "每个通知多发几次",
    "callback_delay": "通知晚几秒",
    "callback_reorder": "通知攒 2 秒，倒序发",
    "unpaid_for": "付款后几秒内，查询仍答未付",
    "late_pay": "关闭或过期后仍能付",
    "settle_at": "入账时刻（ISO，带时区；空为现在）",
    "paid_fen": "实付多少分（0 为应付金额）",
    "refund_after": "退款受理后几秒到账",
    "refund_fail": "退款受理后失败",
    "statement": "对账文件",
}
NOON = time(12)
OUTAGE_NAMES = (
    "正常",
    "503",
    "断开连接",
    "答非所问（HTML）",
    "中途断开",
    "截断",
    "签名错误",
    "商户号错误",
)
STATEMENT_NAMES = ("次日 10:00 生成", "已生成", "未生成")
STATES = {
    "unpaid": "待支付",
    "refused": "银行拒绝",
    "paid": "已支付",
    "closed": "已关闭",
    "expired": "已过期",
}
CHOICES = {
    "down": list(zip(switches.OUTAGES, OUTAGE_NAMES, strict=True)),
    "statement": list(zip(switches.STATEMENTS, STATEMENT_NAMES, strict=True)),
}


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The switches that hold for all, or for ``?number=``, and the newest orders."""
    _demo_only()
    return _page(request, request.GET.get("number", "").strip())


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Set every switch of the form."""
    _demo_only()
    number = request.POST.get("number", "").strip()
    try:
        switches.change(store(), _posted(request), number)
    except ValueError:
        return _page(request, number, problem="没有改：有一项不是数字，或时刻没有时区。")
    return redirect(f"/control/?number={number}" if number else "/control/")


@require_POST
def reset(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- a view
    """Behave again, towards everybody."""
    _demo_only()
    switches.reset(store())
    return redirect("control")


@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """The bank books an order now, late or not."""
    _demo_only()
    number = request.POST.get("number", "")
    if orders.by_number(store(), number) is None:
        raise Http404
    till.pay(store(), number, datetime.now(UTC), late=True)
    courier().ring()
    return redirect("control")


@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """A day's file as finance would download it to upload it at the portal, whatever the hour."""
    _demo_only()
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return _page(request, "", problem="没有下载：日期没有看懂，例如 2026-09-01。")
    return HttpResponse(
        dump(moved_on(store(), day, datetime.now(UTC))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="statement-{day:%Y%m%d}.csv"'},
    )


def _demo_only() -> None:
    if not config().demo:
        raise Http404


def _posted(request: HttpRequest) -> dict[str, object]:
    return {
        name: name in request.POST if off is False else type(off)(request.POST.get(name) or off)
        for name, off in asdict(switches.Switches()).items()
    }


def _page(request: HttpRequest, number: str, problem: str = "") -> HttpResponse:
    now = datetime.now(UTC)
    today = now.astimezone(LOCAL).date()
    yesterday = datetime.combine(today - timedelta(days=1), NOON, LOCAL)
    rows = [
        {"name": name, "label": LABELS[name], "value": value, "choices": CHOICES.get(name)}
        for name, value in asdict(switches.effective(store(), number)).items()
    ]
    context = {
        "number": number,
        "problem": problem,
        "rows": rows,
        "today": today,
        "yesterday": yesterday.isoformat(),
        "orders": [(order, STATES[order.standing(now)]) for order in orders.latest(store())],
    }
    return render(request, "cashier/control.html", context, status=400 if problem else 200)
