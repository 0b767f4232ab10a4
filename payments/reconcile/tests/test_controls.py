"""What each guard of the files, rows and seals keeps out, shown by taking it away.

The table names every constraint, unique column and trigger; a new one without a row fails.
"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from payments.models import Receipt
from payments.reconcile.files.row import Field
from payments.reconcile.models import (
    DayClose,
    Handling,
    HeaderMapping,
    RowOutcome,
    Upload,
    UploadRow,
)
from payments.reconcile.services import mapping
from payments.reconcile.services.applying import confirm
from payments.reconcile.services.closing import seal
from payments.reconcile.services.handling import handle_receipt, handle_row, withdraw
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import LATER, apply, listed, preview, store
from payments.tests.desk import make_clerk
from payments.tests.factories import NOW, make_charge, make_order, make_payer, pay
from payments.tests.guards import guards
from payments.tests.harm import Harm, change, copy, gone

pytestmark = pytest.mark.django_db
STRANGE = "ZZJF20250423000000000001"


def lines() -> list[str]:
    order = make_order([make_charge(make_payer())])
    return [listed(order, f"T{order.pk}")]


def stored() -> Upload:
    return store(lines(), make_clerk().pk)


def shown() -> Upload:
    return preview(lines(), make_clerk().pk)


def begun() -> Upload:
    clerk = make_clerk()
    return confirm(preview(lines(), clerk.pk).pk, actor_id=clerk.pk, now=LATER)


def applied() -> Upload:
    return apply(shown(), make_clerk().pk)


def fetched() -> Upload:
    made = stored()
    fields = {field.name: getattr(made, field.name) for field in Upload._meta.local_fields}
    known = fields | {"id": None, "sha256": "0" * 64, "channel": "finance", "day": NOW.date()}
    return Upload.objects.create(**known)


def row() -> UploadRow:
    return shown().rows.get()


def applied_row() -> UploadRow:
    return applied().rows.get()


def refused_row() -> UploadRow:
    made = make_order([make_charge(make_payer())])
    return preview(
        [listed(made, "T", number="").replace(f"{made.amount_fen / 100:.2f}", "x")]
    ).rows.get()


def outcome() -> RowOutcome:
    return applied_row().outcome


def close() -> DayClose:
    applied()
    return seal("finance", NOW.date(), actor_id=make_clerk().pk, now=NOW + timedelta(days=1))


def handling() -> Handling:
    made = apply(preview([listed(STRANGE, "T-1")])).rows.get()
    return handle_row(made.pk, "渠道误入", actor_id=make_clerk().pk, now=NOW)


def handling_of_receipt() -> Handling:
    """Money of the day of a file that does not list it."""
    silent = make_order([make_charge(make_payer())])
    pay(silent)
    applied()
    receipt, after = Receipt.objects.get(order=silent), NOW + timedelta(days=3)
    return handle_receipt(receipt.pk, "渠道补传", actor_id=make_clerk().pk, now=after)


def taken_back() -> Handling:
    return withdraw(handling().pk, "看错了", actor_id=make_clerk().pk, now=LATER)


def remembered() -> HeaderMapping:
    columns = {"a": Field.ORDER_NUMBER, "b": Field.AMOUNT}
    return mapping.remember("f", ["a", "b"], columns, actor_id=make_clerk().pk, now=NOW)


HARMS: dict[str, Harm] = {
    # The same file, or the same day's statement, applied again under another name.
    "Upload.upload_once_per_content": copy(stored),
    "Upload.upload_once_per_fetched_day": copy(fetched, sha256="1" * 64),
    # Two files applied at once; without anybody's yes; by one person's word; without a result.
    "Upload.upload_one_application": copy(
        begun, "Upload.state_starts", "Upload.upload_once_per_content"
    ),
    "Upload.upload_two_people": change(
        begun, released_by=lambda one: one.confirmed_by, released_at=LATER
    ),
    "Upload.upload_confirmed_before": change(shown, state=UploadState.APPLYING),
    "Upload.upload_applied_has_result": change(begun, state=UploadState.APPLIED),
    "Upload.upload_state_known": change(shown, "Upload.state_moves", state="lost"),
    "Upload.state_moves": change(stored, state=UploadState.PREVIEW),
    "Upload.state_starts": copy(stored, sha256="1" * 64, state=UploadState.PREVIEW),
    "Upload.upload_is_fixed": change(shown, sha256="1" * 64),
    "Upload.upload_stays": gone(stored),
    # A row counted twice, of no amount, refused and settled all the same, changed or tidied away.
    "UploadRow.row_once_per_position": copy(row),
    "UploadRow.row_is_positive": copy(row, position=2, amount_fen=0),
    "UploadRow.row_refused_never_settles": change(refused_row, batch=0),
    "UploadRow.row_kind_known": copy(row, position=2, kind="lost"),
    "UploadRow.row_group_known": change(row, group="lost"),
    "UploadRow.row_is_fixed": change(row, amount_fen=1),
    "UploadRow.row_stays_once_applied": gone(applied_row),
    "RowOutcome.outcome_group_known": copy(outcome, row_id=10**9, group="lost"),
    "RowOutcome.append_only": change(outcome, group="late"),
    # Two ends of a chain, two seals of the same time, a seal changed afterwards.
    "DayClose.dayclose_once_per_revision": copy(close, sequence=2),
    "DayClose.dayclose_one_chain": copy(close, revision=2),
    "DayClose.append_only": change(close, ours_fen=1),
    # Two answers to one difference, one to nothing, one without words; changed, taken back
    # without a word or once more, tidied away.
    "Handling.handling_once_per_row": copy(handling),
    "Handling.handling_once_per_receipt": copy(handling_of_receipt),
    "Handling.handling_of_one_thing": copy(handling, row=None),
    "Handling.handling_says_what": copy(handling, "Handling.handling_once_per_row", note=""),
    "Handling.handling_is_fixed": change(handling, note="别的"),
    "Handling.handling_withdrawn_with_words": change(handling, withdrawn_at=NOW),
    "Handling.handling_withdrawn_once": change(taken_back, reason="别的"),
    "Handling.handling_stays": gone(handling),
    "HeaderMapping.fingerprint": copy(remembered),
}
PRIMARY_KEY = "RowOutcome.row"  # no other guard is needed to see what it is for


def test_every_guard_has_its_control() -> None:
    assert sorted([*HARMS, PRIMARY_KEY]) == sorted(guards("reconcile"))


@pytest.mark.parametrize("name", HARMS)
def test_control(name: str) -> None:
    """Refused by this guard alone; without it the harm is done."""
    wrong, known = HARMS[name], guards("reconcile")
    made = wrong.prepare()
    words = wrong.fields_of(made)
    for other in wrong.beside:
        known[other].remove()
    with pytest.raises(DatabaseError), transaction.atomic():
        wrong.do(made, words)
    assert not wrong.seen(made, words)
    known[name].remove()
    wrong.do(made, words)
    assert wrong.seen(made, words)
