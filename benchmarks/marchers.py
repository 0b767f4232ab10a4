"""Students in step: single requests in isolation, to compare with an empty signed-in page."""

from dataclasses import dataclass

from benchmarks.browser import Page, Unexpected
from benchmarks.forms import Fields
from benchmarks.looking import EMPTY_PAGE
from benchmarks.people import PASSWORD
from benchmarks.student import Student

COURSES = 3
# What leads up to a request is done in the stage before it; only the stages of TIMED count.
STAGES = ("arrive", "empty page", "look at courses", "enrol", "look at payments", "open order")
TIMED = ("empty page", "enrol", "open order")


@dataclass(frozen=True)
class Marching:
    """Makes the marcher of a student number; travels to the processes."""

    portal: str

    def __call__(self, username: str) -> "Marcher":
        """One student who does a stage at a time."""
        return Marcher(self.portal, username)


class Marcher:
    """Sends one request a stage; every stage begins with a connection of its own."""

    def __init__(self, portal: str, username: str) -> None:
        self.student = Student(portal, username, PASSWORD)
        self.prepared: tuple[str, Fields] = ("", ())
        self.stages = {
            "arrive": self._arrive,
            "empty page": self._look,
            "look at courses": self._prepare_enrolling,
            "enrol": self._post,
            "look at payments": self._prepare_order,
            "open order": self._post,
        }

    def march(self, stage: str) -> None:
        """Do one stage; raises ``Unexpected`` when the answer is not what a student hopes for."""
        try:
            self.stages[stage]()
        finally:
            self.student.browser.close()

    def _arrive(self) -> None:
        self.student.sign_in()
        self.student.read_notice()

    def _look(self) -> None:
        status = self.student.browser.get("empty page", EMPTY_PAGE)
        if status != 200:
            raise Unexpected(f"{EMPTY_PAGE} ({status})")

    def _prepare_enrolling(self) -> None:
        page = self.student.browser.open("choice", "/retake/")
        form = page.form("/retake/enroll/")
        name, offered = next(iter(form.boxes.items()))
        self._remember("/retake/enroll/", form.filled(**{name: list(offered[:COURSES])}))

    def _prepare_order(self) -> None:
        page: Page = self.student.browser.open("payment page", "/payments/")
        self._remember("/payments/open/", page.form("/payments/open/").fields)

    def _remember(self, path: str, fields: Fields) -> None:
        self.prepared = (path, fields)

    def _post(self) -> None:
        path, fields = self.prepared
        status = self.student.browser.post(path, path, fields)
        if status != 302:
            raise Unexpected(f"{path} ({status})")
