"""Credit exchange: the student's page, the optimiser, the review queue, a replay of the past.

SIZES (1000,200000 applications), REPLAYED (10000) and REPEAT (15 requests a figure) come from the
environment. One application in a hundred is under review, at least 600: every queue of the ten
colleges fills its page of fifty.
"""

import os
import sys

from benchmarks import leash, scratch

NAME = "portal_exchange"


def main() -> int:
    """Measure and print; returns 1 when a page did not answer or asked too often."""
    sizes = [int(size) for size in (os.environ.get("SIZES") or "1000,200000").split(",")]
    repeat = int(os.environ.get("REPEAT") or 15)
    replayed = int(os.environ.get("REPLAYED") or 10_000)
    with scratch.college(NAME):
        from benchmarks.exchanging import Run  # noqa: PLC0415 -- models, after setup

        troubles = list(Run(sizes, replayed, repeat).measure())
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(leash.run(main))
