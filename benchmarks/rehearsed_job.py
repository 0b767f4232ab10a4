"""Work off one job; prints its seconds, those of the processor, statements, most memory in MB."""

import os
import sys
import time

import django


def main() -> int:
    """Called by ``benchmarks.rehearsing`` on its scratch database."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 -- after setup
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.counting import Counter  # noqa: PLC0415
    from benchmarks.memory import high_water  # noqa: PLC0415
    from portal.jobs.services import work  # noqa: PLC0415 -- models, after setup

    counter = Counter()
    began, worked = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(counter):
        work(int(sys.argv[1]), timezone.now)
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    print(seconds, worked, len(counter.statements), high_water(os.getpid()) / 1024**2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
