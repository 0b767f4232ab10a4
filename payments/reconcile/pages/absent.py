"""Ours, but not in the file: why it may be absent, and which receipts."""

from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from payments.models import Receipt
from payments.reconcile.models import Upload
from payments.reconcile.pages import pairs, words
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.pages.notes import Note, Sums
from payments.reconcile.pages.rows import PAGE_SIZE, RowsPage
from payments.reconcile.selectors import uploads as selectors
from payments.reconcile.selectors.uploads import Missing
from portal.lib.money import yuan
from portal.lib.status import Status

MISSING, SYNCING, ELSEWHERE = "missing", "syncing", "elsewhere"
STATUSES: dict[str, Status] = {
    MISSING: words.MISSING,
    SYNCING: words.SYNCING,
    ELSEWHERE: words.ELSEWHERE,
}
_SAID = {
    SYNCING: (
        "另有 {count} 笔 {sum} 我方已缴、文件里没有，都在两天内。隔夜到账常见，下一份账单再比。"
    ),
    MISSING: "{count} 笔 {sum} 我方已缴超过两天，账单里一直没有。请向渠道核实。",
    ELSEWHERE: "这几天还有 {count} 笔 {sum} 走的是其他渠道，本来就不在这份文件里，看各渠道的账单。",
}
_LEADS = {
    SYNCING: "我方已入账，渠道账单常常隔夜才有。两天后还没有，会列到差异里。",
    MISSING: "我方已入账超过两天，账单里一直没有。请渠道核实，结论写在差异里。",
    ELSEWHERE: "这些钱从其他渠道来，和那个渠道的账单核对；不算这份文件少的。",
}


def notes(upload: Upload, now: datetime) -> list[Note]:
    """A sentence for each kind there is."""
    lost = selectors.missing(upload, now)
    base = reverse("reconcile:absent", args=[upload.pk])
    found = []
    for kind in (SYNCING, MISSING, ELSEWHERE):
        sums, status = _counted(_receipts(lost, kind)), STATUSES[kind]
        if sums.count:
            text = _SAID[kind].format(count=sums.count, sum=yuan(sums.fen))
            found.append(Note(status.tone, status.icon, text, f"{base}?kind={kind}"))
    return found


def listed(upload: Upload, kind: str, number: str | None, now: datetime, eyes: Eyes) -> RowsPage:
    """One page of the receipts of a kind; another word is ``MISSING``."""
    kind = kind if kind in STATUSES else MISSING
    found = _receipts(selectors.missing(upload, now), kind)
    page: Page[Receipt] = Paginator(found, PAGE_SIZE).get_page(number)
    status, count = STATUSES[kind], page.paginator.count
    return RowsPage(
        status=status,
        heading=f"{status.text} {count} 笔",
        lead=_LEADS[kind],
        page=page,
        rows=tuple(pairs.of_receipt(receipt, eyes, kind) for receipt in page),
        count=count,
        unit="笔",
        q="",
        warned=False,
        may_warn=False,
        is_refused=False,
        download="",
        kept={"kind": kind},
    )


def _receipts(lost: Missing, kind: str) -> QuerySet[Receipt]:
    return {MISSING: lost.missing, SYNCING: lost.syncing, ELSEWHERE: lost.elsewhere}[kind]


def _counted(rows: QuerySet[Receipt]) -> Sums:
    found = rows.order_by().aggregate(count=Count("pk"), fen=Sum("amount_fen"))
    return Sums(found["count"], found["fen"] or 0)
