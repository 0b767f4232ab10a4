"""One difference with both sides, what it means, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from payments.models import Receipt
from payments.reconcile.models import Handling, Upload, UploadRow
from payments.reconcile.pages import pairs, words
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.pages.pairs import Disagreement, Pair, Side
from payments.reconcile.selectors.differences import is_missing
from payments.reconcile.selectors.rows import by_id
from payments.reconcile.states import DIFFERENCES, Group
from payments.reconcile.wording import NO_DIFFERENCE
from portal.lib.errors import NotYours
from portal.lib.status import Status, Tone

OVER = Status(Tone.DONE, "check", "不是差异")
PEOPLE = ("handled_by", "withdrawn_by")


@dataclass(frozen=True)
class Link:
    """Where the money itself is dealt with."""

    name: str
    href: str


@dataclass(frozen=True)
class DifferencePage:
    """One difference: both sides, what it means, what was decided."""

    heading: str
    order_number: str
    status: Status
    theirs: Side | None
    ours: Side | None
    difference_fen: int | None
    warnings: tuple[Disagreement, ...]
    upload: Upload | None
    place: str
    meaning: str
    advice: str
    links: tuple[Link, ...]
    action: str
    handling: Handling | None  # what counts now
    withdrawn: tuple[Handling, ...]  # what was said and taken back
    ours_none: str = "没有这个订单"
    frees: str = "日结和核实"  # what a conclusion holds up no longer
    over: str = ""  # why there is nothing to decide any more


def of_row(pk: int, eyes: Eyes) -> DifferencePage:
    """The page of a row that differs; raises ``NotYours``."""
    row = by_id([pk]).select_related("upload").first()
    if row is None or pairs.group_of(row) not in DIFFERENCES:
        raise NotYours("没有找到这件差异。")
    group, pair = Group(pairs.group_of(row)), pairs.of_row(row, eyes)
    meaning, advice = words.MEANING[group]
    if group is Group.REFUSED:
        meaning = "；".join(
            f"{name} {value}：{why}" for name, value, why, _ in map(eyes.problem, row.problems)
        )
    return _page(
        pair, words.GROUPS[group], meaning, advice,
        links=_links(row),
        action=reverse("reconcile:handle_row", args=[pk]),
        said=list(row.handlings.select_related(*PEOPLE)),
        upload=row.upload,
        number=row.order_number or row.trade_number or pairs.place_of(row),
        frees=words.FREED.get(group, DifferencePage.frees),
    )  # fmt: skip


def of_receipt(pk: int, eyes: Eyes, now: datetime) -> DifferencePage:
    """The page of money that no file lists, or did not; raises ``NotYours``."""
    rows = Receipt.objects.select_related("order__payer")
    receipt = rows.filter(pk=pk).first()
    if receipt is None:
        raise NotYours("没有找到这件差异。")
    pair = pairs.of_receipt(receipt, eyes)
    links = (Link("看收款记录", pair.ours.href),) if pair.ours else ()
    sheet = _page(
        pair, words.MISSING, *words.ABSENT,
        links=links,
        action=reverse("reconcile:handle_receipt", args=[pk]),
        said=list(receipt.handlings.select_related(*PEOPLE)),
        upload=None,
        number=receipt.order_number,
    )  # fmt: skip
    if sheet.handling or is_missing(pk, now):
        return sheet
    return replace(sheet, heading=OVER.text, status=OVER, over=NO_DIFFERENCE)


def of_decision(pk: int) -> str:
    """The address of what was decided about; raises ``NotYours``."""
    one = Handling.objects.filter(pk=pk).first()
    if one is None:
        raise NotYours("没有找到这个结论。")
    of_row = one.row_id is not None
    name, key = ("row", one.row_id) if of_row else ("receipt", one.receipt_id)
    return reverse(f"reconcile:{name}", args=[key])


def _page(  # noqa: PLR0913 -- the parts of one page
    pair: Pair,
    status: Status,
    meaning: str,
    advice: str,
    *,
    links: tuple[Link, ...],
    action: str,
    said: Sequence[Handling],
    upload: Upload | None,
    number: str,
    frees: str = DifferencePage.frees,
) -> DifferencePage:
    return DifferencePage(
        heading=status.text,
        order_number=number,
        status=status,
        theirs=pair.theirs,
        ours=pair.ours,
        ours_none=pair.ours_none,
        difference_fen=pair.difference_fen,
        warnings=pair.warnings,
        upload=upload,
        place=f"{pair.member} 第 {pair.place} 行".strip() if pair.place else "",
        meaning=meaning,
        advice=advice,
        links=links,
        frees=frees,
        action=action,
        handling=next((one for one in said if one.withdrawn_at is None), None),
        withdrawn=tuple(one for one in said if one.withdrawn_at is not None),
    )


def _links(row: UploadRow) -> tuple[Link, ...]:
    found = []
    if row.order_id:
        href = reverse("admin:payments_order_change", args=[row.order_id])
        found.append(Link("看订单", href))
    if pairs.group_of(row) == Group.CONFLICT:
        conflicts = reverse("admin:payments_conflict_changelist")
        found.append(Link("去收款冲突", f"{conflicts}?q={row.order_number}"))
    outcome = getattr(row, "outcome", None)
    if outcome is not None and outcome.receipt_id:
        surplus = reverse("admin:payments_surplus_changelist")
        found.append(Link("去待处理余款", f"{surplus}?q={row.order_number}"))
    return tuple(found)
