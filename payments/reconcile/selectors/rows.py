"""Rows of any file by their ids, as the pages draw them."""

from collections.abc import Collection

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from payments.reconcile.models import UploadRow


def by_id(ids: Collection[int]) -> QuerySet[UploadRow]:
    """With order, payer, receipt, outcome and handling; ``now_group``: what came of it or will."""
    return (
        UploadRow.objects.filter(pk__in=ids)
        .annotate(now_group=Coalesce("outcome__group", F("group")))
        .select_related("order__payer", "receipt", "outcome", "handling__handled_by")
    )
