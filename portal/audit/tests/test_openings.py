"""Personal data the staff opens or takes away is written down with what for, and signed."""

import io
import zipfile

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InternalError, transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from openpyxl import Workbook, load_workbook

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user as make_user
from portal.audit.models import Opening
from portal.audit.openings import OpeningMiddleware
from portal.lib.origin import acting
from portal.lib.sheets import write_sheet
from portal.lib.streamed import stream_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def teaching() -> User:
    return make_user(role=Role.TEACHING, name="王老师")


def foot_of(book: Workbook) -> object:
    """What stands at the foot of every printed page."""
    foot = book.worksheets[0].oddFooter
    assert foot is not None
    return foot.center.text


def through(answer: HttpResponseBase, user: User | AnonymousUser) -> None:
    request = RequestFactory().get("/somewhere/", {"q": "张"})
    request.user, request.resolver_match = user, None
    with acting("page /somewhere/"):
        OpeningMiddleware(lambda _: answer)(request)


def test_any_file_handed_to_the_staff_is_written_down(teaching: User) -> None:
    through(FileResponse(io.BytesIO(b"x"), as_attachment=True, filename="名单.pdf"), teaching)
    taken = Opening.objects.get()
    assert (taken.what, taken.filters, taken.reason) == ("名单.pdf", {"q": "张"}, "work")


def test_openings_are_never_changed(teaching: User) -> None:
    through(FileResponse(io.BytesIO(b"x"), filename="a.png"), teaching)
    with pytest.raises(InternalError), transaction.atomic():
        Opening.objects.update(note="nothing")
    with pytest.raises(InternalError), transaction.atomic():
        Opening.objects.all().delete()


def test_workbooks_are_signed_by_whoever_writes_them() -> None:
    with acting("page /x/", name=lambda: "A&B（1）"):
        pieces = stream_sheet(["a"], [["1"]])
        signed = load_workbook(io.BytesIO(write_sheet(["a"], [["1"]])))
    streamed = b"".join(pieces)
    assert "A&&B（1）" in str(foot_of(signed))
    with zipfile.ZipFile(io.BytesIO(streamed)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<oddFooter>&amp;CA&amp;&amp;B（1）" in sheet
    assert load_workbook(io.BytesIO(streamed)).worksheets[0]["A2"].value == "1"


def test_nobodys_workbook_is_not_signed() -> None:
    assert foot_of(load_workbook(io.BytesIO(write_sheet(["a"], [])))) is None


def test_pages_and_what_students_take_are_not(teaching: User) -> None:
    through(HttpResponse("a page"), teaching)
    for user in (make_user(), AnonymousUser()):
        through(FileResponse(io.BytesIO(b"x"), as_attachment=True, filename="own.pdf"), user)
    assert not Opening.objects.exists()
