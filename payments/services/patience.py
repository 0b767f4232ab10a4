"""Transactions that met another one and are worth trying again."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError
from psycopg2.errors import DeadlockDetected

AGAIN = 2  # the party met in a deadlock may be met once more

Found = TypeVar("Found")


def patiently(once: Callable[[], Found]) -> Found:
    """Run a transaction, again when it lost against another one; what stays wrong is raised."""
    for _ in range(AGAIN):
        try:
            return once()
        except (IntegrityError, OperationalError) as error:
            if not _is_passing(error):
                raise
    return once()


def _is_passing(error: Exception) -> bool:
    """Two first sights of the same trade for a number nobody ordered met, with no charge to lock
    (the second look finds the other one), or two transactions waited for each other.
    """
    return isinstance(error, IntegrityError) or isinstance(error.__cause__, DeadlockDetected)
