"""Background jobs of accounts."""

from celery import shared_task
from django.utils import timezone

from portal.accounts import visits


@shared_task
def forget_visits() -> None:
    """Sessions that ran out, and visits nobody asks about any more."""
    visits.forget(timezone.now())
