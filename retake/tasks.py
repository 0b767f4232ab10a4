"""Jobs of the retake process."""

import logging

from celery import shared_task
from django.utils import timezone

from retake.services.dates import tell_moved_dates
from retake.services.sweep import sweep
from retake.teaching.filing import refile
from retake.teaching.unopened import refund_undecided

logger = logging.getLogger(__name__)


@shared_task
def sweep_enrollments() -> None:
    """Follow the record and the calendar: passed or veteran meanwhile, a promised day moved."""
    swept = sweep(timezone.now())
    logger.info(
        "swept enrolments: cancelled %d, exempted %d, waiting %d",
        swept.cancelled,
        swept.exempted,
        swept.waiting,
    )
    logger.info("told of a moved day: %d", tell_moved_dates(timezone.now()))


@shared_task
def refund_undecided_offers() -> None:
    """不开班 and no choice made until the last day: the money goes back."""
    logger.info("refunded undecided offers: %d", refund_undecided(timezone.now()))


@shared_task
def refile_seats() -> None:
    """The look-up finds students under the class they are in now."""
    logger.info("refiled seats: %d", refile())
