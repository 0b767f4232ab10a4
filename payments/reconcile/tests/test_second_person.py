"""Two people for one file: each is told when it is his turn, and what the other did."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from payments.models import Order
from payments.reconcile.models import Upload
from payments.reconcile.pages.todo import tasks
from payments.reconcile.services.applying import confirm, release, send_back
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import LATER, apply, listed, preview
from payments.tests.factories import make_charge, make_order, make_payer, pay
from portal.accounts.models import User
from portal.inbox.models import Message
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return make_order([make_charge(make_payer())])


@pytest.fixture
def waiting(clerk: User, second: User, settings: Settings, order: Order) -> Upload:
    """Confirmed by the clerk; the second person is there, and somebody who has left."""
    settings.RECONCILE_SECOND_PERSON = True
    User.objects.create(
        username="left", name="吴会计", role=clerk.role, password="!", is_active=False
    )
    upload = preview([listed(order, "T-1")], clerk.pk)
    return confirm(upload.pk, actor_id=clerk.pk, now=LATER)


def told() -> list[tuple[str, str]]:
    """Who was told what about files, in the order of telling."""
    rows = Message.objects.filter(key__startswith="reconcile-").order_by("pk")
    return list(rows.values_list("user__name", "title"))


def test_the_other_is_told_with_a_link(waiting: Upload, second: User, client: Client) -> None:
    assert told() == [(second.name, "等你复核：a.csv")]
    message = Message.objects.get(user=second)
    assert message.link == reverse("reconcile:file", args=[waiting.pk])
    assert message.body == "李会计已确认：将入账 1 笔 ¥400.00。复核通过后才入账。"
    client.force_login(second)
    inbox = client.get("/messages/").content.decode()
    assert "轮到你办的事" in inbox
    assert "报名、缴费和安排有变化时" not in inbox  # what a student is told


def test_released_and_applied_are_told_to_the_first(
    waiting: Upload, clerk: User, second: User
) -> None:
    release(waiting.pk, actor_id=second.pk, now=LATER)
    assert told()[1:] == [(clerk.name, "已复核，开始入账：a.csv")]


def test_sent_back_with_its_reason(waiting: Upload, clerk: User, second: User) -> None:
    send_back(waiting.pk, actor_id=second.pk, now=LATER, reason="少了一天")
    assert told()[1:] == [(clerk.name, "退回预览，没有入账：a.csv")]
    body = Message.objects.get(user=clerk).body
    assert body == "赵会计没有放行：少了一天。核对后再确认一次。"


def test_taken_back_by_oneself_tells_nobody(waiting: Upload, clerk: User) -> None:
    send_back(waiting.pk, actor_id=clerk.pk, now=LATER)
    assert len(told()) == 1


def test_confirmed_again_asks_again(waiting: Upload, clerk: User, second: User) -> None:
    send_back(waiting.pk, actor_id=second.pk, now=LATER)
    confirm(waiting.pk, actor_id=clerk.pk, now=LATER.replace(second=LATER.second + 1))
    assert [name for name, _ in told()] == [second.name, clerk.name, second.name]


def test_books_that_moved_send_it_back(
    waiting: Upload, clerk: User, second: User, order: Order
) -> None:
    pay(order)
    with pytest.raises(DomainError, match=r"preview\.moved"):
        release(waiting.pk, actor_id=second.pk, now=LATER)
    assert told()[1:] == [(clerk.name, "退回预览，没有入账：a.csv")]
    assert "账变了" in Message.objects.get(user=clerk).body


def test_end_of_an_application_is_told(clerk: User, order: Order) -> None:
    apply(preview([listed(order, "T-1")], clerk.pk), clerk.pk)
    assert told() == [(clerk.name, "入账完成：a.csv")]
    assert Message.objects.get(user=clerk).body == "已入账 1 笔 ¥400.00。结果表可以下载了。"


def test_file_waits_for_the_other_only(waiting: Upload, clerk: User, second: User) -> None:
    found = {
        name: [task.status.text for task in tasks(LATER, pk)]
        for name, pk in (("first", clerk.pk), ("second", second.pk))
    }
    assert ("等复核" in found["first"], "等复核" in found["second"]) == (False, True)
    assert waiting.state == UploadState.WAITING


def test_pages_of_both(waiting: Upload, client: Client, clerk: User, second: User) -> None:
    address = reverse("reconcile:file", args=[waiting.pk])
    client.force_login(clerk)
    own = client.get(address).content.decode()
    assert ("撤回确认" in own, "复核通过" in own) == (True, False)
    client.force_login(second)
    other = client.get(address).content.decode()
    assert ("退回预览" in other, "复核通过" in other) == (True, True)
    assert ("复核后在后台执行" in other, "确认后" in other) == (True, False)
    back = reverse("reconcile:send_back", args=[waiting.pk])
    client.post(back, {"reason": "少了一天。"})
    assert "少了一天。" in Message.objects.get(user=clerk).body
