"""Every page a student can open without having done anything has one heading, and fits."""

import pytest

from portal.tests.browser.conftest import Visit
from portal.tests.browser.visitor import DESK, Visitor
from portal.tests.test_admin_addresses import MODELS

STUDENT = "20220104"
PAGES = {
    "home": ("/", 200),
    "notice": ("/retake/notice/", 200),
    "enrolments": ("/retake/enrollments/", 200),
    "rounds": ("/retake/rounds/", 200),
    "veteran": ("/retake/veteran/", 200),
    "payments": ("/payments/", 200),
    "orders": ("/payments/orders/", 200),
    "guidance": ("/guidance/", 200),
    "exchange": ("/credits/", 200),
    "applications": ("/credits/applications/", 200),
    "messages": ("/messages/", 200),
    "me": ("/accounts/me/", 200),
    "password": ("/accounts/password/", 200),
    "devices": ("/accounts/visits/", 200),
    "lost": ("/nowhere/", 404),
    "refused": ("/payments/open/", 405),
    "order of nobody": ("/payments/orders/ZZJF1/", 404),
}


def test_every_page(visitor: Visitor) -> None:
    visitor.sign_in(STUDENT)
    for name, (path, status) in PAGES.items():
        if status == 200:
            visitor.open(path)
        else:
            with visitor.refused(status):
                visitor.open(path)
        visitor.shot(name.replace(" ", "-"))
        assert visitor.page.locator("h1").count() == 1


def test_a_transcript_is_read_on_a_phone_without_scrolling_aside(visitor: Visitor) -> None:
    visitor.sign_in(STUDENT)
    visitor.open("/transcripts/")
    wider = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    parts = visitor.page.locator(".sheet-wrap, .sheet, .sheet-cols, .sheet-cols > div")
    assert (parts.count() > 3, parts.evaluate_all(wider)) == (True, 0)


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere/"])
def test_pages_for_nobody(visitor: Visitor, path: str) -> None:
    if path == "/nowhere/":
        with visitor.refused(404):
            visitor.open(path)
    else:
        visitor.open(path)
    assert visitor.page.locator("h1").count() == 1


OF_THE_OFFICES = (
    "/admin/",
    "/reconcile/",
    "/reconcile/differences/",
    "/reconcile/days/",
    "/reconcile/mappings/",
    "/accounts/visits/",
    *(f"/admin/{model}/" for model in MODELS),
    *(f"/admin/{model}/add/" for model, rights in MODELS.items() if "admin" in rights.add),
)


def test_no_page_of_the_offices_breaks_its_policy(visit: Visit) -> None:
    """The visitor complains of every violation, error and warning in the console."""
    desk = visit(size=DESK)
    desk.sign_in("admin")
    for path in OF_THE_OFFICES:
        desk.open(path)
        assert desk.page.locator("h1").count() >= 1, path


def test_wrong_password(visitor: Visitor) -> None:
    visitor.open("/accounts/login/")
    visitor.page.locator("input[name=username]").fill(STUDENT)
    visitor.page.locator("input[name=password]").fill("guess")
    with visitor.refused(400):
        visitor.press("登录")
    visitor.shot("refused")
    assert visitor.page.locator("input[name=username]").input_value() == STUDENT
