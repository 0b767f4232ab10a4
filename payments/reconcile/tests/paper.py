"""Files as they stand in the database at some point of their way, without reading any."""

import hashlib
import json
from itertools import count
from typing import Any

from payments.models import Order
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.models.rows import CELL_BREAK
from payments.reconcile.states import EntryKind, Group, UploadState
from payments.tests.factories import NOW
from portal.accounts.models import User

WAYS = {
    UploadState.UPLOADED: (),
    UploadState.READING: (UploadState.READING,),
    UploadState.MAPPING: (UploadState.READING, UploadState.MAPPING),
    UploadState.PREVIEW: (UploadState.READING, UploadState.PREVIEW),
    UploadState.WAITING: (UploadState.READING, UploadState.PREVIEW, UploadState.WAITING),
    UploadState.APPLYING: (UploadState.READING, UploadState.PREVIEW, UploadState.APPLYING),
    UploadState.APPLIED: (
        UploadState.READING, UploadState.PREVIEW, UploadState.APPLYING, UploadState.APPLIED,
    ),
    UploadState.REFUSED: (UploadState.READING, UploadState.REFUSED),
    UploadState.DISCARDED: (UploadState.DISCARDED,),
}  # fmt: skip
CONFIRMED = (UploadState.WAITING, UploadState.APPLYING, UploadState.APPLIED)
HEADERS = ("订单号", "姓名", "学号", "金额")
CANDIDATE = {
    "fingerprint": "f" * 64,
    "member": "",
    "sheet": "",
    "place": 3,
    "headers": ["流水", "钱数", "谁"],
    "guesses": {"谁": "payer_name"},
    "samples": [["ZZJF20250422193015003311", "500.00", "王同学"]],
}

_numbers = count(1)


def make_upload(
    state: UploadState = UploadState.PREVIEW, by: User | None = None, **facts: Any
) -> Upload:
    """One file that has come as far as ``state``; ``by`` uploaded and confirmed it."""
    number = next(_numbers)
    upload = Upload.objects.create(
        sha256=hashlib.sha256(str(number).encode()).hexdigest(),
        name=f"重修费{number}.xlsx",
        size=1,
        path=f"reconcile/{number}",
        uploaded_by=by,
        uploaded_at=NOW,
    )
    known: dict[str, Any] = {"format": "college", "channel": "finance", "headers": list(HEADERS)}
    return take_further(upload, state, by, **(known | facts))


def take_further(
    upload: Upload, state: UploadState, by: User | None = None, **facts: Any
) -> Upload:
    """Bring a file that is not there yet to ``state``, with these facts."""
    known: dict[str, Any] = {}
    if state in CONFIRMED:
        known |= {"confirmed_by": by, "confirmed_at": NOW}
    if state is UploadState.APPLIED:
        known |= {"applied_at": NOW, "result_path": "reconcile/result"}
    _set(upload, **(known | facts))
    steps = WAYS[state]
    here = steps.index(UploadState(upload.state)) + 1 if upload.state in steps else 0
    for step in steps[here:]:
        _set(upload, state=step)
    return upload


def make_row(upload: Upload, group: Group, order: Order | None = None, **facts: Any) -> UploadRow:
    """One row of a file; of an order of ours, or of one there is none of."""
    position = next(_numbers)
    number = order.number if order else f"ZZJF20250101000000{position:06}"
    fen = order.amount_fen if order else 45000
    known = {
        "position": position,
        "place": position,
        "kind": EntryKind.PAYMENT,
        "order_number": number,
        "trade_number": f"T{position}",
        "amount_fen": fen,
        "moved_at": NOW,
        "payer_name": order.payer.name if order else "李四",
        "payer_number": order.payer.username if order else "2022",
        "cells": CELL_BREAK.join((number, "王同学", "2022", f"{fen / 100:.2f}")),
        "group": group,
        "order": order,
    }
    return UploadRow.objects.create(upload=upload, **(known | facts))


def make_fault(upload: Upload, *problem: str) -> UploadRow:
    """One row that could not be read: column, value, why, remedy."""
    return make_row(
        upload, Group.REFUSED, kind=EntryKind.FAULT, amount_fen=None, faults=json.dumps([problem])
    )


def count_groups(upload: Upload) -> Upload:
    """Write what the preview shows from the rows there are."""
    totals: dict[str, list[int]] = {}
    for row in UploadRow.objects.filter(upload=upload):
        counted = totals.setdefault(row.group, [0, 0])
        counted[0] += 1
        counted[1] += row.amount_fen or 0
    faults = totals.get(Group.REFUSED, [0, 0])[0]
    number = sum(counted[0] for counted in totals.values())
    _set(upload, groups=totals, row_count=number, fault_count=faults)
    return upload


def _set(upload: Upload, **values: Any) -> None:
    for name, value in values.items():
        setattr(upload, name, value)
    if values:
        upload.save(update_fields=list(values))
