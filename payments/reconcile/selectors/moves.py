"""Movements of money by channel and local day: ours (receipts), theirs (rows of applied files).

A row that is matched counts on the day of its receipt, so that what was paid a second before
midnight and booked the day after is no difference. A movement that two files list counts once,
one that was taken back, because its row was wrong, on neither side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from payments.reconcile.selectors.uploads import midnight

_SUMS = """
    WITH taken_back AS (
        SELECT s.receipt_id FROM payments_surplus s
        JOIN payments_resolution d ON d.surplus_id = s.id
        WHERE d.method = 'void' AND d.state = 'arrived'
    ), listed AS (
        SELECT DISTINCT u.channel, r.kind, r.amount_fen,
            (coalesce(p.paid_at, r.moved_at, u.uploaded_at) AT TIME ZONE %(zone)s)::date AS day,
            CASE
                WHEN p.id IS NOT NULL AND r.kind = 'payment' THEN 'receipt:' || p.id
                WHEN r.kind = 'payment' AND r.trade_number <> '' THEN r.trade_number
                WHEN r.refund_number <> '' THEN r.refund_number
                WHEN r.refund_trade_number <> '' THEN r.refund_trade_number
                ELSE r.order_number || '@' || coalesce(r.moved_at::text, '')
            END AS key
        FROM reconcile_upload u
        JOIN reconcile_uploadrow r ON r.upload_id = u.id AND r.kind <> 'fault'
        LEFT JOIN reconcile_rowoutcome o ON o.row_id = r.id
        LEFT JOIN payments_receipt p ON p.id = coalesce(o.receipt_id, r.receipt_id)
        WHERE u.state = 'applied' AND u.channel = ANY(%(channels)s)
            AND NOT EXISTS (SELECT FROM taken_back t WHERE t.receipt_id = p.id)
            AND coalesce(u.first_day, (u.uploaded_at AT TIME ZONE %(zone)s)::date) <= %(last)s + 1
            AND coalesce(u.last_day, (u.uploaded_at AT TIME ZONE %(zone)s)::date) >= %(first)s - 1
    ), moves AS (
        SELECT 'ours' AS side, channel, (paid_at AT TIME ZONE %(zone)s)::date AS day, kind,
            amount_fen, trade_number || '|' || order_number AS key
        FROM payments_receipt p
        WHERE channel = ANY(%(channels)s) AND paid_at >= %(since)s AND paid_at < %(until)s
            AND kind <> 'void'
            AND NOT EXISTS (SELECT FROM taken_back t WHERE t.receipt_id = p.id)
        UNION ALL
        SELECT 'theirs', channel, day, kind, amount_fen, key
        FROM listed WHERE day BETWEEN %(first)s AND %(last)s
    )
    SELECT channel, day, side, count(*),
        sum(CASE kind WHEN 'payment' THEN amount_fen ELSE -amount_fen END)::bigint,
        encode(sha256(convert_to(string_agg(
            kind || '|' || key || '|' || amount_fen, E'\\n'
            ORDER BY kind COLLATE "C", key COLLATE "C", amount_fen), 'UTF8')), 'hex')
    FROM moves GROUP BY 1, 2, 3
"""
_COVERED = """
    SELECT DISTINCT u.channel, d::date
    FROM (
        SELECT channel, state,
            coalesce(least(first_day, day), (uploaded_at AT TIME ZONE %(zone)s)::date) AS since,
            coalesce(greatest(last_day, day), (uploaded_at AT TIME ZONE %(zone)s)::date) AS until
        FROM reconcile_upload
        WHERE coalesce(first_day, day) IS NOT NULL
            OR EXISTS (SELECT FROM reconcile_uploadrow r WHERE r.upload_id = reconcile_upload.id)
    ) u, generate_series(
        greatest(u.since, %(first)s), least(u.until, %(last)s), interval '1 day') d
    WHERE u.state = 'applied' AND u.channel = ANY(%(channels)s)
"""


@dataclass(frozen=True)
class Side:
    """What moved: how many times, payments minus refunds in fen, and a hash of each movement."""

    count: int = 0
    fen: int = 0
    content: str = ""


Key = tuple[str, date]


def sides(channels: Sequence[str], first: date, last: date) -> dict[tuple[str, date, str], Side]:
    """(channel, day, ``ours`` or ``theirs``) → what moved; nothing for a day without money."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, parameters(channels, first, last))
        return {(row[0], row[1], row[2]): Side(*row[3:]) for row in cursor.fetchall()}


def covered(channels: Sequence[str], first: date, last: date) -> set[Key]:
    """The days that an applied file is about; a fetched one without rows, that it was asked for.
    One without rows that somebody sent is about no day at all, if it does not say of which it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, parameters(channels, first, last))
        return {(channel, day) for channel, day in cursor.fetchall()}


def parameters(channels: Sequence[str], first: date, last: date) -> dict[str, Any]:
    """What a statement about these days of these channels asks for, the last day included."""
    return {
        "channels": list(channels),
        "first": first,
        "last": last,
        "since": midnight(first),
        "until": midnight(last + timedelta(days=1)),
        "zone": settings.TIME_ZONE,
    }
