"""日结: sealing a channel's day."""

from datetime import date, datetime

from payments.reconcile.models import DayClose


def seal(channel: str, day: date, *, actor_id: int, now: datetime, note: str = "") -> DayClose:
    """Close a day that is over. Its confirmed receipts are 对账 done from then on.

    Raises ``day.not_over``, ``day.no_statement`` without an applied file of that day and without a
    note, ``day.open_differences`` while one is not handled, ``day.sealed`` when nothing changed
    since the last seal.
    """
    raise NotImplementedError
