"""Single sign-out: there, here, and for whoever has forged it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from portal.accounts.models import User, Visit, VisitEnd
from portal.accounts.testing.campus_server import CampusServer, sign_out
from portal.accounts.tests.coming import DOOR, LOGIN, come, is_in

pytestmark = pytest.mark.django_db


def signed_in_with(client: Client, campus: CampusServer) -> str:
    """Sign in; the ticket."""
    back = come(client, campus)
    client.get(back)
    assert is_in(client)
    return parse_qs(urlsplit(back).query)["ticket"][0]


@pytest.mark.parametrize("declared", ["", '<?xml version="1.0" encoding="UTF-8"?>'])
def test_single_sign_out(client: Client, campus: CampusServer, declared: str) -> None:
    other, outsider = Client(), Client(enforce_csrf_checks=True)
    ticket = signed_in_with(client, campus)
    signed_in_with(other, campus)
    answer = outsider.post(DOOR, {"logoutRequest": declared + sign_out(ticket)})
    assert answer.status_code == 204
    assert (is_in(client), is_in(other)) == (False, True)
    assert Visit.objects.get(ended_by=VisitEnd.CAMPUS).user.username == campus.signed_in
    assert "从信息门户退出" in client.get(LOGIN).content.decode()


def with_entities(declared: str, ticket: str) -> str:
    """A sign-out whose ticket is made of entities of its own."""
    _, _, body = sign_out(ticket).rpartition("?>")
    return f'<?xml version="1.0"?><!DOCTYPE a [{declared}]>{body}'


TENFOLD = "".join(
    f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)
)  # b is ten of a, c ten of b, …


@pytest.mark.parametrize(
    "request_",
    [
        "x",
        "",
        "<a>",
        sign_out(""),
        sign_out("ST-unknown"),
        "\0",
        "<a/>",
        "x" * 100_000,
        with_entities('<!ENTITY x SYSTEM "file:///etc/hostname">', "&x;"),
        with_entities(f'<!ENTITY a "aaaaaaaaaa">{TENFOLD}', "&j;"),
    ],
    ids=["x", "empty", "open", "no ticket", "unknown", "NUL", "other", "long", "file", "laughs"],
)
def test_sign_out_that_names_nobody(client: Client, campus: CampusServer, request_: str) -> None:
    signed_in_with(client, campus)
    assert Client().post(DOOR, {"logoutRequest": request_}).status_code == 204
    assert is_in(client)


def test_signing_out_here_signs_out_there(client: Client, campus: CampusServer) -> None:
    signed_in_with(client, campus)
    answer = client.post("/accounts/logout/")
    there = urlsplit(answer.headers["Location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{campus.url}logout"
    assert parse_qs(there.query) == {"service": [f"http://testserver{LOGIN}"]}
    assert not is_in(client)


def test_local_account_signs_out_here_only(client: Client, campus: CampusServer) -> None:
    client.force_login(
        User.objects.get(username=campus.signed_in), "portal.accounts.backends.RoleBackend"
    )
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
