"""Who is given an attachment, and how harmlessly."""

import pytest
from django.test import Client
from django.urls import reverse

from credits.tests.factories import Exchange, another_student, build_exchange


@pytest.fixture
def exchange(db: None) -> Exchange:
    return build_exchange()


@pytest.fixture
def browser(exchange: Exchange, client: Client) -> Client:
    assert exchange.student.user is not None
    client.force_login(exchange.student.user)
    return client


def test_the_file_is_served_harmlessly(browser: Client, exchange: Exchange) -> None:
    row = exchange.submitted()
    answer = browser.get(reverse("credits:attachment", args=[row.attachments.get().pk]))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.getvalue().startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("who", "status"),
    [("reviewer", 200), ("teaching", 200), ("stranger", 404)],
)
def test_who_may_see_the_file(exchange: Exchange, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(exchange, who))
    file = exchange.submitted().attachments.get()
    answer = client.get(reverse("credits:attachment", args=[file.pk]))
    assert answer.status_code == status
    if answer.streaming:
        answer.close()


def test_a_classmate_sees_neither_application_nor_file(exchange: Exchange, client: Client) -> None:
    row = exchange.submitted()
    user = another_student(exchange).user
    assert user is not None
    client.force_login(user)
    for name, key in (("application", row.pk), ("attachment", row.attachments.get().pk)):
        assert client.get(reverse(f"credits:{name}", args=[key])).status_code == 404
