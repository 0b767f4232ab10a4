"""The channels' own daily files, fetched by the portal and put through the same pipeline."""

import logging
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from payments.gateways.base import GatewayUnavailable, StatementNotReady
from payments.gateways.registry import gateway
from payments.reconcile.models import DayClose, Upload
from payments.reconcile.selectors.days import days
from payments.reconcile.selectors.questions import questions
from payments.reconcile.services import applying, closing, notices, uploads
from payments.reconcile.services.reading import Clock, read_upload
from payments.reconcile.states import UploadState
from payments.wording import CHANNELS
from portal.inbox import services as inbox
from portal.lib.errors import DomainError

logger = logging.getLogger("money")
LOOK_BACK = 7  # days a missed file is still asked for
ASKING = (UploadState.PREVIEW, UploadState.MAPPING, UploadState.REFUSED)


def fetch_missing(clock: Clock) -> int:
    """Fetch and read every file of the last days that is not there yet; returns how many.

    A file that is not ready or a channel that is silent is asked again by the next run; only a
    file that came, even one without rows, counts as had. What is clean is applied.
    """
    today = timezone.localdate(clock())
    last = [today - timedelta(days=back) for back in range(LOOK_BACK, 0, -1)]
    rows = Upload.objects.filter(day__in=last).exclude(state=UploadState.DISCARDED)
    had = set(rows.values_list("channel", "day"))
    wanted = ((name, day) for name in settings.GATEWAYS for day in last if (name, day) not in had)
    return sum(_fetch(channel, day, clock) for channel, day in wanted)


def _fetch(channel: str, day: date, clock: Clock) -> bool:
    try:
        body = gateway(channel).statement(day)
    except (StatementNotReady, GatewayUnavailable):
        return False
    try:
        upload = uploads.store(
            File(BytesIO(body)),
            f"{CHANNELS.get(channel, channel)}账单{day.isoformat()}.csv",
            actor_id=None,
            now=clock(),
            channel=channel,
            day=day,
        )
    except uploads.AlreadyUploaded:  # another worker was faster
        return False
    read_upload(upload.pk, clock)
    apply_clean(clock())
    _tell(upload, clock())
    return True


def _tell(upload: Upload, now: datetime) -> None:
    """Tell finance of a statement that waits for a person."""
    upload.refresh_from_db()
    asked = questions(upload, now) if upload.state == UploadState.PREVIEW else [upload.refusal]
    if asked and upload.state in ASKING:
        inbox.send(notices.to_look_at(upload, asked), now)


def apply_clean(now: datetime) -> int:
    """Apply the fetched statements that raise no question; returns how many were begun.

    One at a time: the others wait for the next run. One that somebody stopped is left to people.
    """
    begun = 0
    for upload in _previews():
        if questions(upload, now):
            continue
        try:
            applying.confirm(upload.pk, actor_id=None, now=now, unattended=True)
        except DomainError as refusal:
            logger.info("statement %s waits: %s", upload.name, refusal)
            break
        begun += 1
    return begun


def seal_clean(now: datetime) -> int:
    """Seal the days whose fetched statement the portal applied by itself, where both sides are
    the same but for refunds on another day; returns how many. A day that differs, or was sealed
    before, is left to people.
    """
    return sum(_seal(channel, day, now) for channel, day in _applied(timezone.localdate(now)))


def _seal(channel: str, day: date, now: datetime) -> bool:
    [found] = days([channel], day, day, now)
    if not found.is_even:
        return False
    try:
        closing.seal(channel, day, actor_id=None, now=now)
    except DomainError as refusal:
        logger.info("%s of %s stays open: %s", day, channel, refusal)
        return False
    return True


def _applied(today: date) -> QuerySet[Any, Any]:
    """Channel and day of what the portal applied in the last days and nobody has sealed."""
    sealed = DayClose.objects.filter(channel=OuterRef("channel"), day=OuterRef("day"))
    rows = Upload.objects.filter(
        ~Exists(sealed),
        state=UploadState.APPLIED,
        day__gte=today - timedelta(days=LOOK_BACK),
        confirmed_by=None,
    )
    return rows.order_by("day", "pk").values_list("channel", "day")


def _previews() -> QuerySet[Upload]:
    return Upload.objects.filter(
        state=UploadState.PREVIEW, day__isnull=False, confirmed_at=None
    ).order_by("day", "pk")
