"""Files of the finance platform about orders of a test, and the way through the services."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO

from django.core.files import File

from payments.models import Order
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.services import uploads
from payments.reconcile.services.applying import confirm
from payments.reconcile.services.reading import read_upload
from payments.tests.factories import NOW, minutes
from portal.jobs import services as jobs

HEADER = "订单号,交易流水号,学号,姓名,收费项目,金额（元）,缴费时间"
LATER = NOW + minutes(60)


def listed(
    order: Order | str,
    trade: str = "",
    *,
    fen: int | None = None,
    name: str | None = None,
    number: str | None = None,
    at: datetime = NOW,
) -> str:
    """One line of a statement about an order, or about a number nobody ordered."""
    amount = fen if fen is not None else (order.amount_fen if isinstance(order, Order) else 100)
    shown = name if name is not None else (order.payer.name if isinstance(order, Order) else "")
    who = (
        number if number is not None else (order.payer.username if isinstance(order, Order) else "")
    )
    code = order.number if isinstance(order, Order) else order
    return ",".join(
        [str(code), trade, who, shown, "重修费", f"{amount / 100:.2f}",
         f"{at.astimezone():%Y-%m-%d %H:%M:%S}"]
    )  # fmt: skip


def content(lines: Iterable[str], header: str = HEADER) -> bytes:
    """A file of the college's own."""
    return "\r\n".join([header, *lines, ""]).encode("utf-8-sig")


def store(
    lines: Sequence[str],
    actor_id: int | None = None,
    *,
    now: datetime = LATER,
    name: str = "a.csv",
    header: str = HEADER,
) -> Upload:
    """Upload a file with these lines."""
    return uploads.store(File(BytesIO(content(lines, header))), name, actor_id=actor_id, now=now)


def preview(
    lines: Sequence[str],
    actor_id: int | None = None,
    *,
    now: datetime = LATER,
    header: str = HEADER,
) -> Upload:
    """Upload and read it."""
    upload = store(lines, actor_id, now=now, header=header)
    read_upload(upload.pk, lambda: now)
    upload.refresh_from_db()
    return upload


def apply(upload: Upload, actor_id: int | None = None, *, now: datetime = LATER) -> Upload:
    """Confirm a preview and let one worker do all of it."""
    confirm(upload.pk, actor_id=actor_id, now=now)
    upload.refresh_from_db()
    assert upload.job is not None
    jobs.work(upload.job.pk, lambda: now)
    upload.refresh_from_db()
    return upload


def foreseen(upload: Upload) -> list[tuple[str, str]]:
    """Group and effect of each row in file order, as the preview has it."""
    rows = UploadRow.objects.filter(upload=upload).order_by("position")
    return list(rows.values_list("group", "effect"))


def happened(upload: Upload) -> list[tuple[str, str]]:
    """The same as it came out."""
    rows = UploadRow.objects.filter(upload=upload).order_by("position").select_related("outcome")
    return [
        (row.outcome.group, row.outcome.effect)
        if hasattr(row, "outcome")
        else (row.group, row.effect)
        for row in rows
    ]
