"""What admin says is Chinese: names of tables, heads, filters, fields, helps, buttons."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.accounts.models import College, Contact
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user
from portal.accounts.topics import TOPICS, matter
from portal.home.catalog import Catalog
from portal.tests.people import browser_of

# Abbreviations and names of things that have no other word.
KNOWN = {"Control", "Mac", "Command", "JSON", "LDAP", "PDF", "SHA", "XF", "xlsx", "xls", "xlsb",
         "ods", "csv", "CSV", "IP", "YB"}  # fmt: skip
WORD = re.compile(r"[A-Za-z]{2,}")
SCRIPTED = re.compile(r"(?<!p)gettext\(([\"'])(.+?)\1")
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
TOLD = re.compile(r'\s(?:title|aria-label|placeholder)="([^"]*)"|type="submit" value="([^"]*)"')


def foreign(words: str) -> set[str]:
    """Words that are not Chinese; placeholders of a sentence are filled in elsewhere."""
    plain = re.sub(r"%\(\w+\)s|%[sd]", "", MARKUP.sub(" ", words))
    return set(WORD.findall(plain)) - KNOWN


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/")
    request.user = user(role=Role.ADMIN)
    request.session = {}  # type: ignore[assignment]
    return request


def said(shown: "ModelAdmin[Any]", request: HttpRequest) -> Iterator[str]:
    """What a list and its forms say, but for rows."""
    yield from (str(shown.opts.verbose_name), str(shown.opts.verbose_name_plural))
    for column in shown.get_list_display(request):
        yield str(label_for_field(column, shown.model, shown))
    yield from (str(one[2]) for one in shown.get_actions(request).values() if one)
    yield str(shown.search_help_text or "")
    changelist = shown.get_changelist_instance(request)
    for spec in changelist.filter_specs:
        yield str(spec.title)
        yield from (str(one["display"]) for one in spec.choices(changelist))
    yield from of_form(shown, request, shown.get_form(request, None, change=True))
    for name, options in shown.get_fieldsets(request):
        yield f"{name or ''}{options.get('description', '')}"
    for inline in shown.get_inline_instances(request):
        yield f"{inline.verbose_name}{inline.verbose_name_plural}"
        yield from of_form(inline, request, inline.get_formset(request).form)


def of_form(shown: Any, request: HttpRequest, form: Any) -> Iterator[str]:
    for field in form.base_fields.values():
        yield f"{field.label or ''}{field.help_text}"
        yield from (str(one) for one in field.error_messages.values())
        if not hasattr(field, "queryset"):
            yield from (str(words) for _, words in getattr(field, "choices", ()))
    for name in shown.get_readonly_fields(request):
        yield str(label_for_field(name, shown.model, shown, form=form))


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:The default scheme")  # of addresses typed without one
@pytest.mark.parametrize(
    "shown", admin.site._registry.values(), ids=lambda one: one.opts.label_lower
)
def test_a_table_and_its_forms(shown: "ModelAdmin[Any]", request_: HttpRequest) -> None:
    codes = set(TOPICS) if shown.opts.label == "accounts.Contact" else set()
    found = {words for words in said(shown, request_) if foreign(words)}
    assert {words for words in found if not any(code in words for code in codes)} == set()


@pytest.mark.usefixtures("college")
@pytest.mark.parametrize("page", ["", "add/", "import/", "{0}/change/", "{0}/delete/"])
def test_the_frame_around_them(page: str) -> None:
    college = College.objects.create(code="98", name="新学院")
    path = f"/admin/accounts/college/{page.format(college.pk)}"
    answer = browser_of("admin").get(path)
    assert (answer.status_code, words_of(answer.content.decode())) == (200, set())


@pytest.mark.usefixtures("college")
def test_what_a_role_may_do() -> None:
    role = Group.objects.get(name=Role.REVIEWER)
    page = browser_of("admin").get(f"/admin/auth/group/{role.pk}/change/").content.decode()
    assert words_of(page) == set()
    assert "学院 | 修改" in page
    assert "可以审核本学院的学分兑换" in page


def words_of(page: str) -> set[str]:
    """Foreign words that are seen or read aloud."""
    body = page[page.index("<title>") :]
    told = " ".join("".join(pair) for pair in TOLD.findall(body))
    return foreign(unescape(f"{body} {told}"))


def test_what_scripts_say(request_: HttpRequest) -> None:
    found = finders.find("admin/js/actions.js")
    assert isinstance(found, str)
    sources = [path.read_text(encoding="utf-8") for path in Path(found).parent.glob("*.js")]
    asked = {text for source in sources for _, text in SCRIPTED.findall(source)}
    answer = Catalog.as_view(packages=["django.contrib.admin"])(request_)
    assert isinstance(answer, HttpResponse)
    script = answer.content.decode()
    catalog = json.loads(script.partition("newcatalog = ")[2].partition(";\n")[0])
    assert len(asked) > 20
    assert {text for text in asked if foreign(str(catalog.get(text, text)))} == set()


@pytest.mark.usefixtures("college")
def test_every_contact_is_about_something() -> None:
    topics = Contact.objects.values_list("topic", flat=True)
    assert [topic for topic in topics if foreign(matter(topic))] == []
    assert len(topics) > 10


@pytest.mark.usefixtures("college")
def test_filters_are_by_something() -> None:
    page = browser_of("admin").get("/admin/accounts/user/").content.decode()
    heads = re.findall(r"<summary>\s*(.*?)\s*</summary>", page)
    assert heads != []
    assert [head for head in heads if not head.startswith("按")] == []
