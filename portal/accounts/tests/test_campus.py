"""统一身份认证: signing in, and everything a ticket may be that it should not."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import Contact, User
from portal.accounts.roles import Role
from portal.accounts.testing.campus_server import CampusServer, sign_out
from portal.accounts.tests.coming import DOOR, LOGIN, come, is_in, leave
from portal.accounts.tests.factories import PASSWORD, user

pytestmark = pytest.mark.django_db


def refused(client: Client, path: str) -> tuple[int, str]:
    answer = client.get(path)
    assert not is_in(client)
    return answer.status_code, answer.content.decode()


def test_student_comes_in_and_lands_on_his_page(client: Client, campus: CampusServer) -> None:
    answer = client.get(come(client, campus))
    assert answer.headers["Location"] == "/"
    assert client.get("/accounts/me/").context["user"].username == campus.signed_in


def test_staff_land_in_admin(client: Client, campus: CampusServer) -> None:
    campus.signed_in = user(role=Role.TEACHING).username
    assert client.get(come(client, campus)).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_next_page_inside_is_followed(client: Client, campus: CampusServer) -> None:
    back = come(client, campus, f"{DOOR}?next=/retake/enrollments/?term=1")
    assert client.get(back).headers["Location"] == "/retake/enrollments/?term=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
    ids=["absolute", "scheme-relative", "backslash", "script"],
)
def test_next_page_outside_is_not_followed(
    client: Client, campus: CampusServer, target: str
) -> None:
    back = come(client, campus, f"{DOOR}?next={target}")
    assert client.get(back).headers["Location"] == "/"
    assert client.get(f"{DOOR}?next={target}").headers["Location"] == "/"


def test_session_key_changes_and_what_was_planted_is_known_to_nobody(
    client: Client, campus: CampusServer
) -> None:
    client.session.save()
    before = str(client.session.session_key)
    client.get(come(client, campus))
    assert client.session.session_key != before
    planted = Client()
    planted.cookies["sessionid"] = before
    assert not is_in(planted)


def test_ticket_counts_once(client: Client, campus: CampusServer) -> None:
    back = come(client, campus)
    client.get(back)
    thief = Client()
    thief.cookies.load({"campus": client.cookies["campus"].value})
    assert refused(thief, back)[0] == 403


def test_ticket_replayed_by_the_same_browser(client: Client, campus: CampusServer) -> None:
    leave(client)
    state = parse_qs(urlsplit(leave(client)).query)["service"][0]
    ticket = campus.ticket(state)
    campus.validated(ticket, state)
    status, page = refused(client, f"{state}&ticket={ticket}")
    assert (status, "登录凭证只能用一次" in page) == (403, True)


def test_ticket_of_another_service(client: Client, campus: CampusServer) -> None:
    back = come(client, campus)
    campus.tickets = {
        ticket: ("https://library.example/", who) for ticket, (_, who) in campus.tickets.items()
    }
    assert refused(client, back)[0] == 403


def test_ticket_somebody_else_left_for(client: Client, campus: CampusServer) -> None:
    """A link with the ticket of an attacker's account must not sign his victim in as him."""
    attackers = come(Client(), campus)
    leave(client)
    status, page = refused(client, attackers)
    assert (status, "没有认出这次登录" in page) == (403, True)


def test_ticket_nobody_left_for_is_asked_for_anew(client: Client, campus: CampusServer) -> None:
    """The tile of a campus portal comes straight with one."""
    straight = f"{DOOR}?ticket={campus.ticket('http://testserver' + DOOR)}"
    login = leave(client, straight)
    assert login.startswith(f"{campus.url}login?service=")
    back = urlsplit(campus.sign_in_at(login))
    assert client.get(f"{back.path}?{back.query}").headers["Location"] == "/"


@pytest.mark.parametrize("cookie", ["", "nonsense", "e30:1x:2y"])
def test_browser_without_our_cookie(client: Client, campus: CampusServer, cookie: str) -> None:
    back = come(client, campus)
    client.cookies.clear()
    client.cookies["campus"] = cookie
    assert refused(client, back)[0] == 403


