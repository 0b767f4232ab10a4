"""What lies behind a closed day: our receipts of it, and rows of statements that became none."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from payments.models import Receipt
from payments.phantoms import taken_back
from payments.reconcile.models import RowOutcome, UploadRow
from payments.reconcile.selectors.uploads import midnight
from payments.reconcile.states import Group, UploadState
from payments.states import ReceiptKind


def between(day: date) -> tuple[datetime, datetime]:
    """A local day's first moment and that of the next."""
    return midnight(day), midnight(day + timedelta(days=1))


def ours(channel: str, day: date) -> QuerySet[Receipt]:
    """Our receipts of a channel's day; ``is_listed``: a row of an applied file tells of it.

    A refund is told by its number: where a channel lists what it was asked for, the row is applied
    long before the receipt is there, so no outcome can name it.
    """
    start, end = between(day)
    applied = {"receipt": OuterRef("pk"), "upload__state": UploadState.APPLIED}
    told = Exists(UploadRow.objects.filter(**applied)) | Exists(
        RowOutcome.objects.filter(**applied)
    )
    told_back = Exists(
        RowOutcome.objects.filter(
            group=Group.REFUND,
            upload__channel=channel,
            upload__state=UploadState.APPLIED,
            row__refund_number=OuterRef("trade_number"),
        )
    )
    listed = told | (Q(kind=ReceiptKind.REFUND) & told_back)
    rows = Receipt.objects.filter(
        ~taken_back(), channel=channel, paid_at__gte=start, paid_at__lt=end
    ).exclude(kind=ReceiptKind.VOID)
    return rows.annotate(is_listed=listed).select_related("order__payer").order_by("paid_at", "pk")


def theirs_only(channel: str, day: date) -> QuerySet[UploadRow]:
    """Rows of applied files of that day that are no receipt of ours; ``now_group``: what came of
    them.
    """
    start, end = between(day)
    went_back = Receipt.objects.filter(
        channel=channel, kind=ReceiptKind.REFUND, trade_number=OuterRef("refund_number")
    )
    rows = UploadRow.objects.filter(
        upload__channel=channel,
        upload__state=UploadState.APPLIED,
        moved_at__gte=start,
        moved_at__lt=end,
        receipt__isnull=True,
        outcome__receipt__isnull=True,
    )
    rows = rows.annotate(now_group=Coalesce("outcome__group", F("group")))
    rows = rows.exclude(Exists(went_back), now_group=Group.REFUND)
    return rows.select_related("upload").order_by("upload", "position")
