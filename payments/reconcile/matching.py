"""What the staged rows mean, set-based: what is certain by joins, the rest by the book itself.

Certain is a row about one order that no other row of the file touches. Rows that could influence
each other are put in clusters, and every cluster is entered into the book that settling uses, so
that a preview says what will happen.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import connection

from payments.book import Arrival
from payments.reconcile.clusters import clusters
from payments.reconcile.grouping import grouped
from payments.reconcile.states import Group
from payments.services.settle import foresee
from payments.states import MessageKind

BATCH = 1000  # rows applied in one transaction
# `entangled`: to be entered into the book; `tied`: with other rows of the file. Money told without
# a trade number may be any of the order's, unless the order is open: then nothing came for it yet.
_FIRST = """
    DROP TABLE IF EXISTS reconcile_verdict CASCADE;
    CREATE TEMPORARY TABLE reconcile_verdict AS
    SELECT s.position, s.amount_fen, o.id AS order_id, coalesce(own.id, adopted.id) AS receipt_id,
        o.payer_id,
        CASE
            WHEN s.kind = 'fault' THEN 'refused'
            WHEN s.kind = 'refund' THEN 'refund'
            WHEN o.channel <> %(channel)s THEN 'other'
            WHEN s.order_number IN (
                SELECT order_number FROM reconcile_stage
                WHERE kind = 'payment' AND order_number <> '' GROUP BY 1 HAVING count(*) > 1)
            OR s.trade_number IN (
                SELECT trade_number FROM reconcile_stage
                WHERE kind = 'payment' AND trade_number <> '' GROUP BY 1 HAVING count(*) > 1)
            THEN 'tied'
            WHEN EXISTS (
                SELECT FROM payments_surplus x JOIN payments_resolution d ON d.surplus_id = x.id
                WHERE x.receipt_id = coalesce(own.id, adopted.id)
                    AND d.method = 'void' AND d.state = 'arrived') THEN 'conflict'
            WHEN (own.order_number = s.order_number AND own.amount_fen = s.amount_fen)
                OR (own.id IS NULL AND adopted.order_number = s.order_number
                    AND adopted.amount_fen = s.amount_fen) THEN 'known'
            WHEN own.id IS NOT NULL OR adopted.id IS NOT NULL THEN 'conflict'
            WHEN unnamed.id IS NOT NULL THEN 'entangled'
            WHEN s.trade_number = '' AND o.state IS DISTINCT FROM 'open' THEN 'entangled'
            WHEN o.id IS NULL THEN 'unknown'
            WHEN o.amount_fen <> s.amount_fen THEN 'amount'
            WHEN o.state = 'open' THEN 'open'
            ELSE 'entangled'
        END AS word,
        NULL::text AS effect,
        s.payer_name <> '' AND strpos(s.payer_name, '*') = 0
            AND replace(s.payer_name, ' ', '') <> replace(u.name, ' ', '') AS name_differs,
        s.payer_number <> '' AND strpos(s.payer_number, '*') = 0
            AND s.payer_number <> u.username AS number_differs,
        NULL::integer AS batch
    FROM reconcile_stage s
    LEFT JOIN payments_order o ON s.kind <> 'fault' AND o.number = s.order_number
    LEFT JOIN accounts_user u ON u.id = o.payer_id
    LEFT JOIN payments_receipt own ON s.kind = 'payment' AND s.trade_number <> ''
        AND own.channel = %(channel)s AND own.trade_number = s.trade_number
        AND own.kind = 'payment'
    LEFT JOIN payments_adoptednumber a ON s.kind = 'payment' AND s.trade_number <> ''
        AND a.channel = %(channel)s AND a.trade_number = s.trade_number
    LEFT JOIN payments_receipt adopted ON adopted.id = a.receipt_id
    LEFT JOIN payments_receipt unnamed ON s.kind = 'payment' AND unnamed.channel = %(channel)s
        AND unnamed.trade_number = 'order:' || s.order_number AND unnamed.kind = 'payment'
        AND unnamed.trade_number LIKE 'order:%%'
"""
# An open order is certain when it holds all its charges, each still owed by its payer and as it
# was, and no other order of the file is about one of them.
_OPEN = """
    WITH lines AS MATERIALIZED (
        SELECT v.position, v.word, v.order_id, v.payer_id, l.charge_id, l.state, l.amount_fen
        FROM reconcile_verdict v JOIN payments_orderline l ON l.order_id = v.order_id
        WHERE v.word IN ('open', 'entangled', 'tied')
    ), shared AS (
        SELECT charge_id FROM lines GROUP BY charge_id HAVING min(order_id) <> max(order_id)
    ), uncertain AS (
        SELECT lines.position, bool_or(shared.charge_id IS NOT NULL) AS is_tied
        FROM lines JOIN payments_charge c ON c.id = lines.charge_id
        LEFT JOIN shared ON shared.charge_id = lines.charge_id
        WHERE shared.charge_id IS NOT NULL OR (lines.word = 'open' AND (
            lines.state <> 'held' OR c.state <> 'owed' OR c.amount_fen <> lines.amount_fen
            OR c.payer_id <> lines.payer_id))
        GROUP BY 1
    )
    UPDATE reconcile_verdict v
    SET word = CASE WHEN uncertain.is_tied THEN 'tied' ELSE 'entangled' END FROM uncertain
    WHERE v.position = uncertain.position
