"""The measurements of ``benchmarks.rehearsal``."""

import subprocess
import sys
import time
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks import guided, rehearsed
from benchmarks.figures import tell
from portal.accounts.models import User
from portal.jobs.models import Job
from retake.admin.rehearsal import AT_ONCE
from retake.admin.rehearsal_form import own_values
from retake.models import Round
from retake.rehearsal.job import result_of

MOST_MEGABYTES = 400.0  # of a worker with the whole college behind it


def measure(students: int) -> bool:
    """Print every figure; False when the page did not show the result."""
    call_command("migrate", verbosity=0)
    guided.found_college(students)
    row = rehearsed.grade_college()
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="teaching"))
    given = _start(client, row)
    job = Job.objects.get()
    asked = [sys.executable, "-m", "benchmarks.rehearsed_job", str(job.pk)]
    told = subprocess.run(asked, capture_output=True, check=True, text=True)  # noqa: S603 -- ourselves
    seconds, worked, statements, megabytes = (float(word) for word in told.stdout.split()[-4:])
    tell(f"rehearsal_{students}", seconds, "s")
    tell(f"rehearsal_{students}_cpu", worked, "s")
    tell("rehearsal_statements_a_thousand", statements * 1000 / students, "statements")
    tell("rehearsal_memory", megabytes, "MB", MOST_MEGABYTES)
    job.refresh_from_db()
    # A small college has no page of the last job: its page works out what it is asked.
    return _look(client, row, given if students <= AT_ONCE else {}, job)


def _start(client: Client, row: Round) -> dict[str, Any]:
    """Begin it; returns what was tried."""
    page = reverse("admin:retake_round_rehearsal_start", args=[row.pk])
    given = {name: "" if value is None else value for name, value in own_values(row).items()}
    given["as_of"] = rehearsed.REHEARSED
    began = time.perf_counter()
    answer = client.post(page, given)
    assert answer.status_code == 302, answer.content.decode()
    tell("rehearsal_start", time.perf_counter() - began, "s")
    return given


def _look(client: Client, row: Round, asked: dict[str, Any], job: Job) -> bool:
    """The page with the result."""
    page = reverse("admin:retake_round_rehearsal", args=[row.pk])
    with CaptureQueriesContext(connection) as found:
        began = time.perf_counter()
        shown = client.get(page, asked).content.decode()
        tell("rehearsal_page", (time.perf_counter() - began) * 1000, "ms")
    tell("rehearsal_page_statements", len(found), "statements")
    sums = result_of(job)
    return sums is not None and f"<b>{sums.students_in} 人 {sums.total.courses} 门</b>" in shown
