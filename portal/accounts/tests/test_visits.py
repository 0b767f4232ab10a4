"""Who is signed in where."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.accounts import visits
from portal.accounts.arrivals import SEEN
from portal.accounts.models import Intervention, User, Visit, VisitEnd
from portal.accounts.roles import Role
from portal.accounts.tests.factories import PASSWORD, user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def browser(who: User, agent: str = "Mozilla/5.0 (iPhone)") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="10.1.2.3")
    form = {"username": who.username, "password": PASSWORD}
    assert client.post(LOGIN, form).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/accounts/me/").status_code == 200


def test_a_sign_in_is_a_visit() -> None:
    student = user(password=PASSWORD)
    client = browser(student)
    visit = Visit.objects.get(user=student)
    assert visit.session_key == client.session.session_key
    assert (visit.address, visit.browser) == ("10.1.2.3", "Mozilla/5.0 (iPhone)")


def test_signing_out_ends_it_without_a_trace() -> None:
    client = browser(user(password=PASSWORD))
    client.post("/accounts/logout/")
    assert Visit.objects.count() == 0
    assert "已退出登录（" not in client.get(LOGIN).content.decode()


def test_somebody_else_at_the_same_browser() -> None:
    """His predecessor's session is thrown away with its key."""
    first, second = user(password=PASSWORD), user(password=PASSWORD)
    client = browser(first)
    client.post(LOGIN, {"username": second.username, "password": PASSWORD})
    client.force_login(second)
    assert [visit.user for visit in visits.open_of(second)] == [second]
    assert list(visits.open_of(first)) == []


def test_staff_may_be_held_to_one_browser(settings: Settings) -> None:
    settings.STAFF_ONE_SESSION = True
    clerk = user(password=PASSWORD, role=Role.FINANCE)
    first = browser(clerk)
    second = browser(clerk)
    assert (is_in(first), is_in(second)) == (False, True)
    assert "账号在别处登录，这里已退出登录" in first.get(LOGIN).content.decode()
    assert "这里已退出登录" not in first.get(LOGIN).content.decode()


def test_students_may_use_two(settings: Settings) -> None:
    settings.STAFF_ONE_SESSION = True
    student = user(password=PASSWORD)
    phone, desk = browser(student), browser(student)
    assert (is_in(phone), is_in(desk)) == (True, True)


def last_seen(client: Client, seconds_ago: int) -> None:
    session = client.session
    session[SEEN] = timezone.now().timestamp() - seconds_ago
    session.save()


@pytest.mark.parametrize(
    ("role", "seconds", "stays"),
    [
        (Role.STUDENT, 7100, True),
        (Role.STUDENT, 7300, False),
        (Role.TEACHING, 1700, True),
        (Role.TEACHING, 1900, False),
    ],
)
def test_who_does_nothing_is_signed_out(role: Role, seconds: int, stays: bool) -> None:
    client = browser(user(password=PASSWORD, role=role))
    last_seen(client, seconds)
    assert is_in(client) is stays
    assert ("没有操作，已为你退出登录" in client.get("/verify/").content.decode()) is not stays
    assert Visit.objects.exists() is stays


def test_the_way_back_is_kept() -> None:
    client = browser(user(password=PASSWORD))
    last_seen(client, 7300)
    assert (
        client.get("/retake/rounds/?x=1").headers["Location"]
        == f"{LOGIN}?next=/retake/rounds/%3Fx%3D1"
    )


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in() -> None:
    client = browser(user(password=PASSWORD))
    last_seen(client, 7000)
    before = client.session[SEEN]
    client.get("/today/", headers={"HX-Request": "true"})
    assert client.session[SEEN] == before
    client.get("/accounts/me/")
    assert client.session[SEEN] > before


def test_zero_is_for_ever(settings: Settings) -> None:
    settings.STUDENT_IDLE = 0
    client = browser(user(password=PASSWORD))
    last_seen(client, 10_000_000)
    assert is_in(client)


def test_a_new_password_keeps_the_visit_and_its_session() -> None:
    student = user(password=PASSWORD)
    client, fresh = browser(student), "quite another one 7"
    form = {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    client.post("/accounts/password/", form)
    assert is_in(client)
    assert [visit.session_key for visit in visits.open_of(student)] == [client.session.session_key]


def test_what_is_over_is_forgotten() -> None:
    now, student = timezone.now(), user(password=PASSWORD)
    going_on, run_out, ended = (browser(student) for _ in range(3))
    Session.objects.filter(session_key=run_out.session.session_key).update(
        expire_date=now - timedelta(minutes=1)
    )
    visits.end(Visit.objects.filter(session_key=ended.session.session_key), VisitEnd.OFFICE, now)
    visits.forget(now)
    assert Visit.objects.filter(user=student).count() == 2
    visits.forget(now + timedelta(days=8))
    assert Visit.objects.get(user=student).session_key == going_on.session.session_key
    assert Session.objects.count() == 1


def test_the_page_names_every_browser_and_marks_this_one() -> None:
    student = user(password=PASSWORD)
    phone = browser(student, "Mozilla/5.0 (iPhone; …) MicroMessenger/8.0")
    desk = browser(student, "Mozilla/5.0 (Windows NT 10.0) … Chrome/130 … Edg/130")
    browser(user(password=PASSWORD))
    rows = phone.get("/accounts/visits/").context["rows"]
    assert [(name, here) for _, name, here in rows] == [
        ("Edge · Windows 电脑", False),
        ("微信 · iPhone", True),
    ]
    assert is_in(desk)


def test_signing_out_everywhere_else() -> None:
    student = user(password=PASSWORD)
    here, there, neighbour = browser(student), browser(student), browser(user(password=PASSWORD))
    assert here.post("/accounts/visits/end/").headers["Location"] == "/accounts/visits/"
    assert [is_in(one) for one in (here, there, neighbour)] == [True, False, True]
    assert "本人退出了其他设备，这里已退出登录" in there.get(LOGIN).content.decode()


def test_an_administrator_signs_somebody_out() -> None:
    student = user(password=PASSWORD)
    client, admin = browser(student), browser(user(password=PASSWORD, role=Role.ADMIN))
    admin.post("/admin/accounts/user/", {"action": "sign_out", "_selected_action": [student.pk]})
    assert not is_in(client)
    assert Intervention.objects.get().kind == "sign-out"
