"""Two clerks at the same thing: the second reads who was faster, and nothing is written twice."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from payments.reconcile.files.row import Field
from payments.reconcile.models import DayClose, HeaderMapping, Upload
from payments.reconcile.services import applying, mapping, uploads
from payments.reconcile.services.closing import seal
from payments.reconcile.states import UploadState
from payments.reconcile.tests.paper import CANDIDATE, make_upload
from payments.reconcile.tests.statements import LATER, apply, listed, preview
from payments.tests.factories import NOW, make_charge, make_order, make_payer, minutes
from portal.accounts.models import User
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
DAY = NOW.date()
TOMORROW = NOW + minutes(24 * 60)
ANSWER = {"column_0": "order_number", "column_1": "amount"}


def a_preview(clerk: User) -> Upload:
    order = make_order([make_charge(make_payer())])
    return preview([listed(order, f"T{order.pk}")], clerk.pk)


def read(client: Client, path: str, *, post: dict[str, str] | None = None) -> str:
    """The page somebody ends on."""
    if post is None:
        return client.get(path).content.decode()
    return client.post(path, post, follow=True).content.decode()


def test_confirming_what_somebody_has_confirmed(client: Client, clerk: User, second: User) -> None:
    upload = a_preview(clerk)
    applying.confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    client.force_login(second)
    page = read(client, reverse("reconcile:confirm", args=[upload.pk]), post={"seen": "old"})
    assert "这个文件已由李会计于 " in page
    assert "确认，正在入账。这一步没有再做，账没有动。" in page


def test_releasing_what_somebody_has_released(
    clerk: User, second: User, settings: Settings
) -> None:
    settings.RECONCILE_SECOND_PERSON = True
    upload = a_preview(clerk)
    applying.confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    applying.release(upload.pk, actor_id=second.pk, now=LATER)
    with pytest.raises(DomainError) as told:
        applying.release(upload.pk, actor_id=second.pk, now=LATER)
    assert told.value.message == "这个文件已由赵会计于 15:23 复核通过，正在入账。"


def test_releasing_what_somebody_has_sent_back(
    clerk: User, second: User, settings: Settings
) -> None:
    settings.RECONCILE_SECOND_PERSON = True
    upload = a_preview(clerk)
    applying.confirm(upload.pk, actor_id=clerk.pk, now=LATER)
    applying.send_back(upload.pk, actor_id=clerk.pk, now=LATER)
    with pytest.raises(DomainError, match="这个文件在等确认。"):
        applying.release(upload.pk, actor_id=second.pk, now=LATER)


def test_confirming_what_somebody_has_put_aside(clerk: User, second: User) -> None:
    upload = a_preview(clerk)
    uploads.discard(upload.pk, actor_id=clerk.pk, now=LATER)
    with pytest.raises(DomainError) as told:
        applying.confirm(upload.pk, actor_id=second.pk, now=LATER)
    assert told.value.message == "这个文件已由李会计于 15:23 作废。"


def test_putting_aside_what_somebody_has_confirmed(clerk: User, second: User) -> None:
    upload = apply(a_preview(clerk), clerk.pk)
    with pytest.raises(DomainError) as told:
        uploads.discard(upload.pk, actor_id=second.pk, now=LATER)
    assert told.value.message == "这个文件已由李会计于 15:23 确认，已入账。"


@pytest.mark.parametrize("act", [applying.stop, uploads.read_again], ids=["stop", "again"])
def test_what_is_over_says_so(clerk: User, act: object) -> None:
    upload = apply(a_preview(clerk), clerk.pk)
    assert callable(act)
    with pytest.raises(DomainError, match="现在是“已入账”"):
        act(upload.pk)


def test_explaining_headers_that_somebody_has_explained(
    client: Client, clerk: User, second: User
) -> None:
    """The answer of the first stays; the second one's would read the file otherwise."""
    upload = make_upload(UploadState.MAPPING, by=clerk, candidates=[CANDIDATE])
    mark, columns = "f" * 64, {"流水": Field.ORDER_NUMBER, "钱数": Field.AMOUNT}
    mapping.explain(upload.pk, mark, list(columns), columns, actor_id=clerk.pk, now=NOW)
    client.force_login(second)
    address = reverse("reconcile:map", args=[upload.pk])
    page = read(client, address, post=ANSWER | {"fingerprint": mark})
    assert "各列已由李会计于 " in page
    assert HeaderMapping.objects.get().mapped_by == clerk
    with pytest.raises(DomainError, match="各列已由李会计于 "):
        mapping.explain(upload.pk, mark, list(columns), columns, actor_id=second.pk, now=NOW)


def test_sealing_what_somebody_has_sealed(client: Client, clerk: User, second: User) -> None:
    apply(a_preview(clerk), clerk.pk)
    seal("finance", DAY, actor_id=clerk.pk, now=TOMORROW)
    client.force_login(second)
    page = read(client, reverse("reconcile:seal", args=["finance", DAY]), post={})
    assert "已由李会计于 " in page
    assert "封存，之后没有变化。" in page
    assert DayClose.objects.count() == 1


def test_sealing_what_moved_while_one_looked(client: Client, clerk: User, second: User) -> None:
    """Why a difference is all right was written about the difference on the page."""
    apply(a_preview(clerk), clerk.pk)
    client.force_login(second)
    address = reverse("reconcile:day", args=["finance", DAY])
    seen = read(client, address).split('name="seen" value="')[1].split('"')[0]
    apply(a_preview(clerk), clerk.pk)
    page = read(client, f"{address}seal/", post={"seen": seen, "note": "差的是跨日的"})
    assert "的账变了。没有封存。" in page
    assert not DayClose.objects.exists()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    read(client, f"{address}seal/", post={"seen": seen})
    assert DayClose.objects.get().day == date(2025, 4, 23)
