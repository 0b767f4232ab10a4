"""Differences nobody has decided yet: for finance's work list, and for a round's verification.

Decided is what somebody noted (``Handling``) and nobody took back, and money whose surplus is on
its way: every part of it has a resolution.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from payments.models import Conflict
from payments.reconcile.selectors.uploads import SYNCING
from payments.reconcile.states import Group
from portal.lib import money

# The literal list is that of the partial index ``row_that_differs``. Each row is looked up by its
# key (OFFSET 0 keeps it so): right after a large file PostgreSQL still thinks that a file has one
# row, and would go through all differences for every row of it.
_UNDECIDED = """
    WITH differing AS (
        SELECT r.id AS row_id, r."group" AS word, r.receipt_id
        FROM reconcile_uploadrow r
        WHERE r."group" IN ('surplus', 'amount', 'unknown', 'twice', 'conflict', 'other', 'stray',
                            'refused')
            AND NOT EXISTS (SELECT 1 FROM reconcile_rowoutcome o WHERE o.row_id = r.id)
        UNION ALL
        SELECT o.row_id, o."group", o.receipt_id FROM reconcile_rowoutcome o
        WHERE o."group" IN ('surplus', 'amount', 'unknown', 'twice', 'conflict', 'other', 'stray')
    )
    SELECT d.word, u.channel,
        coalesce((coalesce(p.paid_at, r.moved_at) AT TIME ZONE %(zone)s)::date, u.first_day,
                 u.last_day, (u.uploaded_at AT TIME ZONE %(zone)s)::date),
        r.order_number, r.amount_fen, u.applied_at, r.id, u.id, NULL::bigint,
        (SELECT pay.id FROM payments_order pay WHERE pay.number = r.order_number), r.position,
        r.order_id, r.trade_number, r.payer_name, r.payer_number
    FROM differing d
    CROSS JOIN LATERAL (SELECT * FROM reconcile_uploadrow one WHERE one.id = d.row_id OFFSET 0) r
    JOIN reconcile_upload u ON u.id = r.upload_id AND u.state = 'applied'
    LEFT JOIN payments_receipt p ON p.id = d.receipt_id
    WHERE NOT EXISTS (
            SELECT 1 FROM reconcile_handling h WHERE h.row_id = r.id AND h.withdrawn_at IS NULL)
        AND NOT coalesce((
            SELECT bool_and(EXISTS (
                SELECT 1 FROM payments_resolution x
                WHERE x.surplus_id = s.id AND x.state <> 'cancelled'))
            FROM payments_surplus s WHERE s.receipt_id = d.receipt_id), false)
    UNION ALL
    SELECT NULL, m.channel, (m.paid_at AT TIME ZONE %(zone)s)::date, m.order_number, m.amount_fen,
        m.paid_at, NULL, NULL, m.id, m.order_id, NULL,
        m.order_id, m.trade_number, '', ''
    FROM payments_receipt m
    WHERE m.kind = 'payment' AND m.paid_at <= %(edge)s AND m.channel = ANY(%(channels)s)
        AND EXISTS (
            SELECT 1 FROM reconcile_upload u
            WHERE u.state = 'applied' AND u.channel = m.channel AND u.payment_count > 0
                AND (m.paid_at AT TIME ZONE %(zone)s)::date BETWEEN u.first_day AND u.last_day)
        AND NOT EXISTS (
            SELECT 1 FROM reconcile_uploadrow r JOIN reconcile_upload u ON u.id = r.upload_id
            WHERE r.receipt_id = m.id AND u.state = 'applied')
        AND NOT EXISTS (SELECT 1 FROM reconcile_rowoutcome o WHERE o.receipt_id = m.id)
        AND NOT EXISTS (
            SELECT 1 FROM reconcile_handling h WHERE h.receipt_id = m.id AND h.withdrawn_at IS NULL)
        AND NOT EXISTS (
            SELECT FROM payments_surplus s JOIN payments_resolution d ON d.surplus_id = s.id
            WHERE s.receipt_id = m.id AND d.method = 'void' AND d.state = 'arrived')
"""
UNDECIDED = f"""
    ({_UNDECIDED}) AS found (word, channel, day, order_number, amount_fen, since, row_id, upload_id,
        receipt_id, order_id, position, matched_order_id, trade_number, payer_name, payer_number)
"""
OLDEST_FIRST = "since, upload_id, position, receipt_id"
_LISTED = f"""
    SELECT word, channel, day, order_number, amount_fen, since, row_id, upload_id, receipt_id,
        order_id
    FROM {UNDECIDED} ORDER BY {OLDEST_FIRST}
