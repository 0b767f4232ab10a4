"""What rows of a file mean by themselves, set-based, some thousand at a time as they are read.

Certain is a row about one order that no other row of the file touches; who touches whom only the
whole file tells (``touching``).
"""

from collections.abc import Sequence

from django.db import connection

from payments.reconcile import staging

BATCH = 1000  # rows applied in one transaction
# Few, and asked for once: money told without a trade number.
_UNNAMED = """
    CREATE TEMPORARY TABLE reconcile_unnamed AS
    SELECT substr(trade_number, length('order:') + 1) AS order_number
    FROM payments_receipt
    WHERE channel = %s AND kind = 'payment' AND trade_number LIKE 'order:%%'
"""
# `entangled`: to be entered into the book. Money told without a trade number may be any of the
# order's, unless the order is open: then nothing came for it yet. Certain rows are applied in the
# order of the file.
_MATCH = """
    INSERT INTO reconcile_verdict
    WITH worded AS MATERIALIZED (
        SELECT s.position, s.order_number, s.trade_number, s.amount_fen, s.moved_at,
            o.id AS order_id,
            coalesce(own.id, adopted.id) AS receipt_id,
            CASE
                WHEN s.kind = 'fault' THEN 'refused'
                WHEN s.kind = 'refund' THEN 'refund'
                WHEN o.channel <> %(channel)s THEN 'other'
                WHEN EXISTS (
                    SELECT FROM payments_surplus x JOIN payments_resolution d ON d.surplus_id = x.id
                    WHERE x.receipt_id = coalesce(own.id, adopted.id)
                        AND d.method = 'void' AND d.state = 'arrived') THEN 'conflict'
                WHEN (own.order_number = s.order_number AND own.amount_fen = s.amount_fen)
                    OR (own.id IS NULL AND adopted.order_number = s.order_number
                        AND adopted.amount_fen = s.amount_fen) THEN 'known'
                WHEN own.id IS NOT NULL OR adopted.id IS NOT NULL THEN 'conflict'
                WHEN unnamed.order_number IS NOT NULL THEN 'entangled'
                WHEN s.trade_number = '' AND o.state IS DISTINCT FROM 'open' THEN 'entangled'
                WHEN o.id IS NULL THEN 'unknown'
                WHEN o.amount_fen <> s.amount_fen THEN 'amount'
                WHEN o.state <> 'open' THEN 'entangled'
                ELSE 'settle'
            END AS word,
            coalesce(s.payer_name <> '' AND strpos(s.payer_name, '*') = 0
                AND replace(s.payer_name, ' ', '') <> replace(u.name, ' ', ''),
                false) AS name_differs,
            coalesce(s.payer_number <> '' AND strpos(s.payer_number, '*') = 0
                AND s.payer_number <> u.username, false) AS number_differs
        FROM reconcile_stage s
        LEFT JOIN payments_order o ON s.kind <> 'fault' AND o.number = s.order_number
        LEFT JOIN accounts_user u ON u.id = o.payer_id
        LEFT JOIN payments_receipt own ON s.kind = 'payment' AND s.trade_number <> ''
            AND own.channel = %(channel)s AND own.trade_number = s.trade_number
            AND own.kind = 'payment'
        LEFT JOIN payments_adoptednumber a ON s.kind = 'payment' AND s.trade_number <> ''
            AND a.channel = %(channel)s AND a.trade_number = s.trade_number
        LEFT JOIN payments_receipt adopted ON adopted.id = a.receipt_id
        LEFT JOIN reconcile_unnamed unnamed
            ON s.kind = 'payment' AND unnamed.order_number = s.order_number
    )
    SELECT position, order_number, trade_number, amount_fen, moved_at, order_id, receipt_id, word,
        CASE WHEN word = 'settle' THEN 'pay' WHEN word IN ('unknown', 'amount') THEN 'keep'
            ELSE '' END,
        name_differs, number_differs,
        CASE WHEN is_applied THEN (%(before)s + count(*) FILTER (WHERE is_applied)
            OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - 1) / %(size)s END
    FROM (
        SELECT *, word IN ('settle', 'unknown', 'amount', 'conflict') AS is_applied
        FROM worded
    ) told
    ORDER BY position
"""
_STAGED = f"COPY reconcile_stage ({', '.join(staging.LOOKED_AT)}) FROM STDIN"
# A row that is entangled has its word when the whole file is known.
MATCHED = (
    "position", '"group"', "effect", "order_id", "receipt_id", "name_differs", "number_differs",
    "batch",
)  # fmt: skip
_COLUMNS = """
    position, CASE word WHEN 'entangled' THEN 'known' ELSE word END, effect, order_id, receipt_id,
    name_differs, number_differs, batch
"""
_NO_BATCH = b"\t\\N"  # the end of a line about a row that is not applied


class Matching:
    """The rows of one file, matched as they come, in the tables of ``staging``."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._applied = 0  # certain rows so far: they have their batch at once
        with connection.cursor() as cursor:
            cursor.execute(_UNNAMED, [channel])

    def some(self, looks: Sequence[bytes]) -> list[bytes]:
        """What each row means (``MATCHED``), in their order, as lines that COPY takes.

        A row that is not certain by itself has its last word only after ``touching.finish``.
        """
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE reconcile_stage")
            staging.copy(_STAGED, staging.joined(looks))
            match = cursor.mogrify(_MATCH, self._values()).decode()
        told = staging.copied(f"COPY ({match} RETURNING {_COLUMNS}) TO STDOUT").splitlines()
        self._applied += sum(not line.endswith(_NO_BATCH) for line in told)
        return told

    def staged(self) -> None:
        """Match all rows that are on the stage."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE reconcile_stage")
            cursor.execute(_MATCH, self._values())

    def _values(self) -> dict[str, str | int]:
        return {"channel": self._channel, "before": self._applied, "size": BATCH}
