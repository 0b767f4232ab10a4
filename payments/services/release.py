"""Giving a charge back: 释放, by the student line by line, by the job for everybody."""

from datetime import datetime

from payments.models import OrderLine


def release_line(
    *, line_id: int, payer_id: int, now: datetime, never_paid: bool = False
) -> OrderLine:
    """Release one held line after 20 minutes; the gateway is asked first.

    ``never_paid`` (我没有付款) is needed only where the gateway cannot be asked. Call it outside
    any transaction. Raises ``NotYours`` and ``DomainError``: ``line.not_held``, ``line.too_early``,
    ``line.claimed``, ``order.paid`` (the money was there), ``gateway.silent``, ``order.unasked``.
    """
    raise NotImplementedError


def release_due(now: datetime, limit: int) -> int:
    """Release every line that is due, at most ``limit`` orders; returns how many lines."""
    raise NotImplementedError
