"""As much of a browser as a load test needs: cookies, keep-alive, redirects, forms, a clock."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

from benchmarks.forms import Fields, Form, forms_of

REDIRECTS = 5
TIMEOUT = 60.0  # seconds; a browser is as patient
# The server closed an idle connection before it read anything: a browser asks again.
STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class Unexpected(Exception):
    """A page a student could not go on from."""


@dataclass(frozen=True)
class Visit:
    """One request and its answer; ``seconds`` from sending to the last byte."""

    name: str
    seconds: float
    status: int
    statements: int | None


@dataclass(frozen=True)
class Page:
    """What is on the screen."""

    url: str
    status: int
    text: str

    def form(self, fragment: str) -> Form:
        """The first form whose address contains ``fragment``; raises ``Unexpected``."""
        found = self.find(fragment)
        if found is None:
            raise Unexpected(f"{self.url} ({self.status}) has no form for {fragment}")
        return found

    def find(self, fragment: str) -> Form | None:
        """The first form whose address contains ``fragment``, if there is one."""
        return next((form for form in self.forms if fragment in self.address(form)), None)

    @property
    def forms(self) -> list[Form]:
        """Every form, in the order of the page."""
        return forms_of(self.text)

    def address(self, form: Form) -> str:
        """Where a form of this page is sent to."""
        return urljoin(self.url, form.action)


@dataclass(frozen=True)
class _Answer:
    status: int
    text: str
    location: str
    statements: int | None


@dataclass
class Browser:
    """One person's browser. Cookies know no ports, so portal and cashier share them."""

    home: str
    extra: dict[str, str] = field(default_factory=dict)  # headers of every request
    visits: list[Visit] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    links: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the cookies stay."""
        for link in self.links.values():
            link.close()
        self.links.clear()

    def open(self, name: str, path: str) -> Page:
        """Go to an address. ``name`` is what the visit is counted under."""
        return self._go(name, "GET", urljoin(self.home, path), "")

    def send(self, name: str, page: Page, form: Form, fields: Fields) -> Page:
        """Send a form of ``page`` and follow where it leads."""
        return self._go(name, "POST", urljoin(page.url, form.action), urlencode(fields))

    def post(self, name: str, path: str, fields: Fields) -> int:
        """Send prepared fields, follow nothing, return the status: one request to be timed."""
        return self._request(name, "POST", urljoin(self.home, path), urlencode(fields)).status

    def deliver(self, name: str, path: str, body: bytes) -> int:
        """Post raw bytes, as programs do (the type is in ``extra``); return the status."""
        return self._request(name, "POST", urljoin(self.home, path), body).status

    def get(self, name: str, path: str) -> int:
        """Fetch an address, follow nothing, return the status."""
        return self._request(name, "GET", urljoin(self.home, path), "").status

    def _go(self, name: str, method: str, url: str, body: str) -> Page:
        for _ in range(REDIRECTS):
            answer = self._request(name, method, url, body)
            if not 300 <= answer.status < 400:
                return Page(url, answer.status, answer.text)
            name, method, body = f"{name} →", "GET", ""
            url = urljoin(url, answer.location)
        raise Unexpected(f"{url} redirects for ever")

    def _request(self, name: str, method: str, url: str, body: str | bytes) -> _Answer:
        parts = urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = self._headers(url, body)
        with self._timed(name) as note:
            answer = self._exchange(parts.netloc, method, target, body, headers)
            note.append(answer)
        return answer

    @contextmanager
    def _timed(self, name: str) -> Iterator[list[_Answer]]:
        note: list[_Answer] = []
        begun = time.perf_counter()
        try:
            yield note
        finally:
            seconds = time.perf_counter() - begun
            status, statements = (note[0].status, note[0].statements) if note else (0, None)
            self.visits.append(Visit(name, seconds, status, statements))

    def _exchange(
        self, origin: str, method: str, target: str, body: str | bytes, headers: dict[str, str]
    ) -> _Answer:
        reused = origin in self.links
        if not reused:
            self.links[origin] = http.client.HTTPConnection(origin, timeout=TIMEOUT)
        link = self.links[origin]
        try:
            link.request(method, target, body or None, headers)
            return self._read(link.getresponse())
        except (OSError, http.client.HTTPException) as error:
            link.close()
            del self.links[origin]
            if reused and isinstance(error, STALE):
                return self._exchange(origin, method, target, body, headers)
            raise

    def _read(self, response: http.client.HTTPResponse) -> _Answer:
        text = response.read().decode(errors="replace")
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        counted = response.headers.get("X-Statements")
        location = response.headers.get("Location", "")
        return _Answer(response.status, text, location, int(counted) if counted else None)

    def _headers(self, url: str, body: str | bytes) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers: dict[str, str] = {}
        if body:
            parts = urlsplit(url)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        return {"Cookie": cookies, **headers, **self.extra}
