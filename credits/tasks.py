"""Jobs of the exchange."""

import logging

from celery import shared_task
from django.utils import timezone

from credits.services.sweep import sweep

logger = logging.getLogger(__name__)


@shared_task
def sweep_applications() -> None:
    """Return what the record no longer carries."""
    returned = sweep(timezone.now())
    logger.info("swept applications: returned %d", returned)