def test_number_without_account_makes_none(client: Client, campus: CampusServer) -> None:
    Contact.objects.create(topic="sign-in", office="信息中心", phone="分机 6001")
    before = User.objects.count()
    campus.signed_in = "99999999"
    status, page = refused(client, come(client, campus))
    assert (status, User.objects.count()) == (403, before)
    assert "没有账号 99999999" in page
    assert "分机 6001" in page


def test_disabled_account_stays_outside(client: Client, campus: CampusServer) -> None:
    campus.signed_in = user(is_active=False).username
    status, page = refused(client, come(client, campus))
    assert (status, "已停用" in page) == (403, True)


def test_number_comes_from_the_attribute_that_is_set(
    client: Client, campus: CampusServer, settings: Settings
) -> None:
    settings.CAS_USERNAME_ATTRIBUTE = "employeeNumber"
    campus.attributes = {"employeeNumber": [campus.signed_in], "mail": ["x@example.edu.cn"]}
    campus.signed_in = "a-login-name"
    assert client.get(come(client, campus)).headers["Location"] == "/"
    assert "attributes" not in client.session  # what else is said of a person is not kept


@pytest.mark.parametrize("values", [[], [""], ["1", "2"]], ids=["missing", "empty", "two"])
def test_attribute_that_names_nobody(
    client: Client, campus: CampusServer, settings: Settings, values: list[str]
) -> None:
    settings.CAS_USERNAME_ATTRIBUTE = "employeeNumber"
    campus.attributes = {"employeeNumber": values, "mail": ["x@example.edu.cn"]}
    assert refused(client, come(client, campus))[0] == 403


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>500</html>",
        b"{}",
        b"<a><b/></a>",
        b"<a/>",
        b"<cas:serviceResponse xmlns:cas='x'><cas:authenticationSuccess/></cas:serviceResponse>",
        b"<response><authenticationSuccess><user>1</user></authenticationSuccess></response>",
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a><b>&e;</b></a>',
        b"\xff\xfe\x00",
    ],
)
def test_nonsense_is_refused_in_words(client: Client, campus: CampusServer, answer: bytes) -> None:
    back = come(client, campus)
    campus.instead = lambda: answer
    status, page = refused(client, back)
    assert status in (403, 502)
    assert "没有登录成功" in page


def asleep() -> bytes:
    time.sleep(0.6)
    return b""


def test_silent_server_takes_no_longer_than_it_may(
    client: Client, campus: CampusServer, settings: Settings
) -> None:
    settings.CAS_TIMEOUT = 0.2
    back = come(client, campus)
    campus.instead = asleep
    status, page = refused(client, back)
    assert (status, "信息门户没有应答" in page) == (503, True)


def test_server_that_is_down(client: Client, campus: CampusServer, settings: Settings) -> None:
    back = come(client, campus)
    settings.CAS_SERVER_URL = "http://127.0.0.1:1/cas/"
    assert refused(client, back)[0] == 503


def test_refused_tickets_pause_nobody(client: Client, campus: CampusServer) -> None:
    """Everybody on campus has one address."""
    for _ in range(10):
        campus.signed_in = "99999999"
        refused(client, come(client, campus))
    student = user(password=PASSWORD)
    campus.signed_in = student.username
    assert (
        Client().post(LOGIN, {"username": student.username, "password": PASSWORD}).status_code
        == 302
    )
    assert client.get(come(client, campus)).headers["Location"] == "/"


def test_paused_password_leaves_the_campus_portal_open(
    client: Client, campus: CampusServer
) -> None:
    for _ in range(6):
        client.post(LOGIN, {"username": campus.signed_in, "password": "guess"})
    assert client.get(come(client, campus)).headers["Location"] == "/"


def test_sign_in_page_offers_it_once_it_is_there(
    client: Client, campus: CampusServer, settings: Settings
) -> None:
    page = client.get(f"{LOGIN}?next=/retake/").content.decode()
    assert f'href="{DOOR}?next=/retake/">统一身份认证登录</a>' in page
    settings.CAS_SERVER_URL = ""
    assert "统一身份认证" not in client.get(LOGIN).content.decode()


def test_without_a_campus_portal_the_door_is_not_there(client: Client) -> None:
    assert client.get(DOOR).status_code == 404
    assert client.post(DOOR, {"logoutRequest": sign_out("ST-1")}).status_code == 404
