"""Finance at work: clerks, money that waits, and cases taken some way."""

from datetime import datetime
from itertools import count

from django.db import transaction

from payments.models import Charge, Order, Resolution, Surplus
from payments.services import cases
from payments.services.charges import void_charge
from payments.states import ResolutionMethod
from payments.tests.factories import NOW, PURPOSE, make_charges, make_order, make_payer, pay
from portal.accounts.models import User
from portal.accounts.roles import Role

_numbers = count(1)


def make_clerk(name: str = "钱会计") -> User:
    """Somebody of the finance office."""
    return User.objects.create(
        username=f"clerk-{next(_numbers)}", name=name, role=Role.FINANCE, password="!"
    )


def withdrawn(*amounts: int, order: Order | None = None) -> list[Surplus]:
    """Courses paid in one order and then withdrawn: a surplus each."""
    paid = order or make_order(make_charges(make_payer(), amounts or (40000,)))
    pay(paid)
    with transaction.atomic():
        for line in paid.lines.select_related("charge"):
            void_charge(purpose=PURPOSE, reference=line.charge.reference, now=NOW)
    return list(Surplus.objects.filter(receipt__order=paid).order_by("pk"))


def filed(
    surplus: Surplus,
    method: ResolutionMethod = ResolutionMethod.GATEWAY,
    *,
    clerk: User | None = None,
    target: Charge | None = None,
    now: datetime = NOW,
) -> Resolution:
    """A resolution that waits for its second person."""
    return cases.file(
        clerk=clerk or make_clerk(),
        surplus_id=surplus.pk,
        method=method,
        reason="学生退报名",
        target_id=target.pk if target else None,
        now=now,
    )


def released(
    surplus: Surplus,
    method: ResolutionMethod = ResolutionMethod.GATEWAY,
    *,
    target: Charge | None = None,
    now: datetime = NOW,
) -> Resolution:
    """A resolution that two people have decided."""
    row = filed(surplus, method, target=target, now=now)
    return cases.release(clerk=make_clerk("孙会计"), resolution_id=row.pk, now=now)
