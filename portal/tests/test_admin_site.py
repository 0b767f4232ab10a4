"""Admin as its users find it: what they work with first, names they know, and a way home."""

import re

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory

from payments.services.settle import settle
from payments.tests.factories import make_arrival
from portal.home.site import UNASKED
from portal.tests.people import W, browser_of, enrolled, ordered
from retake.models import Round

OBJECT = re.compile(r"\bobject \(|<.+ object", re.ASCII)
ROWS = 20  # of each table


def registered() -> list[type[Model]]:
    """Every model admin shows, and those shown under another."""
    inlines = [inline.model for shown in admin.site._registry.values() for inline in shown.inlines]
    return sorted({*admin.site._registry, *inlines}, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label_lower)
def test_every_model_has_words_of_its_own(model: type[Model]) -> None:
    assert model.__str__ is not Model.__str__


@pytest.mark.usefixtures("college")
def test_every_row_is_named() -> None:
    paid = ordered(enrolled(W, 3))
    settle([make_arrival(paid, trade=""), make_arrival(paid, 1)], paid.opened_at)
    names = [str(row) for model in registered() for row in model._default_manager.all()[:ROWS]]
    assert len(names) > ROWS
    assert [name for name in names if not name.strip() or OBJECT.search(name)] == []


@pytest.mark.usefixtures("college")
@pytest.mark.parametrize(
    ("role", "apps", "first"),
    [
        ("teaching", ["重修", "学籍与成绩"], "重修轮次"),
        ("reviewer", ["重修"], "重修轮次"),
        ("finance", ["对账", "缴费", "重修"], "对账文件"),
        ("admin", ["账号与学院"], "学院"),
    ],
)
def test_index_begins_with_the_days_work(role: str, apps: list[str], first: str) -> None:
    found = browser_of(role).get("/admin/").context["app_list"]
    known = [app["name"] for app in found if app["name"] not in ("学分兑换", "成绩单")]
    assert known[: len(apps)] == apps
    assert found[0]["models"][0]["name"] == first


@pytest.mark.usefixtures("college")
def test_names_of_apps_are_chinese() -> None:
    names = [app["name"] for app in browser_of("admin").get("/admin/").context["app_list"]]
    assert [name for name in names if not re.search(r"[一-鿿]", str(name))] == []


@pytest.mark.usefixtures("college")
def test_student_is_shown_the_way_home() -> None:
    answer = browser_of(W).get("/admin/retake/round/", follow=True)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert ("这里是老师用的管理后台" in page, 'href="/"' in page) == (True, True)
    assert 'name="password"' not in page


@pytest.mark.usefixtures("college")
def test_who_is_not_signed_in_may_sign_in(client: Client) -> None:
    page = client.get("/admin/", follow=True)
    assert (page.status_code, 'name="password"' in page.content.decode()) == (200, True)


@pytest.mark.usefixtures("college")
@pytest.mark.parametrize("role", ["finance", "teaching"])
def test_filters_of_money_show_words(role: str) -> None:
    ordered(enrolled(W, 1))
    staff = browser_of(role)
    shown = [
        re.findall(r'<a href="\?(?:purpose|group|channel)=[^"]*">\s*([^<]+?)\s*<', page)
        for page in (
            staff.get("/admin/payments/charge/").content.decode(),
            staff.get("/admin/payments/order/").content.decode(),
        )
    ]
    opened = Round.objects.get(state="published")
    assert {"重修", opened.name} <= set(shown[0])
    assert "缴费平台" in shown[1]
    assert [word for word in [*shown[0], *shown[1]] if not re.search(r"[一-鿿]", word)] == []


def named(lookup: str) -> str:
    """The column a search or filter begins with."""
    return lookup.lstrip("^=@").partition("__")[0]


def test_no_list_is_narrowed_by_what_is_masked_on_it(rf: RequestFactory) -> None:
    request, asked = rf.get("/admin/"), []
    for model, shown in admin.site._registry.items():
        columns = {field.name for field in model._meta.concrete_fields} & UNASKED
        asked += [(model, column) for column in columns]
        for column in columns:
            assert not shown.lookup_allowed(f"{column}__startswith", "王", request)
        assert not columns & {named(word) for word in shown.search_fields}
    assert len(asked) > 10


@pytest.mark.usefixtures("college")
@pytest.mark.parametrize("column", ["payer_name", "payer_number", "cells"])
def test_a_masked_name_is_not_told_letter_by_letter(column: str) -> None:
    path = f"/admin/reconcile/uploadrow/?{column}__startswith=x"
    assert browser_of("admin").get(path).status_code == 400
