"""重修指导查询: page and filters at growing sizes, export, and arranging 30,000 in one action.

SIZES (1000,50000,1000000 arranged rows) and REPEAT (15 requests a figure) come from the
environment. A term holds 30,000 rows, as one of a large college does. The college is copied at
each size, and all copies are looked at in turn.
"""

import os
import sys

from benchmarks import leash, scratch

NAME = "portal_guidance"


def main() -> int:
    """Measure and print; returns 1 when a page did not answer."""
    sizes = [int(size) for size in (os.environ.get("SIZES") or "1000,50000,1000000").split(",")]
    repeat = int(os.environ.get("REPEAT") or 15)
    os.environ["LOG_LEVEL"] = "ERROR"  # a line a page would hide how much a page grows
    with scratch.college(NAME) as (url, _):
        from benchmarks.guiding import Run  # noqa: PLC0415 -- models, after setup

        troubles = list(Run(url, sizes, repeat).measure())
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(leash.run(main))
