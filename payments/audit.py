"""The proof that no fen is lost: what came in is exactly what charges and finance hold.

Set-based SQL over the whole database; reads only. Every question lists the rows that are off.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from portal.lib.picture import one_picture


@dataclass(frozen=True)
class Totals:
    """Sums in fen. ``received`` = ``allocated`` + ``surplus`` + ``refunded`` when all is well."""

    received: int
    allocated: int
    surplus: int
    refunded: int

    @property
    def missing(self) -> int:
        return self.received - self.allocated - self.surplus - self.refunded


@dataclass(frozen=True)
class Finding:
    """A rule, and the ids of the rows that break it."""

    rule: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What ``audit_money`` prints."""

    totals: Totals
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        return self.totals.missing == 0 and not any(found.rows for found in self.findings)


def audit() -> Report:
    """Check every rule on one snapshot of the database."""
    with one_picture(), connection.cursor() as cursor:
        sums = _totals(cursor)
        findings = []
        for rule, question in RULES.items():
            cursor.execute(question)
            findings.append(Finding(rule, tuple(str(row[0]) for row in cursor.fetchall())))
    return Report(sums, tuple(findings))


def totals() -> Totals:
    """The equation alone; one statement."""
    with connection.cursor() as cursor:
        return _totals(cursor)


def _totals(cursor: CursorWrapper) -> Totals:
    cursor.execute(TOTALS)
    return Totals(*cursor.fetchone())


def lines_of(report: Report) -> Iterator[str]:
    """The report as a table for people."""
    for name, fen in vars(report.totals).items():
        yield f"{name:<12}{fen:>16,} fen"
    yield f"{'missing':<12}{report.totals.missing:>16,} fen"
    for found in report.findings:
        yield f"{'ok ' if not found.rows else 'OFF'}  {found.rule}"
        yield from (f"       {row}" for row in found.rows)


# A surplus leaves by a resolution that arrived: sent back, moved to another charge, or found to be
# nobody's money, which takes back what was received. A move is a receipt of each kind at the
# portal's own channel, so money from outside is everything else.
TOTALS = """
SELECT
  (SELECT coalesce(sum(CASE kind WHEN 'payment' THEN amount_fen ELSE -amount_fen END), 0)
     FROM payments_receipt WHERE kind IN ('payment', 'void') AND channel <> 'transfer')::bigint,
  (SELECT coalesce(sum(CASE kind WHEN 'allocate' THEN amount_fen ELSE -amount_fen END), 0)
     FROM payments_allocation)::bigint,
  (SELECT coalesce(sum(s.amount_fen), 0) FROM payments_surplus s WHERE NOT EXISTS (
     SELECT FROM payments_resolution d WHERE d.surplus_id = s.id AND d.state = 'arrived'))::bigint,
  (SELECT coalesce(sum(amount_fen), 0) FROM payments_receipt
     WHERE kind = 'refund' AND channel <> 'transfer')::bigint
"""

