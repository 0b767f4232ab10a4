"""二次验证: nobody on the staff gets further with a password alone, once the college wants it."""

import re
from base64 import b32decode
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from portal.accounts import visits
from portal.accounts.models import College, Intervention, User, VisitEnd
from portal.accounts.roles import STAFF_ROLES, Role
from portal.accounts.tests.factories import user
from portal.accounts.views.second_factor import FRESH, SHOWN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uncounted")]
ASK, ENROL = "/accounts/second-factor/", "/accounts/second-factor/enrol/"


@pytest.fixture(autouse=True)
def wanted(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    settings.OTP_TOTP_THROTTLE_FACTOR = settings.OTP_STATIC_THROTTLE_FACTOR = 0


@pytest.fixture
def clerk() -> User:
    return user(role=Role.ADMIN)


def browser(who: User) -> Client:
    client = Client()
    client.force_login(who, "portal.accounts.backends.RoleBackend")
    return client


def code(who: User, steps: int = 0) -> str:
    """What the phone shows now, or some half-minutes later."""
    device = TOTPDevice.objects.filter(user=who).latest("pk")
    made = TOTP(device.bin_key, drift=steps)
    return f"{made.token():06d}"


def enrolled(who: User) -> list[str]:
    """Bind a phone; the backup codes."""
    client = browser(who)
    client.get(ENROL)
    page = client.post(ENROL, {"code": code(who)}).content.decode()
    return re.findall(r"<li>([0-9a-z]{8})</li>", page)


def opens_admin(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/accounts/user/", "/accounts/me/", "/messages/"]
)
def test_staff_are_asked_everywhere(clerk: User, path: str) -> None:
    answer = browser(clerk).get(path)
    assert answer.headers["Location"] == f"{ASK}?next={path}"


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_every_office_is_asked(role: Role) -> None:
    college = College.objects.create(code="01", name="智能制造学院")
    assert not opens_admin(browser(user(role=role, college=college)))


def test_students_are_not(clerk: User) -> None:
    student = browser(user())
    assert student.get("/accounts/me/").status_code == 200
    assert student.get(ASK).status_code == 404


def test_post_does_nothing_either(clerk: User) -> None:
    answer = browser(clerk).post("/admin/accounts/user/", {"action": "unlock"})
    assert answer.headers["Location"] == f"{ASK}?next=/admin/"


def test_part_of_a_page_loads_the_page_again(clerk: User) -> None:
    answer = browser(clerk).get("/today/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"


def test_first_time_leads_to_enrolling(clerk: User) -> None:
    answer = browser(clerk).get(f"{ASK}?next=/admin/")
    assert answer.headers["Location"] == f"{ENROL}?next=%2Fadmin%2F"


def test_enrolling_shows_the_secret_and_gives_ten_codes(clerk: User) -> None:
    client = browser(clerk)
    page = client.get(ENROL).content.decode()
    found = re.search(r'class="num">([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert b32decode(secret) == TOTPDevice.objects.get(user=clerk).bin_key
    assert "data:image/svg+xml" in page
    assert not opens_admin(client)
    assert len(enrolled(clerk)) == 10
    assert TOTPDevice.objects.get(user=clerk).confirmed


def test_enrolling_lets_in_with_a_new_session_key(clerk: User) -> None:
    client = browser(clerk)
    client.get(ENROL)
    before = client.session.session_key
    client.post(f"{ENROL}?next=/admin/", {"code": code(clerk)})
    assert client.session.session_key != before
    assert opens_admin(client)


@pytest.mark.parametrize("wrong", ["000000", "", "12345", "abc", "９９９９９９", "1\x00", "9" * 30])
def test_wrong_code_enrols_nothing(clerk: User, wrong: str) -> None:
    client = browser(clerk)
    client.get(ENROL)
    assert client.post(ENROL, {"code": wrong}).status_code == 400
    assert not TOTPDevice.objects.get(user=clerk).confirmed
    assert not opens_admin(client)


def test_code_of_the_phone_lets_in_once(clerk: User) -> None:
    enrolled(clerk)
    shown, client, thief = code(clerk, 1), browser(clerk), browser(clerk)
    answer = client.post(f"{ASK}?next=/admin/accounts/user/", {"code": f"{shown[:3]} {shown[3:]}"})
    assert answer.headers["Location"] == "/admin/accounts/user/"
    assert opens_admin(client)
    assert thief.post(ASK, {"code": shown}).status_code == 400
    assert not opens_admin(thief)


def test_code_of_somebody_else_does_not(clerk: User) -> None:
    other = user(role=Role.FINANCE)
    enrolled(clerk)
    enrolled(other)
    client = browser(clerk)
    assert client.post(ASK, {"code": code(other, 1)}).status_code == 400
    assert not opens_admin(client)


def test_backup_code_lets_in_once(clerk: User) -> None:
    [first, *others] = enrolled(clerk)
    client, thief = browser(clerk), browser(clerk)
    assert client.post(ASK, {"code": first.upper()}).status_code == 302
    assert opens_admin(client)
    assert thief.post(ASK, {"code": first}).status_code == 400
    assert StaticToken.objects.filter(device__user=clerk).count() == len(others)


def test_new_backup_codes_void_the_old(clerk: User) -> None:
    [old, *_] = enrolled(clerk)
    client = browser(clerk)
    client.post(ASK, {"code": code(clerk, 1)})
    page = client.post("/accounts/second-factor/codes/").content.decode()
    assert len(re.findall(r"<li>([0-9a-z]{8})</li>", page)) == 10
    assert browser(clerk).post(ASK, {"code": old}).status_code == 400


def test_backup_codes_are_behind_it(clerk: User) -> None:
    enrolled(clerk)
    answer = browser(clerk).post("/accounts/second-factor/codes/")
    assert answer.headers["Location"].startswith(ASK)


def test_guessing_is_slowed(clerk: User, settings: Settings) -> None:
    enrolled(clerk)
    settings.OTP_TOTP_THROTTLE_FACTOR = 60
    client = browser(clerk)
    assert client.post(ASK, {"code": "000000"}).status_code == 400
    answer = client.post(ASK, {"code": code(clerk, 1)})
    assert answer.status_code == 429
    assert "验证码连续 1 次不对，要等一等" in answer.content.decode()
    assert not opens_admin(client)


def test_enrolling_again_needs_the_first_phone(clerk: User) -> None:
    enrolled(clerk)
    thief = browser(clerk)
    assert thief.get(ENROL).headers["Location"].startswith(ASK)
    assert thief.post(ENROL, {"code": "123456"}).headers["Location"].startswith(ASK)


def test_new_phone_takes_the_place_of_the_old(clerk: User) -> None:
    enrolled(clerk)
    old = TOTPDevice.objects.get(user=clerk)
    client = browser(clerk)
    client.post(ASK, {"code": code(clerk, 1)})
    client.get(ENROL)
    assert client.post(ENROL, {"code": code(clerk)}).status_code == 200
    assert TOTPDevice.objects.get(user=clerk).pk != old.pk


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_next_page_outside_is_not_followed(clerk: User, target: str) -> None:
    enrolled(clerk)
    answer = browser(clerk).post(f"{ASK}?next={target}", {"code": code(clerk, 1)})
    assert answer.headers["Location"] == "/admin/"


def test_lost_phone_is_reset_by_an_administrator_and_recorded(clerk: User) -> None:
    loser = user(role=Role.FINANCE)
    enrolled(clerk)
    enrolled(loser)
    lost, admin = browser(loser), browser(clerk)
    admin.post(ASK, {"code": code(clerk, 1)})
    chosen = {"action": "reset_second_factor", "_selected_action": [loser.pk]}
    assert admin.post("/admin/accounts/user/", chosen | {"reason": " "}).status_code == 400
    assert TOTPDevice.objects.filter(user=loser).exists()
    chosen["reason"] = "持工作证到场"
    assert admin.post("/admin/accounts/user/", chosen).status_code == 302
    assert not TOTPDevice.objects.filter(user=loser).exists()
    assert "_auth_user_id" not in lost.session
    done = Intervention.objects.get()
    assert (done.kind, done.actor, done.target) == ("second-factor", clerk, loser)
    assert done.reason == "持工作证到场"
    assert browser(loser).get(ASK).headers["Location"].startswith(ENROL)


def test_secrets_have_no_page(clerk: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client = browser(clerk)
    for path in ("otp_totp/totpdevice", "otp_static/staticdevice"):
        assert client.get(f"/admin/{path}/").status_code == 404


def test_without_the_setting_nobody_is_asked(clerk: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    assert opens_admin(browser(clerk))


def shown_long_ago(client: Client) -> None:
    session = client.session
    session[SHOWN] -= FRESH + 1
    session.save()


def test_a_session_alone_binds_no_other_phone_and_makes_no_codes(clerk: User) -> None:
    """Somebody who got hold of an open browser would keep the account for good."""
    [old, *_] = enrolled(clerk)
    thief = browser(clerk)
    thief.post(ASK, {"code": code(clerk, 1)})
    shown_long_ago(thief)
    assert opens_admin(thief)
    assert thief.get(ENROL).headers["Location"].startswith(f"{ASK}?next={ENROL}")
    answer = thief.post("/accounts/second-factor/codes/?next=/accounts/me/")
    assert answer.headers["Location"] == f"{ASK}?next=/accounts/me/"
    assert StaticToken.objects.filter(token=old).exists()
    thief.post(ASK, {"code": old})
    assert thief.get(ENROL).status_code == 200


def test_the_secret_another_browser_was_shown_is_not_the_one_enrolled(clerk: User) -> None:
    thief, owner = browser(clerk), browser(clerk)
    thief.get(ENROL)
    seen = TOTPDevice.objects.get(user=clerk).key
    owner.get(ENROL)
    owner.post(ENROL, {"code": code(clerk)})
    assert TOTPDevice.objects.get(user=clerk).key != seen


def test_the_secret_stays_while_its_browser_tries(clerk: User) -> None:
    client = browser(clerk)
    for _ in range(2):
        client.get(ENROL)
    assert TOTPDevice.objects.filter(user=clerk).count() == 1


def test_a_database_that_stumbles_lets_nobody_past(clerk: User) -> None:
    client, left = browser(clerk), [2]

    def stumble(execute: Any, sql: str, *rest: Any) -> Any:
        if left[0] and "accounts_user" in sql:
            left[0] -= 1
            raise OperationalError("too many connections")
        return execute(sql, *rest)

    with connection.execute_wrapper(stumble):
        assert client.get("/admin/").status_code == 503
    assert left == [0]


def test_a_session_is_listed_and_ended_from_its_second_factor_on(clerk: User) -> None:
    """Even when its browser has asked for no page since."""
    enrolled(clerk)
    thief = browser(clerk)
    thief.post(ASK, {"code": code(clerk, 1)})
    key = thief.session.session_key
    assert visits.open_of(clerk).filter(session_key=key).exists()
    visits.end(visits.open_of(clerk), VisitEnd.OFFICE, timezone.now())
    assert not opens_admin(thief)
