"""When a channel's silence about an order or a day proves something."""

from datetime import date, datetime, time, timedelta

from payments.gateways.bill import LOCAL

# Clocks differ, and a payer who opens the page in the last second is still on it.
MARGIN = timedelta(minutes=1)
BILLS_READY = time(10)  # of the next day, for WeChat Pay and Alipay alike


def can_be_opened(expires_at: datetime, now: datetime) -> bool:
    """An order its channel does not know may yet be opened and paid."""
    return now < expires_at + MARGIN


def bill_is_due(day: date, now: datetime, grace_days: int = 0) -> bool:
    """The bill of that (local) day should exist, and has had so many days more to appear."""
    ready = datetime.combine(day + timedelta(days=1 + grace_days), BILLS_READY, LOCAL)
    return now >= ready
