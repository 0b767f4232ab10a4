"""Jobs of the retake process."""

import logging

from celery import shared_task
from django.utils import timezone

from retake.services.sweep import sweep

logger = logging.getLogger(__name__)


@shared_task
def sweep_enrollments() -> None:
    """Follow the record: passed meanwhile, veteran meanwhile."""
    swept = sweep(timezone.now())
    logger.info(
        "swept enrolments: cancelled %d, exempted %d, waiting %d",
        swept.cancelled,
        swept.exempted,
        swept.waiting,
    )
