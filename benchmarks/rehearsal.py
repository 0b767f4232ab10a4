"""试算 of a past term over a whole college, as the teaching office starts it before publishing.

STUDENTS (20000, with forty grades each) comes from the environment. The job is worked off by one
process of its own; its result is then looked at.
"""

import os
import sys

from benchmarks import leash, scratch

NAME = "portal_rehearsal"


def main() -> int:
    """Measure and print; returns 1 when the result was not shown."""
    students = int(os.environ.get("STUDENTS") or 20_000)
    with scratch.college(NAME):
        from benchmarks.rehearsing import measure  # noqa: PLC0415 -- models, after setup

        return 0 if measure(students) else 1


if __name__ == "__main__":
    sys.exit(leash.run(main))
