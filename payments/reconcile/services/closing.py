"""日结: sealing a channel's day."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from payments.reconcile.models import DayClose, Upload
from payments.reconcile.sealing import seal_of
from payments.reconcile.selectors.days import Day, days, sealed
from payments.reconcile.states import UploadState
from payments.reconcile.wording import who
from payments.services.patience import patiently
from portal.lib import money
from portal.lib.errors import DomainError
from portal.lib.moments import day as day_text
from portal.lib.moments import moment

# What a statement row of the day confirms; one that conflicts confirms nothing.
_RECONCILED = """
    INSERT INTO payments_reconciled (receipt_id, day, sealed_at)
    SELECT DISTINCT p.id, %(day)s::date, %(now)s::timestamptz
    FROM payments_receipt p
    WHERE p.channel = %(channel)s AND p.kind = 'payment'
        AND (p.paid_at AT TIME ZONE %(zone)s)::date = %(day)s
        AND (EXISTS (
            SELECT 1 FROM reconcile_uploadrow r JOIN reconcile_upload u ON u.id = r.upload_id
            WHERE r.receipt_id = p.id AND u.state = 'applied' AND r."group" <> 'conflict')
            OR EXISTS (SELECT 1 FROM reconcile_rowoutcome o
                       JOIN reconcile_upload u ON u.id = o.upload_id
                       WHERE o.receipt_id = p.id AND u.state = 'applied'))
    ON CONFLICT (receipt_id) DO NOTHING
"""


def seal(
    channel: str,
    day: date,
    *,
    actor_id: int | None,
    now: datetime,
    note: str = "",
    seen: str | None = None,
) -> DayClose:
    """Close a day that is over. Its confirmed receipts are 对账 done from then on. Without an actor
    it is the portal. ``seen``: the day's content as the page with the button showed it, None where
    there is no page; raises ``day.moved`` when it is another by now.

    Raises ``day.not_over``, ``day.applying`` while a file of it is, ``day.no_statement`` without an
    applied file of that day and without a note, ``day.open_differences`` while one is not decided,
    ``day.differs`` when the sums differ by more than refunds that stand on another day and nobody
    says why, ``day.sealed`` when nothing changed since the last seal.
    """
    note = note.strip()[:200]
    return patiently(lambda: _seal(channel, day, note, actor_id, now, seen))


@transaction.atomic
def _seal(
    channel: str, day: date, note: str, actor_id: int | None, now: datetime, seen: str | None
) -> DayClose:
    [found] = days([channel], day, day, now)
    _refuse(found, note, now, seen)
    last = DayClose.objects.filter(channel=channel).order_by("sequence").last()
    close = DayClose(
        channel=channel,
        day=day,
        revision=found.close.revision + 1 if found.close else 1,
        sequence=last.sequence + 1 if last else 1,
        ours_count=found.ours_count,
        ours_fen=found.ours_fen,
        theirs_count=found.theirs_count,
        theirs_fen=found.theirs_fen,
        difference_count=found.open_differences,
        note=note,
        content=found.content,
        previous=last.seal if last else "",
        sealed_by_id=actor_id,
        sealed_at=now,
    )
    close.seal = seal_of(close.previous, sealed(close))
    close.save(force_insert=True)
    values: dict[str, Any] = {
        "channel": channel,
        "day": day,
        "now": now,
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECONCILED, values)
    return close


def _refuse(found: Day, note: str, now: datetime, seen: str | None) -> None:
    today = timezone.localtime(now).date()
    name = day_text(found.day, today)
    if found.day >= today:
        raise DomainError("day.not_over", f"{name}还没有过完。", advice="第二天再封存。")
    if seen is not None and seen != found.content:
        raise DomainError(
            "day.moved",
            f"看过以后，{name}的账变了。没有封存。",
            advice="下面是现在的两边，核对后再封存。",
        )
    _refuse_applying(found, name)
    if found.close is not None and not found.changed:
        told = f"{who(found.close.sealed_by)}于 {moment(found.close.sealed_at, now)} 封存"
        raise DomainError("day.sealed", f"{name}已由{told}，之后没有变化。", advice="不用再封存。")
    if found.open_differences:
        raise DomainError(
            "day.open_differences",
            f"{name}还有 {found.open_differences} 件差异没有处理。",
            advice="逐件写明处理结果，再封存。",
        )
    if not found.has_statement and not note:
        raise DomainError(
            "day.no_statement",
            f"还没有{name}的对账单。",
            advice="先上传并入账，或写明为什么没有对账单。",
        )
    if found.unexplained_fen and not note:
        raise DomainError(
            "day.differs",
            f"{name}两边相差 {money.yuan(abs(found.unexplained_fen))}。",
            advice="写明原因，再封存。",
        )


def _refuse_applying(found: Day, name: str) -> None:
    """Half of a statement is neither the day with it nor the day without."""
    rows = Upload.objects.filter(state=UploadState.APPLYING, channel=found.channel)
    one = rows.filter(first_day__lte=found.day, last_day__gte=found.day).first()
    if one is not None:
        raise DomainError(
            "day.applying", f"{name}的账单（{one.name}）正在入账。", advice="入账完再封存。"
        )
