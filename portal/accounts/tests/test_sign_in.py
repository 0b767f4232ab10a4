"""The door: who comes in, where they land, and what a wrong password is told."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.accounts.models import Contact
from portal.accounts.roles import Role
from portal.accounts.tests.factories import PASSWORD, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uncounted")]
LOGIN, WRONG = "/accounts/login/", "not it"


def sign_in(client: Client, username: str, password: str = PASSWORD, next_page: str = "") -> str:
    answer = client.post(LOGIN, {"username": username, "password": password, "next": next_page})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_student_lands_on_the_dashboard(client: Client) -> None:
    assert sign_in(client, user(password=PASSWORD).username) == "/"


def test_staff_land_in_admin(client: Client) -> None:
    clerk = user(password=PASSWORD, role=Role.TEACHING)
    assert sign_in(client, clerk.username) == "/admin/"


def test_next_page_inside_is_followed(client: Client) -> None:
    student = user(password=PASSWORD)
    assert sign_in(client, student.username, next_page="/payments/") == "/payments/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
    ids=["absolute", "scheme-relative", "backslash", "script"],
)
def test_next_page_outside_is_not_followed(client: Client, target: str) -> None:
    assert sign_in(client, user(password=PASSWORD).username, next_page=target) == "/"


def test_wrong_password_is_said_in_chinese_with_whom_to_ask(client: Client) -> None:
    Contact.objects.create(topic="sign-in", office="信息中心", phone="分机 6000")
    answer = client.post(LOGIN, {"username": user(password=PASSWORD).username, "password": "no"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<title>有误：登录" in page
    assert "学号或密码不对，请重新输入。" in page
    assert '信息中心 <span class="no-break">分机 6000</span>' in page


def test_disabled_account_stays_outside(client: Client) -> None:
    gone = user(password=PASSWORD, is_active=False)
    answer = client.post(LOGIN, {"username": gone.username, "password": PASSWORD})
    assert answer.status_code == 400
    assert "_auth_user_id" not in client.session


def test_session_key_changes_at_sign_in(client: Client) -> None:
    client.session["seen"] = True
    client.session.save()
    before = client.session.session_key
    sign_in(client, user(password=PASSWORD).username)
    assert client.session.session_key != before


def test_sign_out_is_a_post(client: Client) -> None:
    client.force_login(user())
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert "_auth_user_id" not in client.session


def test_password_is_changed_and_the_session_goes_on(client: Client) -> None:
    student = user(password=PASSWORD)
    client.force_login(student)
    fresh = "quite another one 7"
    answer = client.post(
        "/accounts/password/",
        {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh},
    )
    student.refresh_from_db()
    assert answer.headers["Location"] == "/accounts/me/"
    assert student.check_password(fresh)
    assert client.get("/accounts/me/").status_code == 200


def test_password_needs_the_old_one(client: Client) -> None:
    student = user(password=PASSWORD)
    client.force_login(student)
    answer = client.post(
        "/accounts/password/",
        {"old_password": "no", "new_password1": "fresh one 77", "new_password2": "fresh one 77"},
    )
    student.refresh_from_db()
    assert answer.status_code == 400
    assert "现在的密码不对，请重新输入。" in answer.content.decode()
    assert student.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["/accounts/me/", "/accounts/password/"])
def test_own_pages_ask_for_sign_in(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == f"{LOGIN}?next={path}"


def test_sign_in_page_costs_one_statement(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get(LOGIN)


def guess(client: Client, username: str, password: str = WRONG) -> int:
    return client.post(LOGIN, {"username": username, "password": password}).status_code


def test_guessing_is_stopped_even_for_the_right_password(client: Client) -> None:
    student = user(password=PASSWORD)
    assert [guess(client, student.username) for _ in range(5)] == [400] * 4 + [429]
    answer = client.post(LOGIN, {"username": student.username, "password": PASSWORD})
    assert answer.status_code == 429
    assert "连续 5 次密码不对，这个账号在这里暂停登录 15 分钟。" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("exists", [True, False])
def test_who_guesses_is_warned_whether_the_account_exists_or_not(
    client: Client, exists: bool
) -> None:
    name = user(password=PASSWORD).username if exists else "20990101"
    pages = [
        client.post(LOGIN, {"username": name, "password": WRONG}).content.decode() for _ in range(4)
    ]
    warned = [re.findall(r"再输错 \d 次，这个账号在这里暂停登录 15 分钟。", page) for page in pages]
    assert [len(one) for one in warned] == [0, 0, 1, 1]
    assert ["再输错 2 次" in pages[2], "再输错 1 次" in pages[3]] == [True, True]


@pytest.mark.parametrize("exists", [True, False])
def test_the_pause_says_when_it_ends_who_helps_and_the_way_back(
    client: Client, exists: bool
) -> None:
    Contact.objects.create(topic="sign-in", office="信息中心", phone="分机 6000")
    name = user(password=PASSWORD).username if exists else "20990102"
    typed = {"username": name, "password": WRONG, "next": "/payments/"}
    answers = [client.post(LOGIN, typed) for _ in range(6)]
    last = AccessAttempt.objects.get(username=name).attempt_time
    ends = timezone.localtime(last + timedelta(minutes=15))
    for answer in answers[4:]:
        page = answer.content.decode()
        assert f"{ends:%H:%M}</span> 以后再登录" in page
        assert '信息中心 <span class="no-break">分机 6000</span>' in page
        assert 'href="/accounts/login/?next=/payments/">返回登录</a>' in page


def test_guesser_locks_out_neither_the_owner_nor_his_neighbours(client: Client) -> None:
    student, neighbour = user(password=PASSWORD), user(password=PASSWORD)
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    assert [guess(elsewhere, student.username) for _ in range(6)][-1] == 429
    assert guess(client, student.username, PASSWORD) == 302
    assert guess(elsewhere, neighbour.username, PASSWORD) == 302


def test_right_password_forgets_the_wrong_ones(client: Client) -> None:
    student = user(password=PASSWORD)
    for _ in range(2):
        assert [guess(client, student.username) for _ in range(4)] == [400] * 4
        assert guess(client, student.username, PASSWORD) == 302
        client.logout()


def test_whoever_has_a_network_of_ipv6_addresses_is_one_guesser() -> None:
    student = user(password=PASSWORD)
    statuses = [
        guess(Client(REMOTE_ADDR=f"2001:da8:1:2::{number}"), student.username)
        for number in range(1, 6)
    ]
    assert statuses == [400] * 4 + [429]
    told = set(AccessFailureLog.objects.values_list("ip_address", flat=True))
    assert told == {f"2001:da8:1:2::{number}" for number in range(1, 6)}
    assert guess(Client(REMOTE_ADDR="2001:da8:1:3::1"), student.username, PASSWORD) == 302


def test_every_wrong_password_is_kept(client: Client, settings: Settings) -> None:
    """Also once it no longer counts, during the pause, and where the owner is known."""
    student, owner = user(password=PASSWORD), user(password=PASSWORD)
    assert guess(client, student.username, PASSWORD) == 302
    client.post("/accounts/logout/")
    assert [guess(client, student.username) for _ in range(2)] == [400, 400]  # known here
    stranger = Client(REMOTE_ADDR="10.0.0.9")
    assert [guess(stranger, owner.username) for _ in range(6)][4:] == [429, 429]
    settings.AXES_COOLOFF_TIME = timedelta(0)
    assert guess(stranger, owner.username, PASSWORD) == 302
    rows = AccessFailureLog.objects.order_by("pk").values_list("username", "ip_address")
    known, strange = (student.username, "127.0.0.1"), (owner.username, "10.0.0.9")
    assert list(rows) == [known] * 2 + [strange] * 6


def test_pause_ends(client: Client, settings: Settings) -> None:
    settings.AXES_COOLOFF_TIME = timedelta(0)
    student = user(password=PASSWORD)
    assert [guess(client, student.username) for _ in range(6)] != []
    assert guess(client, student.username, PASSWORD) == 302


def test_administrator_ends_a_pause(client: Client) -> None:
    student = user(password=PASSWORD)
    assert [guess(client, student.username) for _ in range(5)][-1] == 429
    admin = Client()
    admin.force_login(user(role=Role.ADMIN))
    chosen = {"action": "unlock", "_selected_action": [student.pk]}
    assert admin.post("/admin/accounts/user/", chosen).status_code == 302
    assert guess(client, student.username, PASSWORD) == 302


@pytest.mark.parametrize("username", ["9" * 5000, "2022\x000101"], ids=["long", "NUL"])
def test_name_no_account_can_have_is_a_wrong_name(client: Client, username: str) -> None:
    answer = client.post(LOGIN, {"username": username, "password": WRONG})
    assert answer.status_code == 400


def test_who_has_signed_in_here_before_is_not_paused_by_others(client: Client) -> None:
    """The same campus address, another browser."""
    student = user(password=PASSWORD)
    own, neighbour = Client(), Client()
    guess(own, student.username, PASSWORD)
    own.post("/accounts/logout/")
    assert [guess(neighbour, student.username) for _ in range(6)][-1] == 429
    assert guess(client, student.username, PASSWORD) == 429  # a browser nobody knows
    assert guess(own, student.username, PASSWORD) == 302


def test_a_known_browser_guesses_no_more_than_others() -> None:
    student = user(password=PASSWORD)
    own = Client()
    guess(own, student.username, PASSWORD)
    own.post("/accounts/logout/")
    assert [guess(own, student.username) for _ in range(10)][-1] == 429
    assert guess(own, student.username, PASSWORD) == 429


def test_a_browser_is_known_for_one_account_and_one_password() -> None:
    first, second = user(password=PASSWORD), user(password=PASSWORD)
    own, neighbour = Client(), Client()
    guess(own, first.username, PASSWORD)
    own.post("/accounts/logout/")
    for student in (first, second):
        assert [guess(neighbour, student.username) for _ in range(6)][-1] == 429
    assert guess(own, second.username, PASSWORD) == 429
    first.set_password("changed meanwhile 7")
    first.save(update_fields=["password"])
    assert guess(own, first.username, "changed meanwhile 7") == 429


def test_one_address_that_tries_every_account_waits(settings: Settings) -> None:
    settings.SIGN_IN_FAILURES = 3
    student = user(password=PASSWORD)
    own = Client(REMOTE_ADDR="10.9.9.9")
    guess(own, student.username, PASSWORD)
    own.post("/accounts/logout/")
    robot = Client(REMOTE_ADDR="10.9.9.9")
    assert [guess(robot, f"2022{number:04}") for number in range(5)] == [400] * 4 + [429]
    assert guess(own, student.username, PASSWORD) == 302
    assert guess(Client(REMOTE_ADDR="10.9.9.8"), student.username, PASSWORD) == 302


def test_admin_has_no_door_of_its_own() -> None:
    """Behind a second one a known browser was never paused, nor an address that tries them all."""
    clerk, admin = user(password=PASSWORD, role=Role.TEACHING), "/admin/login/?next=/admin/records/"
    own = Client()
    guess(own, clerk.username, PASSWORD)
    known = own.cookies["known"].value
    thief = Client(REMOTE_ADDR="10.9.9.9", HTTP_COOKIE=f"known={known}")
    answer = thief.post(admin, {"username": clerk.username, "password": PASSWORD})
    assert answer.headers["Location"] == f"{LOGIN}?next=/admin/records/"
    assert "_auth_user_id" not in thief.session


def test_an_open_browser_does_not_try_every_password(client: Client) -> None:
    clerk, fresh = user(password=PASSWORD, role=Role.TEACHING), "quite another one 7"
    client.force_login(clerk, "portal.accounts.backends.RoleBackend")
    new = {"new_password1": fresh, "new_password2": fresh}
    wrong = [
        client.post("/accounts/password/", {"old_password": WRONG, **new}).status_code
        for _ in range(6)
    ]
    assert wrong == [400] * 5 + [429]
    assert client.post("/accounts/password/", {"old_password": PASSWORD, **new}).status_code == 429
    answer = client.post("/admin/password_change/", {"old_password": PASSWORD, **new})
    assert answer.headers["Location"] == "/accounts/password/"
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)
