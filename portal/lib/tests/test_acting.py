"""What a page says of an action, and where it goes on."""

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.lib.acting import act
from portal.lib.errors import DomainError, NotYours


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.post("/do/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def said(request: HttpRequest, answer: HttpResponse) -> tuple[str, list[tuple[str, str]]]:
    """Where it leads, and what the next page shows."""
    told = [(one.level_tag, one.message) for one in get_messages(request)]
    return answer.headers["Location"], told


def refuse() -> object:
    raise DomainError("too.late", "已经截止。", advice="下一轮再报。")


def gone() -> object:
    raise NotYours


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("办好了。", [("success", "办好了。")]),
        (lambda n: f"{n} 门。", [("success", "3 门。")]),
        ("", []),
    ],
    ids=["words", "worked out", "none"],
)
def test_done(request_: HttpRequest, done: str | Callable[[int], str], told: object) -> None:
    assert said(request_, act(request_, lambda: 3, done, "/back/")) == ("/back/", told)


def test_done_may_lead_elsewhere(request_: HttpRequest) -> None:
    answer = act(request_, lambda: 3, "", "/back/", lambda n: f"/rows/{n}/")
    assert said(request_, answer) == ("/rows/3/", [])


def test_a_refusal_is_said_where_one_came_from(request_: HttpRequest) -> None:
    answer = act(request_, refuse, "办好了。", "/back/", lambda _: "/rows/3/")
    assert said(request_, answer) == ("/back/", [("error", "已经截止。下一轮再报。")])


def test_what_is_not_ones_own_has_no_page_to_go_back_to(request_: HttpRequest) -> None:
    with pytest.raises(NotYours):
        act(request_, gone, "办好了。", "/back/")
