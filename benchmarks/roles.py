"""Everybody who works with the portal at the same time: new students, old ones, the offices."""

import re
from dataclasses import dataclass

import django

from benchmarks.browser import Unexpected
from benchmarks.drivers import Outing
from benchmarks.people import PASSWORD
from benchmarks.student import Student

COURSES = 3
STAFF = ("soak-teaching", "soak-finance", "soak-admin")
READ = (
    "/", "/retake/", "/retake/enrollments/", "/payments/", "/payments/orders/", "/guidance/",
    "/credits/", "/transcripts/", "/transcripts/preview/", "/messages/", "/accounts/me/",
)  # fmt: skip
ADMIN_LINK = re.compile(r'href="(/(?:admin|reconcile)/[a-z/]*/)"')
LEAVES = ("logout", "password", "/add/")
SERVED = (200, 302, 403)


@dataclass(frozen=True)
class Working:
    """Does what the account is there for; travels to the driver's processes.

    ``new:2022000001`` goes the whole way from notice to receipt, ``2022000001`` looks around, a
    member of staff opens every list of admin he sees.
    """

    portal: str

    def __call__(self, who: str) -> Outing:
        """One outing, from signing in to leaving."""
        student = Student(self.portal, who.removeprefix("new:"), PASSWORD)
        with student.browser as browser:
            if who.startswith("new:"):
                return Outing(student.whole_way(COURSES), tuple(browser.visits))
            if who in STAFF:
                self._staff(student)
            else:
                student.sign_in()
                _look(student, READ)
            return Outing("", tuple(browser.visits))

    def _staff(self, clerk: Student) -> None:
        page = clerk.browser.open("sign-in page", "/accounts/login/")
        form = page.form("/accounts/login/")
        start = clerk.browser.send(
            "sign in", page, form, form.filled(username=clerk.username, password=PASSWORD)
        )
        links = sorted(set(ADMIN_LINK.findall(start.text)))
        if not links:
            raise Unexpected(f"{clerk.username} sees nothing at {start.url} ({start.status})")
        _look(clerk, [link for link in links if not any(word in link for word in LEAVES)])


def _look(person: Student, paths: "list[str] | tuple[str, ...]") -> None:
    for path in paths:
        status = person.browser.get(path, path)
        if status not in SERVED:
            raise Unexpected(f"{person.username} at {path}: {status}")


def hire() -> None:
    """Make the accounts of the staff; run in a process of its own."""
    django.setup()
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 -- after setup

    from portal.accounts.models import User  # noqa: PLC0415 -- models, after setup
    from portal.accounts.roles import Role  # noqa: PLC0415

    for name, role in zip(STAFF, (Role.TEACHING, Role.FINANCE, Role.ADMIN), strict=True):
        User.objects.create(
            username=name, name=role.label, role=role, password=make_password(PASSWORD)
        )
