"""The measurements of ``benchmarks.guidance``."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from benchmarks import guided
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


class Run:
    """One scratch database that grows."""

    def __init__(self, sizes: list[int], repeat: int) -> None:
        self.sizes, self.repeat = sizes, repeat

    def measure(self) -> Iterator[str]:
        """Print every figure; yields what went wrong."""
        call_command("migrate", verbosity=0)
        guided.found_college()
        client = Client()
        client.force_login(User.objects.get(username="teaching"))
        smallest: dict[str, Cost] = {}
        for size in self.sizes:
            guided.grow_to(size)
            for name, query in PAGES.items():
                cost = self._page(client, f"/guidance/{query}")
                if cost is None:
                    yield f"{name} at {size} rows did not answer"
                    continue
                _tell_page(f"guidance_{name}_{size}", cost, smallest.setdefault(name, cost))
            if size == EXPORTED:
                self._export()
        self._arrange()

    def _page(self, client: Client, address: str) -> Cost | None:
        """The medians of some requests after one that warms up."""
        client.get(address, HTTP_HOST="localhost")
        costs = []
        for _ in range(self.repeat):
            started, worked = time.perf_counter(), _worked()
            answer = client.get(address, HTTP_HOST="localhost")
            costs.append(Cost(time.perf_counter() - started, _worked() - worked))
            if answer.status_code != 200:
                return None
        return Cost(median(one.waited for one in costs), median(one.worked for one in costs))

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


def _tell_page(name: str, cost: Cost, smallest: Cost) -> None:
    """A busy machine makes everybody wait; the second figure is about the work alone."""
    tell(name, cost.waited * 1000, "ms", smallest.waited * 1000)
    tell(f"{name}_cpu", cost.worked * 1000, "ms", smallest.worked * 1000)


def _worked() -> float:
    """Processor seconds of this process and of its server process, when that runs here too."""
    with connection.cursor() as cursor:
        server = Path(f"/proc/{cursor.connection.info.backend_pid}/schedstat")
    nanoseconds = int(server.read_text().split()[0]) if server.exists() else 0
    return time.process_time() + nanoseconds / 1e9


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
