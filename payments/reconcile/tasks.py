"""Reading files and fetching statements in the background; started by anybody, twice too."""

from celery import shared_task
from django.utils import timezone

from payments.reconcile.services import fetching, reading


@shared_task
def read_upload(*, upload_id: int) -> None:
    """Read one file up to its preview."""
    reading.read_upload(upload_id, timezone.now)


@shared_task
def read_waiting() -> int:
    """Read what was uploaded without a broker, or whose reader was killed, apply the fetched
    statements that are clean, and seal their days; every minute.
    """
    found = list(reading.waiting(timezone.now()).values_list("pk", flat=True))
    for upload_id in found:
        reading.read_upload(upload_id, timezone.now)
    fetching.apply_clean(timezone.now())
    fetching.seal_clean(timezone.now())
    return len(found)


@shared_task
def fetch_statements() -> int:
    """Fetch the channels' files of the days before; daily, and hourly while one is late."""
    return fetching.fetch_missing(timezone.now)
