"""What the transcript benchmark prints, and with what. Imported after Django's setup."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import typst
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from portal.accounts.models import User
from portal.jobs import services
from portal.jobs.models import Job
from portal.lib.testing import chromium
from portal.records.kinds import AttemptKind, CourseNature
from portal.records.models import Student
from transcripts import printing, render
from transcripts.batch import KIND
from transcripts.document import Course, Person, Sitting, Snapshot
from transcripts.layout import Block
from transcripts.models import IssuedTranscript
from transcripts.options import Options
from transcripts.sheet import Sheet

NOW = datetime(2025, 4, 23, 6, 31, tzinfo=UTC)
COURSES = 60
NAMES = (
    "程序设计基础",
    "传统文化与现代经营管理",
    "形势与政策（2-1）",
    "毛泽东思想和中国特色社会主义理论体系概论（2-1）",
    "Linux 应用技术",
    "体育与健康（一）",
    "数据库应用基础",
    "大学生心理健康教育",
)


def snapshot(serial: int) -> Snapshot:
    """A student with 60 courses in six terms; every serial has other marks."""
    courses = tuple(_course(at, serial) for at in range(COURSES))
    terms = sorted({one.term for one in courses})
    return Snapshot(
        person=Person(
            "智能制造学院",
            "云计算技术应用",
            "云计算 2221",
            f"2022{serial:06d}",
            "陈雨桐",
            "",
            "在读",
        ),
        courses=courses,
        exams=(),
        term_gpa=dict.fromkeys(terms, Decimal("2.37")),
        gpa=Decimal("2.37"),
        earned=dict.fromkeys(CourseNature, Decimal("30.0")),
    )


def _course(at: int, serial: int) -> Course:
    term = f"{2022 + at // 20}-{2023 + at // 20}-{at // 10 % 2 + 1}"
    mark = 60 + (at * 7 + serial) % 40
    sitting = Sitting(term, AttemptKind.REGULAR, str(mark), passed=True)
    nature = list(CourseNature)[at % 4]
    name = NAMES[at % len(NAMES)]
    hours = Decimal("2.5")
    return Course(str(at), name, "", nature, hours, term, True, (sitting,), 0, Decimal(2), "")


def ours(serial: int, *, signed: bool) -> bytes:
    """From the snapshot to the finished file."""
    made = snapshot(serial)
    if signed:
        return printing.printed(made, Options(), NOW).pdf
    return render.pdf(printing.sheet(made, Options()), stamp(), NOW.date())


def stamp() -> render.Stamp:
    """Code, QR and attachment of an unsigned page."""
    return render.Stamp("A" * 16, "example/verify/", "https://example/verify/" + "A" * 140, b"{}")


def page(serial: int) -> str:
    """The HTML WeasyPrint gets, with its style sheet inside, for Chromium."""
    text = render.html(printing.sheet(snapshot(serial), Options()), stamp(), NOW.date())
    style = Path(settings.BASE_DIR, "static/transcripts/sheet.css").read_text(encoding="utf-8")
    return text.replace("</head>", f"<style>{style}</style></head>")


def verifier() -> Callable[[str], bytes]:
    """Ask the verification page about a code, as often as one likes; returns the page."""
    settings.VERIFY_PER_MINUTE = 10**6
    client = Client(SERVER_NAME="localhost")
    return lambda code: client.get(f"/verify/{code}/", secure=True).content


@contextmanager
def printing_chromium() -> Iterator[Callable[[str], bytes]]:
    """A running browser that prints; its start is not counted."""
    with chromium.chromium() as browser:
        tab = browser.new_page()

        def print_page(html: str) -> bytes:
            tab.set_content(html)
            return tab.pdf(prefer_css_page_size=True)

        yield print_page


def cold_chromium(folder: Path) -> Callable[[str], bytes]:
    """A browser started for every document, as a portal without a standing one would."""

    def print_page(html: str) -> bytes:
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(html, encoding="utf-8")
        command = [chromium.PATH, "--headless", "--no-sandbox", "--disable-gpu"]
        command += [f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- the browser
        return target.read_bytes()

    return print_page


class Typst:
    """The same rows as a grid of four columns, three times beside each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def print(self, serial: int) -> bytes:
        """One document from its source, by a compiler of its own: nothing is remembered."""
        source = self.folder / f"sheet-{serial}.typ"
        source.write_text(_typst(printing.sheet(snapshot(serial), Options())), encoding="utf-8")
        compiler = typst.Compiler(source, root=self.folder)
        made = compiler.compile(format="pdf")
        assert isinstance(made, bytes)
        return made


def _typst(sheet: Sheet) -> str:
    columns = ",\n".join(
        f"[#grid(columns: (52mm, 15mm, 8mm, 15mm), row-gutter: 1.3mm, {_cells(column)})]"
        for column in sheet.pages[0]
    )
    return (
        "#set page(width: 297mm, height: 210mm, margin: 10mm)\n"
        '#set text(font: "Noto Serif CJK SC", size: 7.5pt)\n'
        f"#align(center, text(size: 15pt)[{sheet.title}])\n"
        f"{' '.join(sheet.person)}\n\n"
        f"#grid(columns: 3, column-gutter: 2mm, {columns})\n\n{sheet.credits} {sheet.gpa}\n"
    )


def _cells(column: Sequence[Block]) -> str:
    found = []
    for block in column:
        if block.head:
            found.append(f"grid.cell(colspan: 4)[{''.join(block.head)}]")
        for row in block.rows:
            found += [f"[{cell}]" for cell in [*row.cells, "", "", ""][:4]]
    return ", ".join(found)


def fill(size: int) -> list[str]:
    """Migrate and build the demo college when that has not been done; numbers of students."""
    call_command("migrate", verbosity=0)
    call_command("demo_college", students=size, stdout=StringIO())
    numbers = Student.objects.order_by("number").values_list("number", flat=True)
    return list(numbers[:size])


def begin(numbers: Sequence[str]) -> int:
    """The job, started by the teaching office."""
    job = services.start(
        kind=KIND,
        title="成绩单",
        params={"options": Options().to_json()},
        keys=numbers,
        user_id=User.objects.get(username="teaching").pk,
        now=datetime.now(UTC),
    )
    return job.pk


def pages_of(job_id: int) -> int:
    """Pages the job printed."""
    job = Job.objects.get(pk=job_id)
    results = [int(one) for one in job.items.exclude(result="").values_list("result", flat=True)]
    return sum(IssuedTranscript.objects.filter(pk__in=results).values_list("pages", flat=True))
