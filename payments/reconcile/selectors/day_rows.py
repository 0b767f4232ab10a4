"""What lies behind a closed day: our receipts of it, and rows of statements that became none."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from payments.models import Receipt
from payments.phantoms import taken_back
from payments.reconcile.models import RowOutcome, UploadRow
from payments.reconcile.selectors.uploads import midnight
from payments.reconcile.states import UploadState
from payments.states import ReceiptKind


def between(day: date) -> tuple[datetime, datetime]:
    """A local day's first moment and that of the next."""
    return midnight(day), midnight(day + timedelta(days=1))


def ours(channel: str, day: date) -> QuerySet[Receipt]:
    """Our receipts of a channel's day; ``is_listed``: a row of an applied file tells of it."""
    start, end = between(day)
    applied = {"receipt": OuterRef("pk"), "upload__state": UploadState.APPLIED}
    told = Exists(UploadRow.objects.filter(**applied)) | Exists(
        RowOutcome.objects.filter(**applied)
    )
    rows = Receipt.objects.filter(
        ~taken_back(), channel=channel, paid_at__gte=start, paid_at__lt=end
    ).exclude(kind=ReceiptKind.VOID)
    return rows.annotate(is_listed=told).select_related("order__payer").order_by("paid_at", "pk")


def theirs_only(channel: str, day: date) -> QuerySet[UploadRow]:
    """Rows of applied files of that day that are no receipt of ours."""
    start, end = between(day)
    rows = UploadRow.objects.filter(
        upload__channel=channel,
        upload__state=UploadState.APPLIED,
        moved_at__gte=start,
        moved_at__lt=end,
        receipt__isnull=True,
        outcome__receipt__isnull=True,
    )
    return rows.select_related("upload").order_by("upload", "position")
