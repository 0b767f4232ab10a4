"""Files, the groups of their rows, and how far an application is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from payments.models import Receipt
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.states import Group, UploadState

SYNCING = timedelta(days=2)  # a payment may be listed that much later (domain.md §7.5)


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
    """Ours, but in no file: received less than two days ago, and longer ago."""

    syncing: QuerySet[Receipt]
    missing: QuerySet[Receipt]


def uploads() -> QuerySet[Upload]:
    """Every file, newest first, with the people involved."""
    return Upload.objects.select_related(
        "uploaded_by", "confirmed_by", "released_by", "discarded_by", "job"
    )


def group_totals(upload: Upload) -> list[GroupTotal]:
    """What the last matching found, or what came of it once applied; in the order of ``Group``."""
    found = upload.outcomes if upload.state == UploadState.APPLIED else upload.groups
    return [GroupTotal(group, *found[group]) for group in Group if group in found]


def rows(upload: Upload, groups: Sequence[Group] = (), search: str = "") -> QuerySet[UploadRow]:
    """Rows in file order with order, payer, receipt, outcome and handling, for paging.

    ``groups`` are those of the preview; ``search`` finds an order number, a trade number, a name
    or a student number. ``now_group``: what came of it, or what will.
    """
    found = UploadRow.objects.filter(upload=upload)
    if groups:
        found = found.filter(group__in=groups)
    if search := search.strip():
        found = found.filter(
            Q(order_number__icontains=search)
            | Q(trade_number__icontains=search)
            | Q(payer_name__icontains=search)
            | Q(payer_number__icontains=search)
        )
    return found.annotate(now_group=Coalesce("outcome__group", F("group"))).select_related(
        "order__payer", "receipt", "outcome__receipt", "handling__handled_by"
    )


def missing(upload: Upload, now: datetime) -> Missing:
    """Receipts of the file's channel and days that no file lists."""
    raise NotImplementedError


def progress(upload: Upload, now: datetime) -> Progress:
    """Rows done and time left of an application under way. Two statements."""
    raise NotImplementedError
