"""One worker process of a cohort: it imports what a worker of the portal imports."""

import json
import resource
import sys
import time
from datetime import UTC, datetime

import django


def work(job_id: int) -> None:
    """Work on the job until nothing is left of it; say what that took."""
    django.setup()
    from portal.jobs import services  # noqa: PLC0415 -- models, after setup

    services.work(job_id, lambda: datetime.now(UTC))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux
    sys.stdout.write(json.dumps({"cpu": time.process_time(), "peak": peak}))
