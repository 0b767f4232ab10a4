"""What is kept how long. A room says what of its own may be forgotten; one job forgets it.

A ``Keeping`` deletes by itself, a batch at a time and each in a transaction of its own, so that
the nightly job holds no lock anybody would notice and may be killed at any moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

BATCH = 2000  # rows a transaction deletes
BATCHES = 500  # of one kind in one night; the rest waits for the next


@dataclass(frozen=True)
class Keeping:
    """``days`` names the setting, ``least`` what it may not go below (days).

    ``forget`` deletes at most so many rows older than a moment; how many it found.
    """

    what: str
    days: str
    least: int
    forget: Callable[[datetime, int], int]
    batch: int = BATCH

    def cutoff(self, now: datetime) -> datetime:
        """What happened before is forgotten; a row exactly that old stays."""
        kept: int = getattr(settings, self.days)
        return now - timedelta(days=max(kept, self.least))


def forget(keeping: Keeping, now: datetime) -> int:
    """Delete what is older, batch by batch; returns how many rows went."""
    gone, cutoff = 0, keeping.cutoff(now)
    for _ in range(BATCHES):
        found = keeping.forget(cutoff, keeping.batch)
        gone += found
        if found < keeping.batch:
            break
    return gone


def delete_some(rows: QuerySet[Any], batch: int) -> int:
    """Delete the first rows by key, with what hangs on them; how many there were."""
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:batch])
        rows.model._default_manager.filter(pk__in=keys).delete()  # noqa: SLF001 -- documented
    return len(keys)
