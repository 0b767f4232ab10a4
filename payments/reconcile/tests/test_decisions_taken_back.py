"""A decision about a difference is taken back: it stays on file, the difference waits again."""

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import Receipt
from payments.reconcile.models import Handling
from payments.reconcile.selectors.differences import work_list
from payments.reconcile.services.handling import handle_receipt, handle_row, withdraw
from payments.reconcile.tests.statements import LATER, apply, listed, preview
from payments.tests.factories import NOW, make_charge, make_order, make_payer, minutes, pay
from payments.tests.races import race
from portal.accounts.models import User
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
DAYS_LATER = NOW + minutes(3 * 24 * 60)


@pytest.fixture
def decided(clerk: User) -> Handling:
    """A row of an order nobody knows, decided by the clerk."""
    upload = apply(preview([listed("ZZJF20250423000000000001", "T-9")], clerk.pk), clerk.pk)
    return handle_row(upload.rows.get().pk, "渠道误入", actor_id=clerk.pk, now=NOW)


def open_ones() -> int:
    return len(work_list(DAYS_LATER))


def test_difference_waits_again_and_is_decided_anew(
    decided: Handling, clerk: User, second: User
) -> None:
    assert open_ones() == 0
    withdraw(decided.pk, "看错了人", actor_id=second.pk, now=NOW)
    assert open_ones() == 1
    assert decided.row_id is not None
    handle_row(decided.row_id, "退回本人", actor_id=clerk.pk, now=LATER)
    assert open_ones() == 0
    kept = Handling.objects.order_by("pk").values_list("note", "reason")
    assert list(kept) == [("渠道误入", "看错了人"), ("退回本人", "")]


def test_the_same_of_money_no_file_lists(clerk: User) -> None:
    silent, told = (make_order([make_charge(make_payer())]) for _ in range(2))
    pay(silent)
    apply(preview([listed(told, "T-1")], clerk.pk), clerk.pk)
    receipt = Receipt.objects.get(order=silent)
    one = handle_receipt(receipt.pk, "渠道补传", actor_id=clerk.pk, now=DAYS_LATER)
    assert open_ones() == 0
    withdraw(one.pk, "没有补传", actor_id=clerk.pk, now=DAYS_LATER)
    assert open_ones() == 1


def test_second_to_take_it_back_is_told(decided: Handling, clerk: User, second: User) -> None:
    withdraw(decided.pk, "看错了人", actor_id=clerk.pk, now=NOW)
    with pytest.raises(DomainError) as told:
        withdraw(decided.pk, "我也撤", actor_id=second.pk, now=NOW)
    assert told.value.message == "已由李会计于 14:23 撤回：看错了人"
    assert Handling.objects.get().withdrawn_by == clerk


@pytest.mark.django_db(transaction=True)
def test_two_clerks_take_it_back_at_once(decided: Handling, clerk: User, second: User) -> None:
    results = race(
        lambda: withdraw(decided.pk, "错", actor_id=clerk.pk, now=NOW),
        lambda: withdraw(decided.pk, "错", actor_id=second.pk, now=NOW),
    )
    refused = [one.code for one in results if isinstance(one, DomainError)]
    assert refused == ["difference.withdrawn"]


def test_page_offers_it_and_keeps_what_was_said(decided: Handling, finance: Client) -> None:
    page = reverse("reconcile:row", args=[decided.row_id])
    assert "撤回结论" in finance.get(page).content.decode()
    path = reverse("reconcile:withdraw", args=[decided.pk])
    told = finance.post(path, {"reason": "看错了人"}, follow=True).content.decode()
    for words in (
        "已撤回，这件差异又等处理。",
        "撤回过的结论",
        "渠道误入",
        "看错了人",
        "记为已处理",
    ):
        assert words in told
    done = finance.get(reverse("reconcile:differences"), {"handled": "1"}).content.decode()
    assert "渠道误入" not in done
