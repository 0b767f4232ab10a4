"""Files, the groups of their rows, and how far an application is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from payments.models import Receipt
from payments.phantoms import taken_back
from payments.reconcile.files.row import FileFormat
from payments.reconcile.matching import BATCH
from payments.reconcile.models import RowOutcome, Upload, UploadRow
from payments.reconcile.states import Group, UploadState
from payments.states import OwnChannel, ReceiptKind
from portal.jobs import selectors as jobs

LISTING = (
    UploadState.PREVIEW, UploadState.WAITING, UploadState.APPLYING, UploadState.APPLIED,
)  # fmt: skip
OF_THE_COLLEGE = (FileFormat.COLLEGE, FileFormat.MAPPED)  # lists what its own platform took
SYNCING = timedelta(days=2)  # a payment may be listed that much later (retake manual, part three)


@dataclass(frozen=True)
class GroupTotal:
    """One group of a file: how many rows, and their sum in fen."""

    group: Group
    count: int
    fen: int


@dataclass(frozen=True)
class Progress:
    """How far an application is; ``seconds_left`` is None until there is something to go by."""

    rows: int
    done: int
    seconds_left: int | None


@dataclass(frozen=True)
class Missing:
    """Ours, but in no file: received less than two days ago, and longer ago.

    ``elsewhere``: paid over another channel on the days of the college's own statement, which is
    not about that channel; a bill of a channel leaves nothing to say about others.
    """

    syncing: QuerySet[Receipt]
    missing: QuerySet[Receipt]
    elsewhere: QuerySet[Receipt]


def uploads() -> QuerySet[Upload]:
    """Every file, newest first, with the people involved."""
    return Upload.objects.select_related(
        "uploaded_by", "confirmed_by", "released_by", "discarded_by", "job"
    )


def counted() -> dict[str, int]:
    """How many files there are of each state."""
    rows = Upload.objects.order_by().values_list("state")
    return dict(rows.annotate(Count("pk")))


def group_totals(upload: Upload) -> list[GroupTotal]:
    """What the last matching found, or what came of it once applied; in the order of ``Group``."""
    found = upload.outcomes if upload.state == UploadState.APPLIED else upload.groups
    return [GroupTotal(group, *found[group]) for group in Group if group in found]


def is_of_no_day(upload: Upload) -> bool:
    """It has no row, and neither it nor whoever fetched it says of which day it is."""
    return not upload.row_count and upload.first_day is None and upload.day is None


def missing(upload: Upload, now: datetime) -> Missing:
    """Payments of the file's channel and days that neither it nor another file lists.

    None for a file that lists refunds only.
    """
    first, last = upload.first_day, upload.last_day
    found = unlisted([upload.channel], first, last)
    if not upload.payment_count and upload.refund_count:
        found = found.none()
    others = [one for one in (*settings.GATEWAYS, OwnChannel.COUNTER) if one != upload.channel]
    others = others if upload.format in OF_THE_COLLEGE else []
    edge = now - SYNCING
    return Missing(
        syncing=found.filter(paid_at__gt=edge),
        missing=found.filter(paid_at__lte=edge),
        elsewhere=unlisted(others, first, last),
    )


def unlisted(channels: Sequence[str], first: date | None, last: date | None) -> QuerySet[Receipt]:
    """Payments received over channels on these local days that no file lists, oldest first."""
    if first is None or last is None:
        return Receipt.objects.none()
    live = Q(upload__state__in=LISTING)
    rows = UploadRow.objects.filter(live, receipt=OuterRef("pk"))
    outcomes = RowOutcome.objects.filter(receipt=OuterRef("pk"))
    return (
        Receipt.objects.filter(
            ~Exists(rows),
            ~Exists(outcomes),
            ~taken_back(),
            channel__in=channels,
            kind=ReceiptKind.PAYMENT,
            paid_at__gte=midnight(first),
            paid_at__lt=midnight(last + timedelta(days=1)),
        )
        .select_related("order__payer")
        .order_by("paid_at", "pk")
    )


def midnight(day: date) -> datetime:
    """The beginning of a local day."""
    return timezone.make_aware(datetime.combine(day, time()))


def progress(upload: Upload, now: datetime) -> Progress:
    """Rows done and time left of an application under way. Two statements at most."""
    job = upload.job
    if job is None:
        return Progress(0, 0, None)
    rows = int(job.params["rows"])
    told = jobs.progress(job.pk)
    done = rows if told.left == 0 else min(rows, told.done * BATCH)
    took = (now - job.requested_at).total_seconds()
    left = round(took / done * (rows - done)) if done and took > 0 else None
    return Progress(rows, done, left)
