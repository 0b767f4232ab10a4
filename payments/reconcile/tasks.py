"""Reading files and fetching statements in the background; started by anybody, twice too."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from payments.reconcile.services import reading

logger = logging.getLogger(__name__)


@shared_task
def read_upload(*, upload_id: int) -> None:
    """Read one file up to its preview."""
    reading.read_upload(upload_id, timezone.now)


@shared_task
def read_waiting() -> int:
    """Read what was uploaded without a broker, or whose reader was killed; every minute."""
    found = list(reading.waiting(timezone.now()).values_list("pk", flat=True))
    for upload_id in found:
        reading.read_upload(upload_id, timezone.now)
    return len(found)


def ring(upload_id: int) -> None:
    """Call a worker for a file. Without a broker the sweep does it later."""
    try:
        read_upload.delay(upload_id=upload_id)
    except OperationalError:
        logger.warning("no broker; upload %d waits for the next sweep", upload_id)
