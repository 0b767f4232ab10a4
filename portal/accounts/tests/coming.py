"""The way of a browser to the campus portal and back."""

from urllib.parse import urlsplit

from django.test import Client

from portal.accounts.testing.campus_server import CampusServer

DOOR, LOGIN = "/accounts/cas/", "/accounts/login/"


def leave(client: Client, address: str = DOOR) -> str:
    """The campus portal's address the browser is sent to."""
    answer = client.get(address)
    assert answer.status_code == 302
    return answer.headers["Location"]


def come(client: Client, campus: CampusServer, address: str = DOOR) -> str:
    """Go there and come back; the path with the ticket."""
    back = urlsplit(campus.sign_in_at(leave(client, address)))
    return f"{back.path}?{back.query}"


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
