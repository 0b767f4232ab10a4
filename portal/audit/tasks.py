"""The nightly job that forgets."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.lib.retention import Keeping, forget

logger = logging.getLogger(__name__)


@shared_task
def forget_what_is_old() -> int:
    """Delete what has been kept long enough, in every room (``settings.RETENTION``)."""
    gone = 0
    for path in settings.RETENTION:
        keeping: Keeping = import_string(path)
        number = forget(keeping, timezone.now())
        logger.info("%s: %d rows older than %s days left", path, number, keeping.days)
        gone += number
    return gone