"""
# Rows that the book was not asked about are applied in the order of the file, in batches behind
# those of the clusters.
_MATCHED = """
    CREATE TEMPORARY VIEW reconcile_matched AS
    WITH begins AS (
        SELECT array_agg(position ORDER BY position) AS positions
        FROM (
            SELECT position, row_number() OVER (ORDER BY position) - 1 AS turn
            FROM reconcile_verdict
            WHERE word IN ('open', 'unknown', 'amount', 'conflict') AND batch IS NULL
        ) certain
        WHERE turn %% %(size)s = 0
    )
    SELECT position, order_id, receipt_id, amount_fen,
        coalesce(name_differs, false) AS name_differs,
        coalesce(number_differs, false) AS number_differs,
        CASE word WHEN 'open' THEN 'settle' ELSE word END AS word,
        coalesce(effect, CASE WHEN word = 'open' THEN 'pay'
            WHEN word IN ('unknown', 'amount') THEN 'keep' ELSE '' END) AS effect,
        CASE WHEN batch IS NULL AND word IN ('open', 'unknown', 'amount', 'conflict')
            THEN (SELECT coalesce(max(batch) + 1, 0) FROM reconcile_verdict)
                + width_bucket(position, (SELECT positions FROM begins)) - 1
            ELSE batch END AS batch
    FROM reconcile_verdict
"""
_TIED = """
    SELECT s.position, s.order_number, s.trade_number, s.amount_fen, s.moved_at,
        coalesce(array_agg(l.charge_id) FILTER (WHERE l.charge_id IS NOT NULL), '{}')
    FROM reconcile_verdict v JOIN reconcile_stage s USING (position)
    LEFT JOIN payments_orderline l ON l.order_id = v.order_id
    WHERE v.word = 'tied'
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1
"""
_ALONE = """
    SELECT s.position, s.order_number, s.trade_number, s.amount_fen, s.moved_at
    FROM reconcile_verdict v JOIN reconcile_stage s USING (position)
    WHERE v.word = 'entangled' ORDER BY 1
"""
_TOLD = """
    DROP TABLE IF EXISTS reconcile_told;
    CREATE TEMPORARY TABLE reconcile_told (
        position integer, word text, effect text, batch integer, receipt_id bigint)
"""
_TELL = """
    INSERT INTO reconcile_told
    SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::int[], %s::bigint[])
"""
# Once, not for each batch: that would read all verdicts as many times as there are batches.
_DISENTANGLE = """
    ANALYZE reconcile_told;
    UPDATE reconcile_verdict v SET word = t.word, effect = t.effect, batch = t.batch,
        receipt_id = nullif(t.receipt_id, 0)
    FROM reconcile_told t WHERE v.position = t.position
"""

Parameters = dict[str, Any]
Rows = Sequence[tuple[Any, ...]]


def match(channel: str, now: datetime) -> None:
    """Give every staged row its word, effect, and the batch it is applied with: the view
    ``reconcile_matched``, until the stage ends.
    """
    _run("ANALYZE reconcile_stage (position, kind, order_number, trade_number)")
    _run(_FIRST, {"channel": channel})
    _run("ANALYZE reconcile_verdict (position, word, order_id)")
    _run(_OPEN)
    _disentangle(channel, now)
    _run(_MATCHED, {"size": BATCH})


def _disentangle(channel: str, now: datetime) -> None:
    """Enter what is entangled into the book, each batch by itself."""
    _run(_TOLD)
    for batch, some in enumerate(chain(_tied(), _alone())):
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
        while rows := cursor.fetchmany(BATCH):
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
        if size >= BATCH:
            yield _in_order(rows, waiting)
            waiting, size = [], 0
    if waiting:
        yield _in_order(rows, waiting)


def _in_order(rows: Rows, chosen: list[list[int]]) -> Rows:
    return [rows[index] for index in sorted(chain.from_iterable(chosen))]


def _arrival(channel: str, row: tuple[Any, ...], now: datetime) -> Arrival:
    _, number, trade, fen, moved_at, *_ = row
    return Arrival(channel, number, trade, fen, moved_at or now, MessageKind.STATEMENT)


def _run(statement: str, values: Parameters | list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
