"""What a clerk says about headers the portal does not know; remembered for the next file."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from payments.reconcile.files.row import REQUIRED, Field
from payments.reconcile.models import HeaderMapping
from payments.reconcile.services import uploads
from payments.reconcile.states import UploadState
from portal.lib.errors import DomainError, NotYours
from portal.lib.moments import moment


@transaction.atomic
def explain(
    upload_id: int,
    fingerprint: str,
    headers: Sequence[str],
    columns: Mapping[str, Field],
    *,
    actor_id: int,
    now: datetime,
) -> HeaderMapping:
    """Answer for a file that asks, and have it read (``doorbell.ring``, or the sweep).

    Raises ``mapping.answered`` when somebody was faster, and what ``remember`` raises.
    """
    if uploads.locked(upload_id).state != UploadState.MAPPING:
        raise DomainError("mapping.answered", answered(fingerprint, now))
    answer = remember(fingerprint, headers, columns, actor_id=actor_id, now=now)
    uploads.read_again(upload_id)
    return answer


def answered(fingerprint: str, now: datetime) -> str:
    """What whoever is second is told; raises ``NotYours`` when nobody was asked about these."""
    rows = HeaderMapping.objects.select_related("mapped_by")
    known = rows.filter(fingerprint=fingerprint).first()
    if known is None:
        raise NotYours("这个文件不用指出各列。")
    by, at = known.mapped_by.name, moment(known.mapped_at, now)
    return f"各列已由{by}于 {at} 指出，这一次没有再记。"


def remember(
    fingerprint: str,
    headers: Sequence[str],
    columns: Mapping[str, Field],
    *,
    actor_id: int,
    now: datetime,
) -> HeaderMapping:
    """Keep which column is what; said again, it replaces the answer before.

    ``columns``: header → field, only the columns that mean something. Raises ``mapping.missing``
    without order number or amount, ``mapping.twice`` for a field given to two columns and
    ``mapping.unknown`` for a header the file does not have. Read the file again afterwards.
    """
    _refuse(headers, columns)
    mapping, _ = HeaderMapping.objects.update_or_create(
        fingerprint=fingerprint,
        defaults={
            "headers": list(headers),
            "columns": {header: str(field) for header, field in columns.items()},
            "mapped_by_id": actor_id,
            "mapped_at": now,
        },
    )
    return mapping


def _refuse(headers: Sequence[str], columns: Mapping[str, Field]) -> None:
    missing = [field.label for field in REQUIRED if field not in columns.values()]
    if missing:
        raise DomainError(
            "mapping.missing",
            f"还没有指出{'、'.join(missing)}是哪一列。",
            advice="订单号和金额必须指出，其余的可以不选。",
            status=400,
        )
    if len(set(columns.values())) < len(columns):
        raise DomainError(
            "mapping.twice", "有一项选给了两列。", advice="每一项只选一列。", status=400
        )
    if not set(columns) <= set(headers):
        raise DomainError(
            "mapping.unknown", "选了文件里没有的列。", advice="重新打开这一页再选。", status=400
        )


def remembered() -> dict[str, dict[str, Field]]:
    """Every answer, as the reader wants it."""
    rows = HeaderMapping.objects.values_list("fingerprint", "columns")
    return {
        fingerprint: {header: Field(field) for header, field in columns.items()}
        for fingerprint, columns in rows
    }
