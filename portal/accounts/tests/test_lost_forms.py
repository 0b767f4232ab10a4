"""What was sent after the session had ended is told as lost, and its page found again."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.accounts import visits
from portal.accounts.arrivals import SEEN
from portal.accounts.lost import LOST as LOST_KEY
from portal.accounts.models import User, VisitEnd
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


NO_CACHE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://[::1]:1"}
STAY = "/admin/"  # the page the form was on
WORDS = "第一行\n第二行 <b>x</b>"
STILL_THERE = "登录已过期，刚才的没有提交。填的文字还在，登录后再提交一次。"


def idle_out(client: Client, who: User, fields: dict[str, Any], **changes: str) -> Any:
    """Somebody away for too long sends a form."""
    client.force_login(who)
    session = client.session
    session[SEEN] = (timezone.now() - timedelta(minutes=31)).timestamp()
    session.save()
    asked = {"path": "/admin/retake/round/7/publish/", "page": STAY} | changes
    return client.post(asked["path"], fields, headers={"Referer": HOST + asked["page"]})


def words_shown(client: Client, page: str = STAY) -> bool:
    shown = client.get(page).content.decode()
    return "第一行<br>第二行 &lt;b&gt;x&lt;/b&gt;" in shown and '["reason", "' in shown


def test_what_was_typed_is_on_its_page_again_for_the_same_account(client: Client) -> None:
    clerk = user(password=PASSWORD, role=Role.ADMIN)
    answer = idle_out(client, clerk, {"reason": WORDS, "csrfmiddlewaretoken": "x"})
    assert said(answer)[1] == STILL_THERE
    assert "第一行" not in client.get(answer.headers["Location"]).content.decode()
    client.post(LOGIN, {"username": clerk.username, "password": PASSWORD})
    assert not words_shown(client, "/accounts/me/")
    assert [words_shown(client), words_shown(client)] == [True, True]
    client.post("/admin/retake/round/7/publish/", {"reason": WORDS})
    assert (words_shown(client), LOST_KEY in client.session) == (False, False)


def test_a_browser_signed_out_from_elsewhere_keeps_it_too(client: Client) -> None:
    clerk = user(password=PASSWORD, role=Role.ADMIN)
    client.post(LOGIN, {"username": clerk.username, "password": PASSWORD})
    visits.end(visits.open_of(clerk), VisitEnd.OWNER, timezone.now())
    button = "/admin/retake/round/7/publish/"
    answer = client.post(button, {"reason": WORDS}, headers={"Referer": HOST + STAY})
    assert said(answer)[1] == STILL_THERE
    client.post(LOGIN, {"username": clerk.username, "password": PASSWORD})
    assert words_shown(client)


def test_another_account_in_the_same_browser_throws_it_away(client: Client) -> None:
    first, second = (user(password=PASSWORD, role=Role.ADMIN) for _ in range(2))
    idle_out(client, first, {"reason": WORDS})
    name = client.session[LOST_KEY]
    assert cache.get(name)["owner_id"] == first.pk
    client.post(LOGIN, {"username": second.username, "password": PASSWORD})
    assert (words_shown(client), LOST_KEY in client.session, cache.get(name)) == (
        False,
        False,
        None,
    )
    client.post("/accounts/logout/")
    client.post(LOGIN, {"username": first.username, "password": PASSWORD})
    assert not words_shown(client)


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"reason": WORDS, "new_password1": "x"}, {}),
        ({"reason": WORDS, "otp_token": "123456"}, {}),
        ({"reason": "长" * 20_001}, {}),
        ({"amount": "1100.00"}, {}),
        ({"reason": WORDS}, {"page": ""}),
        ({"reason": WORDS}, {"path": "/accounts/password/"}),
    ],
    ids=["password", "code", "too long", "no words", "from nowhere", "of an account itself"],
)
def test_what_is_secret_long_or_no_words_is_not_kept(
    client: Client, fields: dict[str, str], changes: dict[str, str]
) -> None:
    answer = idle_out(client, user(role=Role.TEACHING), fields, **changes)
    assert (said(answer)[1], LOST_KEY in client.session) == (LOST, False)


def test_a_file_is_not_kept_and_the_words_beside_it_are(client: Client) -> None:
    fields = {"reason": WORDS, "proof": SimpleUploadedFile("证明.txt", b"secret")}
    idle_out(client, user(role=Role.TEACHING), fields)
    assert cache.get(client.session[LOST_KEY])["fields"] == [("reason", WORDS)]


def test_without_a_cache_nothing_is_promised(client: Client, settings: Settings) -> None:
    clerk = user(role=Role.TEACHING)
    settings.CACHES = {"default": NO_CACHE}
    assert said(idle_out(client, clerk, {"reason": WORDS}))[1] == LOST


def test_nobody_known_has_nothing_kept(client: Client) -> None:
    path, page = "/admin/retake/round/7/publish/", {"Referer": HOST + STAY}
    answer = client.post(path, {"reason": WORDS}, headers=page)
    assert (said(answer), LOST_KEY in client.session) == ([LOST], False)


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
