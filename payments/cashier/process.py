"""What the one process has: its store and its courier."""

from functools import cache

from payments.cashier.config import config
from payments.cashier.outbox import Courier
from payments.cashier.store import Store


@cache
def store() -> Store:
    """The store of this process."""
    return Store(config().store)


@cache
def courier() -> Courier:
    """The courier of this process; ``wsgi`` starts it."""
    return Courier(store(), config())
