"""What a clerk confirms is what the page showed: the books move on between the two."""

import re
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from payments.audit import audit
from payments.models import Order, Receipt
from payments.reconcile import rematching
from payments.reconcile.models import RowOutcome, Upload
from payments.reconcile.seen import token
from payments.reconcile.services.applying import confirm, release
from payments.reconcile.services.reading import read_upload
from payments.reconcile.services.uploads import read_again
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.statements import LATER, apply, foreseen, listed, preview
from payments.services.settle import settle
from payments.tests.factories import make_arrival, make_charge, make_order, make_payer, pay
from payments.tests.races import race
from portal.accounts.models import User
from portal.jobs import services as jobs
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


def an_order() -> Order:
    return make_order([make_charge(make_payer())])


def shown(browser: Client, upload: Upload) -> str:
    """The token on the page that the clerk looks at."""
    page = browser.get(reverse("reconcile:file", args=[upload.pk])).content.decode()
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def press(browser: Client, upload: Upload, seen: str) -> str:
    """What the clerk reads after pressing the button."""
    address = reverse("reconcile:confirm", args=[upload.pk])
    page = browser.post(address, {"seen": seen}, follow=True).content.decode()
    upload.refresh_from_db()
    return page


def test_nothing_moved_and_it_is_applied(finance: Client, clerk: User) -> None:
    upload = preview([listed(an_order(), "T-1")], clerk.pk)
    press(finance, upload, shown(finance, upload))
    assert upload.state == UploadState.APPLYING


def test_callback_between_page_and_button(finance: Client, clerk: User) -> None:
    orders = [an_order(), an_order()]
    upload = preview([listed(order, f"T{order.pk}") for order in orders], clerk.pk)
    seen = shown(finance, upload)
    pay(orders[0])
    page = press(finance, upload, seen)
    assert "将入账 1 笔 ¥400.00，原来 2 笔 ¥800.00" in page
    assert "没有入账" in page
    assert (upload.state, RowOutcome.objects.count()) == (UploadState.PREVIEW, 0)
    assert [group for group, _ in foreseen(upload)].count(Group.SETTLE) == 1
    assert "确认入账 1 笔" in page
    press(finance, upload, shown(finance, upload))
    assert upload.state == UploadState.APPLYING


def test_without_the_second_look_the_old_preview_would_be_applied(
    finance: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = an_order()
    upload = preview([listed(order, "T-1")], clerk.pk)
    seen = shown(finance, upload)
    pay(order)
    monkeypatch.setattr(rematching.Rematch, "renew", lambda *_: 0)
    press(finance, upload, seen)
    assert upload.state == UploadState.APPLYING


def test_another_file_was_applied_meanwhile(finance: Client, clerk: User) -> None:
    order = an_order()
    mine = preview([listed(order, "T-1")], clerk.pk)
    seen = shown(finance, mine)
    apply(preview([listed(order, "T-1"), listed(an_order(), "T-2")], clerk.pk), clerk.pk)
    page = press(finance, mine, seen)
    assert "早已入账 1 笔 ¥400.00，原来没有" in page
    assert (mine.state, Receipt.objects.count()) == (UploadState.PREVIEW, 2)


def test_preview_read_anew_by_somebody_else(finance: Client, clerk: User) -> None:
    order = an_order()
    upload = preview([listed(order, "T-1")], clerk.pk)
    seen = shown(finance, upload)
    pay(order)
    read_again(upload.pk)
    read_upload(upload.pk, lambda: LATER)
    assert "将入账没有，原来 1 笔" in press(finance, upload, seen)
    assert upload.state == UploadState.PREVIEW


@pytest.mark.parametrize("seen", ["", "nonsense"])
def test_page_without_a_token_confirms_nothing(finance: Client, clerk: User, seen: str) -> None:
    upload = preview([listed(an_order(), "T-1")], clerk.pk)
    assert "打开得太早" in press(finance, upload, seen)
    assert upload.state == UploadState.PREVIEW


def test_token_of_another_file_is_none(finance: Client, clerk: User) -> None:
    one, other = (preview([listed(an_order(), "T-1")], clerk.pk) for _ in range(2))
    assert "打开得太早" in press(finance, one, token(other))


def test_second_person_releases_only_what_the_first_saw(
    clerk: User, second: User, settings: Settings
) -> None:
    settings.RECONCILE_SECOND_PERSON = True
    order = an_order()
    upload = preview([listed(order, "T-1")], clerk.pk)
    confirm(upload.pk, actor_id=clerk.pk, now=LATER, seen=token(upload))
    pay(order)
    with pytest.raises(DomainError, match=r"preview\.moved"):
        release(upload.pk, actor_id=second.pk, now=LATER, seen=token(upload))
    upload.refresh_from_db()
    assert (upload.state, upload.released_by_id) == (UploadState.PREVIEW, None)


def test_callback_and_button_at_once(clerk: User) -> None:
    """Whichever is first: the money counts once, and a preview that is old is not applied."""
    for _ in range(5):
        order = an_order()
        told = make_arrival(order, trade=f"T{order.pk}")
        upload = preview([listed(order, told.trade_number)], clerk.pk)
        press_it = partial(confirm, upload.pk, actor_id=clerk.pk, now=LATER, seen=token(upload))
        race(partial(settle, [told], LATER), press_it)
        upload.refresh_from_db()
        if upload.state == UploadState.APPLYING:
            assert upload.groups == {"settle": [1, 40000]}
            assert upload.job is not None
            jobs.work(upload.job.pk, lambda: LATER)
        else:
            assert (upload.state, upload.groups) == (UploadState.PREVIEW, {"known": [1, 40000]})
        assert Receipt.objects.filter(order=order).count() == 1
    assert audit().clean
