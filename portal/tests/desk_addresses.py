"""Finance's workbench in the table of addresses: who gets what, and rows to ask for."""

from datetime import timedelta

from django.utils import timezone

from payments.models import Receipt
from payments.reconcile.models import HeaderMapping
from payments.reconcile.services.handling import handle_row
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import CANDIDATE, make_row, make_upload
from payments.tests.factories import make_arrival
from portal.tests.people import user

# nobody, two students, two reviewers, the teaching office, finance, admin
PAGE = (302, 403, 403, 403, 403, 403, 200, 200)
PART = (200, 403, 403, 403, 403, 403, 200, 200)  # nobody: told to load the page again
NONE = (302, 403, 403, 403, 403, 403, 404, 404)  # nothing to send yet
MOVED = (302, 403, 403, 403, 403, 403, 302, 302)
BY_POST_ONLY = (405,) * 8
GET = {
    "reconcile/": PAGE,
    "reconcile/uploads/": PART,
    "reconcile/upload/": BY_POST_ONLY,
    "reconcile/files/<int:pk>/": PAGE,
    "reconcile/files/<int:pk>/progress/": PART,
    "reconcile/files/<int:pk>/original/": NONE,
    "reconcile/files/<int:pk>/result/": NONE,
    "reconcile/files/<int:pk>/absent/": PAGE,
    "reconcile/files/<int:pk>/rows/<slug:code>/": PAGE,
    "reconcile/files/<int:pk>/rows/<slug:code>/file/": PAGE,
    "reconcile/files/<int:pk>/mapping/": PAGE,
    "reconcile/files/<int:pk>/mapping/keep/": BY_POST_ONLY,
    "reconcile/files/<int:pk>/confirm/": BY_POST_ONLY,
    "reconcile/files/<int:pk>/release/": BY_POST_ONLY,
    "reconcile/files/<int:pk>/send-back/": BY_POST_ONLY,
    "reconcile/files/<int:pk>/stop/": BY_POST_ONLY,
    "reconcile/files/<int:pk>/again/": BY_POST_ONLY,
    "reconcile/files/<int:pk>/discard/": BY_POST_ONLY,
    "reconcile/mappings/": PAGE,
    "reconcile/mappings/<int:pk>/": PAGE,
    "reconcile/mappings/<int:pk>/change/": BY_POST_ONLY,
    "reconcile/differences/": PAGE,
    "reconcile/differences/file/": PAGE,
    "reconcile/differences/handle/": BY_POST_ONLY,
    "reconcile/differences/rows/<int:pk>/": PAGE,
    "reconcile/differences/rows/<int:pk>/handle/": BY_POST_ONLY,
    "reconcile/differences/receipts/<int:pk>/": PAGE,
    "reconcile/differences/receipts/<int:pk>/handle/": BY_POST_ONLY,
    "reconcile/differences/handlings/<int:pk>/withdraw/": BY_POST_ONLY,
    "reconcile/days/": PAGE,
    "reconcile/days/file/": PAGE,
    "reconcile/days/seal/": BY_POST_ONLY,
    "reconcile/days/<slug:channel>/<iso_day:on>/": PAGE,
    "reconcile/days/<slug:channel>/<iso_day:on>/file/": PAGE,
    "reconcile/days/<slug:channel>/<iso_day:on>/seal/": BY_POST_ONLY,
}
EMPTY = (302, 403, 403, 403, 403, 403, 400, 400)  # a form without an answer
POST = {
    "reconcile/upload/": EMPTY,
    "reconcile/files/<int:pk>/mapping/keep/": EMPTY,
    "reconcile/files/<int:pk>/confirm/": MOVED,
    "reconcile/files/<int:pk>/release/": MOVED,
    "reconcile/files/<int:pk>/send-back/": MOVED,
    "reconcile/files/<int:pk>/stop/": MOVED,
    "reconcile/files/<int:pk>/again/": MOVED,
    "reconcile/files/<int:pk>/discard/": MOVED,
    "reconcile/mappings/<int:pk>/change/": EMPTY,
    "reconcile/differences/handle/": EMPTY,
    "reconcile/differences/rows/<int:pk>/handle/": EMPTY,
    "reconcile/differences/receipts/<int:pk>/handle/": EMPTY,
    "reconcile/differences/handlings/<int:pk>/withdraw/": MOVED,
    "reconcile/days/seal/": MOVED,
    "reconcile/days/<slug:channel>/<iso_day:on>/seal/": (302, 403, 403, 403, 403, 403, 409, 409),
}


def row_for(route: str) -> int:
    """The id of something to ask for at this address; each address has its own."""
    if "mappings" in route:
        return _mapping(route)
    if "receipts" in route:
        return _receipt().pk
    if "differences/rows" in route:
        return make_row(make_upload(by=user("finance")), Group.UNKNOWN).pk
    if "handlings" in route:
        row = make_row(make_upload(UploadState.APPLIED, by=user("finance")), Group.UNKNOWN)
        return handle_row(row.pk, "查清", actor_id=user("finance").pk, now=timezone.now()).pk
    if "mapping" in route:
        candidates = {"candidates": [CANDIDATE]}
        return make_upload(UploadState.MAPPING, by=user("finance"), **candidates).pk
    return make_upload(by=user("finance")).pk


def yesterday() -> str:
    """A day that is over."""
    return (timezone.localdate() - timedelta(days=1)).isoformat()


def _mapping(route: str) -> int:
    columns = {"流水": "order_number", "钱数": "amount"}
    return HeaderMapping.objects.create(
        fingerprint=route[:64],
        headers=list(columns),
        columns=columns,
        mapped_by=user("finance"),
        mapped_at=timezone.now(),
    ).pk


def _receipt() -> Receipt:
    arrival = make_arrival("ZZJF20250101000000000001")
    return Receipt.objects.create(
        channel=arrival.channel,
        kind="payment",
        trade_number=arrival.trade_number,
        order_number=arrival.order_number,
        amount_fen=arrival.amount_fen,
        paid_at=arrival.paid_at,
        recorded_at=arrival.paid_at,
    )
