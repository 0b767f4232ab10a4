"""How much money is under way or in question, and since when: for people, metrics and alarms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Sum
from django.urls import reverse

from payments import leftovers
from payments.models import Conflict, ManualEntry, Order, OrderLine, Resolution, StrayRefund
from payments.services import inquiry
from payments.states import (
    EntryState,
    LineState,
    OrderState,
    ResolutionState,
)

RESOLUTIONS = tuple(
    state
    for state in ResolutionState
    if state not in (ResolutionState.ARRIVED, ResolutionState.CANCELLED)
)

SLOW_AFTER = timedelta(days=3)  # channels promise 1 to 3 working days
# What no job will end: somebody of finance has to.
_FOR_HAND = ("claimed_overdue", "refund_unaccepted", "refund_slow", "refund_failed")


@dataclass(frozen=True)
class Gauge:
    """One kind of thing that is open. ``fen`` is None where an amount means nothing."""

    key: str
    label: str
    count: int
    fen: int | None
    oldest: datetime | None
    link: str
    is_overdue: bool = False
    is_for_hand: bool = False

    def age(self, now: datetime) -> float:
        """Seconds the oldest has waited, 0 when nothing waits."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


@dataclass(frozen=True)
class Kind:
    """Where a gauge reads: rows, the field of their age and amount, its list in admin."""

    key: str
    label: str
    rows: "QuerySet[Any]"
    since: str
    amount: str | None
    page: str
    query: str = ""


def look(now: datetime) -> tuple[Gauge, ...]:
    """Every gauge, one statement each."""
    return tuple(_read(kind, now) for kind in _kinds(now))


def unknown(now: datetime) -> QuerySet[Order]:
    """Orders past their end whose gateway, though it can be asked, has not said what they are."""
    held = OrderLine.objects.filter(order=OuterRef("pk"), state=LineState.HELD)
    return Order.objects.filter(
        Exists(held), state=OrderState.OPEN, expires_at__lte=now, claimed_at=None,
        channel__in=inquiry.channels(),
    )  # fmt: skip


def claimed() -> QuerySet[Order]:
    """我已付款 without money, and nobody of finance has looked into it."""
    rows = Order.objects.filter(claimed_at__isnull=False, closure=None)
    return rows.exclude(state=OrderState.PAID)


def unaccepted(now: datetime) -> QuerySet[Resolution]:
    """Refunds asked of a channel that refuses or is silent: asked again, but somebody should look.

    A refusal that may pass is no failure: until the channel says so, the money may be on its way.
    """
    before = now - settings.MONEY_ALERT_AFTER
    return Resolution.objects.filter(state=ResolutionState.RELEASED, asked_at__lte=before)


def slow(now: datetime) -> QuerySet[Resolution]:
    """Refunds a channel took on and has not finished within the days banks need."""
    before = now - SLOW_AFTER
    return Resolution.objects.filter(state=ResolutionState.ACCEPTED, asked_at__lte=before)


def _kinds(now: datetime) -> Iterator[Kind]:
    yield from _orders(now)
    conflicts = Conflict.objects.filter(closure=None)
    yield Kind("conflicting", "收款冲突", conflicts, "seen_at", "amount_fen", "conflict")
    strays = StrayRefund.objects.filter(closed_at=None)
    yield Kind("stray_refund", "渠道自行退款", strays, "seen_at", "amount_fen", "strayrefund")
    yield Kind("surplus", "余款", leftovers.waiting(), "opened_at", "amount_fen", "surplus")
    for state in RESOLUTIONS:
        rows = Resolution.objects.filter(state=state)
        yield Kind(
            f"refund_{state}", f"余款处理：{state.label}", rows, "filed_at",
            "surplus__amount_fen", "resolution", f"state__exact={state}",
        )  # fmt: skip
    for key, label, rows in (
        ("refund_unaccepted", "渠道一直没有受理的退费", unaccepted(now)),
        ("refund_slow", "渠道受理后一直没有办结的退费", slow(now)),
    ):
        yield Kind(key, label, rows, "asked_at", "surplus__amount_fen", "resolution", f"wait={key}")
    entries = ManualEntry.objects.filter(state=EntryState.REQUESTED)
    waiting = "state__exact=requested"
    label = "人工登记：待复核"
    yield Kind("manual", label, entries, "filed_at", "amount_fen", "manualentry", waiting)


def _orders(now: datetime) -> Iterator[Kind]:
    before = now - settings.ORDER_WATCH
    opened = Order.objects.filter(state=OrderState.OPEN, expires_at__gt=now)
    closed = Order.objects.filter(state=OrderState.CLOSED, closed_at__gt=before)
    overdue = claimed().filter(opened_at__lte=before)
    for key, label, rows, since, query in (
        ("open", "等付款的订单", opened, "opened_at", "state__exact=open"),
        ("unknown", "渠道没有结果的订单", unknown(now), "expires_at", "state__exact=open"),
        ("watched", "已关单、还在等迟到款", closed, "closed_at", "state__exact=closed"),
        ("claimed", "学生说已付款", claimed(), "claimed_at", "claim=any"),
        ("claimed_overdue", "说已付款，两天没有到账", overdue, "claimed_at", "claim=overdue"),
    ):
        yield Kind(key, label, rows, since, "amount_fen", "order", query)


def _read(kind: Kind, now: datetime) -> Gauge:
    wanted: dict[str, Any] = {"count": Count("pk"), "oldest": Min(kind.since)}
    if kind.amount:
        wanted["fen"] = Sum(kind.amount)
    found = kind.rows.order_by().aggregate(**wanted)
    page = reverse(f"admin:payments_{kind.page}_changelist")
    oldest: datetime | None = found["oldest"]
    limit = settings.MONEY_ALERT_AFTER
    return Gauge(
        key=kind.key,
        label=kind.label,
        count=found["count"],
        fen=found.get("fen") or 0,
        oldest=oldest,
        link=f"{page}?{kind.query}" if kind.query else page,
        is_overdue=kind.key == "unknown" and oldest is not None and oldest + limit < now,
        is_for_hand=kind.key in _FOR_HAND and oldest is not None,
    )
