"""The long walk through PostgreSQL: 3,000 steps here, ``make soak STEPS=50000`` for more.

Several students, orders, channels and clerks, with power cuts between any two statements; the
equation and every rule after every step. Seeds are in the test's name, so it can be walked again.
"""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from pytest_django import Settings

from payments.gateways.registry import gateway
from payments.models import Receipt
from payments.states import ReceiptKind
from payments.tests.bank import CHANNELS
from payments.tests.town import Town

STEPS = int(os.environ.get("SOAK_STEPS", "3000"))
PART = 150  # steps of one seed
SEEDS = range(-(-STEPS // PART))


@pytest.fixture(autouse=True)
def banks(settings: Settings) -> Iterator[None]:
    """Both channels lead to a bank in memory."""
    settings.GATEWAYS = CHANNELS
    gateway.cache_clear()
    yield
    gateway.cache_clear()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled(seed: int) -> None:
    town = Town(seed)
    trace = []
    for step in range(PART):
        trace.append(town.step())
        assert (town.faults(), seed, step, trace[-3:])[0] == []
    town.end()
    assert town.faults() == []
    assert town.books() == town.accounts()


@pytest.mark.django_db
def test_walks_meet_everything() -> None:
    """A walk that only ever was refused would prove nothing."""
    town = Town(next(count(1000)))
    done = {town.step() for _ in range(PART)}
    assert (town.cuts > 0, len(town.vault.paid) > 0) == (True, True)
    assert done >= {"push", "enter", "undo", "misprint"}
    assert Receipt.objects.filter(kind=ReceiptKind.VOID).exists()
