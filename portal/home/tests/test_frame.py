"""The frame: navigation, strict CSP, pages for what is lost."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.roles import Role
from portal.accounts.tests.factories import user
from portal.home.newsstand import Newsstand
from portal.inbox.models import Message
from portal.inbox.services import Note, mark_read, send

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
INLINE = re.compile(
    r"""<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=["']|hx-on|javascript:""", re.IGNORECASE
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.name))
def test_template_has_nothing_inline(template: Path) -> None:
    assert INLINE.findall(template.read_text(encoding="utf-8")) == []


def test_policy_allows_nothing_inline(client: Client) -> None:
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
    assert "script-src" not in rules
    assert "style-src" not in rules


@pytest.mark.django_db
def test_student_sees_the_sections_that_exist(client: Client) -> None:
    client.force_login(user())
    page = client.get("/messages/").content.decode()
    top = page[page.index("topbar-nav") : page.index("topbar-end")]
    assert re.findall(r'href="([^"]+)"', top) == [
        "/",
        "/retake/",
        "/payments/",
        "/credits/",
        "/transcripts/",
        "/messages/",
    ]
    assert re.findall(r'href="([^"]+)" aria-current="page"', top) == ["/messages/"]


@pytest.mark.django_db
def test_staff_see_the_way_to_admin(client: Client) -> None:
    client.force_login(user(role=Role.TEACHING))
    page = client.get("/messages/").content.decode()
    assert '<a href="/admin/">管理后台</a>' in page
    assert 'class="tabbar"' not in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/retake/", "/payments/"])
def test_staff_are_led_from_pages_of_students_to_admin(client: Client, path: str) -> None:
    client.force_login(user(role=Role.TEACHING))
    assert client.get(path).headers["Location"] == "/admin/"


def test_dashboard_asks_for_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.django_db
def test_lost_page_is_chinese(client: Client) -> None:
    client.force_login(user())
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()


@pytest.mark.django_db
def test_form_without_token_is_refused_in_chinese() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user())
    answer = client.post("/messages/read/")
    assert answer.status_code == 403
    assert "这一页放得太久，没有提交" in answer.content.decode()


def test_favicon_leads_to_the_icon(client: Client) -> None:
    assert client.get("/favicon.ico").headers["Location"].endswith(".png")


@pytest.mark.django_db
def test_admin_wears_the_portal_colours(client: Client) -> None:
    client.force_login(user(role=Role.ADMIN))
    page = client.get("/admin/").content.decode()
    assert settings.COLLEGE_NAME in page
    assert "portal/tokens" in page
    assert INLINE.findall(page) == []


@pytest.mark.django_db
def test_unread_and_the_promise_cost_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader, stranger = user(), user()
    now = timezone.now()
    send([Note(each.pk, key, "一") for each in (reader, stranger) for key in "ab"], now)
    mark_read(reader.pk, Message.objects.filter(user=reader).latest("pk").pk, now)
    news = Newsstand(reader)
    with django_assert_num_queries(1):
        assert (news.unread, news.told) == (1, "站内消息")
