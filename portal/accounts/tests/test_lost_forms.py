"""What was sent after the session had ended is told as lost, and its page found again."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from portal.accounts.arrivals import SEEN
from portal.accounts.roles import Role
from portal.accounts.tests.factories import PASSWORD, user

pytestmark = pytest.mark.django_db
LOGIN, HOST = "/accounts/login/", "http://testserver"
LOST = "登录已过期，刚才的没有提交。登录后再提交一次。"
BUTTONS = {
    "/admin/credits/application/7/decide/": "/admin/credits/application/7/change/?x=1",
    "/admin/credits/ruleset/7/copy/": "/admin/credits/ruleset/",
    "/admin/payments/surplus/7/claim/": "/admin/payments/surplus/7/change/",
    "/admin/retake/veteranclaim/7/decide/": "/admin/retake/veteranclaim/7/change/",
    "/admin/retake/round/7/publish/": "/admin/retake/round/7/change/",
    "/credits/submit/": "/credits/",
    "/reconcile/files/7/confirm/": "/reconcile/files/7/",
}


def said(answer: Any) -> list[str]:
    return [str(one) for one in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize(("button", "page"), BUTTONS.items())
def test_a_lost_form_leads_back_to_the_page_with_its_button(
    client: Client, button: str, page: str
) -> None:
    answer = client.post(button, {"reason": "typed"}, headers={"Referer": HOST + page})
    assert answer.status_code == 302
    door = answer.headers["Location"]
    shown = client.get(door).content.decode()
    assert LOST in shown
    found = client.post(LOGIN, {**_clerk(), "next": _field(shown)})
    assert found.headers["Location"] == page


def _clerk() -> dict[str, str]:
    return {"username": user(password=PASSWORD, role=Role.ADMIN).username, "password": PASSWORD}


def _field(page: str) -> str:
    return page.partition('name="next" value="')[2].partition('"')[0]


def test_half_an_hour_is_told_with_what_was_lost(client: Client) -> None:
    client.force_login(user(role=Role.TEACHING))
    session = client.session
    session[SEEN] = (timezone.now() - timedelta(minutes=31)).timestamp()
    session.save()
    page = "/admin/retake/round/7/change/"
    answer = client.post("/admin/retake/round/7/publish/", headers={"Referer": HOST + page})
    assert answer.headers["Location"] == f"{LOGIN}?next={page}"
    assert said(answer) == ["你有 30 分钟没有操作，已为你退出登录。登录后回到原来的页面。", LOST]


@pytest.mark.parametrize("page", ["", "https://evil.example/admin/", "//evil.example/"])
def test_a_button_without_a_page_of_ours_is_no_place_to_come_back_to(
    client: Client, page: str
) -> None:
    answer = client.post("/admin/payments/surplus/7/claim/", headers={"Referer": page})
    assert (answer.headers["Location"], said(answer)) == (LOGIN, [LOST])


def test_a_part_of_a_page_takes_the_whole_page_to_the_door(client: Client) -> None:
    answer = client.post("/messages/read/", headers={"HX-Request": "true"})
    assert (answer.headers["HX-Refresh"], said(answer)) == ("true", [LOST])


@pytest.mark.parametrize("path", ["/accounts/logout/", "/admin/login/"])
def test_who_comes_or_goes_has_lost_nothing(client: Client, path: str) -> None:
    answer = client.post(path, headers={"Referer": f"{HOST}/"})
    assert (answer.status_code, said(answer)) == (302, [])


def test_a_page_that_is_only_looked_at_has_lost_nothing(client: Client) -> None:
    answer = client.get("/payments/", headers={"Referer": f"{HOST}/"})
    assert (answer.headers["Location"], said(answer)) == (f"{LOGIN}?next=/payments/", [])
