"""Pages under way while another tab of the same browser takes their session away."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import Settings

from portal.tests.people import Answer, W, browser_of
from portal.tests.test_viewing import looking, text_of

pytestmark = pytest.mark.usefixtures("college")


class Meanwhile:
    """Inside ``SessionMiddleware``: the page is drawn, its session is not kept yet."""

    other: Callable[[], object]

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        type(self).other()
        return answer


@pytest.fixture
def second_tab(settings: Settings) -> Callable[[Client, str], Client]:
    """A tab of a browser whose first tab posts to that address whenever this one is answered."""

    def opened(first: Client, address: str) -> Client:
        first.get("/healthz")  # its own list of middleware stays what it was
        name = f"{SessionMiddleware.__module__}.{SessionMiddleware.__qualname__}"
        at = settings.MIDDLEWARE.index(name) + 1
        own = f"{__name__}.{Meanwhile.__qualname__}"
        settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], own, *settings.MIDDLEWARE[at:]]
        Meanwhile.other = lambda: first.post(address)
        second = Client()
        second.cookies.update(first.cookies)
        return second

    return opened


Tab = Callable[[Client, str], Client]


def test_a_page_is_asked_for_once_more(second_tab: Tab) -> None:
    first = looking()
    answer = second_tab(first, "/viewing/end/").get("/payments/?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/payments/?x=1")
    assert first.get("/payments/?x=1").headers["Location"] == "/admin/"


def test_a_part_of_a_page_has_the_whole_page_drawn_again(second_tab: Tab) -> None:
    tab = second_tab(looking(), "/viewing/end/")
    answer: Answer = tab.get("/today/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (200, "true")


def test_a_post_says_that_nobody_knows_what_became_of_it(second_tab: Tab) -> None:
    first = browser_of(W)
    session = first.session
    session["seen"] -= 1000
    session.save()
    answer = second_tab(first, "/accounts/logout/").post("/messages/read/")
    assert (answer.status_code, "登录状态刚刚变了" in text_of(answer)) == (409, True)


def test_what_cannot_be_read_is_said_in_chinese() -> None:
    answer = Client().post("/accounts/login/", b"x", content_type="multipart/form-data")
    assert (answer.status_code, "没有读懂这次请求" in text_of(answer)) == (400, True)
