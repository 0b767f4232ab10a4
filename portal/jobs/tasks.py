"""The doorbell of a job: rows say what is left, a lost message costs a minute."""

import logging
import os

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.jobs import services

logger = logging.getLogger(__name__)


@shared_task
def work(*, job_id: int) -> int:
    """Work on a job until nothing is left of it."""
    return services.work(job_id, timezone.now)


@shared_task
def pick_up_orphans() -> int:
    """Send workers to jobs whose workers were killed; every minute."""
    orphans = services.orphaned(timezone.now())
    for job_id in orphans:
        ring(job_id)
    return len(orphans)


def ring(job_id: int) -> None:
    """Call as many workers as there are cores. Without a broker the sweep does it later."""
    try:
        for _ in range(os.cpu_count() or 1):
            work.delay(job_id=job_id)
    except OperationalError:
        logger.warning("no broker; job %d waits for the next sweep", job_id)
