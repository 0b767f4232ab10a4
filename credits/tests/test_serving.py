"""Who is given an attachment or a page of it, and how harmlessly."""

import pytest
from django.test import Client
from django.urls import reverse

from credits.services.filing import save_draft
from credits.services.own import delete
from credits.tests.factories import Exchange, another_student, build_exchange, paper
from portal.records.tests.factories import NOON


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


def page(browser: Client, pk: int, number: int) -> tuple[int, bytes]:
    answer = browser.get(f"/credits/attachments/{pk}/pages/{number}/")
    return answer.status_code, answer.getvalue()


def test_a_pdf_is_downloaded_and_its_pages_are_shown(browser: Client, exchange: Exchange) -> None:
    file = exchange.submitted(files=(paper(1, 2),)).attachments.get()
    whole = browser.get(reverse("credits:attachment", args=[file.pk]))
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert whole.getvalue().startswith(b"%PDF-")
    shown = browser.get(reverse("credits:page", args=[file.pk, 2]))
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.getvalue() != page(browser, file.pk, 1)[1]


@pytest.mark.parametrize("number", [0, 3, 99, 10**20])
def test_there_are_no_other_pages(browser: Client, exchange: Exchange, number: int) -> None:
    file = exchange.submitted(files=(paper(1, 2),)).attachments.get()
    assert page(browser, file.pk, number)[0] == 404


def test_a_picture_has_no_pages(browser: Client, exchange: Exchange) -> None:
    file = exchange.submitted().attachments.get()
    assert page(browser, file.pk, 1)[0] == 404


def test_a_page_is_for_those_who_may_see_the_file(exchange: Exchange, client: Client) -> None:
    file = exchange.submitted(files=(paper(),)).attachments.get()
    client.force_login(exchange.stranger)
    assert page(client, file.pk, 1)[0] == 404
    client.force_login(exchange.reviewer)
    assert page(client, file.pk, 1)[0] == 200


@pytest.mark.parametrize("who", ["reviewer", "teaching"])
def test_a_draft_is_nobody_elses(exchange: Exchange, client: Client, who: str) -> None:
    row = save_draft(user_id=exchange.user_id, filing=exchange.filing(), now=NOON)
    address = reverse("credits:attachment", args=[row.attachments.get().pk])
    client.force_login(getattr(exchange, who))
    assert client.get(address).status_code == 404
    delete(user_id=exchange.user_id, application_id=row.pk, now=NOON)
    assert client.get(address).status_code == 404


def test_a_file_lost_with_its_disk_is_said_to_be(browser: Client, exchange: Exchange) -> None:
    file = exchange.submitted(files=(paper(),)).attachments.get()
    for name in (file.file.name, file.page_name(1)):
        file.file.storage.delete(name)
    for address in ("attachment", [file.pk]), ("page", [file.pk, 1]):
        answer = browser.get(reverse(f"credits:{address[0]}", args=address[1]))
        assert answer.status_code == 404
        assert "这个附件的文件不在了。" in answer.content.decode()