"""  # noqa: S608 -- all of it is written here
_COUNTED = f"""
    WITH taken_back AS MATERIALIZED (
        SELECT row_id, receipt_id FROM reconcile_handling WHERE withdrawn_at IS NOT NULL
    )
    SELECT found.channel, found.day, count(*), coalesce(bool_or(
        row_id IN (SELECT row_id FROM taken_back WHERE row_id IS NOT NULL)
        OR receipt_id IN (SELECT receipt_id FROM taken_back WHERE receipt_id IS NOT NULL)), false)
    FROM {UNDECIDED} GROUP BY 1, 2
"""  # noqa: S608 -- all of it is written here
_IS_MISSING = f"""
    SELECT EXISTS (SELECT FROM {UNDECIDED} WHERE receipt_id = %(receipt)s)
"""  # noqa: S608 -- all of it is written here
_GROUP_ORDERS = """
    SELECT DISTINCT l.order_id FROM payments_orderline l
    JOIN payments_charge c ON c.id = l.charge_id
    WHERE c."group" = %s AND l.order_id = ANY(%s)
"""


@dataclass(frozen=True)
class Difference:
    """One thing that does not fit: a row of a file (``row_id``), or a receipt of ours that no
    file lists (``receipt_id``, ``group`` None), or a conflict told by a callback (neither).
    """

    group: Group | None
    channel: str
    day: date
    order_number: str
    amount_fen: int | None  # of a row whose amount could not be read: none, never zero
    since: datetime
    row_id: int | None = None
    upload_id: int | None = None
    receipt_id: int | None = None
    order_id: int | None = None

    @property
    def text(self) -> str:
        """What it is, in Chinese."""
        what = self.group.label if self.group else "已入账，两天后仍不在对账单中"
        number = f"订单 {self.order_number}，" if self.order_number else ""
        amount = "金额读不出" if self.amount_fen is None else money.yuan(self.amount_fen)
        return f"{what}：{number}{amount}"


class Waiting(NamedTuple):
    """How many of a day wait, and whether of one a decision was taken back."""

    number: int = 0
    again: bool = False


def work_list(now: datetime) -> list[Difference]:
    """Everything undecided of applied files, oldest first, in the order of each. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, values(now))
        return [
            Difference(Group(word) if word else None, *rest) for word, *rest in cursor.fetchall()
        ]


def counted(now: datetime) -> Counter[tuple[str, date]]:
    """How many there are of each channel's day, for whoever shows none of them. One statement."""
    return Counter({key: one.number for key, one in by_day(now).items()})


def by_day(now: datetime) -> dict[tuple[str, date], Waiting]:
    """What waits of each channel's day that has any. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, values(now))
        return {(channel, day): Waiting(*told) for channel, day, *told in cursor.fetchall()}


def is_missing(receipt_id: int, now: datetime) -> bool:
    """Whether this money of ours waits because no file lists it."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_MISSING, values(now) | {"receipt": receipt_id})
        [answer] = cursor.fetchone()
    return bool(answer)


def values(now: datetime) -> dict[str, Any]:
    """What ``UNDECIDED`` asks for."""
    return {
        "zone": settings.TIME_ZONE,
        "edge": now - SYNCING,
        "channels": list(settings.GATEWAYS),
    }


def open_differences(group: str, now: datetime) -> list[Difference]:
    """Those that touch charges of this group (``retake:round:7``), conflicts told by callbacks
    included.
    """
    found = work_list(now)
    touched = _orders_of(group, [one.order_id for one in found if one.order_id])
    return [one for one in found if one.order_id in touched] + _conflicts(group)


def warnings(now: datetime) -> list[Difference]:
    """Those about no order of ours: they warn, they block nothing."""
    return [one for one in work_list(now) if one.order_id is None]


def _orders_of(group: str, order_ids: list[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_GROUP_ORDERS, [group, order_ids])
        return {order_id for (order_id,) in cursor.fetchall()}


def _conflicts(group: str) -> list[Difference]:
    rows = Conflict.objects.filter(closure=None, receipt__order__lines__charge__group=group)
    return [
        Difference(
            group=Group.CONFLICT,
            channel=row.receipt.channel,
            day=row.seen_at.date(),
            order_number=row.order_number,
            amount_fen=row.amount_fen,
            since=row.seen_at,
            order_id=row.receipt.order_id,
        )
        for row in rows.distinct().select_related("receipt").order_by("pk")
    ]
