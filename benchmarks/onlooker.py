"""A student's browser inside the portal's own process: what a page costs without the network."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from django.db import connection
from django.test import Client

from benchmarks import processor
from benchmarks.counting import Counter
from benchmarks.people import PASSWORD
from payments.models import Order
from portal.accounts.models import User
from portal.records.models import Student
from portal.tests.addresses import routes
from retake.models import Enrollment

HOST = "127.0.0.1"  # one of ALLOWED_HOSTS
SEE_OTHER = 302
CAMPUS, PATIENCE = "/accounts/cas/", 5.0


class Onlooker:
    """Signed in as whoever is asked about; sessions are kept."""

    def __init__(self) -> None:
        self._browsers: dict[str, Client] = {}

    def answer(self, *question: str) -> Any:
        """One answer of ``growing.look_about``."""
        kinds: dict[str, Callable[[str], Any]] = {
            "pages": self.pages,
            "sign in": self.sign_in,
            "sign in by campus": self.sign_in_by_campus,
        }
        return kinds[question[0]](question[1]) if question[0] in kinds else self.look(*question)

    def pages(self, username: str) -> list[str]:
        """What this student can open: all addresses that answer 200, by their route."""
        browser = self._browser(username)
        return [path for path in _student_pages() if _status(browser, path) == 200] + list(EXAMPLES)

    def look(self, username: str, path: str) -> tuple[float, float, int, int]:
        """Seconds and processor seconds without, statements with counting, and the status."""
        browser = self._browser(username)
        address = EXAMPLES[path](username) if path in EXAMPLES else path
        counter = Counter()
        with connection.execute_wrapper(counter):
            status = _status(browser, address)
        began, worked = time.perf_counter(), processor.of_a_request()
        _status(browser, address)
        waited, worked = time.perf_counter() - began, processor.of_a_request() - worked
        return waited, worked, len(counter.statements), status

    def sign_in(self, username: str) -> float:
        """Processor seconds of one sign-in; the hasher of the settings checks the password."""
        began = processor.of_a_request()
        data = {"username": username, "password": PASSWORD}
        answer = Client(SERVER_NAME=HOST).post("/accounts/login/", data)
        assert answer.status_code == SEE_OTHER, answer.status_code
        return processor.of_a_request() - began

    def sign_in_by_campus(self, username: str) -> float:
        """The same through the campus portal, where this one is signed in already: leaving and
        coming back with a ticket, which the portal asks about over HTTP.
        """
        browser = Client(SERVER_NAME=HOST)
        began = processor.of_a_request()
        left = browser.get(CAMPUS)
        seconds = processor.of_a_request() - began
        sent_back = requests.get(left["Location"], allow_redirects=False, timeout=PATIENCE)
        began = processor.of_a_request()
        arrived = browser.get(f"{CAMPUS}?{urlsplit(sent_back.headers['Location']).query}")
        seconds += processor.of_a_request() - began
        assert browser.session["_auth_user_id"] == str(User.objects.get(username=username).pk)
        assert arrived.status_code == SEE_OTHER, arrived.status_code
        return seconds

    def _browser(self, username: str) -> Client:
        if username not in self._browsers:
            browser = Client(SERVER_NAME=HOST)
            browser.force_login(
                User.objects.get(username=username), "portal.accounts.backends.RoleBackend"
            )
            self._browsers[username] = browser
        return self._browsers[username]


def _student_pages() -> Iterator[str]:
    """Every address without a parameter that is not the staff's."""
    for route in routes():
        if "<" not in route and not route.startswith(("admin", "reconcile", "readyz", "metrics")):
            yield f"/{route}"


def _status(browser: Client, path: str) -> int:
    answer = browser.get(path)
    list(answer)  # whole, also where it is streamed
    return int(answer.status_code)


def _order(username: str) -> str:
    return f"/payments/orders/{Order.objects.get(payer__username=username).number}/"


def _enrollment(username: str) -> str:
    student = Student.objects.get(number=username)
    return f"/retake/enrollments/{Enrollment.objects.filter(student=student)[0].pk}/"


# What stands for the addresses with a parameter.
EXAMPLES: dict[str, Callable[[str], str]] = {"an order": _order, "an enrolment": _enrollment}
