"""One channel's day: its receipts, what its statement lists, and its seal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone

from payments.models import Receipt
from payments.reconcile.models import DayClose, UploadRow
from payments.reconcile.pages import pairs, words
from payments.reconcile.pages.apart import ApartLine, apart_line, ours_status
from payments.reconcile.pages.days import (
    BROKEN,
    OFF,
    RUNNING,
    SEALED,
    UNEVEN,
    UNSTATED,
    DayLine,
    line,
)
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.selectors.apart import Apart
from payments.reconcile.selectors.day_rows import ours, theirs_only
from payments.reconcile.selectors.days import Day, days, holds
from payments.reconcile.selectors.uploads import SYNCING
from payments.reconcile.states import Group
from payments.states import ReceiptKind
from portal.lib.moments import moment
from portal.lib.money import yuan
from portal.lib.status import Status, Tone

LISTED = Status(Tone.DONE, "check", "账单里有")
STILL = Status(Tone.WAIT, "hour", "账单还没有")
PAGE_SIZE = 50
_FEET = {
    OFF: "先处理这一天的差异，再封存。",
    BROKEN: "查清变动以后，在这里重新封存。",
    UNSTATED: "这一天还没有渠道账单。上传账单；没有账单，或账单里没有一行的，写明原因也可以封存。",
    UNEVEN: "差异都处理过，两边的金额仍不相等。写明原因，再封存。",
    RUNNING: "过了今天才能封存。",
}


@dataclass(frozen=True)
class ReceiptLine:
    """One receipt of the day."""

    receipt: Receipt
    who: str
    status: Status
    kind: str
    href: str
    is_new: bool = False  # it came after the day was sealed


@dataclass(frozen=True)
class AlienRow:
    """A row of a statement that is no receipt of ours."""

    place: str
    order_number: str
    fen: int | None
    status: Status
    href: str


@dataclass(frozen=True)
class DayPage:
    """One channel's day."""

    heading: str
    row: DayLine
    broken: str
    advice: str  # what to do about it
    foot: str
    seal: str
    note: str
    earlier: tuple[DayClose, ...]  # seals before the last one
    differences: str  # where what is open is handled
    may_seal: bool
    needs_note: bool
    button: str
    seal_action: str
    seen: str  # goes with the button: what this page shows
    download: str
    page: "Page[Receipt]"
    receipts: tuple[ReceiptLine, ...]
    alien: tuple[AlienRow, ...]
    apart: tuple[ApartLine, ...]


def one_day(channel: str, day: date, number: str | None, now: datetime, eyes: Eyes) -> DayPage:
    """The page of one day, with one page of its receipts."""
    today = timezone.localdate(now)
    (found,) = days([channel], day, day, now)
    row = line(found, today)
    may_seal = day < today and not found.is_sealed and not found.open_differences
    closes = DayClose.objects.filter(channel=channel, day=day).select_related("sealed_by")
    sealed_at = found.close.sealed_at if found.close else None
    page = Paginator(ours(channel, day), PAGE_SIZE).get_page(number)
    return DayPage(
        heading=_day_heading(row),
        row=row,
        broken=changes(found) if found.changed and found.close else "",
        advice=_advice(found),
        foot=_foot(found, row, now),
        seal=found.close.seal if found.close else "",
        note=found.close.note if found.close else "",
        earlier=tuple(closes.order_by("-revision")[1:]),
        differences=_differences(found),
        may_seal=may_seal,
        needs_note=may_seal and (not found.has_statement or found.unexplained_fen != 0),
        button="重新封存这一天" if found.close else "封存这一天",
        seal_action=reverse("reconcile:seal", args=[channel, day]),
        seen=found.content,
        download=reverse("reconcile:day_file", args=[channel, day]),
        page=page,
        receipts=tuple(
            receipt_line(receipt, today, eyes, found.apart, sealed_at) for receipt in page
        ),
        alien=tuple(
            _alien(row)
            for row in theirs_only(channel, day)[:PAGE_SIZE]
            if row.refund_number not in {one.refund_number for one in found.apart}
        ),
        apart=tuple(apart_line(channel, one) for one in found.apart),
    )


def _differences(found: Day) -> str:
    if not found.open_differences:
        return ""
    day = urlencode({"channel": found.channel, "day": found.day.isoformat()})
    return f"{reverse('reconcile:differences')}?{day}"


