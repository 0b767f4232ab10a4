"""What other rooms may ask about 对账: which days are not settled with the channels, and whether
something about a group of charges is still open. Reads only; ``payments`` knows no rounds.
"""

from datetime import date, timedelta

from django.conf import settings

from payments.models import Charge, Conflict, StatementDay


def open_days(first: date, last: date) -> list[date]:
    """Days from ``first`` to ``last`` whose account nobody has closed. One statement."""
    done = set(
        StatementDay.objects.filter(
            day__range=(first, last), channel__in=settings.GATEWAYS
        ).values_list("day", flat=True)
    )
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in every if day not in done]


def open_differences(group: str) -> int:
    """How many open differences touch an order over charges of ``group``. One statement."""
    charges = Charge.objects.filter(group=group)
    rows = Conflict.objects.filter(closure=None, receipt__order__lines__charge__in=charges)
    return rows.distinct().count()
