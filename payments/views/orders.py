"""Orders: the list, one order, and the page a payer comes back to from the cashier."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments import board, leftovers, waits, whereabouts, wording
from payments.models import AdoptedNumber, FiscalReceipt, Order, OrderLine, Receipt
from payments.services.asking import ask_now_and_then
from payments.states import LineState, OrderState, ReceiptKind
from payments.views import reading
from portal.lib.requests import fragment, user_id
from portal.lib.status import Status

PAGE_SIZE = 20
POLLS = (  # how long ago the order was opened -> seconds between two polls
    (timedelta(minutes=30), 5),
    (timedelta(hours=2), 30),
)
SLOW_POLL = 120


@dataclass(frozen=True)
class Course:
    """One line of an order as the payer reads it."""

    title: str
    amount_fen: int
    status: Status
    payable_again_at: datetime | None


@dataclass(frozen=True)
class Proof:
    """Money that moved. ``trade_number`` is empty while the channel has told none."""

    at: datetime
    amount_fen: int
    trade_number: str
    is_refund: bool
    taken_back: bool  # a file listed it, and nobody had paid it
    told_again: bool  # and then its channel said that somebody had
    fiscal: FiscalReceipt | None  # None: 财政票据 not issued yet


@dataclass(frozen=True)
class Sheet:
    """One order with everything its pages say."""

    order: Order
    status: Status
    courses: tuple[Course, ...]
    proofs: tuple[Proof, ...]
    paid_in: bool  # money came
    channel: str
    known_by: datetime
    can_pay: bool
    is_held: bool
    is_given_back: bool  # every course became a refund case

    @property
    def is_paid(self) -> bool:
        return self.order.state == OrderState.PAID

    @property
    def is_taken_back(self) -> bool:
        """It was paid by a row of a file, and the row was wrong."""
        return self.is_paid and not self.paid_in

    @property
    def is_told_again(self) -> bool:
        """What was taken back came after all, says its channel: finance looks into it."""
        return not self.paid_in and any(proof.told_again for proof in self.proofs)

    @property
    def is_claimed(self) -> bool:
        """我已付款 was said and the gateway has not closed the order."""
        is_open = self.order.state == OrderState.OPEN
        return self.is_pending and is_open and self.order.claimed_at is not None

    @property
    def may_claim(self) -> bool:
        """我已付款 would change something."""
        open_still = self.order.state == OrderState.OPEN and not self.order.superseded
        return self.is_held and open_still and self.order.claimed_at is None

    @property
    def paid(self) -> int:
        """How many courses it paid."""
        return sum(course.status == wording.PAID for course in self.courses)

    @property
    def is_disputed(self) -> bool:
        """Money came and paid no course: another amount, or the courses had no need of it."""
        return self.paid_in and not self.paid and not self.is_given_back

    @property
    def is_pending(self) -> bool:
        return self.is_held and not self.is_paid and not self.is_disputed

    @property
    def titles(self) -> str:
        return "、".join(course.title for course in self.courses)


@require_safe
@login_required
def history(request: HttpRequest) -> HttpResponse:
    """Every order of the payer, newest first."""
    now = timezone.now()
    rows = reading.with_courses(reading.own_orders(user_id(request)))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    sheets = [sheet_of(order, now) for order in page]
    return render(request, "payments/orders.html", {"page": page, "sheets": sheets})


@require_safe
@never_cache
@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One order: its courses, its money, what can be done."""
    now = timezone.now()
    order = reading.own_order(user_id(request), number)
    kept = leftovers.of_order(order.pk, now)
    context = {
        "sheet": sheet_of(order, now),
        "kept": kept,
        "is_settled": all(one.done_at for one in kept),
        "stops": whereabouts.drawn(order, kept, now),
    }
    return render(request, "payments/order.html", context)


@require_safe
@never_cache
@login_required
def back(request: HttpRequest, number: str) -> HttpResponse:
    """Back from the cashier: the gateway is asked at once, bounded by its own time limit."""
    return render(request, "payments/return.html", _result(request, number))