def receipt_line(
    receipt: Receipt,
    today: date,
    eyes: Eyes,
    apart: Sequence[Apart],
    sealed_at: datetime | None = None,
) -> ReceiptLine:
    """One receipt, whether a statement lists it, and whether it came after the seal."""
    payer = receipt.order.payer if receipt.order else None
    return ReceiptLine(
        receipt=receipt,
        who=eyes.person(payer.name, payer.username) if payer else "",
        status=_listing(receipt, today, apart),
        kind=ReceiptKind(receipt.kind).label,
        href=reverse("admin:payments_receipt_change", args=[receipt.pk]),
        is_new=sealed_at is not None and receipt.recorded_at > sealed_at,
    )


def _listing(receipt: Receipt, today: date, apart: Sequence[Apart]) -> Status:
    """Whether a statement lists a receipt, and of which day when it is another's."""
    if receipt.kind == ReceiptKind.REFUND:
        for one in apart:
            if one.is_ours and one.refund_number == receipt.trade_number:
                return ours_status(one)
    if receipt.is_listed:  # type: ignore[attr-defined]
        return LISTED
    recent = timezone.localdate(receipt.paid_at) + SYNCING > today
    return STILL if recent else words.MISSING


def _alien(row: UploadRow) -> AlienRow:
    group = Group(pairs.group_of(row))
    return AlienRow(
        place=f"{row.upload.name} {pairs.place_of(row)}",
        order_number=row.order_number or row.trade_number,
        fen=row.amount_fen,
        status=words.GROUPS[group],
        href=reverse("reconcile:rows", args=[row.upload_id, group]),
    )


def changes(found: Day) -> str:
    """What is not any more as it was sealed."""
    close = found.close
    assert close is not None  # noqa: S101 -- only of a day that was sealed
    told = [
        _moved("我方", close.ours_count, close.ours_fen, found.ours_count, found.ours_fen),
        _moved("渠道", close.theirs_count, close.theirs_fen, found.theirs_count, found.theirs_fen),
    ]
    changed = [text for text in told if text]
    if not changed and close.content != found.content:
        changed.append("笔数和金额没变，但其中有一笔和封存时不是同一笔")
    if found.again:
        changed.append("有差异的处理结果被撤回，等人重新处理")
    if not close.note and found.unexplained_fen:
        changed.append(f"有 {yuan(abs(found.unexplained_fen))} 的差额现在没有说明")
    if not holds(close):
        changed.append("封存记录本身被改过，和封条不符")
    return "；".join(changed) + "。"


def _advice(found: Day) -> str:
    """What to do about a day that is not any more as it was sealed."""
    if not found.open_differences:
        return "核对下面的明细；查清后重新封存，原来的封存记录保留。"
    if found.close is not None and found.close.content == found.content:
        return "先处理差异。处理完，原来的封存照旧有效。"
    return "先处理差异，核对下面的明细，再重新封存；原来的封存记录保留。"


def _moved(side: str, count: int, fen: int, count_now: int, fen_now: int) -> str:
    if (count, fen) == (count_now, fen_now):
        return ""
    return f"{side}封存时 {count} 笔 {yuan(fen)}，现在 {count_now} 笔 {yuan(fen_now)}"


def _day_heading(row: DayLine) -> str:
    name = f"{row.day.month}月{row.day.day}日"
    if row.status == BROKEN:
        return f"{name}封存后有变动"
    if row.status == SEALED:
        return f"{name}已封存"
    if row.status == OFF:
        return f"{name}还有 {row.open_differences} 件差异"
    return f"{name}{row.status.text}"


def _foot(found: Day, row: DayLine, now: datetime) -> str:
    close: DayClose | None = found.close
    if close is not None and not found.changed:
        at = moment(close.sealed_at, now)
        told = f"{row.sealed_by}于 {at} 封存，第 {close.revision} 次。"
        return f"{told}封条连着前一天的，改任何一笔都会显出来。"
    if row.status == BROKEN and found.open_differences:
        return "先处理这一天的差异。"
    done = "封存后，这一天到账的课程“对账”一步就完成了。"
    even = f"差额是记在另一天的退款。{done}" if found.difference_fen else done
    return _FEET.get(row.status, even)
