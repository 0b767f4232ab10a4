"""A whole cohort: one PDF per student in a zip, one file to print. A runner of ``portal.jobs``."""

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from portal.jobs.models import Job
from portal.jobs.runners import Outcome
from portal.jobs.states import ItemState
from portal.lib.errors import DomainError
from portal.lib.origin import signature
from portal.records.models import Student
from transcripts import frozen, printing
from transcripts.document import Snapshot
from transcripts.merging import merge_apart
from transcripts.models import IssuedTranscript
from transcripts.options import Options, read_options
from transcripts.services.issue import issue, snapshots, unchanged

KIND = "transcripts"
CHUNK = 20  # students read together; a kill repeats at most as many
PART = 3000  # students in one file to print: merging keeps 0.1 MB of each
ZIP_NAME, MERGED_NAME = "成绩单.zip", "打印合并.pdf"


class TranscriptBatch:
    """Items are student numbers; a result is the id of the issued transcript."""

    chunk = CHUNK

    def run(self, job: Job, keys: Sequence[str], now: datetime) -> Mapping[str, Outcome]:
        """Issue what changed; what did not is taken from before."""
        options = read_options(job.params["options"])
        ids = dict(Student.objects.filter(number__in=keys).values_list("number", "pk"))
        found = snapshots(ids.values(), now)
        prints = {
            student_id: printing.source_print(frozen.to_json(one), options)
            for student_id, one in found.items()
        }
        kept = unchanged(ids.values(), prints.values(), now)
        return {
            key: self._one(job, ids[key], found[ids[key]], options, kept, now)
            if key in ids
            else Outcome(ok=False, note="没有这个学号。")
            for key in keys
        }

    def _one(
        self,
        job: Job,
        student_id: int,
        one: Snapshot,
        options: Options,
        kept: Mapping[int, IssuedTranscript],
        now: datetime,
    ) -> Outcome:
        before = kept.get(student_id)
        if before is not None and before.file.storage.exists(before.file.name):
            return Outcome(ok=True, result=str(before.pk), note="没有变化，沿用上一份")
        assert job.requested_by_id is not None  # noqa: S101 -- batches are started by people
        try:
            row = issue(
                student_id=student_id,
                frozen_now=one,
                options=options,
                actor_id=job.requested_by_id,
                now=now,
            )
        except DomainError as error:
            return Outcome(ok=False, note=error.sentence)
        return Outcome(ok=True, result=str(row.pk))

    def finish(self, job: Job, now: datetime) -> dict[str, str]:
        """A zip with one file per student, and all pages in one file for the printer.

        Above ``PART`` students there are several such files, so that a worker stays small.
        """
        rows = _issued(job)
        folder = f"transcripts/jobs/{job.pk}/{now:%Y%m%d%H%M%S}"
        with tempfile.TemporaryDirectory() as scratch:
            packed, merged = Path(scratch, "all.zip"), Path(scratch, "all.pdf")
            _pack(rows, packed)
            files = {ZIP_NAME: _store(packed, f"{folder}/transcripts.zip")}
            for name, some in _parts(rows):
                merge_apart([_path(row) for row in some], merged, signature())
                files[name] = _store(merged, f"{folder}/print.pdf")
        return files


def _issued(job: Job) -> list[IssuedTranscript]:
    """In the order the students were asked for."""
    done = job.items.filter(state=ItemState.DONE).order_by("position")
    ids = [int(result) for result in done.values_list("result", flat=True)]
    rows = IssuedTranscript.objects.defer("snapshot").select_related("student").in_bulk(ids)
    return [rows[pk] for pk in ids]


def _path(row: IssuedTranscript) -> Path:
    return Path(row.file.path)


def _pack(rows: Sequence[IssuedTranscript], target: Path) -> None:
    """PDFs are compressed already: stored as they are."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for row in rows:
            archive.write(_path(row), f"{row.student.number}_{row.student.name}.pdf")


def _parts(
    rows: Sequence[IssuedTranscript],
) -> Iterator[tuple[str, Sequence[IssuedTranscript]]]:
    """``打印合并.pdf``, or ``打印合并 0001-3000.pdf`` and so on."""
    if len(rows) <= PART:
        yield MERGED_NAME, rows
        return
    for at in range(0, len(rows), PART):
        some = rows[at : at + PART]
        yield MERGED_NAME.replace(".", f" {at + 1:04d}-{at + len(some):04d}."), some


def _store(path: Path, name: str) -> str:
    with path.open("rb") as file:
        return default_storage.save(name, File(file))
