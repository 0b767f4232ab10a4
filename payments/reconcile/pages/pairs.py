"""A row of a file beside what we have: both sides, why they met, and what disagrees."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from payments import wording
from payments.models import Order, Receipt
from payments.reconcile.models import UploadRow
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.pages.words import EFFECTS, LACKS, WHY
from payments.reconcile.states import Effect, EntryKind, Group
from payments.states import OrderState
from portal.lib.status import Status

ORDERS = {
    OrderState.OPEN: wording.OPEN,
    OrderState.PAID: wording.PAID,
    OrderState.CLOSED: wording.CLOSED,
}


@dataclass(frozen=True)
class Side:
    """What one side says of a payment; ``href`` leads to our order."""

    order_number: str
    fen: int | None
    trade_number: str = ""
    who: str = ""
    at: datetime | None = None
    status: Status | None = None
    href: str = ""


@dataclass(frozen=True)
class Disagreement:
    """A name or number that both sides have and write differently."""

    label: str
    theirs: str
    ours: str


@dataclass(frozen=True)
class Pair:
    """One line of a list of rows. ``place`` is empty for money that no file lists."""

    place: str
    theirs: Side | None
    ours: Side | None
    difference_fen: int | None
    why: str
    warnings: tuple[Disagreement, ...] = ()
    member: str = ""  # the sheet, or the file of a zip
    ours_none: str = "没有这个订单"


@dataclass(frozen=True)
class Trouble:
    """One cell that could not be read."""

    place: str
    member: str
    column: str
    value: str
    why: str
    remedy: str


def of_row(row: UploadRow, eyes: Eyes) -> Pair:
    """A row that was read with its order, payer and receipt."""
    ours = ours_of(row, eyes)
    fen = ours.fen if ours else None
    return Pair(
        place=str(row.place),
        theirs=theirs_of(row, eyes),
        ours=ours,
        difference_fen=None if row.amount_fen is None or fen is None else row.amount_fen - fen,
        why=why_of(row, eyes),
        warnings=warnings_of(row, eyes),
        member=row.member,
        ours_none="读不出，没有比对" if row.faults else "没有这个订单",
    )


def ours_of(row: UploadRow, eyes: Eyes) -> Side | None:
    """The order of a row; for a refund with what our refund comes to, not what was paid."""
    if row.order is None:
        return None
    side = of_order(row.order, row.receipt, eyes)
    if row.kind != EntryKind.REFUND:
        return side
    return replace(side, fen=row.refund_fen)  # type: ignore[attr-defined]


def theirs_of(row: UploadRow, eyes: Eyes) -> Side:
    """What the file says."""
    return Side(
        order_number=row.order_number or row.refund_number or "没有订单号",
        fen=row.amount_fen,
        trade_number=row.trade_number,
        who=eyes.person(row.payer_name, row.payer_number),
        at=row.moved_at,
    )


def of_order(order: Order, receipt: Receipt | None, eyes: Eyes) -> Side:
    """What we have."""
    return Side(
        order_number=order.number,
        fen=order.amount_fen,
        trade_number=receipt.trade_number if receipt else "",
        who=eyes.person(order.payer.name, order.payer.username),
        at=order.paid_at or order.opened_at,
        status=ORDERS[OrderState(order.state)],
        href=reverse("admin:payments_order_change", args=[order.pk]),
    )


def of_receipt(receipt: Receipt, eyes: Eyes, lacks: str = "missing") -> Pair:
    """Money of ours that no file lists; ``lacks`` is why (``words.LACKS``)."""
    order = receipt.order
    side = Side(
        order_number=receipt.order_number,
        fen=receipt.amount_fen,
        trade_number=receipt.trade_number,
        who=eyes.person(order.payer.name, order.payer.username) if order else "",
        at=receipt.paid_at,
        href=reverse("admin:payments_receipt_change", args=[receipt.pk]),
    )
    channel = wording.CHANNELS.get(receipt.channel, receipt.channel)
    why = LACKS[lacks].format(channel=channel)
    return Pair("", None, side, None, why)


def why_of(row: UploadRow, eyes: Eyes) -> str:
    """Why they met, and where the money goes."""
    if problems := row.problems:
        return "；".join(f"{column}：{why}" for column, _, why, _ in map(eyes.problem, problems))
    group, effect = Group(group_of(row)), Effect(effect_of(row))
    return f"{WHY[group]}；{EFFECTS[effect]}" if effect else WHY[group]


def warnings_of(row: UploadRow, eyes: Eyes) -> tuple[Disagreement, ...]:
    """Name and student number where they disagree, both values."""
    if row.order is None:
        return ()
    payer, found = row.order.payer, []
    if row.name_differs:
        found.append(Disagreement("姓名不同", eyes.name(row.payer_name), eyes.name(payer.name)))
    if row.number_differs:
        theirs, ours = eyes.number(row.payer_number), eyes.number(payer.username)
        found.append(Disagreement("学号不同", theirs, ours))
    return tuple(found)


def group_of(row: UploadRow) -> str:
    """What came of it, or what will."""
    return str(getattr(row, "now_group", row.group))


def effect_of(row: UploadRow) -> str:
    outcome = getattr(row, "outcome", None)
    return outcome.effect if outcome else row.effect


def place_of(row: UploadRow) -> str:
    """``第 118 行``, or ``明细.csv 第 118 行`` in a zip."""
    return f"{row.member} 第 {row.place} 行".strip()


def troubles(rows: Iterable[UploadRow], eyes: Eyes) -> list[Trouble]:
    """Everything that is wrong with these rows, a line each."""
    return [
        Trouble(str(row.place), row.member, *eyes.problem(problem))
        for row in rows
        for problem in row.problems
    ]
