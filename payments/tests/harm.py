"""One row of every kind of money, and the three ways of doing a row harm behind the services."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from payments.gateways.base import StatementRefund
from payments.models import (
    AdoptedNumber,
    Allocation,
    CaseOwner,
    Charge,
    Closure,
    Conflict,
    Finding,
    FiscalReceipt,
    GatewayMessage,
    ManualEntry,
    Order,
    OrderLine,
    Receipt,
    Reconciled,
    Resolution,
    ResolutionEvent,
    StrayRefund,
    Surplus,
)
from payments.services import cases, closing, manual, refund_rows
from payments.services.messages import record
from payments.services.settle import settle
from payments.states import MessageKind, ResolutionMethod
from payments.tests.desk import filed, make_clerk, released, withdrawn
from payments.tests.factories import (
    NOW,
    give_back,
    make_arrival,
    make_charge,
    make_order,
    make_payer,
    minutes,
    pay,
)

SEEN = manual.Claimed(40000, NOW, "回单", "漏报")


def charge() -> Charge:
    return make_charge(make_payer())


def order() -> Order:
    return make_order([charge()])


def line() -> OrderLine:
    return order().lines.get()


def paid_line() -> OrderLine:
    made = order()
    pay(made)
    return made.lines.get()


def released_line() -> OrderLine:
    return give_back(order(), now=NOW + minutes(20))[0]


def held_charge() -> Charge:
    return line().charge


def receipt() -> Receipt:
    pay(order())
    return Receipt.objects.latest("pk")


def allocation() -> Allocation:
    return paid_line().allocations.get()


def surplus() -> Surplus:
    return withdrawn()[0]


def resolution() -> Resolution:
    return filed(surplus())


def ready_by_hand() -> Resolution:
    return released(surplus(), ResolutionMethod.MANUAL)


def ready() -> Resolution:
    return released(surplus())


def cancelled() -> Resolution:
    row = resolution()
    return cases.cancel(clerk=row.filed_by, resolution_id=row.pk, reason="x", now=NOW)


def event() -> ResolutionEvent:
    return resolution().events.get()


def owner() -> CaseOwner:
    return cases.claim(clerk=make_clerk(), surplus_id=surplus().pk, now=NOW)


def entry() -> ManualEntry:
    return manual.file_for_order(clerk=make_clerk(), number=order().number, seen=SEEN, now=NOW)


def entry_of_charge() -> ManualEntry:
    return manual.file_for_charge(clerk=make_clerk(), charge_id=charge().pk, seen=SEEN, now=NOW)


def adopted() -> AdoptedNumber:
    made = order()
    settle([make_arrival(made, trade=""), make_arrival(made, trade=f"T-{made.pk}")], NOW)
    return AdoptedNumber.objects.latest("pk")


def conflict() -> Conflict:
    made = order()
    trade = f"C-{made.pk}"
    settle([make_arrival(made, trade=trade), make_arrival(made, 1, trade=trade)], NOW)
    return Conflict.objects.latest("pk")


def signed() -> Conflict:
    """Two people took money back that a file told of, and then its channel says that it came."""
    made = order()
    _tell(made, MessageKind.STATEMENT)
    released(Surplus.objects.latest("pk"), ResolutionMethod.VOID)
    _tell(made, MessageKind.CALLBACK)
    return Conflict.objects.latest("pk")


def _tell(made: Order, kind: MessageKind) -> None:
    told = record(made.channel, kind, made.number, "", NOW)
    arrival = make_arrival(made, 123, trade=f"S-{made.pk}", kind=kind, message_id=told.pk)
    settle([arrival], NOW)


def finding() -> Finding:
    return closing.find(clerk=make_clerk(), conflict_id=signed().pk, note="没有", now=NOW)


def closure() -> Closure:
    return closing.close_conflict(
        clerk=make_clerk(), conflict_id=conflict().pk, note="只有一笔", now=NOW
    )


def closure_of_claim() -> Closure:
    return Closure.objects.create(
        order=order(), note="没有收到", closed_by=make_clerk(), closed_at=NOW
    )


def message() -> GatewayMessage:
    return record("finance", MessageKind.QUERY, "ZZJF1", "{}", NOW)


def reconciled() -> Reconciled:
    return Reconciled.objects.create(receipt=receipt(), day=NOW.date(), sealed_at=NOW)


def fiscal() -> FiscalReceipt:
    return FiscalReceipt.objects.create(
        receipt=receipt(), number="1", imported_by=make_clerk(), imported_at=NOW
    )


def stray() -> StrayRefund:
    told = StatementRefund("ZZJF1", "T", "", "F", 100, NOW, "{}", has_arrived=True)
    refund_rows.note_rows("finance", [told], NOW)
    return StrayRefund.objects.latest("pk")


def closed_stray() -> StrayRefund:
    return closing.close_stray(clerk=make_clerk(), stray_id=stray().pk, note="误退", now=NOW)


Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Harm:
    """What a guard keeps out: ``prepare`` makes a lawful row, ``do`` harms it with ``fields``.

    ``beside`` are guards that would refuse the same. A field that is a function gets the row.
    """

    prepare: Callable[[], Any]
    do: Callable[[Any, Fields], None]
    seen: Callable[[Any, Fields], bool]
    fields: Fields = field(default_factory=dict)
    beside: tuple[str, ...] = ()

    def fields_of(self, row: Model) -> Fields:
        """The words to write, with the rows they name."""
        return {
            name: value(row) if callable(value) else value for name, value in self.fields.items()
        }


def change(prepare: Callable[[], Any], *beside: str, **fields: Any) -> Harm:
    """Write something else into the row."""

    def do(row: Model, words: Fields) -> None:
        type(row)._default_manager.filter(pk=row.pk).update(**words)

    def seen(row: Model, words: Fields) -> bool:
        return type(row)._default_manager.filter(pk=row.pk, **words).exists()

    return Harm(prepare, do, seen, fields, beside)


def copy(prepare: Callable[[], Any], *beside: str, **fields: Any) -> Harm:
    """Write the row once more, with other words in ``fields``."""
    twins: list[int] = []

    def do(row: Model, words: Fields) -> None:
        twin = type(row)._default_manager.get(pk=row.pk)
        twin.pk = None
        for name, value in words.items():
            setattr(twin, name, value)
        twin.save(force_insert=True)
        twins.append(twin.pk)

    def seen(row: Model, words: Fields) -> bool:
        del words
        return type(row)._default_manager.filter(pk__in=twins).exists()

    return Harm(prepare, do, seen, fields, beside)


def gone(prepare: Callable[[], Any], *beside: str) -> Harm:
    """Delete the row, with what PostgreSQL would not let stand without it."""

    def do(row: Model, words: Fields) -> None:
        del words
        for name in ("lines", "events"):
            if hasattr(row, name):
                getattr(row, name).all()._raw_delete("default")
        rows: Any = type(row)._default_manager.filter(pk=row.pk)
        rows._raw_delete("default")

    def seen(row: Model, words: Fields) -> bool:
        del words
        return not type(row)._default_manager.filter(pk=row.pk).exists()

    return Harm(prepare, do, seen, beside=beside)
