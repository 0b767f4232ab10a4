"""A campus portal of our own that speaks CAS 3 over HTTP, to sign in against.

Paths below ``/cas/``: ``login`` (whoever is ``signed_in`` gets a ticket at once, as with a session
of the campus portal), ``p3/serviceValidate``, ``logout``. A ticket counts once and only for the
service it was made for, as the protocol says.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.sax.saxutils import escape

import requests

from portal.lib.testing.serving import Serving

NAMESPACE = 'xmlns:cas="http://www.yale.edu/tp/cas"'
SIGN_OUT = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="1" Version="2.0">'
    "<samlp:SessionIndex>{}</samlp:SessionIndex></samlp:LogoutRequest>"
)


class CampusServer:
    """What it knows: who is signed in, what it says about people, which tickets are out."""

    def __init__(self) -> None:
        self.signed_in = ""
        self.attributes: dict[str, list[str]] = {}
        self.tickets: dict[str, tuple[str, str]] = {}  # ticket -> service, user
        self.instead: Callable[[], bytes] | None = None  # an answer in place of a validation
        self.url = ""

    def ticket(self, service: str, user: str = "") -> str:
        """A new ticket for a service."""
        made = f"ST-{secrets.token_hex(12)}"
        self.tickets[made] = (service, user or self.signed_in)
        return made

    def sign_in_at(self, login_url: str) -> str:
        """Follow a browser that was sent to ``login_url``; the address it is sent back to."""
        answer = requests.get(login_url, allow_redirects=False, timeout=5)
        return answer.headers["Location"]

    def validated(self, ticket: str, service: str) -> bytes:
        """``serviceValidate``: the ticket is used up whatever the answer."""
        if self.instead:
            return self.instead()
        made_for, user = self.tickets.pop(ticket, ("", ""))
        if not made_for:
            return _failure("INVALID_TICKET")
        return self._success(user) if made_for == service else _failure("INVALID_SERVICE")

    def _success(self, user: str) -> bytes:
        said = "".join(
            f"<cas:{name}>{escape(value)}</cas:{name}>"
            for name, values in self.attributes.items()
            for value in values
        )
        return (
            f"<cas:serviceResponse {NAMESPACE}><cas:authenticationSuccess>"
            f"<cas:user>{escape(user)}</cas:user><cas:attributes>{said}</cas:attributes>"
            "</cas:authenticationSuccess></cas:serviceResponse>"
        ).encode()


def sign_out(ticket: str) -> str:
    """The ``logoutRequest`` a campus portal posts to every service when somebody signs out."""
    return SIGN_OUT.format(ticket)


def _failure(code: str) -> bytes:
    return (
        f"<cas:serviceResponse {NAMESPACE}><cas:authenticationFailure code='{code}'>"
        "refused</cas:authenticationFailure></cas:serviceResponse>"
    ).encode()


@contextmanager
def running() -> Iterator[CampusServer]:
    """The server on a port of its own; ``url`` is what ``CAS_SERVER_URL`` is set to."""
    campus = CampusServer()

    class Handler(_Handler):
        server_state = campus

    with Serving(Handler) as server:
        campus.url = f"{server.url}/cas/"
        yield campus


class _Handler(BaseHTTPRequestHandler):
    server_state: CampusServer

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        service = query.get("service", "")
        if asked.path == "/cas/login":
            glue = "&" if "?" in service else "?"
            made = urlencode({"ticket": self.server_state.ticket(service)})
            self._answer(302, Location=f"{service}{glue}{made}")
        elif asked.path == "/cas/p3/serviceValidate":
            self._answer(200, self.server_state.validated(query.get("ticket", ""), service))
        elif asked.path == "/cas/logout":
            self.server_state.signed_in = ""
            self._answer(302, Location=service)
        else:
            self._answer(404)

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Tests say what they need to say."""
