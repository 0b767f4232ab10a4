"""A random walk over pay, lose, repeat, delay, release, withdraw, enrol again and the clock.

After every step no fen is missing and nothing is held twice; at the end, when the bank has told
everything, what was received is what was paid.
"""

from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from payments.book import Arrival
from payments.tests.factories import NOW, minutes
from payments.tests.worlds import FEN, DatabaseWorld, MemoryWorld, World
from portal.lib.errors import DomainError

charge_numbers = st.integers(0, len(FEN) - 1)


class Walk(RuleBasedStateMachine):
    """One payer, one bank, one clock."""

    world_class: ClassVar[type[World]]

    @initialize()
    def begin(self) -> None:
        self.world = self.world_class()
        self.now = NOW
        self.bank: list[Arrival] = []

    def attempt(self, act: str, *what: object) -> None:
        """Do it, or be refused with a sentence: both are fine, a crash is not."""
        try:
            getattr(self.world, act)(*what, self.now)
        except DomainError as error:
            assert error.message  # noqa: PT017 -- a refusal always says why

    @rule(charges=st.lists(charge_numbers, min_size=1, max_size=3, unique=True))
    def open(self, charges: list[int]) -> None:
        self.attempt("open", charges)

    @precondition(lambda self: self.world.orders())
    @rule(data=st.data(), extra_fen=st.sampled_from([0, 0, 0, 1, -100]), told=st.booleans())
    def pay(self, data: st.DataObject, extra_fen: int, told: bool) -> None:
        order = data.draw(st.integers(0, self.world.orders() - 1))
        self.bank.append(self.world.arrival(order, extra_fen))
        if told:
            self.world.settle(self.bank[-1:], self.now)

    @precondition(lambda self: self.bank)
    @rule(data=st.data())
    def tell_some(self, data: st.DataObject) -> None:
        """Late, again, and out of order."""
        self.world.settle(
            data.draw(st.lists(st.sampled_from(self.bank), min_size=1, max_size=4)), self.now
        )

    @precondition(lambda self: self.world.orders())
    @rule(data=st.data(), line=st.integers(0, 2))
    def release(self, data: st.DataObject, line: int) -> None:
        self.attempt("release", data.draw(st.integers(0, self.world.orders() - 1)), line)

    @rule(charges=st.lists(charge_numbers, min_size=1, max_size=3, unique=True))
    def give_up_and_try_again(self, charges: list[int]) -> None:
        """The long way of the manual in one step, so that a walk gets there often."""
        self.attempt("open", charges)
        self.now += minutes(20)
        for line in range(3 if self.world.orders() else 0):
            self.attempt("release", self.world.orders() - 1, line)
        self.now += minutes(30)
        self.attempt("open", charges)

    @precondition(lambda self: self.world.orders())
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        self.attempt("close", data.draw(st.integers(0, self.world.orders() - 1)))

    @rule(charge=charge_numbers, act=st.sampled_from(["withdraw", "enrol", "waive"]))
    def change_enrolment(self, charge: int, act: str) -> None:
        self.attempt(act, charge)

    @rule(amount=st.sampled_from([1, 20, 30, 50, 2880]))
    def wait(self, amount: int) -> None:
        self.now += minutes(amount)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        assert self.world.faults() == []

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.settle(self.bank, self.now)
        self.world.settle(self.bank, self.now)
        assert self.world.received() == sum(arrival.amount_fen for arrival in self.bank)
        assert self.world.faults() == []


class MemoryWalk(Walk):
    world_class = MemoryWorld


class DatabaseWalk(Walk):
    world_class = DatabaseWorld


def test_pure_decision() -> None:
    steps = settings(max_examples=150, stateful_step_count=40)
    run_state_machine_as_test(MemoryWalk, settings=steps)


@pytest.mark.django_db
def test_through_postgresql() -> None:
    steps = settings(max_examples=15, stateful_step_count=20)
    run_state_machine_as_test(DatabaseWalk, settings=steps)
