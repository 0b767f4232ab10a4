"""Rows of files as the pages draw and search them."""

from collections.abc import Collection, Sequence

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from payments.models import Resolution
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.states import EntryKind, Group

LOOKED_IN = (
    "order_number", "trade_number", "payer_name", "payer_number",
    "order__payer__name", "order__payer__username",
)  # fmt: skip


def mentioning(text: str, of: str = "", columns: Sequence[str] = LOOKED_IN) -> Q:
    """Rows (``of`` a relation, ``row__``) in which a number, a name or a student number has this
    in it: as the file writes it, or as we do.
    """
    wanted = Q()
    for column in columns:
        wanted |= Q((f"{of}{column}__icontains", text))
    return wanted


def of_file(upload: Upload, groups: Sequence[Group] = (), search: str = "") -> QuerySet[UploadRow]:
    """Rows of a file, drawn, for paging; ``groups`` are those of the preview."""
    rows = UploadRow.objects.filter(upload=upload)
    if groups:
        rows = rows.filter(group__in=groups)
    if search := search.strip():
        rows = rows.filter(mentioning(search))
    return _drawn(rows)


def by_id(ids: Collection[int]) -> QuerySet[UploadRow]:
    """Rows of any file, drawn."""
    return _drawn(UploadRow.objects.filter(pk__in=ids))


def _drawn(rows: QuerySet[UploadRow]) -> QuerySet[UploadRow]:
    """With order, payer, receipt and outcome; ``now_group``: what came of it or will;
    ``refund_fen``: what our refund of the row's number comes to, None where there is none.
    """
    ours = Resolution.objects.filter(refund_number=OuterRef("refund_number")).order_by("-pk")
    fen = Subquery(ours.values("surplus__amount_fen")[:1])
    return rows.annotate(
        now_group=Coalesce("outcome__group", F("group")),
        refund_fen=Case(When(kind=EntryKind.REFUND, then=fen)),
    ).select_related("order__payer", "receipt", "outcome__receipt")
