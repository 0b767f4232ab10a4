"""The channels' own daily files: payments are settled like any other news, refunds confirmed."""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import DataError, IntegrityError
from django.utils import timezone

from payments.book import Arrival
from payments.gateways import facts
from payments.gateways.base import (
    GatewayUnavailable,
    StatementLine,
    StatementNotReady,
    StatementRefund,
    StatementRow,
)
from payments.gateways.registry import gateway
from payments.models import StatementDay
from payments.services import messages, refund_rows
from payments.services.settle import settle
from payments.states import MessageKind

logger = logging.getLogger("money")
LOOK_BACK = 7  # days a missed file is still asked for
ROWS_AT_A_TIME = 500


def fetch_missing(now: datetime) -> int:
    """Fetch and settle every file of the last days that has not been; returns how many.

    A file that is not ready or a channel that is silent is asked again by the next run; only a
    file that came, even an empty one, is marked as had.
    """
    today = timezone.localtime(now).date()
    days = [today - timedelta(days=back) for back in range(LOOK_BACK, 0, -1)]
    had = set(StatementDay.objects.filter(day__in=days).values_list("channel", "day"))
    wanted = ((name, day) for name in settings.GATEWAYS for day in days if (name, day) not in had)
    return sum(_fetch(channel, day, now) for channel, day in wanted)


def _fetch(channel: str, day: date, now: datetime) -> bool:
    try:
        told = list(gateway(channel).statement_rows(day))
    except (StatementNotReady, GatewayUnavailable):
        return False
    try:
        _take(channel, day, _usable(channel, told, now), now)
    except (DataError, IntegrityError):  # the other files are not to wait for this one
        logger.exception("statement of %s, %s: not settled, asked again", channel, day)
        return False
    return True


def _usable(channel: str, told: list[StatementLine], now: datetime) -> list[StatementLine]:
    """The rows that can be kept; each of the others is a message with its refusal."""
    rows: list[StatementLine] = []
    refused = []
    for row in told:
        try:
            rows.append(facts.line(row))
        except ValueError as error:
            logger.error("statement of %s: row refused: %s", channel, error)
            kind, why = MessageKind.STATEMENT, f"malformed: {error}"
            refused.append(messages.compose(channel, kind, row.number, row.raw, now, refusal=why))
    messages.record_all(refused)
    return rows


def _take(channel: str, day: date, told: list[StatementLine], now: datetime) -> None:
    rows = [row for row in told if isinstance(row, StatementRow)]
    for some in _parts(rows):
        settle(_arrivals(channel, some, now), now)
    # After the payments: a refund may be of a payment of the same file.
    gone = [row for row in told if isinstance(row, StatementRefund)]
    refund_rows.note_rows(channel, gone, now)
    StatementDay.objects.get_or_create(
        channel=channel,
        day=day,
        defaults={
            "row_count": len(rows),
            "amount_fen": sum(row.amount_fen for row in rows),
            "fetched_at": now,
        },
    )


def _parts(rows: Iterable[StatementRow]) -> Iterator[list[StatementRow]]:
    remaining = iter(rows)
    while part := list(islice(remaining, ROWS_AT_A_TIME)):
        yield part


def _arrivals(channel: str, rows: list[StatementRow], now: datetime) -> list[Arrival]:
    kind = MessageKind.STATEMENT
    stored = messages.record_all(
        messages.compose(channel, kind, row.number, row.raw, now) for row in rows
    )
    return [
        Arrival(
            channel=channel,
            order_number=row.number,
            trade_number=row.trade_number,
            amount_fen=row.amount_fen,
            paid_at=row.paid_at,
            kind=kind,
            message_id=message.pk,
        )
        for row, message in zip(rows, stored, strict=True)
    ]
