"""Telling payers that a cool-down is over: due and not yet sent, marked in the same transaction."""

from datetime import datetime

from django.db import transaction

from payments import plan, selectors
from payments.models import OrderLine
from payments.services import notices
from payments.states import LineState
from portal.inbox import services as inbox


@transaction.atomic(durable=True)
def announce_payable_again(now: datetime, limit: int) -> int:
    """Send what is due, at most ``limit`` lines; returns how many courses were announced.

    A course that cannot be paid after all (withdrawn, paid late, closed) is marked only.
    """
    due = OrderLine.objects.filter(
        state=LineState.RELEASED, announced_at=None, payable_again_at__lte=now
    ).order_by("payable_again_at", "pk")
    free = due.select_for_update(no_key=True, skip_locked=True, of=("self",))
    lines = list(free.select_related("charge", "order")[:limit])
    where = selectors.positions_of({line.charge_id for line in lines}, now)
    payable = [line for line in lines if plan.is_payable(where[line.charge_id])]
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(announced_at=now)
    inbox.send(notices.payable_again(payable), now)
    return len(payable)
