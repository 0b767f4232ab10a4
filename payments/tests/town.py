"""A small town for the long walk: students, two channels, a bank, two clerks, and power cuts.

Everything goes through the services on PostgreSQL. A power cut raises between two statements of
whatever runs; afterwards the books must be as if it had never begun, or had ended.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from django.db import connection, transaction

from payments.audit import audit
from payments.book import Arrival
from payments.gateways.base import RefundState
from payments.models import CaseOwner, ManualEntry, Order, OrderLine, Receipt, Resolution, Surplus
from payments.services import cases, manual, refunds
from payments.services.charges import void_charge, waive_charge
from payments.services.check import mark_closed
from payments.services.messages import record
from payments.services.orders import open_order
from payments.services.release import release_line
from payments.services.settle import settle
from payments.states import (
    EntryState,
    LineState,
    MessageKind,
    ReceiptKind,
    ResolutionMethod,
    ResolutionState,
)
from payments.tests.bank import CHANNELS, Bank, Vault
from payments.tests.desk import make_clerk
from payments.tests.factories import (
    PURPOSE,
    make_arrival,
    make_charge,
    make_payer,
    minutes,
    raise_again,
)
from payments.tests.workflow import OPENS
from portal.lib.errors import DomainError

FEN = (40000, 40000, 40000, 30000)
STUDENTS = 3
UNDOING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
CUTS = 0.25  # how often the power fails during a step


class PowerCutError(Exception):
    """The process died here."""


class Town:
    """Everything that may happen, chosen by the dice of one seed."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 -- replayable, not secret
        self.now = OPENS
        Bank.vault = self.vault = Vault(self.dice)
        self.news: list[Arrival] = []
        self.clerks = [make_clerk(), make_clerk("孙会计")]
        self.payers = [make_payer() for _ in range(STUDENTS)]
        self.charges = [
            make_charge(payer, fen, reference=f"live-{payer.pk}-{place}", now=OPENS)
            for payer in self.payers
            for place, fen in enumerate(FEN)
        ]
        self.paid_lines: set[int] = set()
        self.cuts = 0

    def step(self) -> str:
        """One thing happens, perhaps cut off; returns what it was."""
        act = self.dice.choice(self._acts())
        try:
            with self._power():
                act()
        except DomainError as error:
            assert error.message  # noqa: PT017 -- a refusal always says why
        except PowerCutError:
            self.cuts += 1
        return act.__name__

    def faults(self) -> list[str]:
        """What no step may ever leave behind."""
        report = audit()
        found = [finding.rule for finding in report.findings if finding.rows]
        found += ["missing"] if report.totals.missing else []
        lines = OrderLine.objects.filter(pk__in=self.paid_lines)
        kept = lines.filter(state__in=(LineState.PAID, LineState.REFUNDED)).count()
        found += ["paid was un-paid"] if kept != len(self.paid_lines) else []
        paid = OrderLine.objects.filter(state=LineState.PAID)
        self.paid_lines |= set(paid.values_list("pk", flat=True))
        return found

    def end(self) -> None:
        """The bank tells everything and the jobs run dry."""
        settle(self.news, self.now)
        for _ in range(40):
            self.now += minutes(120)
            refunds.push(self.now)
            refunds.check(self.now)

    def accounts(self) -> tuple[int, int]:
        """Paid at the bank and refunded by it; must be what the books say."""
        back = [fen for _, fen, state in self.vault.refunded.values()
                if state is RefundState.ARRIVED]  # fmt: skip
        return sum(self.vault.paid.values()), sum(back)

    def books(self) -> tuple[int, int]:
        """The same as the portal knows it.

        What was paid back by hand never met the bank, nor did what a file alone told, whatever part
        of it was taken back. Money that a clerk entered and took back is told anew by the bank;
        with its number already known, as a conflict.
        """
        by_hand = Resolution.objects.filter(
            method=ResolutionMethod.MANUAL, state=ResolutionState.ARRIVED
        ).select_related("surplus")
        totals = audit().totals
        printed = Receipt.objects.filter(
            kind=ReceiptKind.PAYMENT, message__kind=MessageKind.STATEMENT
        )
        back = Resolution.objects.filter(
            method=ResolutionMethod.VOID, state=ResolutionState.ARRIVED
        ).select_related("surplus")
        anew = {"surplus__receipt__message__kind": MessageKind.MANUAL,
                "surplus__receipt__adopted": None}  # fmt: skip
        received = totals.received + _sum(row.surplus for row in back.exclude(**anew))
        received -= _sum(printed)
        return received, totals.refunded - sum(d.surplus.amount_fen for d in by_hand)

    def _acts(self) -> tuple[Callable[[], object], ...]:
        return (
            self.open, self.open, self.open, self.pay, self.pay, self.tell, self.close,
            self.release, self.give_up, self.enrolment, self.enrolment, self.wait, self.file,
            self.file, self.file_again, self.decide, self.decide, self.decide, self.undo,
            self.by_hand, self.by_hand, self.push, self.check, self.enter, self.enter, self.let_in,
            self.misprint, self.misprint,
        )  # fmt: skip

    @contextmanager
    def _power(self) -> Iterator[None]:
        left = self.dice.randint(0, 14) if self.dice.random() < CUTS else None

        def fuse(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
            nonlocal left
            if left is not None and not sql.startswith(UNDOING):
                left -= 1
                if left < 0:
                    left = None  # what dies is rolled back
                    raise PowerCutError
            return execute(sql, *args)

        with connection.execute_wrapper(fuse):
            yield

    def _any(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        if not found:
            raise DomainError("town", "nothing there yet")
        return self.dice.choice(found)

    def open(self) -> None:
        payer = self.dice.choice(self.payers)
        own = [charge.pk for charge in self.charges if charge.payer_id == payer.pk]
        wanted = self.dice.sample(own, self.dice.choice((1, 1, 2, 3)))
        channel = self.dice.choice(list(CHANNELS))
        open_order(payer_id=payer.pk, charge_ids=wanted, channel=channel, now=self.now,
                   never_paid=True)  # fmt: skip

    def _gateway_orders(self) -> Any:
        return Order.objects.filter(channel__in=CHANNELS)

    def pay(self) -> None:
        order = self._any(self._gateway_orders())
        entered = ManualEntry.objects.filter(order=order).exists()
        extra = 0 if entered else self.dice.choice((0, 0, 0, 0, 1, -100))
        news = make_arrival(order, order.amount_fen + extra, channel=order.channel)
        self.vault.paid[order.number, news.trade_number] = news.amount_fen
        self.news.append(news)
        if self.dice.random() < 0.4:
            settle([news], self.now)

    def misprint(self) -> None:
        """A file lists a payment that nobody made; it pays a course or becomes surplus."""
        # What a clerk entered takes the row's number for its own, and people look at both.
        order = self._any(self._gateway_orders().filter(manualentry=None))
        kind = MessageKind.STATEMENT
        row = record(order.channel, kind, order.number, "row", self.now)
        fen = order.amount_fen + self.dice.choice((0, 1, -100))
        wrong = make_arrival(order, fen, channel=order.channel, kind=kind, message_id=row.pk)
        settle([wrong], self.now)

    def tell(self) -> None:
        if self.news:
            settle(self.dice.choices(self.news, k=self.dice.randint(1, 5)), self.now)

    def close(self) -> None:
        mark_closed([self._any(self._gateway_orders()).number], self.now)

    def release(self) -> None:
        line = self._any(OrderLine.objects.filter(state=LineState.HELD))
        self.now += minutes(20)
        payer = Order.objects.get(pk=line.order_id).payer_id
        release_line(line_id=line.pk, payer_id=payer, now=self.now)

    @transaction.atomic
    def enrolment(self) -> None:
        """The workflow's own transaction."""
        charge = self.dice.choice(self.charges)
        act = self.dice.choice(("void", "waive", "raise", "raise"))
        if act == "void":
            void_charge(purpose=PURPOSE, reference=charge.reference, now=self.now)
        elif act == "waive":
            waive_charge(purpose=PURPOSE, reference=charge.reference, now=self.now)
        else:
            raise_again(charge, self.now)

    def wait(self) -> None:
        self.now += minutes(self.dice.choice((1, 20, 30, 120, 2880)))

    def file(self) -> None:
        surplus = self._any(Surplus.objects.filter(resolutions=None))
        method = self.dice.choice(list(ResolutionMethod))
        payer = surplus.receipt.order.payer_id if surplus.receipt.order else 0
        own = [charge for charge in self.charges if charge.payer_id == payer]
        target = self.dice.choice(own).pk if own and method is ResolutionMethod.MOVE else None
        owned = CaseOwner.objects.filter(surplus=surplus).first()
        clerk = owned.owner if owned and self.dice.random() < 0.9 else self._clerk()
        cases.file(clerk=clerk, surplus_id=surplus.pk, method=method, reason="退",
                   target_id=target, now=self.now)  # fmt: skip

    def file_again(self) -> None:
        surplus = self._any(Surplus.objects.exclude(resolutions=None))
        owned = CaseOwner.objects.get(surplus=surplus)
        method = self.dice.choice((ResolutionMethod.GATEWAY, ResolutionMethod.MANUAL))
        cases.file(
            clerk=owned.owner, surplus_id=surplus.pk, method=method, reason="退", now=self.now
        )

    def decide(self) -> None:
        undecided = (ResolutionState.REQUESTED, ResolutionState.FAILED)
        row = self._any(Resolution.objects.filter(state__in=undecided))
        others = [clerk for clerk in self.clerks if clerk.pk != row.filed_by_id]
        clerk = self._clerk() if self.dice.random() < 0.1 else others[0]
        cases.release(clerk=clerk, resolution_id=row.pk, now=self.now)

    def give_up(self) -> None:
        """The long way of the manual, so that a walk gets to newer orders."""
        line = self._any(OrderLine.objects.filter(state=LineState.HELD))
        self.now += minutes(20)
        mark_closed([line.order.number], self.now)
        for held in line.order.lines.filter(state=LineState.HELD):
            release_line(line_id=held.pk, payer_id=line.order.payer_id, now=self.now)
        self.now += minutes(30)

    def undo(self) -> None:
        row = self._any(Resolution.objects.all())
        cases.cancel(clerk=self._clerk(), resolution_id=row.pk, reason="错", now=self.now)

    def by_hand(self) -> None:
        row = self._any(Resolution.objects.filter(method=ResolutionMethod.MANUAL))
        cases.confirm_by_hand(
            clerk=self._clerk(), resolution_id=row.pk, evidence="回单", now=self.now
        )

    def push(self) -> None:
        self.now += minutes(10)
        refunds.push(self.now)

    def check(self) -> None:
        self.now += minutes(10)
        refunds.check(self.now)

    def enter(self) -> None:
        """Only what the bank really has, in the right amount, is entered by hand."""
        paid = {number for number, _ in self.vault.paid}
        untold = self._gateway_orders().filter(number__in=paid, receipts=None)
        order = self._any(untold.distinct())
        amounts = {fen for (number, _), fen in self.vault.paid.items() if number == order.number}
        if amounts == {order.amount_fen}:
            seen = manual.Claimed(order.amount_fen, order.opened_at, "回单", "漏报")
            clerk = self._clerk()
            manual.file_for_order(clerk=clerk, number=order.number, seen=seen, now=self.now)

    def let_in(self) -> None:
        row = self._any(ManualEntry.objects.filter(state=EntryState.REQUESTED))
        others = [clerk for clerk in self.clerks if clerk.pk != row.filed_by_id]
        manual.release(clerk=others[0], entry_id=row.pk, now=self.now)

    def _clerk(self) -> Any:
        return self.dice.choice(self.clerks)


def _sum(rows: Iterable[Receipt | Surplus]) -> int:
    return sum(row.amount_fen for row in rows)
