"""The measurements of ``benchmarks.guidance``."""

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from operator import attrgetter
from statistics import median
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from benchmarks import guided, processor, scratch
from benchmarks.figures import tell
from portal.accounts.models import User
from portal.records.models import AcademicTerm, Course
from retake.teaching.rule import arrange_by_rule
from retake.teaching.split import SplitRule

EXPORTED = 50_000
AT_ONCE = 30_000
PAGES = {
    "page": "",
    "course": "?course=程1",
    "teacher": "?teacher=师1",
    "tutor": "?tutor=T00",
    "group": "?group=重修1班",
    "offering": "?offering=3",
    "home": "?home=4",
    "grade_major": "?grade=2023&major=7",
    "ever": "?year=",
    "ever_course": "?year=&course=程1",
    "ever_home": "?year=&home=4",
    "ever_grade_major": "?year=&grade=2023&major=7",
}


@dataclass(frozen=True)
class Cost:
    """Of one request in seconds: what a reader waits, and what both processes worked for it."""

    waited: float
    worked: float
    status: int


class Run:
    """One college that grows in its scratch database; each size of it stays as a copy."""

    def __init__(self, url: str, sizes: list[int], repeat: int) -> None:
        self.url, self.sizes, self.repeat = url, sizes, repeat

    def measure(self) -> Iterator[str]:
        """Print every figure; yields what went wrong."""
        call_command("migrate", verbosity=0)
        guided.found_college()
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(username="teaching"))
        with ExitStack() as copies:
            for size in self.sizes:
                guided.grow_to(size)
                if size == EXPORTED:
                    self._export()
                connection.close()
                copies.enter_context(scratch.clone(self.url, _copy(size)))
            yield from self._pages(client)
            _go_to(urlsplit(self.url).path.strip("/"))
        self._arrange()

    def _pages(self, client: Client) -> Iterator[str]:
        for name, query in PAGES.items():
            found = self._looks(client, f"/guidance/{query}")
            for size, costs in found.items():
                if {cost.status for cost in costs} != {200}:
                    yield f"{name} at {size} rows did not answer"
                _tell_page(f"guidance_{name}_{size}", costs, found[self.sizes[0]])

    def _looks(self, client: Client, address: str) -> dict[int, list[Cost]]:
        """The sizes take turns, so that the machine is equally busy for each."""
        found: dict[int, list[Cost]] = {size: [] for size in self.sizes}
        for _, size in itertools.product(range(self.repeat), self.sizes):
            _go_to(_copy(size))
            client.get(address)  # which warms the new connection
            found[size].append(_look(client, address))
        return found

    def _export(self) -> None:
        """In a process of its own, whose memory is its own."""
        asked = [sys.executable, "-m", "benchmarks.guided_export"]
        told = subprocess.run(asked, capture_output=True, check=True, text=True)  # noqa: S603 -- ourselves
        seconds, megabytes = (float(word) for word in told.stdout.split()[-2:])
        tell("guidance_export_50000", seconds, "s", _by_openpyxl())
        tell("guidance_export_memory", megabytes, "MB", 200.0)

    def _arrange(self) -> None:
        """The same rows written bare, then by the service; the bare ones are rolled back."""
        term_id = guided.confirm(AT_ONCE)
        bare = _bare(term_id)
        staff = User.objects.get(username="teaching")
        courses = list(Course.objects.values_list("pk", flat=True))
        started = time.perf_counter()
        arrange_by_rule(
            staff=staff,
            term=AcademicTerm.objects.get(pk=term_id),
            course_ids=courses,
            rule=SplitRule(size=30, minimum=1),
            now=timezone.now(),
        )
        tell("guidance_arrange_30000", time.perf_counter() - started, "s", bare)


def _copy(size: int) -> str:
    return f"portal_guidance_{size}"


def _go_to(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database


def _look(client: Client, address: str) -> Cost:
    started, worked = time.perf_counter(), processor.of_a_request()
    answer = client.get(address)
    return Cost(
        time.perf_counter() - started, processor.of_a_request() - worked, answer.status_code
    )


def _tell_page(name: str, costs: Sequence[Cost], smallest: Sequence[Cost]) -> None:
    """A busy machine makes everybody wait; the second figure is about the work alone."""
    for end, cost in (("", attrgetter("waited")), ("_cpu", attrgetter("worked"))):
        here, there = (median(map(cost, some)) for some in (costs, smallest))
        tell(name + end, here * 1000, "ms", there * 1000)


def _by_openpyxl() -> float:
    """The same cells in openpyxl's write-only mode, without reading them from anywhere."""
    cells = guided.cells(EXPORTED)
    started = time.perf_counter()
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in cells:
        sheet.append(row)
    book.save("/dev/null")
    return time.perf_counter() - started


def _bare(term_id: int) -> float:
    with transaction.atomic(), connection.cursor() as cursor:
        started = time.perf_counter()
        for statement in guided.BARE:
            cursor.execute(statement, {"term": term_id})
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return seconds
