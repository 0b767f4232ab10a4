"""Rows that touch each other, and whatever joins cannot tell: entered into the book itself.

Rows that could influence each other (same order, trade number or charge) are put in clusters, and
every cluster is entered into the book that settling uses, so that a preview says what will happen.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection

from payments.book import Arrival
from payments.reconcile import matching, staging
from payments.reconcile.clusters import clusters
from payments.reconcile.grouping import grouped
from payments.reconcile.states import Group
from payments.services.settle import foresee
from payments.states import MessageKind

# An open order is certain when it holds all its charges, each owed by its payer and as it was.
_OPEN = """
    UPDATE reconcile_verdict SET word = 'entangled'
    WHERE word = 'settle' AND order_id IN (
        SELECT l.order_id
        FROM reconcile_verdict v JOIN payments_order o ON o.id = v.order_id
        JOIN payments_orderline l ON l.order_id = o.id
        JOIN payments_charge c ON c.id = l.charge_id
        WHERE v.word = 'settle' AND (
            l.state <> 'held' OR c.state <> 'owed' OR c.amount_fen <> l.amount_fen
            OR c.payer_id <> o.payer_id))
"""
_IS_UNCERTAIN = """
    SELECT EXISTS (SELECT FROM reconcile_verdict WHERE word IN ('entangled', 'tied'))
"""
_REPEATED = """
    WITH payments AS MATERIALIZED (
        SELECT order_number, trade_number FROM reconcile_verdict
        WHERE word NOT IN ('refused', 'refund')
    )
    UPDATE reconcile_verdict SET word = 'tied'
    WHERE word NOT IN ('refused', 'refund', 'other') AND (
        order_number IN (
            SELECT order_number FROM payments
            WHERE order_number <> '' GROUP BY 1 HAVING count(*) > 1)
        OR trade_number IN (
            SELECT trade_number FROM payments
            WHERE trade_number <> '' GROUP BY 1 HAVING count(*) > 1))
"""
# Nobody else holds a charge that a certain order holds, but an order that held it before may be
# among the uncertain ones.
_SHARED = """
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT l.charge_id
        FROM reconcile_verdict v JOIN payments_orderline l ON l.order_id = v.order_id
        WHERE v.word IN ('entangled', 'tied')
    ), lines AS MATERIALIZED (
        SELECT v.position, v.order_id, l.charge_id
        FROM touched JOIN payments_orderline l ON l.charge_id = touched.charge_id
        JOIN reconcile_verdict v ON v.order_id = l.order_id
        WHERE v.word IN ('settle', 'entangled', 'tied')
    ), shared AS (
        SELECT charge_id FROM lines GROUP BY charge_id HAVING min(order_id) <> max(order_id)
    )
    UPDATE reconcile_verdict v SET word = 'tied'
    WHERE v.position IN (SELECT position FROM lines JOIN shared USING (charge_id))
"""
_TIED = """
    SELECT v.position, v.order_number, v.trade_number, v.amount_fen, v.moved_at,
        coalesce(array_agg(l.charge_id) FILTER (WHERE l.charge_id IS NOT NULL), '{}')
    FROM reconcile_verdict v
    LEFT JOIN payments_orderline l ON l.order_id = v.order_id
    WHERE v.word = 'tied'
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1
"""
_ALONE = """
    SELECT position, order_number, trade_number, amount_fen, moved_at
    FROM reconcile_verdict WHERE word = 'entangled' ORDER BY 1
"""
_NEXT_BATCH = """
    SELECT coalesce(max(batch) + 1, 0) FROM reconcile_verdict
    WHERE word NOT IN ('entangled', 'tied')
"""
_TELL = """
    INSERT INTO reconcile_told
    SELECT position, word, effect, batch, nullif(receipt_id, 0)
    FROM unnest(%s::int[], %s::text[], %s::text[], %s::int[], %s::bigint[])
        told (position, word, effect, batch, receipt_id)
"""
# Once, not for each batch: that would read all verdicts as many times as there are batches.
_DISENTANGLE = """
    ANALYZE reconcile_told;
    UPDATE reconcile_verdict v
    SET word = t.word, effect = t.effect, batch = t.batch, receipt_id = t.receipt_id
    FROM reconcile_told t WHERE v.position = t.position
"""
_GROUPS = """
    SELECT word, count(*), coalesce(sum(amount_fen), 0)::bigint FROM reconcile_verdict GROUP BY 1
"""

Rows = Sequence[tuple[Any, ...]]


def finish(channel: str, now: datetime, *, repeats: bool) -> Iterator[int]:
    """Give the rows their last word that only the whole file tells; tells how many have it.

    ``repeats``: a number may stand in the file twice.
    """
    _run("ANALYZE reconcile_verdict (position, word, order_id)")
    if repeats:
        _run(_REPEATED)
    _run(_OPEN)
    if _row(_IS_UNCERTAIN)[0]:
        _run(_SHARED)
        yield from _disentangle(channel, now)


def corrections() -> bytes:
    """The rows whose last word was not their first, as lines that COPY takes: position, word,
    effect, batch, receipt.
    """
    return staging.copied("COPY reconcile_told TO STDOUT")


def groups() -> dict[str, list[int]]:
    """What the rows mean so far → rows, fen."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS)
        return {word: [count, fen] for word, count, fen in cursor.fetchall()}


def _disentangle(channel: str, now: datetime) -> Iterator[int]:
    """Enter what is entangled into the book, each batch by itself, behind the certain ones."""
    done = 0
    for batch, some in enumerate(chain(_tied(), _alone()), start=_row(_NEXT_BATCH)[0]):
        arrivals = [_arrival(channel, row, now) for row in some]
        outcomes = foresee(arrivals)
        verdicts = [
            (row[0], group, effect, None if group is Group.OTHER_CHANNEL else batch,
             outcome.receipt.receipt_id if outcome.receipt else 0)
            for row, outcome, (group, effect) in zip(
                some, outcomes, grouped(outcomes), strict=True)
        ]  # fmt: skip
        columns = [list(column) for column in zip(*verdicts, strict=True)]
        columns[1:3] = [[str(one) for one in column] for column in columns[1:3]]
        _run(_TELL, columns)
        done += len(some)
        yield done
    _run(_DISENTANGLE)


def _tied() -> Iterator[Rows]:
    with connection.cursor() as cursor:
        cursor.execute(_TIED)
        rows = cursor.fetchall()
    return _batches(rows)


def _alone() -> Iterator[Rows]:
    """Rows that no other row touches are never all in memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALONE)
        while rows := cursor.fetchmany(matching.BATCH):
            yield rows


def _batches(rows: Rows) -> Iterator[Rows]:
    """Whole clusters, some hundred rows at a time."""
    ties = [
        [f"n{number}", *([f"t{trade}"] if trade else []), *charges]
        for _, number, trade, _, _, charges in rows
    ]
    waiting: list[list[int]] = []
    size = 0
    for cluster in clusters(ties):
        waiting.append(cluster)
        size += len(cluster)
        if size >= matching.BATCH:
            yield _in_order(rows, waiting)
            waiting, size = [], 0
    if waiting:
        yield _in_order(rows, waiting)


def _in_order(rows: Rows, chosen: list[list[int]]) -> Rows:
    return [rows[index] for index in sorted(chain.from_iterable(chosen))]


def _arrival(channel: str, row: tuple[Any, ...], now: datetime) -> Arrival:
    _, number, trade, fen, moved_at, *_ = row
    return Arrival(channel, number, trade, fen, moved_at or now, MessageKind.STATEMENT)


def _row(question: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def _run(statement: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
