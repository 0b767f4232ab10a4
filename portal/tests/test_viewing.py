"""以学生视角查看: what staff see of one student's pages, and all they cannot do there."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import InternalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django_otp import DEVICE_ID_SESSION_KEY
from pytest_django import Settings

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import Opening
from portal.audit.states import Reason
from portal.audit.viewing import KEY
from portal.audit.viewing_middleware import NOT_SHOWN, OVER, READ_ONLY, WAYS_OUT, reading_only
from portal.records.models import Student
from portal.security import VIEWABLE
from portal.tests.addresses import ROLES
from portal.tests.people import OTHER, Answer, W, browser_of, user
from portal.tests.places import in_production, places_of_w
from portal.tests.refusing import nothing_changes, said
from portal.tests.test_portal_addresses import GET, POST
from transcripts.models import TranscriptCheck

pytestmark = pytest.mark.usefixtures("college")
PURPOSE = {"reason": Reason.CHECK.value, "note": ""}


def record_of(number: str) -> Student:
    return Student.objects.get(number=number)


def asking(staff: str, number: str = W, **purpose: str) -> tuple[Client, Answer]:
    """Somebody of the staff asks to look at a student's pages."""
    client = browser_of(staff)
    path = f"/admin/records/student/{record_of(number).pk}/view-as/"
    return client, client.post(path, PURPOSE | purpose)


def looking(staff: str = "teaching", number: str = W) -> Client:
    """Somebody of the staff who looks at a student's pages now."""
    client, answer = asking(staff, number)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    return client


def text_of(answer: Answer) -> str:
    return answer.content.decode()


def pages_seen() -> list[tuple[str, str, int | None]]:
    """What of W's was written down: what, for which purpose, by whom; oldest first."""
    rows = Opening.objects.filter(subject="records.student", row=record_of(W).pk).order_by("pk")
    return list(rows.values_list("what", "reason", "actor"))


def navigation(answer: Answer) -> list[str]:
    """Where the frame of a page leads."""
    head = text_of(answer).partition("</header>")[0].partition('<div class="topbar-in">')[2]
    return re.findall(r'href="(/[^"]*)"', head)


def name_of(path: str) -> str:
    return resolve(path).view_name


def test_the_staff_see_the_page_the_student_sees() -> None:
    own, seen = browser_of(W).get("/retake/"), looking().get("/retake/")
    assert seen.status_code == own.status_code
    assert "正在看" not in text_of(own)
    home = text_of(looking().get("/"))
    assert f"正在看 <b>{user(W)}</b> 的页面" in home
    assert "结束查看" in home


def test_it_begins_with_a_purpose_that_is_written_down() -> None:
    client, answer = asking("teaching", reason="")
    assert (answer.status_code, "请选择用途" in text_of(answer)) == (400, True)
    assert client.get("/").headers["Location"] == "/admin/"
    assert pages_seen() == []


def test_every_page_is_written_down_with_purpose_and_request() -> None:
    client, who = looking(), user("teaching").pk
    client.get("/payments/?x=1")
    client.get("/payments/?x=1", headers={"HX-Request": "true"})
    client.post("/viewing/end/")
    found = pages_seen()
    assert [what.split("，")[0] for what, _, _ in found] == [
        "以本人视角查看",
        "以本人视角打开 /payments/",
        "以本人视角查看结束",
    ]
    assert {(reason, actor) for _, reason, actor in found} == {("check", who)}
    begun, page, _ = Opening.objects.order_by("pk")
    assert (page.filters, page.place) == ({"x": "1", "属于记录": str(begun.pk)}, "page /payments/")
    assert page.request


def test_the_student_reads_who_looked() -> None:
    looking("reviewer").get("/payments/")
    page = text_of(browser_of(W).get("/me/data/"))
    assert "以本人视角打开 /payments/" in page
    assert "二级学院" in page


def test_only_named_pages_are_shown_and_each_of_them(settings: Settings) -> None:
    in_production(settings)
    paths, student = places_of_w(), ROLES.index(W)
    client = looking("admin")
    for route, row in GET.items():
        name, answer = name_of(paths[route]), client.get(paths[route])
        if name in VIEWABLE:
            assert (route, answer.status_code) == (route, row[student])
        elif name not in WAYS_OUT:
            assert (route, *said(answer)) == (route, 403, NOT_SHOWN.message)
    assert set(VIEWABLE) <= {name_of(path) for path in paths.values()}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "head", "trace"])
def test_no_other_method_gets_through(method: str) -> None:
    client = looking()
    assert getattr(client, method)("/messages/").status_code == 403
    assert client.generic("GET", "/messages/", headers={"X-HTTP-Method-Override": "POST"})


def test_nothing_is_done_in_the_students_name() -> None:
    paths = places_of_w()
    client = looking("admin")
    with nothing_changes():
        for route in POST:
            if name_of(paths[route]) not in WAYS_OUT:
                answer = client.post(paths[route], headers={"HX-Request": "true"})
                assert (route, *said(answer)) == (route, 403, READ_ONLY.message)


def test_nor_in_ones_own_from_another_tab() -> None:
    client = looking("admin")
    group = Group.objects.get(name=Role.FINANCE)
    path = f"/admin/auth/group/{group.pk}/change/"
    assert said(client.post(path, {"permissions": []})) == (403, READ_ONLY.message)
    assert said(client.get(path)) == (403, NOT_SHOWN.message)


def test_a_page_that_writes_in_passing_changes_nothing(settings: Settings) -> None:
    path = places_of_w()["verify/<path:code>/"]
    settings.VIEWABLE = ("verify:page",)
    client = looking()
    assert client.get(path).status_code == 409
    assert TranscriptCheck.objects.count() == 0