@fragment
def result(request: HttpRequest, number: str) -> HttpResponse:
    """The part of the return page that refreshes itself until the result is known."""
    return render(request, "payments/result.html", _result(request, number))


def sheet_of(order: Order, now: datetime) -> Sheet:
    """Lay out one order that was read with its courses and receipts."""
    proofs = _proofs(list(order.receipts.all()))
    came = any(not (proof.is_refund or proof.taken_back) for proof in proofs)
    sheet = _sheet(reading.Seen(order, tuple(order.lines.all()), came), proofs, now)
    return replace(sheet, status=wording.AT_FINANCE) if sheet.is_told_again else sheet


def bare_sheet(seen: reading.Seen, now: datetime) -> Sheet:
    """Lay out one order without the proofs of its money."""
    return _sheet(seen, (), now)


def _sheet(seen: reading.Seen, proofs: tuple[Proof, ...], now: datetime) -> Sheet:
    order, lines = seen.order, seen.lines
    is_held = any(line.state == LineState.HELD for line in lines)
    is_given_back = all(line.state == LineState.REFUNDED for line in lines)
    status = _status(seen, is_given_back=is_given_back, is_held=is_held, now=now)
    return Sheet(
        order=order,
        status=status,
        courses=tuple(_course(line, status) for line in lines),
        proofs=proofs,
        paid_in=seen.paid_in,
        channel=wording.CHANNELS.get(order.channel, order.channel),
        known_by=order.opened_at + waits.in_force().watch,
        can_pay=is_held
        and order.state == OrderState.OPEN
        and not order.superseded
        and now < order.expires_at,
        is_held=is_held,
        is_given_back=is_given_back,
    )


def _status(seen: reading.Seen, *, is_given_back: bool, is_held: bool, now: datetime) -> Status:
    if seen.order.state == OrderState.PAID and not seen.paid_in:
        return wording.NOT_RECEIVED
    if seen.order.state == OrderState.CLOSED and is_held:  # the job has not been round
        return wording.AT_FINANCE if seen.paid_in else wording.CHECKING
    return wording.REFUNDED if is_given_back else wording.of_order(seen.order, now)


def _course(line: OrderLine, whole: Status) -> Course:
    """A course that is held waits for what its order as a whole waits for."""
    state = LineState(line.state)
    again = line.payable_again_at if state is LineState.RELEASED else None
    status = whole if state is LineState.HELD else wording.of_line(state)
    return Course(line.charge.title, line.amount_fen, status, again)


def _proofs(receipts: list[Receipt]) -> tuple[Proof, ...]:
    # A number that a receipt of its own has was adopted by mistake: two payments.
    own = {receipt.trade_number for receipt in receipts}
    return tuple(_proof(receipt, own) for receipt in receipts)


def _proof(receipt: Receipt, own: set[str]) -> Proof:
    adopted: AdoptedNumber | None = getattr(receipt, "adopted", None)
    known = "" if receipt.trade_number.startswith("order:") else receipt.trade_number
    is_adopted = adopted is not None and adopted.trade_number not in own
    return Proof(
        at=receipt.paid_at,
        amount_fen=receipt.amount_fen,
        trade_number=adopted.trade_number if adopted and is_adopted else known,
        is_refund=receipt.kind == ReceiptKind.REFUND,
        taken_back=vars(receipt)["taken_back"],
        told_again=vars(receipt)["told_again"] is not None,
        fiscal=getattr(receipt, "fiscal", None),
    )


def _result(request: HttpRequest, number: str) -> dict[str, Any]:
    now = timezone.now()
    unanswered = ask_now_and_then(user_id(request), number, now)
    sheet = bare_sheet(reading.seen_order(user_id(request), number), now)
    onward = board.of_payer(user_id(request), now) if sheet.is_paid else None
    return {
        "sheet": sheet,
        "board": onward,
        "poll": _poll(sheet.order, now),
        "unanswered": unanswered,
        "is_waiting": unanswered or sheet.is_claimed,
    }


def _poll(order: Order, now: datetime) -> int:
    age = now - order.opened_at
    return next((seconds for limit, seconds in POLLS if age < limit), SLOW_POLL)
