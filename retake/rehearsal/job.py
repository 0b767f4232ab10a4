"""A large college is rehearsed in the background: a runner of ``portal.jobs``."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count, Q

from portal.jobs import services
from portal.jobs.models import Job
from portal.jobs.runners import Outcome
from portal.jobs.states import ItemState, JobState
from portal.jobs.tasks import ring
from retake.models import Round
from retake.rehearsal import plan as plans
from retake.rehearsal.export import workbook
from retake.rehearsal.gather import candidates, gather
from retake.rehearsal.lines import Line, Seat
from retake.rehearsal.plan import Plan
from retake.rehearsal.tally import Summary, from_json, summarize, to_json
from retake.rehearsal.words import Fee, Place

KIND = "rehearsal"
GROUP = 100  # students of one item
CHUNK = 2  # items taken at a time
SHEET = "试算名单.xlsx"


def start(
    *, row: Round, plan: Plan, before: Plan | None, page: str, user_id: int, now: datetime
) -> Job:
    """Begin a rehearsal of everybody; ``page`` is where its result will be shown.

    ``DomainError("job.empty")`` when nobody has grades.
    """
    ids = list(candidates(plan).values_list("pk", flat=True))
    groups = [ids[at : at + GROUP] for at in range(0, len(ids), GROUP)]
    params = {
        "round": row.pk,
        "plan": plans.to_json(plan),
        "before": plans.to_json(before) if before else None,
        "page": page,
    }
    with transaction.atomic():
        job = services.start(
            kind=KIND,
            title=f"试算：{row.name}"[:120],
            params=params,
            keys=[f"{group[0]}-{group[-1]}" for group in groups],
            user_id=user_id,
            now=now,
        )
        transaction.on_commit(lambda: ring(job.pk))
    return job


class RehearsalRun:
    """Items are ranges of student ids; each leaves its lines in a file until all are there."""

    chunk = CHUNK

    def run(self, job: Job, keys: Sequence[str], now: datetime) -> Mapping[str, Outcome]:  # noqa: ARG002 -- the protocol
        """Read these students and keep their lines."""
        plan, before = plans_of(job)
        for key in keys:
            first, last = key.split("-")
            ids = list(
                candidates(plan).filter(pk__range=(first, last)).values_list("pk", flat=True)
            )
            lines = gather(ids, plan, before)
            _write(_part(job.pk, key), [asdict(line) for line in lines])
        return {key: Outcome(ok=True) for key in keys}

    def finish(self, job: Job, now: datetime) -> dict[str, str]:  # noqa: ARG002 -- the protocol
        """Count all lines, write the spreadsheet. Parts stay while something may be done again."""
        keys = list(job.items.filter(state=ItemState.DONE).values_list("key", flat=True))
        lines = sorted(_lines(job.pk, keys), key=lambda line: line.number)
        _write(_summary(job.pk), to_json(summarize(lines)))
        sheet = _keep(f"{_folder(job.pk)}/rehearsal.xlsx", b"".join(workbook(lines)))
        if len(keys) == job.items.count():
            for key in keys:
                default_storage.delete(_part(job.pk, key))
        return {SHEET: sheet}


def plans_of(job: Job) -> tuple[Plan, Plan | None]:
    """What a job rehearses, and what that is compared with."""
    before = job.params["before"]
    return plans.from_json(job.params["plan"]), plans.from_json(before) if before else None


def jobs_of_round(round_id: int) -> list[Job]:
    """The rehearsals of a round, newest first; each says how far it is (``share``, per cent)."""
    done = Count("items", filter=Q(items__state=ItemState.DONE))
    found = Job.objects.filter(kind=KIND, params__round=round_id).select_related("requested_by")
    return list(found.annotate(share=done * 100 / Count("items"))[:10])


def result_of(job: Job) -> Summary | None:
    """The counts of a finished job."""
    name = _summary(job.pk)
    if job.state != JobState.DONE or not default_storage.exists(name):
        return None
    return from_json(_read(name))


def _lines(job_id: int, keys: Iterable[str]) -> list[Line]:
    return [_line(data) for key in keys for data in _read(_part(job_id, key))]


def _line(data: dict[str, Any]) -> Line:
    before = data["before"]
    return Line(**data | {"seat": _seat(data["seat"]), "before": _seat(before) if before else None})


def _seat(data: dict[str, Any]) -> Seat:
    return Seat(**data | {"place": Place(data["place"]), "fee": Fee(data["fee"])})


def _folder(job_id: int) -> str:
    return f"retake/rehearsals/{job_id}"


def _part(job_id: int, key: str) -> str:
    return f"{_folder(job_id)}/{key}.json"


def _summary(job_id: int) -> str:
    return f"{_folder(job_id)}/summary.json"


def _write(name: str, data: Any) -> None:
    _keep(name, json.dumps(data, ensure_ascii=False).encode())


def _keep(name: str, content: bytes) -> str:
    """Under exactly this name: a part that is worked on again replaces itself."""
    default_storage.delete(name)
    return default_storage.save(name, ContentFile(content))


def _read(name: str) -> Any:
    with default_storage.open(name) as file:
        return json.load(file)
