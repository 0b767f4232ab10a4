"""The watchman: says aloud in the log when money is off, or unknown for too long."""

import logging
from datetime import datetime

from payments import observe
from payments.audit import audit

logger = logging.getLogger("money")


def watch(now: datetime) -> int:
    """Log an ERROR line for each thing that is wrong; returns how many lines."""
    report = audit()
    lines = [
        f"{found.rule}: {len(found.rows)} rows, first {found.rows[0]}"
        for found in report.findings
        if found.rows
    ]
    if report.totals.missing:
        lines.append(f"the equation is off by {report.totals.missing} fen")
    lines += [
        f"{gauge.count} {gauge.key}, the oldest since {gauge.oldest:%Y-%m-%d %H:%M} UTC"
        for gauge in observe.look(now)
        if gauge.is_overdue
    ]
    for line in lines:
        logger.error("money: %s", line)
    return len(lines)
