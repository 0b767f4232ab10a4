"""50,000 seeded random steps on the pure decision: several orders, news lost, late and repeated.

Each stroll has a seed of its own, named in the failure, so that it can be walked again.
"""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import pytest

from payments import decide
from payments.book import Arrival
from payments.states import LineState
from payments.tests.factories import NOW, minutes
from payments.tests.worlds import FEN, MemoryWorld
from portal.lib.errors import DomainError

STROLLS, STEPS = 500, 100  # 50,000 steps
WORKERS = 10
WAITS = (1, 20, 30, 50, 2880)


@dataclass
class Stroll:
    """One payer, one bank, one clock, one seed."""

    dice: Random
    world: MemoryWorld = field(default_factory=MemoryWorld)
    now: datetime = NOW
    bank: list[Arrival] = field(default_factory=list)
    once_paid: set[int] = field(default_factory=set)

    def step(self) -> None:
        acts = (
            self.open, self.open, self.pay, self.pay, self.tell, self.release, self.give_up,
            self.close, self.enrolment, self.wait,
        )  # fmt: skip
        try:
            self.dice.choice(acts)()
        except DomainError as error:
            assert error.message  # noqa: PT017 -- a refusal always says why

    def some(self) -> list[int]:
        return self.dice.sample(range(len(FEN)), self.dice.randint(1, 3))

    def any_order(self) -> int:
        if not self.world.orders():
            raise DomainError("stroll", "no order yet")
        return self.dice.randrange(self.world.orders())

    def open(self) -> None:
        self.world.open(self.some(), self.now)

    def pay(self) -> None:
        extra = self.dice.choice((0, 0, 0, 0, 1, -100))
        self.bank.append(self.world.arrival(self.any_order(), extra))
        if self.dice.random() < 0.5:
            self.world.settle(self.bank[-1:], self.now)

    def tell(self) -> None:
        if self.bank:
            self.world.settle(self.dice.choices(self.bank, k=self.dice.randint(1, 4)), self.now)

    def release(self) -> None:
        self.world.release(self.any_order(), self.dice.randrange(3), self.now)

    def give_up(self) -> None:
        """The long way of the manual in one step, so that a stroll gets there often."""
        order = self.any_order()
        self.now += minutes(20)
        self.world.release(order, 0, self.now)
        self.now += minutes(30)

    def close(self) -> None:
        self.world.close(self.any_order(), self.now)

    def enrolment(self) -> None:
        act = self.dice.choice((self.world.withdraw, self.world.enrol, self.world.waive))
        act(self.dice.randrange(len(FEN)), self.now)

    def wait(self) -> None:
        self.now += minutes(self.dice.choice(WAITS))

    def faults(self) -> list[str]:
        """The rules, and that nothing which was paid is unpaid without a refund case."""
        lines = [held.entry for found in self.world.opened for held in found.lines]
        states = {line.line_id: line.state for line in lines}
        gone = [
            line for line in self.once_paid
            if states[line] not in (LineState.PAID, LineState.REFUNDED)
        ]  # fmt: skip
        self.once_paid |= {pk for pk, state in states.items() if state is LineState.PAID}
        return self.world.faults() + [f"line {line} is not paid any more" for line in gone]


@pytest.mark.parametrize("part", range(WORKERS))
def test_fifty_thousand_steps(part: int) -> None:
    for seed in range(part, STROLLS, WORKERS):
        stroll = Stroll(Random(seed))  # noqa: S311 -- replayable, not secret
        for step in range(STEPS):
            stroll.step()
            assert (seed, step, stroll.faults()) == (seed, step, [])
        stroll.world.settle(stroll.bank, stroll.now)
        assert stroll.world.received() == sum(arrival.amount_fen for arrival in stroll.bank)
        assert (seed, stroll.faults()) == (seed, [])


def test_control_strolls_meet_the_cases_that_the_decision_is_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a decision that gives every line its money, they soon pay something twice."""
    monkeypatch.setattr(decide, "_refusal", lambda _line: None)
    found: set[str] = set()
    for seed in range(20):
        stroll = Stroll(Random(seed))  # noqa: S311 -- replayable, not secret
        for _ in range(STEPS):
            stroll.step()
            found |= {fault.split(" ")[0] for fault in stroll.faults()}
    assert found >= {"charge", "what"}
