"""The one lock order: Charge -> Order -> Line, each by id.

The charge is the mutex: whoever changes a line holds the lock of its charge, so lines read after
their charges are locked do not move. Workflows that call in hold Student and Enrollment before.
"""

from django.db.models import Q, QuerySet

from payments.models import Charge, Order, OrderLine


def charges(rows: QuerySet[Charge]) -> dict[int, Charge]:
    """Lock these charges by id."""
    locked = rows.order_by("pk").select_for_update(no_key=True, of=("self",))
    return {charge.pk: charge for charge in locked}


def charge_if_free(charge_id: int) -> Charge | None:
    """Lock one charge, or None when somebody else has it (jobs come again)."""
    free = Charge.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    return free.filter(pk=charge_id).first()


def orders(condition: Q) -> dict[int, Order]:
    """Lock the orders of a condition by id, after their charges."""
    rows = Order.objects.filter(condition).order_by("pk")
    return {order.pk: order for order in rows.select_for_update(no_key=True, of=("self",))}


def line(line_id: int) -> OrderLine:
    """Lock one line and its order, after its charge."""
    orders(Q(lines=line_id))
    rows = OrderLine.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("order", "charge").get(pk=line_id)
