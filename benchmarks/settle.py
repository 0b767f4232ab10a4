"""Money arriving: by callback, in bulk, by asking; and courses given back by the thousand.

ORDERS (10000) and AT_ONCE (32 callbacks in flight) come from the environment.
"""

import os
import sys

import django

from benchmarks import leash, scratch
from benchmarks.servers import BASE, place
from portal.demo.supervisor.instance import Instance

STUDENTS = 100


def main() -> int:
    """Measure, print, audit; returns 1 when something failed or the books are off."""
    orders = int(os.environ.get("ORDERS") or 10_000)
    at_once = int(os.environ.get("AT_ONCE") or 32)
    instance = Instance(BASE / "var", "settle")
    with (
        scratch.fresh(os.environ["DATABASE_URL"], "portal_settle") as url,
        place(instance, DATABASE_URL=url) as where,
    ):
        where.fill(STUDENTS)
        scratch.spread_sequences(url)
        # From here on this process is the portal, too.
        os.environ.update(where.env)
        django.setup()
        from benchmarks.settling import Run  # noqa: PLC0415 -- models, after setup

        troubles = list(Run(instance, where, url, orders, at_once).measure())
        clean = where.audit()
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    return 0 if clean and not troubles else 1


if __name__ == "__main__":
    sys.exit(leash.run(main))
