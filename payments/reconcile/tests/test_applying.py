"""Releasing by a second person, stopping, refunds, and the workbook that is kept."""

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from payments.audit import audit
from payments.models import Order, Receipt, StrayRefund
from payments.reconcile import matching
from payments.reconcile.applying import Application, apply_batch
from payments.reconcile.services.applying import confirm, release, send_back, stop
from payments.reconcile.services.uploads import discard, read_again
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import LATER, apply, happened, listed, preview
from payments.tests.factories import make_charge, make_order, make_payer, pay
from portal.accounts.models import User
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db


def an_order() -> Order:
    return make_order([make_charge(make_payer())])


def test_second_person_releases(clerk: User, second: User, settings: Settings) -> None:
    settings.RECONCILE_SECOND_PERSON = True
    upload = preview([listed(an_order(), "T-1")], clerk.pk)
    assert confirm(upload.pk, actor_id=clerk.pk, now=LATER).state == UploadState.WAITING
    with pytest.raises(DomainError, match=r"upload\.same_person"):
        release(upload.pk, actor_id=clerk.pk, now=LATER)
    released = release(upload.pk, actor_id=second.pk, now=LATER)
    assert (released.state, released.released_by_id) == (UploadState.APPLYING, second.pk)


def test_second_person_sends_back(clerk: User, settings: Settings) -> None:
    settings.RECONCILE_SECOND_PERSON = True
    upload = preview([listed(an_order(), "T-1")], clerk.pk)
    confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    assert send_back(upload.pk, actor_id=clerk.pk, now=LATER).state == UploadState.PREVIEW


def test_stopped_in_the_middle_and_applied_to_its_end(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "BATCH", 1)
    upload = preview([listed(an_order(), "T-1"), listed(an_order(), "T-2")], clerk.pk)
    confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    upload.refresh_from_db()
    assert (apply_batch(upload, 0, LATER), apply_batch(upload, 0, LATER)) == (1, 0)
    stop(upload.pk)
    assert upload.job is not None
    [late] = Application().run(upload.job, ["1"], LATER).values()
    assert (late.ok, Receipt.objects.count()) == (False, 1)
    with pytest.raises(DomainError, match=r"upload\.partly_applied"):
        discard(upload.pk, actor_id=clerk.pk, now=LATER)
    with pytest.raises(DomainError, match=r"upload\.partly_applied"):
        read_again(upload.pk)
    apply(upload, clerk.pk)
    assert (upload.state, happened(upload)) == (UploadState.APPLIED, [("settle", "pay")] * 2)
    assert (Receipt.objects.count(), audit().clean) == (2, True)


def test_workbook_has_the_rows_and_what_became_of_them(clerk: User) -> None:
    order = an_order()
    trade = pay(order).arrival.trade_number
    lines = [listed(order, trade), listed("ZZJF20250423000000000001", "T-2", name="=1+1")]
    upload = apply(preview(lines, clerk.pk), clerk.pk)
    with default_storage.open(upload.result_path) as file:
        header, known, unknown = (
            CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
        )
    at = header.index("行号")
    assert known[at : at + 2] == ["2", "早已入账"]
    assert unknown[at : at + 3] == ["3", "没有这个订单", "转为余款，由财务处处理"]
    assert (unknown[3], unknown[0]) == ("'=1+1", "ZZJF20250423000000000001")


def test_refund_nobody_decided_becomes_a_case(clerk: User) -> None:
    order = an_order()
    trade = pay(order).arrival.trade_number
    kinds = "订单号,交易流水号,金额（元）,缴费时间,业务类型,退款单号"
    line = f"{order.number},{trade},-400.00,2025-04-23 14:23:00,退款,TK-1"
    upload = apply(preview([line], clerk.pk, header=kinds), clerk.pk)
    assert (happened(upload)[0][0], StrayRefund.objects.count()) == ("stray", 1)
    assert audit().clean
