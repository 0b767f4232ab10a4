"""Refunds that stand on one side of a day only, and where the other side has them.

A statement lists a refund on the platform's day; ours stands on the day named by whoever told of
it first: the answer to a question, or another file. Neither is moved, so that a day agrees with its
statement, and each of the two days names the other.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from payments.reconcile.selectors.moves import parameters
from payments.services.refunds import UNDER_WAY
from payments.states import ResolutionMethod

# How far both days may lie from each other: a bank that takes its time needs weeks.
REACH = timedelta(days=60)
# Each refund once. A second row about it has nothing on our side and stays a difference.
_APART = """
    WITH named AS (
        SELECT u.channel, r.refund_number, r.amount_fen,
            (coalesce(r.moved_at, u.uploaded_at) AT TIME ZONE %(zone)s)::date AS day
        FROM reconcile_upload u
        JOIN reconcile_rowoutcome o ON o.upload_id = u.id AND o."group" = 'refund'
        JOIN reconcile_uploadrow r ON r.id = o.row_id
        WHERE u.state = 'applied' AND u.channel = ANY(%(channels)s) AND u.refund_count > 0
            AND coalesce(u.last_day, (u.uploaded_at AT TIME ZONE %(zone)s)::date) >= %(first)s
            AND coalesce(u.first_day, (u.uploaded_at AT TIME ZONE %(zone)s)::date) <= %(last)s
    ), ours AS (
        SELECT p.channel, p.trade_number AS refund_number, p.amount_fen,
            (p.paid_at AT TIME ZONE %(zone)s)::date AS day
        FROM payments_resolution d
        JOIN payments_receipt p ON p.trade_number = d.refund_number AND p.kind = 'refund'
            AND p.channel = ANY(%(channels)s)
        WHERE d.state = 'arrived' AND d.arrived_at >= %(since)s AND d.arrived_at < %(until)s
    ), theirs AS (
        SELECT DISTINCT ON (n.channel, n.refund_number) n.*
        FROM named n LEFT JOIN ours USING (channel, refund_number)
        ORDER BY n.channel, n.refund_number, n.day IS DISTINCT FROM ours.day, n.day
    )
    SELECT channel, refund_number, coalesce(theirs.amount_fen, ours.amount_fen), ours.day,
        theirs.day, d.id, d.method, d.state
    FROM theirs FULL JOIN ours USING (channel, refund_number)
    JOIN LATERAL (
        SELECT id, method, state FROM payments_resolution
        WHERE refund_number = coalesce(theirs.refund_number, ours.refund_number)
        ORDER BY id DESC LIMIT 1) d ON true
    WHERE ours.day IS DISTINCT FROM theirs.day
    ORDER BY 2
"""


@dataclass(frozen=True)
class Apart:
    """A refund that only one side has on this day: ours, or the statement's (``is_ours`` False).

    ``other_day``: where the other side has it. None for one that the channel has taken on and not
    yet paid out, and for one of ours that was paid out by hand, which no statement lists.
    """

    refund_number: str
    amount_fen: int
    resolution_id: int
    is_ours: bool
    other_day: date | None

    @property
    def count(self) -> int:
        """What it adds to our number of movements minus theirs."""
        return 1 if self.is_ours else -1

    @property
    def fen(self) -> int:
        """What it adds to our sum minus theirs."""
        return -self.amount_fen * self.count


Key = tuple[str, date]


def apart(channels: Sequence[str], first: date, last: date) -> dict[Key, list[Apart]]:
    """(channel, day) → what explains a difference of that day. One statement.

    Nothing explains a refund of ours that a statement should list and none does yet, nor one that
    was listed and did not go through.
    """
    with connection.cursor() as cursor:
        cursor.execute(_APART, parameters(channels, first - REACH, last + REACH))
        rows = cursor.fetchall()
    found: defaultdict[Key, list[Apart]] = defaultdict(list)
    for channel, *told in rows:
        for day, one in _sides(*told):
            found[channel, day].append(one)
    return found


def _sides(
    number: str,
    fen: int,
    our_day: date | None,
    their_day: date | None,
    resolution_id: int,
    method: str,
    state: str,
) -> Iterator[tuple[date, Apart]]:
    known = (number, fen, resolution_id)
    if our_day and (their_day or method == ResolutionMethod.MANUAL):
        yield our_day, Apart(*known, is_ours=True, other_day=their_day)
    if their_day and (our_day or state in UNDER_WAY):
        yield their_day, Apart(*known, is_ours=False, other_day=our_day)
