"""The work list of what does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.urls import reverse

from payments.models import Receipt
from payments.reconcile.models import Handling, UploadRow
from payments.reconcile.pages import pairs, words
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.selectors.differences import counted
from payments.reconcile.selectors.rows import by_id, mentioning
from payments.reconcile.selectors.sought import MISSING, Sought, sought
from payments.reconcile.states import DIFFERENCES, Group
from payments.wording import CHANNELS
from portal.lib.status import Status

PAGE_SIZE = 30
OF_RECEIPT = ("order_number", "trade_number", "order__payer__name", "order__payer__username")


@dataclass(frozen=True)
class Line:
    """One difference in the list. Amounts in fen, None where a side has none."""

    href: str
    order_number: str
    who: str
    status: Status
    theirs_fen: int | None
    ours_fen: int | None
    seen_at: datetime | None
    handled_by: str = ""
    handled_at: datetime | None = None
    note: str = ""
    theirs_none: str = "没有"  # in place of an amount
    ours_none: str = "没有"
    tick: tuple[str, str] = ("row", "")  # what the tick box sends


@dataclass(frozen=True)
class Tab:
    """Open or handled."""

    href: str
    label: str
    count: int | None
    current: bool


@dataclass(frozen=True)
class WorkList:
    """What the page shows."""

    heading: str
    page: "Page[Any]"
    rows: tuple[Line, ...]
    tabs: tuple[Tab, ...]
    kinds: tuple[tuple[str, str], ...]
    kind: str
    q: str
    is_handled: bool
    channel: str
    channel_name: str
    day: date | None  # narrowed to one channel's day
    day_href: str
    search: str  # all of it, for an address
    here: str  # with the page, for the way back

    @property
    def query(self) -> str:
        """The search, for the links to other pages and to the download."""
        return f"{self.search}&"

    @property
    def download(self) -> str:
        return f"{reverse('reconcile:differences_file')}?{self.query}"


def listed(number: str | None, search: dict[str, Any], now: datetime, eyes: Eyes) -> WorkList:
    """One page of the list, narrowed to a search and a kind."""
    search = _known_kind(search)
    kind = search["kind"]
    if search["handled"]:
        waiting = counted(now).total()
        page = Paginator(_handled(kind, search["q"]), PAGE_SIZE).get_page(number)
        rows = tuple(_handled_line(one, eyes) for one in page)
    else:
        waiting, wanted = sought(search, now)
        page = Paginator(wanted, PAGE_SIZE).get_page(number)
        rows = tuple(_lines(list(page), eyes))
    return WorkList(
        heading=f"{waiting} 件差异待处理" if waiting else "没有待处理的差异",
        page=page,
        rows=rows,
        tabs=_tabs(waiting, is_handled=search["handled"]),
        kinds=_kinds(),
        kind=kind,
        q=search["q"],
        is_handled=search["handled"],
        channel=search["channel"],
        channel_name=CHANNELS.get(search["channel"], ""),
        day=search["day"],
        day_href=_day_href(search["channel"], search["day"]),
        search=narrowed(search),
        here=narrowed(search, str(page.number)),
    )


def _tabs(waiting: int, *, is_handled: bool) -> tuple[Tab, ...]:
    address = reverse("reconcile:differences")
    return (
        Tab(address, "待处理", waiting, not is_handled),
        Tab(f"{address}?handled=1", "已处理", None, is_handled),
    )


def _day_href(channel: str, day: date | None) -> str:
    """The page of the day the list is narrowed to."""
    if day is None or channel not in settings.GATEWAYS:
        return ""
    return reverse("reconcile:day", args=[channel, day])


def narrowed(search: dict[str, Any], page: str = "") -> str:
    """What a search narrows the list to, for an address; with a page but the first."""
    kept = {
        "q": search["q"],
        "kind": search["kind"],
        "handled": "1" if search["handled"] else "",
        "channel": search["channel"],
        "day": search["day"].isoformat() if search["day"] else "",
        "page": page if page.isdecimal() and page != "1" else "",
    }
    return urlencode({name: value for name, value in kept.items() if value})


def everything(search: dict[str, Any], now: datetime, eyes: Eyes) -> list[Line]:
    """The list as it is narrowed, without pages: for the download."""
    search = _known_kind(search)
    if search["handled"]:
        return [_handled_line(one, eyes) for one in _handled(search["kind"], search["q"])]
    _, wanted = sought(search, now)
    return _lines(wanted, eyes)


def _known_kind(search: dict[str, Any]) -> dict[str, Any]:
    """The search without a kind that there is none of."""
    return search | {"kind": search["kind"] if search["kind"] in (*DIFFERENCES, MISSING) else ""}


def _kinds() -> tuple[tuple[str, str], ...]:
    groups = [(group.value, words.GROUPS[group].text) for group in DIFFERENCES]
    return (*groups, (MISSING, words.MISSING.text))


def _lines(some: Sequence[Sought], eyes: Eyes) -> list[Line]:
    rows = by_id([one.row_id for one in some if one.row_id])
    receipts = Receipt.objects.select_related("order__payer").in_bulk(
        [one.receipt_id for one in some if one.receipt_id]
    )
    known = {row.pk: row for row in rows}
    found = []
    for one in some:
        if one.row_id is not None:
            found.append(_row_line(known[one.row_id], one.since, eyes))
        elif one.receipt_id is not None:
            found.append(_receipt_line(receipts[one.receipt_id], one.since, eyes))
    return found


def _row_line(row: UploadRow, since: datetime | None, eyes: Eyes) -> Line:
    pair = pairs.of_row(row, eyes)
    ours = pair.ours
    return Line(
        href=reverse("reconcile:row", args=[row.pk]),
        order_number=row.order_number or row.trade_number or pairs.place_of(row),
        who=ours.who if ours else (pair.theirs.who if pair.theirs else ""),
        status=words.GROUPS[Group(pairs.group_of(row))],
        theirs_fen=row.amount_fen,
        ours_fen=ours.fen if ours else None,
        seen_at=since,
        theirs_none="读不出",
        ours_none="没有比对" if row.faults else "没有",
        tick=("row", str(row.pk)),
    )


def _receipt_line(receipt: Receipt, since: datetime | None, eyes: Eyes) -> Line:
    pair = pairs.of_receipt(receipt, eyes)
    return Line(
        href=reverse("reconcile:receipt", args=[receipt.pk]),
        order_number=receipt.order_number,
        who=pair.ours.who if pair.ours else "",
        status=words.MISSING,
        theirs_fen=None,
        ours_fen=receipt.amount_fen,
        seen_at=since,
        tick=("receipt", str(receipt.pk)),
    )


def _handled(kind: str, q: str) -> Any:
    rows = (
        Handling.objects.filter(withdrawn_at=None)
        .select_related(
            "handled_by",
            "row__order__payer",
            "row__receipt",
            "row__outcome",
            "receipt__order__payer",
        )
        .order_by("-pk")
    )
    if kind == MISSING:
        rows = rows.filter(receipt__isnull=False)
    elif kind:
        told = Q(row__outcome__group=kind) | Q(row__outcome=None, row__group=kind)
        rows = rows.filter(told)
    if q:
        rows = rows.filter(mentioning(q, "row__") | mentioning(q, "receipt__", OF_RECEIPT))
    return rows


def _handled_line(one: Handling, eyes: Eyes) -> Line:
    line = _line(one, eyes)
    return replace(line, handled_by=one.handled_by.name, handled_at=one.handled_at, note=one.note)


def _line(one: Handling, eyes: Eyes) -> Line:
    if one.row is not None:
        return _row_line(one.row, None, eyes)
    assert one.receipt is not None  # noqa: S101 -- the database holds: of a row or of a receipt
    return _receipt_line(one.receipt, None, eyes)
