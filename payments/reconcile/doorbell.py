"""Calls a worker for a file; the task is known by its name only, so that services may ring."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
TASK = "payments.reconcile.tasks.read_upload"


def ring(upload_id: int) -> None:
    """Have a file read. Without a broker the sweep does it later."""
    try:
        current_app.send_task(TASK, kwargs={"upload_id": upload_id})
    except OperationalError:
        logger.warning("no broker; upload %d waits for the next sweep", upload_id)
