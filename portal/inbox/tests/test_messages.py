"""The messages page: one's own, counted once, marked by POST only."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.accounts.tests.factories import user
from portal.inbox import selectors, services
from portal.inbox.models import Message

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 4, 23, 14, 31, tzinfo=timezone.get_default_timezone())


def sent(reader: User, count: int = 1, link: str = "/payments/") -> list[Message]:
    notes = [
        services.Note(reader.pk, f"k{number}", f"第 {number} 条", "内容", link)
        for number in range(count)
    ]
    services.send(notes, NOW)
    return list(selectors.messages_of(reader.pk))


def unread(reader: User) -> int:
    return Message.objects.filter(user=reader, read_at=None).count()


def test_same_key_is_sent_once() -> None:
    reader = user()
    sent(reader)
    sent(reader)
    assert unread(reader) == 1


def test_a_long_title_is_cut_and_an_endless_link_left_out() -> None:
    reader = user()
    services.send([services.Note(reader.pk, "k", "课" * 101, link="/" + "a" * 200)], NOW)
    (message,) = selectors.messages_of(reader.pk)
    assert (message.title, message.link) == ("课" * 99 + "…", "")


def test_what_just_fits_is_kept_whole() -> None:
    reader = user()
    services.send([services.Note(reader.pk, "k", "课" * 100, link="/" + "a" * 199)], NOW)
    (message,) = selectors.messages_of(reader.pk)
    assert (message.title, message.link) == ("课" * 100, "/" + "a" * 199)


def test_page_shows_only_own_messages(client: Client) -> None:
    reader, other = user(), user()
    services.send([services.Note(other.pk, "k", "别人的")], NOW)
    sent(reader)
    client.force_login(reader)
    page = client.get("/messages/").content.decode()
    assert "1 条消息没看" in page
    assert "别人的" not in page


def test_empty_page_says_what_will_come(client: Client) -> None:
    client.force_login(user())
    assert "还没有消息" in client.get("/messages/").content.decode()


def test_opening_marks_as_read_and_leads_on(client: Client) -> None:
    reader = user()
    (message,) = sent(reader)
    client.force_login(reader)
    answer = client.post(f"/messages/{message.pk}/open/")
    assert answer.headers["Location"] == "/payments/"
    assert unread(reader) == 0


def test_opening_never_leads_outside(client: Client) -> None:
    reader = user()
    (message,) = sent(reader, link="//evil.example/")
    client.force_login(reader)
    assert client.post(f"/messages/{message.pk}/open/").headers["Location"] == "/messages/"


def test_message_of_another_is_not_found(client: Client) -> None:
    (message,) = sent(user())
    client.force_login(user())
    assert client.post(f"/messages/{message.pk}/open/").status_code == 404
    assert Message.objects.get(pk=message.pk).read_at is None


def test_reading_again_keeps_the_first_time() -> None:
    reader = user()
    (message,) = sent(reader)
    services.mark_read(reader.pk, message.pk, NOW)
    services.mark_read(reader.pk, message.pk, NOW + timedelta(days=1))
    assert Message.objects.get(pk=message.pk).read_at == NOW


def test_all_are_marked_at_once(client: Client) -> None:
    reader, other = user(), user()
    sent(reader, 3)
    sent(other, 1)
    client.force_login(reader)
    assert client.post("/messages/read/").headers["Location"] == "/messages/"
    assert unread(reader) == 0
    assert unread(other) == 1


@pytest.mark.parametrize("path", ["/messages/read/", "/messages/1/open/"])
def test_actions_refuse_get(client: Client, path: str) -> None:
    client.force_login(user())
    assert client.get(path).status_code == 405


def test_signed_out_goes_to_sign_in(client: Client) -> None:
    assert client.get("/messages/").headers["Location"] == "/accounts/login/?next=/messages/"


@pytest.mark.parametrize("count", [1, 3, 80])
def test_page_costs_the_same_for_any_number(
    client: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reader = user()
    sent(reader, count)
    client.force_login(reader)
    with django_assert_max_num_queries(7):  # session, user, count, rows, unread, address, choice
        client.get("/messages/")
