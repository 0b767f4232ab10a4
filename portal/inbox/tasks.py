"""The minute job that sends messages on. Twice at once is no harm: rows are claimed."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from portal.inbox.handing import hand_out
from portal.inbox.posting import deliver

logger = logging.getLogger(__name__)


@shared_task
def send_letters() -> None:
    """Write letters for new messages, then send what is due."""
    written = hand_out(timezone.now(), settings.JOB_BATCH)
    sent = deliver(timezone.now, settings.JOB_BATCH)
    logger.info("letters: %d written, %d sent", written, sent)
