"""The empty signed-in page, many times at once: what everything else is measured by."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.browser import Browser, Unexpected
from benchmarks.drivers import Outing
from benchmarks.people import PASSWORD
from benchmarks.student import Student

EMPTY_PAGE = "/accounts/me/"


@dataclass(frozen=True)
class Looking:
    """Fetches the page with somebody's session; travels to the driver's processes."""

    portal: str
    cookies: Mapping[str, str]
    path: str = EMPTY_PAGE

    @classmethod
    def signed_in(cls, portal: str, username: str, path: str = EMPTY_PAGE) -> "Looking":
        """Sign in once, so that no password is checked while the page is measured."""
        student = Student(portal, username, PASSWORD)
        with student.browser:
            student.sign_in()
            return cls(portal, student.browser.cookies, path)

    def __call__(self, time: str) -> Outing:
        """Fetch it once over a connection of its own."""
        with Browser(self.portal, cookies=dict(self.cookies)) as browser:
            status = browser.get("one page", self.path)
            if status != 200:
                raise Unexpected(f"{self.path} ({status}), time {time}")
            return Outing("", tuple(browser.visits))
