"""A file from its upload to its outcome."""

import pytest

from payments.audit import audit
from payments.models import Receipt
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import apply, foreseen, happened, listed, preview
from payments.states import OrderState
from payments.tests.factories import make_charge, make_order, make_payer, pay
from portal.accounts.models import User

pytestmark = pytest.mark.django_db


def test_statement_settles_what_is_open(clerk: User) -> None:
    order = make_order([make_charge(make_payer())])
    paid = make_order([make_charge(make_payer())])
    trade = pay(paid).arrival.trade_number
    lines = [listed(order, "T-1"), listed(paid, trade), listed("ZZJF20250101000000000001", "T-2")]
    upload = preview(lines, clerk.pk)
    assert (upload.state, upload.row_count) == (UploadState.PREVIEW, 3)
    assert foreseen(upload) == [("settle", "pay"), ("known", ""), ("unknown", "keep")]
    assert upload.groups["settle"] == [1, order.amount_fen]
    order.refresh_from_db()
    assert order.state == OrderState.OPEN
    apply(upload, clerk.pk)
    assert upload.state == UploadState.APPLIED
    assert happened(upload) == foreseen(upload)
    order.refresh_from_db()
    assert (order.state, Receipt.objects.count(), audit().clean) == (OrderState.PAID, 3, True)
