"""No whole phone number, e-mail or 身份证-like number on any page, whoever looks.

They are planted in the record and in what left the portal; then every address is walked as every
role. Whole they are only for who they are about, and for the staff behind a purpose
(``portal/records/tests/test_opening_contacts.py``).
"""

import io
import re
import zipfile

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from portal.inbox.models import Letter
from portal.records.models import Course, Student, Teacher
from portal.tests.addresses import ROLES, routes
from portal.tests.people import OTHER, W, browser_of, enrolled, ordered, user
from retake.tests.teaching import make_group, make_teacher

PHONE, TEACHERS, ROLL, EMAIL = (
    "13811110001", "13911110003", "320115200401010011", "chen.yutong@czie.edu.cn",
)  # fmt: skip
WHOLE = (PHONE, TEACHERS, ROLL, EMAIL)
STAFF = ROLES[3:]
ROW = re.compile(r"<[^>]+>")
OWN = ("/me/data/", "/me/data/json/", "/me/data/xlsx/")
OWN_PAGES = {"/me/data/", "/transcripts/", "/transcripts/preview/"}  # a sheet bears the 学籍号


@pytest.fixture(autouse=True)
def planted(college: None) -> None:
    """W's numbers, every teacher's, and a letter that went to W's address."""
    Student.objects.filter(number=W).update(phone=PHONE, roll_number=ROLL, email=EMAIL)
    course = Course.objects.order_by("pk")[0]
    make_group(course, teacher=make_teacher(course))
    Teacher.objects.update(phone=TEACHERS)
    ordered(enrolled(W, 2)[:1])
    now = timezone.now()
    for channel, address in (("email", EMAIL), ("sms", PHONE)):
        Letter.objects.create(
            user=user(W), channel=channel, address=address, written_at=now, next_try_at=now
        )


def said(client: Client, path: str) -> str:
    """What an address answers, workbooks unpacked."""
    answer = client.get(path)
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"".join(map(book.read, book.namelist()))
    return data.decode(errors="replace")


def leaks(role: str, paths: list[str]) -> dict[str, list[str]]:
    """Path -> the whole numbers its page shows."""
    client = browser_of(role) if role else Client()
    found = {path: said(client, path) for path in paths}
    return {
        path: shown
        for path, text in found.items()
        if (shown := [number for number in WHOLE if number in text])
    }


def plain_addresses() -> list[str]:
    """The portal's addresses that need nothing filled in."""
    return [
        f"/{route}"
        for route in routes()
        if not route.startswith("admin/") and "<" not in route and "logout" not in route
    ]


def admin_addresses() -> list[str]:
    """Every list of admin, and every page of its first row (of students, W's)."""
    found = ["/admin/"]
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        rows = model._default_manager.order_by("pk")
        row = rows.filter(number=W).first() if model is Student else rows.first()
        own = [f"/{route}" for route in routes() if route.startswith(base[1:])]
        found.append(base)
        found += [ROW.sub(str(row.pk), path) for path in own if row and len(ROW.findall(path)) == 1]
    return found


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_pages_show_no_whole_number_to_anybody_else(role: str) -> None:
    paths = plain_addresses()
    assert "/guidance/" in paths
    shown = leaks(role, paths)
    assert set(shown) == (OWN_PAGES if role == W else set())


@pytest.mark.parametrize("role", STAFF)
def test_admin_shows_no_whole_number(role: str) -> None:
    assert leaks(role, admin_addresses()) == {}


def test_the_owner_takes_his_own_numbers_with_him() -> None:
    assert {path: sorted(shown) for path, shown in leaks(W, list(OWN)).items()} == dict.fromkeys(
        OWN, sorted((PHONE, ROLL, EMAIL))
    )
    assert leaks(OTHER, list(OWN)) == {}


def test_control_the_walk_sees_a_number_that_is_there() -> None:
    Student.objects.filter(number=W).update(name=PHONE)
    assert PHONE in str(leaks("teaching", ["/admin/records/student/"]))
