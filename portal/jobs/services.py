"""Start, work, cancel, resume."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from portal.jobs.models import Job, JobItem
from portal.jobs.runners import Outcome, Runner, runner_of
from portal.jobs.states import MOVES, ItemState, JobState
from portal.lib.errors import DomainError
from portal.lib.origin import on_behalf_of
from portal.lib.workflow import require

# A worker that has not come back with a chunk by then is taken for dead.
LEASE = timedelta(minutes=2)
FINISH_LEASE = timedelta(minutes=15)
MOST_TRIES = 3  # an item that ends its worker this often is left out
GIVEN_UP = f"{MOST_TRIES} 次都中断，已跳过。处理原因后点“继续”再试。"


def start(
    *,
    kind: str,
    title: str,
    params: Mapping[str, Any],
    keys: Sequence[str],
    user_id: int | None,
    now: datetime,
) -> Job:
    """Write the job and its items; raises ``DomainError("job.empty")`` without any."""
    if not keys:
        raise DomainError("job.empty", "没有选中任何学生。", advice="换一个范围。", status=400)
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            title=title,
            params=dict(params),
            requested_by_id=user_id,
            requested_at=now,
            seen_at=now,
        )
        JobItem.objects.bulk_create(
            (JobItem(job=job, position=at, key=key) for at, key in enumerate(keys)),
            batch_size=1000,
        )
    return job


def work(job_id: int, clock: Callable[[], datetime]) -> int:
    """Take chunk after chunk until nothing is left, then put the results together.

    Any number of workers may do this at once. Returns how many items this one finished.
    """
    job = Job.objects.get(pk=job_id)
    runner = runner_of(job.kind)
    number = 0
    with on_behalf_of(job.requested_by_id, lambda: str(job.requested_by or "")):
        while chunk := _claim(job_id, runner.chunk, clock()):
            outcomes = runner.run(job, [item.key for item in chunk], clock())
            _record(job_id, chunk, outcomes, clock())
            number += len(chunk)
        if _may_finish(job_id, clock()):
            _finish(job, runner, clock)
    return number


def cancel(job_id: int) -> Job:
    """No chunk is begun any more; those under way are finished and kept."""
    with transaction.atomic():
        job = _locked(job_id)
        require(MOVES, job.state, JobState.CANCELLED, "这个任务没有在进行。")
        job.state = JobState.CANCELLED
        job.save(update_fields=["state"])
    return job


def resume(job_id: int, now: datetime) -> Job:
    """Go on where it stopped; what failed is tried once more."""
    with transaction.atomic():
        job = _locked(job_id)
        require(MOVES, job.state, JobState.RUNNING, "这个任务正在进行。")
        job.state, job.seen_at, job.finished_at, job.finishing_until = (
            JobState.RUNNING,
            now,
            None,
            None,
        )
        job.save(update_fields=["state", "seen_at", "finished_at", "finishing_until"])
        job.items.filter(state=ItemState.FAILED).update(
            state=ItemState.WAITING, leased_until=None, tries=0, note=""
        )
    return job


def orphaned(now: datetime) -> list[int]:
    """Running jobs nobody has touched for longer than a lease."""
    rows = Job.objects.filter(
        Q(finishing_until=None) | Q(finishing_until__lt=now),
        state=JobState.RUNNING,
        seen_at__lt=now - LEASE,
    )
    return list(rows.values_list("pk", flat=True))


def _locked(job_id: int) -> Job:
    return Job.objects.select_for_update(no_key=True, of=("self",)).get(pk=job_id)


def _claim(job_id: int, number: int, now: datetime) -> list[JobItem]:
    """Lease the next items; none once the job is cancelled.

    What ended its worker before is taken last and alone, so that it is found out.
    """
    with transaction.atomic():
        if not Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(seen_at=now):
            return []
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        rows = JobItem.objects.filter(free, job=job_id, state=ItemState.WAITING)
        rows.filter(tries__gte=MOST_TRIES).update(state=ItemState.FAILED, note=GIVEN_UP)
        locked = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
        items = list(locked.order_by("tries", "position")[:number])
        if items and items[0].tries:
            items = items[:1]
        else:
            items = [item for item in items if not item.tries]
        JobItem.objects.filter(pk__in=[item.pk for item in items]).update(
            leased_until=now + LEASE, tries=F("tries") + 1
        )
    return items


def _record(
    job_id: int, chunk: Sequence[JobItem], outcomes: Mapping[str, Outcome], now: datetime
) -> None:
    with transaction.atomic():
        for item in chunk:
            outcome = outcomes[item.key]
            item.state = ItemState.DONE if outcome.ok else ItemState.FAILED
            item.result, item.note = outcome.result, outcome.note[:200]
            item.save(update_fields=["state", "result", "note"])
        Job.objects.filter(pk=job_id).update(seen_at=now)


def _may_finish(job_id: int, now: datetime) -> bool:
    """Everything is done and nobody else is putting the results together."""
    with transaction.atomic():
        job = _locked(job_id)
        busy = job.finishing_until is not None and job.finishing_until >= now
        if job.state != JobState.RUNNING or busy:
            return False
        if job.items.filter(state=ItemState.WAITING).exists():
            return False
        job.finishing_until = now + FINISH_LEASE
        job.save(update_fields=["finishing_until"])
    return True


def _finish(job: Job, runner: Runner, clock: Callable[[], datetime]) -> None:
    files = runner.finish(job, clock())
    with transaction.atomic():
        job = _locked(job.pk)
        if job.state == JobState.RUNNING:
            job.state = JobState.DONE
        job.files, job.finished_at, job.finishing_until = files, clock(), None
        job.save(update_fields=["state", "files", "finished_at", "finishing_until"])