def test_control_without_the_lock_it_would() -> None:
    browser_of(W).get(places_of_w()["verify/<path:code>/"])
    assert TranscriptCheck.objects.count() == 1


def test_the_database_itself_refuses_to_write() -> None:
    with pytest.raises(InternalError), reading_only():
        User.objects.filter(pk=user(W).pk).update(name="x")
    assert User.objects.filter(pk=user(W).pk).update(name="x") == 1


@pytest.mark.parametrize(
    ("staff", "status"), [("reviewer", 302), ("reviewer2", 404), ("finance", 403), ("admin", 302)]
)
def test_reviewers_see_students_of_their_own_college(staff: str, status: int) -> None:
    assert asking(staff)[1].status_code == status


def test_the_permission_can_be_taken_away_and_ends_what_goes_on() -> None:
    client = looking()
    permission = Permission.objects.get(codename="view_as_student")
    Group.objects.get(name=Role.TEACHING).permissions.remove(permission)
    answer = client.get("/payments/", follow=True)
    assert OVER in text_of(answer)
    assert asking("teaching")[1].status_code == 403


def test_somebody_who_moves_to_another_college_sees_no_more() -> None:
    client = looking("reviewer")
    User.objects.filter(username="reviewer").update(college=user("reviewer2").college_id)
    assert client.get("/payments/").headers["Location"].startswith("/admin/records/student/")
    assert client.get("/payments/").headers["Location"] == "/admin/"


@pytest.mark.parametrize("changed", [{"role": Role.ADMIN}, {"is_active": False}], ids=str)
def test_nobody_but_a_student_is_looked_at(changed: dict[str, object]) -> None:
    client = looking()
    User.objects.filter(username=W).update(**changed)
    assert client.get("/payments/").headers["Location"].startswith("/admin/records/student/")
    status, sentence = said(asking("admin")[1])
    assert (status, "没有可登录的学生账号" in sentence) == (409, True)


def test_it_ends_by_itself_and_what_was_asked_last_is_not_done(settings: Settings) -> None:
    settings.VIEW_AS_FOR = 0
    client = looking()
    answer = client.post("/messages/read/")
    assert answer.headers["Location"] == f"/admin/records/student/{record_of(W).pk}/change/"
    assert KEY not in client.session
    settings.VIEW_AS_FOR = 0
    again = looking().get("/today/", headers={"HX-Request": "true"})
    assert again.headers["HX-Redirect"].startswith("/admin/records/student/")


def test_an_address_that_does_not_exist_is_a_page_of_the_students(settings: Settings) -> None:
    client, nowhere = looking(), "/no/such/page/"
    page, own = client.get(nowhere), browser_of(W).get(nowhere)
    assert (page.status_code, own.status_code) == (404, 404)
    assert "正在看" in text_of(page)
    assert navigation(page) == navigation(own)
    settings.VIEW_AS_FOR = 0
    assert looking().get(nowhere).headers["Location"].startswith("/admin/records/student/")


def test_what_is_refused_before_his_eyes_are_put_on_is_a_page_of_ones_own() -> None:
    page, own = looking().get("/payments/?x=%00"), browser_of("teaching").get("/payments/?x=%00")
    assert (page.status_code, navigation(page)) == (400, navigation(own))
    assert "正在看" not in text_of(page)


def test_ending_gives_the_own_account_back_under_a_new_key() -> None:
    client = looking()
    key = client.session.session_key
    assert client.post("/viewing/end/").status_code == 302
    assert client.session.session_key != key
    assert client.get("/").headers["Location"] == "/admin/"
    assert client.post("/viewing/end/").headers["Location"] == "/admin/"


def test_signing_out_ends_it_for_good() -> None:
    client = looking()
    assert client.post("/accounts/logout/").status_code == 302
    assert pages_seen()[-1][0] == "以本人视角查看结束"
    assert client.get("/payments/").headers["Location"].startswith("/accounts/login/")


def test_it_does_not_begin_or_go_on_without_the_second_factor(settings: Settings) -> None:
    client = looking()
    settings.STAFF_SECOND_FACTOR = True
    assert client.get("/payments/").headers["Location"].startswith("/accounts/second-factor/")
    assert asking("teaching")[1].headers["Location"].startswith("/accounts/second-factor/")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = "otp_totp.totpdevice/1"
    session.save()
    assert client.get("/payments/").status_code == 200


def test_staff_who_do_nothing_are_signed_out_as_staff(settings: Settings) -> None:
    settings.STAFF_IDLE, settings.STUDENT_IDLE = 1, 7200
    client = looking()
    session = client.session
    session["seen"] -= 10
    session.save()
    assert client.get("/payments/").headers["Location"].startswith("/accounts/login/")


def test_a_second_student_waits_for_the_end_of_the_first() -> None:
    client = looking()
    path = f"/admin/records/student/{record_of(OTHER).pk}/view-as/"
    assert said(client.post(path, PURPOSE)) == (403, READ_ONLY.message)


def test_the_address_of_his_calendar_stays_his() -> None:
    token = places_of_w()["guidance/calendar/<str:token>.ics"].split("/")[-1]
    assert token in text_of(browser_of(W).get("/guidance/"))
    assert token not in text_of(looking().get("/guidance/"))


def test_looking_costs_few_statements_more() -> None:
    def statements(client: Client) -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/payments/")
        return len(seen)

    # Account, right, opening read and written, session, and the lock around the view.
    assert statements(looking()) - statements(browser_of(W)) == 10