RULES = {
    "each receipt is allocated or waiting, to the fen": """
        SELECT r.id FROM payments_receipt r
        LEFT JOIN (SELECT receipt_id, sum(CASE kind WHEN 'allocate' THEN amount_fen
                                          ELSE -amount_fen END) AS fen
                   FROM payments_allocation GROUP BY receipt_id) a ON a.receipt_id = r.id
        LEFT JOIN (SELECT receipt_id, sum(amount_fen) AS fen
                   FROM payments_surplus GROUP BY receipt_id) s ON s.receipt_id = r.id
        WHERE r.kind = 'payment'
          AND r.amount_fen <> coalesce(a.fen, 0) + coalesce(s.fen, 0)
        ORDER BY r.id""",
    "each paid line has its allocation, each refunded one its reversal": """
        SELECT l.id FROM payments_orderline l
        LEFT JOIN payments_allocation a ON a.line_id = l.id AND a.kind = 'allocate'
              AND a.amount_fen = l.amount_fen AND a.charge_id = l.charge_id
        LEFT JOIN payments_allocation b ON b.line_id = l.id AND b.kind = 'reverse'
              AND b.amount_fen = l.amount_fen AND b.receipt_id = a.receipt_id
        WHERE (l.state IN ('paid', 'refunded')) <> (a.id IS NOT NULL)
           OR (l.state = 'refunded') <> (b.id IS NOT NULL)
        ORDER BY l.id""",
    "each reversal became a surplus of the same receipt and charge": """
        SELECT b.id FROM payments_allocation b
        WHERE b.kind = 'reverse' AND NOT EXISTS (
            SELECT 1 FROM payments_surplus s WHERE s.receipt_id = b.receipt_id
               AND s.charge_id = b.charge_id AND s.amount_fen = b.amount_fen)
        ORDER BY b.id""",
    "no charge is held or paid twice": """
        SELECT charge_id FROM payments_orderline WHERE state IN ('held', 'paid')
        GROUP BY charge_id HAVING count(*) > 1 ORDER BY charge_id""",
    "no waived or void charge is held or paid": """
        SELECT c.id FROM payments_charge c JOIN payments_orderline l ON l.charge_id = c.id
        WHERE c.state <> 'owed' AND l.state IN ('held', 'paid') ORDER BY c.id""",
    "an order is paid exactly when its amount was received": """
        SELECT o.number FROM payments_order o
        WHERE (o.state = 'paid') <> EXISTS (
            SELECT 1 FROM payments_receipt r WHERE r.order_id = o.id AND r.kind = 'payment'
               AND r.amount_fen = o.amount_fen)
        ORDER BY o.id""",
    "an order is the sum of its one to three lines": """
        SELECT o.number FROM payments_order o
        LEFT JOIN payments_orderline l ON l.order_id = o.id
        GROUP BY o.id HAVING o.amount_fen IS DISTINCT FROM sum(l.amount_fen)
            OR count(l.id) NOT BETWEEN 1 AND 3
        ORDER BY o.id""",
    "no paid order still holds a charge": """
        SELECT o.number FROM payments_order o JOIN payments_orderline l ON l.order_id = o.id
        WHERE o.state = 'paid' AND l.state = 'held' ORDER BY o.id""",
    "each resolution that arrived has its receipt, and each refund its resolution": """
        SELECT coalesce(d.refund_number, r.trade_number) FROM
          (SELECT d.refund_number, d.method, s.amount_fen FROM payments_resolution d
             JOIN payments_surplus s ON s.id = d.surplus_id WHERE d.state = 'arrived') d
          FULL JOIN (SELECT * FROM payments_receipt WHERE kind IN ('refund', 'void')) r
             ON r.trade_number = d.refund_number AND r.amount_fen = d.amount_fen
            AND (r.channel = 'transfer') = (d.method = 'move')
            AND (r.kind = 'void') = (d.method = 'void')
        WHERE d.refund_number IS NULL OR r.id IS NULL ORDER BY 1""",
    "each transfer gives a charge what it takes from a surplus": """
        SELECT coalesce(p.trade_number, r.trade_number) FROM
          (SELECT * FROM payments_receipt WHERE kind = 'payment' AND channel = 'transfer') p
          FULL JOIN (SELECT * FROM payments_receipt
                     WHERE kind = 'refund' AND channel = 'transfer') r
             ON r.trade_number = p.trade_number AND r.amount_fen = p.amount_fen
        WHERE p.id IS NULL OR r.id IS NULL ORDER BY 1""",
    "no payment goes back more than whole": """
        SELECT s.receipt_id FROM payments_surplus s
        JOIN payments_resolution d ON d.surplus_id = s.id AND d.state = 'arrived'
        JOIN payments_receipt r ON r.id = s.receipt_id
        GROUP BY s.receipt_id, r.amount_fen HAVING sum(s.amount_fen) > r.amount_fen
        ORDER BY s.receipt_id""",
    "what was taken back is taken back whole, and pays nothing": """
        SELECT r.id FROM payments_receipt r
        JOIN payments_surplus s ON s.receipt_id = r.id
        LEFT JOIN payments_resolution d ON d.surplus_id = s.id AND d.state = 'arrived'
        GROUP BY r.id, r.amount_fen
        HAVING bool_or(d.method = 'void') AND (sum(s.amount_fen) <> r.amount_fen
               OR bool_or(d.method IS NOT NULL AND d.method <> 'void'))
        ORDER BY r.id""",
    "nothing a channel told of itself is taken back": """
        SELECT DISTINCT s.receipt_id FROM payments_resolution d
        JOIN payments_surplus s ON s.id = d.surplus_id
        JOIN payments_receipt r ON r.id = s.receipt_id
        LEFT JOIN payments_gatewaymessage m ON m.id = r.message_id
        WHERE d.method = 'void' AND d.state = 'arrived'
          AND (m.kind IN ('statement', 'manual')) IS NOT TRUE
        ORDER BY s.receipt_id""",
    "filed and released by two people": """
        SELECT refund_number FROM payments_resolution WHERE released_by_id = filed_by_id
           OR (state IN ('released', 'accepted', 'arrived', 'failed') AND released_by_id IS NULL)
        UNION ALL
        SELECT 'manual ' || id FROM payments_manualentry WHERE released_by_id = filed_by_id
        ORDER BY 1""",
    "each charge held or paid is held or paid at its price, by its payer": """
        SELECT c.id FROM payments_charge c JOIN payments_orderline l ON l.charge_id = c.id
        JOIN payments_order o ON o.id = l.order_id
        WHERE l.state IN ('held', 'paid')
          AND (c.amount_fen <> l.amount_fen OR c.payer_id <> o.payer_id)
        ORDER BY c.id""",
    "each line is paid by a receipt of its own order": """
        SELECT a.line_id FROM payments_allocation a
        JOIN payments_receipt r ON r.id = a.receipt_id
        JOIN payments_orderline l ON l.id = a.line_id
        WHERE r.order_id IS DISTINCT FROM l.order_id ORDER BY a.id""",
    "each receipt belongs to the order of its number at its channel": """
        SELECT r.id FROM payments_receipt r JOIN payments_order o ON o.id = r.order_id
        WHERE r.kind = 'payment' AND (r.channel <> o.channel OR r.order_number <> o.number)
        UNION ALL
        SELECT r.id FROM payments_receipt r
        JOIN payments_order o ON o.number = r.order_number AND o.channel = r.channel
        WHERE r.kind = 'payment' AND r.order_id IS NULL
        ORDER BY 1""",
    "each surplus leaves one way": """
        SELECT surplus_id FROM payments_resolution WHERE state <> 'cancelled'
        GROUP BY surplus_id HAVING count(*) > 1 ORDER BY surplus_id""",
    "the database guards every table of money": """
        SELECT c.relname || ' ' || t.tgname FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND t.tgenabled IN ('D', 'R')
          AND starts_with(c.relname, 'payments_') ORDER BY 1""",
}
